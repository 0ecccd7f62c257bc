// Runs every case in headless Chromium and asks ExplainCors about the same call: both verdicts must be the expected one,
// both must agree whether a preflight is sent, and what the script can read. `node main.mjs BINARY`.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { makeApis } from "./apis.mjs";
import { makeCases } from "./cases.mjs";
import { Gateway } from "./gateway.mjs";
import { closedPort, serveBackEnd, servePages } from "./origins.mjs";

const FLAGS = [
  "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync",
  // Chromium as shipped lets * cover Authorization; the standard does not.
  "--enable-features=CorsNonWildcardRequestHeadersSupport",
];

function target(gateway, apis, one) {
  const query = new URLSearchParams({ case: one.number });
  if (one.back) {
    for (const prefix of ["", "o"]) {
      query.set(`${prefix}status`, one.backStatus ?? 200);
      for (const [name, value] of Object.entries(one.back)) query.append(`${prefix}h`, `${name}:${value}`);
    }
  }
  const path = `${one.path}?${query}`;
  return { path, url: gateway.url(apis[one.api], path) };
}

// What the page's script gets: the status and the headers it can read, or a network error.
async function inBrowser(frames, one, url) {
  const { frame, session } = frames[one.page];
  const preflights = [];
  // Besides the script's own request, which is of type Fetch, the network service reports the preflight's.
  const note = ({ request, type }) =>
    request.method === "OPTIONS" && type !== "Fetch" && request.url === url && preflights.push(type);
  session.on("Network.requestWillBeSent", note);
  const got = await frame.evaluate(
    async ([url, method, headers, credentials]) => {
      try {
        const answer = await fetch(url, { method, headers, credentials: credentials ? "include" : "same-origin", cache: "no-store" });
        await answer.text();
        return { verdict: "allowed", status: answer.status, readable: [...answer.headers.keys()] };
      } catch (error) {
        return { verdict: "refused", error: String(error) };
      }
    },
    [url, one.method, one.headers, one.credentials],
  );
  session.off("Network.requestWillBeSent", note);
  return { ...got, preflighted: preflights.length > 0 };
}

async function byExplain(gateway, apis, origins, one, path) {
  const back = one.back
    ? ["--back-end-status", String(one.backStatus ?? 200),
       ...Object.entries(one.back).flatMap(([name, value]) => ["--back-end-header", `${name}: ${value}`])]
    : [];
  const told = await gateway.call(
    [
      "cors", "explain", apis[one.api], path,
      "--stage", "prod",
      "--origin", one.page === "null" ? "null" : origins[one.page],
      "--method", one.method,
      ...Object.entries(one.headers).flatMap(([name, value]) => ["-H", `${name}: ${value}`]),
      ...(one.credentials ? ["--credentials"] : []),
      ...back,
    ],
    { mayRefuse: true },
  );
  return {
    verdict: { CORS_VERDICT_ALLOWED: "allowed", CORS_VERDICT_REFUSED: "refused" }[told.verdict] ?? told.verdict,
    preflighted: told.preflighted ?? told.preflight != null,
    status: told.actual?.status_code,
    readable: told.readable_headers ?? [],
    failed: told.failed_rule,
  };
}

function faults(one, browser, explained) {
  const found = [];
  const same = (what, a, b) => a !== b && found.push(`${what}: ${a}, expected ${b}`);
  same("browser", browser.verdict, one.expect);
  if (explained) {
    same("ExplainCors", explained.verdict, one.expect);
    same("ExplainCors about a preflight", explained.preflighted, browser.preflighted);
  }
  if (one.preflighted !== undefined) same("preflight", browser.preflighted, one.preflighted);
  if (one.status !== undefined) same("status", browser.status, one.status);
  if (browser.verdict === "allowed" && explained?.verdict === "allowed") {
    same("status by ExplainCors", explained.status, browser.status);
    // The headers that Fetch decides about; what only a served request has (ids, Date, framing) is left aside.
    for (const name of ["x-total", "content-type", "access-control-allow-origin", "x-amzn-errortype"]) {
      same(`${name} readable by ExplainCors`, explained.readable.includes(name), browser.readable.includes(name));
    }
    for (const name of one.readable ?? []) same(`${name} readable`, browser.readable.includes(name), true);
    for (const name of one.hidden ?? []) same(`${name} readable`, browser.readable.includes(name), false);
  }
  return found;
}

// A page per origin; the origin null is a sandboxed frame's.
async function openPages(context, origins) {
  const frames = {};
  for (const name of ["app", "sub", "deep", "other", "number", "lookalike", "null"]) {
    const page = await context.newPage();
    await page.goto(name === "null" ? origins.other : origins[name]);
    let frame = page.mainFrame();
    if (name === "null") {
      await page.evaluate(() => {
        const element = document.createElement("iframe");
        element.setAttribute("sandbox", "allow-scripts");
        element.srcdoc = "<!doctype html>";
        document.body.append(element);
        return new Promise((resolve) => element.addEventListener("load", resolve));
      });
      frame = page.frames()[1];
    }
    const session = await context.newCDPSession(frame === page.mainFrame() ? page : frame).catch(() => context.newCDPSession(page));
    await session.send("Network.enable");
    frames[name] = { frame, session };
  }
  return frames;
}

const binary = process.argv[2];
const closing = [];
let passed = 0;
let failed = 0;
try {
  const gateway = await Gateway.start(binary);
  closing.push(() => gateway.stop());
  const origins = await servePages();
  const backEnd = await serveBackEnd();
  for (const { server } of [origins, backEnd]) closing.push(() => server.close(), () => server.closeAllConnections());
  const apis = await makeApis(gateway, origins, backEnd.url, await closedPort());

  const profile = await mkdtemp(join(tmpdir(), "postern-profile-"));
  closing.push(() => rm(profile, { recursive: true, force: true }));
  const context = await chromium.launchPersistentContext(profile, { executablePath: "/usr/bin/chromium", args: FLAGS });
  closing.push(() => context.close());
  const frames = await openPages(context, origins);

  for (const one of makeCases(origins)) {
    const { path, url } = target(gateway, apis, one);
    const browser = await inBrowser(frames, one, url);
    const explained = one.explained === false ? null : await byExplain(gateway, apis, origins, one, path);
    const found = faults(one, browser, explained);
    if (found.length === 0) {
      passed += 1;
    } else {
      failed += 1;
      console.log(`FAILED ${one.name}`);
      for (const fault of found) console.log(`    ${fault}`);
      if (explained?.failed) console.log(`    ExplainCors names the rule: ${explained.failed}`);
    }
  }
} catch (error) {
  console.error(error.stack ?? error);
  failed += 1;
} finally {
  for (const close of closing.reverse()) await close();
}
console.log(`browser: ${passed} passed, ${failed} failed`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);
