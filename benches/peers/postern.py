#!/usr/bin/env python3
"""Starts `postern serve`, fills it through the admin API with what the scenarios ask for, and measures it with compare.py.

  postern.py --scenario S1,S2 --peer nginx [--binary target/dist/postern] [any option of compare.py]

See benches/README.md. Needs what install-peers.sh installs.
"""
import argparse, concurrent.futures, http.server, json, os, pathlib, re, shutil, subprocess, sys, tempfile, threading, time

import peers

TOP = peers.HERE.parent.parent
SCENARIOS = ("S1", "S2", "S3", "S4get", "S4post", "S5", "S6", "S7", "S9")


def within(tools):
    """Runs this script again with the Python that has grpcio, unless it is that one."""
    python = pathlib.Path(tools).resolve() / "venv/bin/python"
    if pathlib.Path(sys.executable).resolve() == python.resolve() and sys.prefix != sys.base_prefix:
        return
    if not python.exists():
        raise SystemExit(f"{python} is not there: run `sh benches/peers/install-peers.sh` first")
    os.execv(python, [str(python), *sys.argv])


def generate(folder):
    """The Python client, from proto/."""
    from grpc_tools import protoc
    files = sorted(str(f) for f in (TOP / "proto/postern/admin/v1").glob("*.proto"))
    known = pathlib.Path(protoc.__file__).parent / "_proto"
    if protoc.main(["protoc", f"-I{TOP / 'proto'}", f"-I{known}", f"--python_out={folder}",
                    f"--grpc_python_out={folder}", *files]):
        raise SystemExit("the client could not be generated")
    # A package, not a bare folder: this file has its name, too.
    (pathlib.Path(folder) / "postern/__init__.py").touch()
    sys.path.insert(0, folder)


class Gateway:
    """A started `postern serve` on CPU 0 with one worker and an empty store."""

    def __init__(self, binary, cpu, folder):
        self.log = open(f"{folder}/postern.log", "w+")
        self.process = subprocess.Popen(
            ["taskset", "-c", cpu, binary, "serve", "--data-dir", f"{folder}/data", "--listen", "127.0.0.1:0",
             "--admin-listen", "127.0.0.1:0", "--ops-listen", "127.0.0.1:0", "--workers", "1", "--log", "warn",
             "--allow-upstream", "127.0.0.1", "--max-connections", "20000", "--max-connections-per-address", "20000"],
            stdout=self.log, stderr=subprocess.STDOUT)
        end = time.monotonic() + 20
        while not (ready := self.ready()):
            if self.process.poll() is not None or time.monotonic() > end:
                raise SystemExit("postern did not start:\n" + pathlib.Path(self.log.name).read_text())
            time.sleep(0.01)
        self.data, self.admin = ready["data"], ready["admin"]

    def ready(self):
        """The line that it prints for scripts once it serves."""
        found = re.search(r"^ready (\{.*\})$", pathlib.Path(self.log.name).read_text(), re.M)
        return found and json.loads(found[1])

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(40)
        except subprocess.TimeoutExpired:
            self.process.kill()


