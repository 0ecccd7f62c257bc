// The other side of every call: pages of several origins, and a back end that answers what the query asks for.
import { createServer } from "node:http";

function listen(handler) {
  return new Promise((resolve) => {
    const server = createServer(handler);
    server.listen(0, "127.0.0.1", () => resolve(server));
  });
}

// One server, several host names: each is an origin of its own.
export async function servePages() {
  const server = await listen((_, response) => {
    response.setHeader("content-type", "text/html");
    response.end("<!doctype html><title>page</title>");
  });
  const { port } = server.address();
  const origin = (host) => `http://${host}:${port}`;
  return {
    server,
    port,
    app: origin("app.localhost"),
    sub: origin("x.app.localhost"),
    deep: origin("y.x.app.localhost"),
    other: origin("localhost"),
    number: origin("127.0.0.1"),
    // Looks like app.localhost to whoever compares the end of a text only.
    lookalike: origin("evilapp.localhost"),
  };
}

// `?status=201&h=name:value&h=…` is what it answers, to OPTIONS with `ostatus` and `oh`.
export async function serveBackEnd() {
  const seen = [];
  const server = await listen((request, response) => {
    const query = new URL(request.url, "http://back.end").searchParams;
    const prefix = request.method === "OPTIONS" ? "o" : "";
    seen.push(`${request.method} ${query.get("case")}`);
    response.statusCode = Number(query.get(`${prefix}status`) ?? 200);
    for (const field of query.getAll(`${prefix}h`)) {
      const at = field.indexOf(":");
      response.appendHeader(field.slice(0, at), field.slice(at + 1));
    }
    request.resume();
    response.end("from the back end");
  });
  return { server, seen, url: `http://127.0.0.1:${server.address().port}` };
}

// A port that nobody listens on: bound once, then given back.
export async function closedPort() {
  const server = await listen(() => {});
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}
