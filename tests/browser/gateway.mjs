// A real `postern serve` in a directory of its own, administered by the command line's clients.
import { execFile, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const START_MS = 30_000;

export class Gateway {
  static async start(binary) {
    const directory = await mkdtemp(join(tmpdir(), "postern-browser-"));
    const listen = (face) => [`--${face}`, "127.0.0.1:0"];
    const server = spawn(
      binary,
      [
        "serve",
        "--data-dir", join(directory, "data"),
        ...listen("listen"), ...listen("admin-listen"), ...listen("ops-listen"),
        "--workers", "1",
        "--allow-upstream", "127.0.0.1",
      ],
      { stdio: ["ignore", "pipe", "pipe"] },
    );
    const gateway = new Gateway();
    Object.assign(gateway, { binary, directory, server, log: "" });
    server.stderr.on("data", (chunk) => (gateway.log += chunk));
    const { data, admin } = await gateway.#ready();
    gateway.port = Number(data.split(":")[1]);
    gateway.admin = `http://${admin}`;
    return gateway;
  }

  // The server's line for scripts: `ready` and its addresses as JSON.
  #ready() {
    return new Promise((resolve, reject) => {
      let printed = "";
      const timer = setTimeout(() => reject(new Error(`not ready in time:\n${printed}${this.log}`)), START_MS);
      this.server.once("exit", (code) => reject(new Error(`the server ended (${code}):\n${printed}${this.log}`)));
      this.server.stdout.on("data", (chunk) => {
        printed += chunk;
        const line = printed.match(/^ready (\{.*\})$/m)?.[1];
        if (line) {
          clearTimeout(timer);
          resolve(JSON.parse(line));
        }
      });
    });
  }

  // Runs a client command and gives its JSON. `explain` exits 1 when a browser would refuse, with its answer printed.
  async call(args, { mayRefuse = false } = {}) {
    const line = [...args, "--admin", this.admin, "-o", "json"];
    try {
      return JSON.parse((await run(this.binary, line)).stdout);
    } catch (error) {
      if (mayRefuse && error.stdout) return JSON.parse(error.stdout);
      throw new Error(`postern ${args.join(" ")}: ${error.stderr || error.message}`);
    }
  }

  // The API's own host, which browsers take to loopback as every name below localhost.
  url(api, path) {
    return `http://${api}.execute-api.localhost:${this.port}/prod${path}`;
  }

  async stop() {
    if (this.server.exitCode === null) {
      const ended = new Promise((resolve) => this.server.once("exit", resolve));
      this.server.kill("SIGTERM");
      await ended;
    }
    await rm(this.directory, { recursive: true, force: true });
  }
}
