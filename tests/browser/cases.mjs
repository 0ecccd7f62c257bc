// What pages do. `expect` is the verdict that the Fetch standard asks for: the browser and ExplainCors must both give it.
// `headers` are the script's; `back` what the back end answers, where one is asked. `explained: false`: ExplainCors
// calls no back end, so it cannot know that this one is dead; only the browser is asked.

const JSON_TYPE = { "content-type": "application/json" };
const KEY = { "x-api-key": "k" };
const CUSTOM = { "x-custom": "1" };
const TOKEN = { authorization: "Bearer t" };

const cors = (origin, more = {}) => ({ "access-control-allow-origin": origin, ...more });
const credentials = { "access-control-allow-credentials": "true" };

export function makeCases(pages) {
  const rows = [
    // The static form for every origin.
    ["fixed", "/any", { page: "app", expect: "allowed" }],
    ["fixed", "/any", { page: "number", expect: "allowed" }],
    ["fixed", "/any", { page: "null", expect: "allowed" }],
    ["fixed", "/any", { page: "app", credentials: true, expect: "refused" }],
    ["fixed", "/any", { page: "app", method: "POST", headers: { "content-type": "text/plain" }, expect: "allowed", preflighted: false }],
    ["fixed", "/any", { page: "app", method: "POST", headers: JSON_TYPE, expect: "allowed", preflighted: true }],
    ["fixed", "/any", { page: "app", method: "PUT", expect: "allowed", preflighted: true }],
    ["fixed", "/any", { page: "app", method: "put", expect: "allowed" }],
    ["fixed", "/any", { page: "app", method: "DELETE", expect: "allowed" }],
    ["fixed", "/any", { page: "app", method: "PATCH", expect: "allowed" }],
    ["fixed", "/any", { page: "app", method: "patch", expect: "refused" }],
    ["fixed", "/any", { page: "app", headers: KEY, expect: "allowed", preflighted: true }],
    ["fixed", "/any", { page: "app", headers: TOKEN, expect: "allowed" }],
    ["fixed", "/any", { page: "app", headers: CUSTOM, expect: "refused" }],
    ["fixed", "/any", { page: "app", headers: { accept: "text/html", "accept-language": "de" }, expect: "allowed", preflighted: false }],
    ["fixed", "/any", { page: "app", headers: { accept: "a".repeat(129) }, expect: "refused", preflighted: true }],
    ["fixed", "/any", { page: "app", headers: { range: "bytes=0-9" }, expect: "allowed", preflighted: false }],
    ["fixed", "/any", { page: "app", headers: { range: "bytes=-9" }, expect: "refused", preflighted: true }],
    ["fixed", "/any", { page: "app", hidden: ["x-total"], expect: "allowed" }],
    // One origin, with credentials.
    ["fixed", "/one", { page: "app", readable: ["x-total"], expect: "allowed" }],
    ["fixed", "/one", { page: "app", credentials: true, readable: ["x-total"], expect: "allowed" }],
    ["fixed", "/one", { page: "app", method: "PUT", credentials: true, headers: KEY, expect: "allowed" }],
    ["fixed", "/one", { page: "app", method: "DELETE", expect: "refused" }],
    ["fixed", "/one", { page: "sub", expect: "refused" }],
    ["fixed", "/one", { page: "other", expect: "refused" }],
    ["fixed", "/one", { page: "other", method: "PUT", expect: "refused" }],
    ["fixed", "/one", { page: "null", expect: "refused" }],
    // Wildcards.
    ["fixed", "/star", { page: "app", method: "PUT", headers: CUSTOM, readable: ["x-total"], expect: "allowed" }],
    ["fixed", "/star", { page: "app", headers: TOKEN, expect: "refused" }],
    // Nothing, and null.
    ["fixed", "/bare", { page: "app", expect: "refused" }],
    ["fixed", "/bare", { page: "app", method: "PUT", expect: "refused" }],
    ["fixed", "/null", { page: "null", expect: "allowed" }],
    ["fixed", "/null", { page: "app", expect: "refused" }],
    // Proxies left to the back end.
    ["fixed", "/files", { page: "app", back: {}, expect: "refused" }],
    ["fixed", "/files", { page: "app", back: cors("*"), expect: "allowed" }],
    ["fixed", "/files", { page: "app", back: cors(pages.app), expect: "allowed" }],
    ["fixed", "/files", { page: "app", back: cors(pages.other), expect: "refused" }],
    ["fixed", "/files", { page: "app", back: cors(`${pages.app}/`), expect: "refused" }],
    ["fixed", "/files", { page: "app", backStatus: 503, back: cors("*"), expect: "allowed", status: 503 }],
    ["fixed", "/files", { page: "app", method: "PUT", back: cors("*"), expect: "allowed" }],
    ["fixed", "/files", { page: "app", method: "PUT", headers: CUSTOM, back: cors("*"), expect: "refused" }],
    // A preflight that goes to the back end.
    ["fixed", "/wild/x", { page: "app", back: cors("*"), expect: "allowed" }],
    ["fixed", "/wild/x", { page: "app", method: "PUT", back: cors("*"), expect: "refused" }],
    ["fixed", "/wild/x", { page: "app", method: "PUT", back: cors("*", { "access-control-allow-methods": "PUT" }), expect: "allowed" }],
    ["fixed", "/wild/x", { page: "app", method: "PUT", backStatus: 404, back: cors("*", { "access-control-allow-methods": "PUT" }), expect: "refused" }],
    ["fixed", "/wild/x", { page: "app", method: "PUT", credentials: true, back: cors(pages.app, { ...credentials, "access-control-allow-methods": "PUT" }), expect: "allowed" }],
    ["fixed", "/wild/x", { page: "app", method: "PUT", credentials: true, back: cors(pages.app, { ...credentials, "access-control-allow-methods": "*" }), expect: "refused" }],
    // The gateway's own errors: readable where they have the header.
    ["fixed", "/nowhere", { page: "app", expect: "allowed", status: 403 }],
    ["fixed", "/nowhere", { page: "app", method: "PUT", expect: "refused" }],
    ["fixed", "/dead", { page: "app", expect: "allowed", status: 500, explained: false }],
    ["quiet", "/any", { page: "app", expect: "allowed" }],
    ["quiet", "/nowhere", { page: "app", expect: "refused" }],
    ["quiet", "/dead", { page: "app", expect: "refused", explained: false }],
    ["quiet", "/test", { page: "app", method: "POST", headers: JSON_TYPE, expect: "refused" }],
    // A policy of several origins and sub-domains.
    ["policy", "/items", { page: "app", readable: ["x-total"], expect: "allowed" }],
    ["policy", "/items", { page: "app", credentials: true, readable: ["x-total"], expect: "allowed" }],
    ["policy", "/items", { page: "app", method: "PUT", credentials: true, headers: TOKEN, expect: "allowed" }],
    ["policy", "/items", { page: "app", method: "DELETE", expect: "refused" }],
    ["policy", "/items", { page: "app", headers: CUSTOM, expect: "refused" }],
    ["policy", "/items", { page: "sub", method: "PUT", credentials: true, expect: "allowed" }],
    ["policy", "/items", { page: "deep", expect: "allowed" }],
    ["policy", "/items", { page: "lookalike", expect: "refused" }],
    ["policy", "/items", { page: "other", expect: "refused" }],
    ["policy", "/items", { page: "other", method: "PUT", expect: "refused" }],
    ["policy", "/items", { page: "null", expect: "refused" }],
    ["policy", "/proxied", { page: "app", back: {}, expect: "allowed" }],
    ["policy", "/proxied", { page: "app", back: cors(pages.other), expect: "allowed" }],
    ["policy", "/proxied", { page: "other", back: cors("*"), expect: "refused" }],
    ["policy", "/proxied", { page: "sub", method: "DELETE", credentials: true, back: cors("*"), expect: "allowed" }],
    ["policy", "/http", { page: "sub", credentials: true, back: cors(pages.other), expect: "allowed" }],
    ["policy", "/nowhere", { page: "app", credentials: true, expect: "allowed", status: 403 }],
    ["policy", "/nowhere", { page: "other", expect: "refused" }],
    ["left", "/items", { page: "app", expect: "allowed" }],
    ["left", "/proxied", { page: "app", back: {}, expect: "refused" }],
    ["left", "/proxied", { page: "app", back: cors(pages.app), expect: "allowed" }],
    ["left", "/nowhere", { page: "app", expect: "refused" }],
  ];
  return rows.map(([api, path, row], at) => ({
    api,
    path,
    number: at + 1,
    method: "GET",
    headers: {},
    credentials: false,
    ...row,
    name: [
      row.credentials ? "credentialed" : "",
      row.method ?? "GET",
      `${api}${path}`,
      `from ${row.page}`,
      row.headers ? `with ${Object.keys(row.headers).join(", ")}` : "",
      row.back ? `back end ${row.backStatus ?? 200} ${JSON.stringify(row.back)}` : "",
    ].filter(Boolean).join(" "),
  }));
}