class Api:
    """The API of the scenarios, built call by call."""

    def __init__(self, admin, origin):
        import grpc
        from postern.admin.v1 import (api_pb2, api_pb2_grpc, cors_pb2, cors_pb2_grpc, deployment_pb2,
                                      deployment_pb2_grpc, domain_pb2, domain_pb2_grpc, integration_pb2, method_pb2,
                                      method_pb2_grpc, resource_pb2, resource_pb2_grpc)
        channel = grpc.insecure_channel(admin)
        self.i, self.m, self.r, self.d, self.c = integration_pb2, method_pb2, resource_pb2, deployment_pb2, cors_pb2
        self.methods = method_pb2_grpc.MethodServiceStub(channel)
        self.resources = resource_pb2_grpc.ResourceServiceStub(channel)
        self.deployments = deployment_pb2_grpc.DeploymentServiceStub(channel)
        cors, self.origin = cors_pb2_grpc.CorsServiceStub(channel), origin
        api = api_pb2_grpc.ApiServiceStub(channel).CreateApi(api_pb2.CreateApiRequest(api=api_pb2.Api(name="bench")))
        self.id = api.api.id

        self.put("/cors", "POST", self.mock())
        cors.EnableCors(cors_pb2.EnableCorsRequest(api_id=self.id, resource="/cors", require_all=True))
        self.put("/p1k", "GET", self.proxy("p1k"))
        self.put("/p64k", "GET", self.proxy("p64k"))
        self.put("/post", "POST", self.proxy("post"))
        self.put("/map/{file}", "GET", self.mapped())
        self.version("v1")
        self.deploy()
        domain_pb2_grpc.DomainServiceStub(channel).CreateDomainBinding(domain_pb2.CreateDomainBindingRequest(
            domain_binding=domain_pb2.DomainBinding(host="*", api_id=self.id, stage_name="prod")))

    def put(self, path, verb, method):
        self.resources.EnsurePath(self.r.EnsurePathRequest(api_id=self.id, path=path))
        self.methods.PutMethod(self.m.PutMethodRequest(api_id=self.id, resource=path, http_method=verb, method=method))

    def deploy(self):
        self.deployments.CreateDeployment(self.d.CreateDeploymentRequest(api_id=self.id, stage_name="prod"))

    def version(self, version):
        """What S6 asks for: a header that names the version."""
        self.put("/version", "ANY", self.mock({"X-Version": version}))

    def routes(self, first, last):
        with concurrent.futures.ThreadPoolExecutor(32) as pool:
            list(pool.map(lambda n: self.put(f"/r{n}/items/{{id}}/detail", "GET", self.mock()), range(first, last)))

    def mock(self, headers={}):
        names = {f"method.response.header.{name}": f"'{value}'" for name, value in headers.items()}
        return self.m.Method(
            responses=[self.m.MethodResponse(status_code=200, response_parameters=dict.fromkeys(names, False))],
            integration=self.i.Integration(
                type=self.i.INTEGRATION_TYPE_MOCK, request_templates={"application/json": '{"statusCode": 200}'},
                responses=[self.i.IntegrationResponse(status_code=200, response_parameters=names)]))

    def proxy(self, path):
        return self.m.Method(integration=self.i.Integration(
            type=self.i.INTEGRATION_TYPE_HTTP_PROXY, http_method="ANY", uri=f"http://{self.origin}/{path}"))

    def mapped(self):
        response = {"Access-Control-Allow-Origin": "'*'", "X-Frame-Options": "'DENY'",
                    "X-Mapped": "integration.response.header.X-Upstream", "X-Seen": "integration.response.header.X-Seen",
                    "Content-Type": "integration.response.header.Content-Type"}
        targets = {f"method.response.header.{name}": source for name, source in response.items()}
        return self.m.Method(
            request_parameters={"method.request.path.file": True, "method.request.querystring.a": False,
                                "method.request.header.Origin": False},
            responses=[self.m.MethodResponse(status_code=200, response_parameters=dict.fromkeys(targets, False))],
            integration=self.i.Integration(
                type=self.i.INTEGRATION_TYPE_HTTP, http_method="GET", uri=f"http://{self.origin}/map/{{file}}",
                request_parameters={"integration.request.path.file": "method.request.path.file",
                                    "integration.request.header.X-Path": "context.path",
                                    "integration.request.header.X-Query": "method.request.querystring.a",
                                    "integration.request.header.X-Origin": "method.request.header.Origin"},
                responses=[self.i.IntegrationResponse(status_code=200, response_parameters=targets)]))


def reloader(api):
    """A listener whose every request deploys the version that its path names: what S6 calls under load."""
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            api.version(self.path[1:])
            before = time.monotonic()
            api.deploy()
            print(f"deployment of {self.path[1:]}: {(time.monotonic() - before) * 1e3:.1f} ms", flush=True)
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_):
            pass
    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_port


def main():
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0], epilog="All other options go to compare.py.")
    p.add_argument("--scenario", required=True, help="comma list of " + " ".join(SCENARIOS))
    p.add_argument("--binary", default=str(TOP / "target/dist/postern"))
    p.add_argument("--tools", default=str(peers.HERE / ".tools"))
    p.add_argument("--routes", default="10", help="S5, S6: comma list")
    p.add_argument("--server-cpu", default="0")
    a, rest = p.parse_known_args()
    if not pathlib.Path(a.binary).exists():
        raise SystemExit(f"{a.binary} is not there: run `cargo build --profile dist`, or name another with --binary")
    wrong = [s for s in a.scenario.split(",") if s not in SCENARIOS]
    if wrong:
        raise SystemExit(f"no scenario {wrong[0]}; there are {' '.join(SCENARIOS)}")
    within(a.tools)
    folder = tempfile.mkdtemp(prefix="bench-postern-")
    gateway = None
    try:
        generate(folder)
        gateway, upstream = Gateway(a.binary, a.server_cpu, folder), peers.free_port()
        api = Api(gateway.admin, f"127.0.0.1:{upstream}")
        port, have = reloader(api), 0
        for scenario in a.scenario.split(","):
            for n in [int(x) for x in a.routes.split(",")] if scenario in ("S5", "S6") else [0]:
                if n > have:
                    before = time.monotonic()
                    api.routes(have, n)
                    api.deploy()
                    print(f"{n - have} routes put and deployed in {time.monotonic() - before:.1f} s", flush=True)
                    have = n
                subprocess.run(
                    [sys.executable, str(peers.HERE / "compare.py"), "--scenario", scenario, "--tools", a.tools,
                     "--routes", str(n), "--upstream-port", str(upstream), "--server-cpu", a.server_cpu,
                     "--target", f"postern=http://{gateway.data}:{gateway.process.pid}",
                     "--reload", f'curl --silent --max-time 60 "http://127.0.0.1:{port}/$VERSION"', *rest], check=True)
    finally:
        if gateway:
            gateway.stop()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
