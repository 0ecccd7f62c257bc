// The APIs that the pages call, made and deployed by the command line.

const TOTAL = ["--map-response", "method.response.header.X-Total='3'"];

export async function makeApis(gateway, pages, backEnd, deadPort) {
  const call = (...args) => gateway.call(args);
  const create = async (name) => (await call("api", "create", name)).api.id;
  const mock = async (api, path, verbs) => {
    await call("resource", "ensure", api, path);
    for (const verb of verbs) await call("method", "put", api, path, verb, "--type", "mock", ...TOTAL);
  };
  const http = async (api, path, verb, kind, uri, ...flags) => {
    await call("resource", "ensure", api, path);
    await call("method", "put", api, path, verb, "--type", kind, "--uri", uri, ...flags);
  };
  const query = ["case", "status", "h"].flatMap((name) => [
    "--map",
    `integration.request.querystring.${name}=method.request.querystring.${name}`,
  ]);

  // The static form, with the gateway's own errors.
  const fixed = await create("fixed");
  await mock(fixed, "/any", ["GET", "POST", "PUT", "PATCH", "DELETE"]);
  await call("cors", "enable", fixed, "/any", "--gateway-errors", "all");
  await mock(fixed, "/one", ["GET", "PUT"]);
  await call("cors", "enable", fixed, "/one", "--origin", pages.app, "--credentials", "--expose-header", "X-Total");
  await mock(fixed, "/star", ["GET", "PUT"]);
  await call("cors", "enable", fixed, "/star", "--allow-header", "*", "--allow-method", "*", "--expose-header", "*");
  await mock(fixed, "/bare", ["GET", "PUT"]);
  await mock(fixed, "/null", ["GET"]);
  await call("cors", "enable", fixed, "/null", "--origin", "null");
  await http(fixed, "/files", "GET", "http-proxy", backEnd);
  await http(fixed, "/files", "PUT", "http-proxy", backEnd);
  await call("cors", "enable", fixed, "/files");
  await http(fixed, "/wild/{proxy+}", "ANY", "http-proxy", backEnd);
  await http(fixed, "/dead", "GET", "http", `http://127.0.0.1:${deadPort}`);
  await call("cors", "enable", fixed, "/dead");

  // The static form without headers on errors; a preflight may fall through to a greedy sibling.
  const quiet = await create("quiet");
  await mock(quiet, "/any", ["GET"]);
  await call("cors", "enable", quiet, "/any");
  await mock(quiet, "/test", ["POST"]);
  await call("cors", "enable", quiet, "/test", "--method", "OPTIONS");
  await http(quiet, "/dead", "GET", "http", `http://127.0.0.1:${deadPort}`);
  await call("cors", "enable", quiet, "/dead");

  // A policy for the whole API that owns the headers of proxied answers, too.
  const policy = await create("policy");
  await mock(policy, "/items", ["GET", "PUT"]);
  await http(policy, "/proxied", "ANY", "http-proxy", backEnd);
  await http(policy, "/http", "GET", "http", backEnd, ...query);
  const several = [pages.app, `http://*.app.localhost:${pages.port}`].flatMap((origin) => ["--origin", origin]);
  await call("cors", "enable", policy, "--whole-api", ...several, "--credentials", "--own-proxy", "--expose-header", "X-Total");

  // A policy that leaves proxies to the back end, and errors bare.
  const left = await create("left");
  await mock(left, "/items", ["GET"]);
  await http(left, "/proxied", "GET", "http-proxy", backEnd);
  await call("cors", "enable", left, "--whole-api", ...several, "--gateway-errors", "none");

  const apis = { fixed, quiet, policy, left };
  for (const api of Object.values(apis)) await call("deploy", api, "--stage", "prod");
  return apis;
}
