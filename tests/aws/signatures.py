"""Stands before a service and lets pass only what is signed right, by botocore's own arithmetic."""

import datetime
import http.client
import http.server
import threading

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

IGNORED = {"authorization", "content-length", "user-agent", "x-amzn-trace-id"}


class Door(http.server.BaseHTTPRequestHandler):
    """Passes a request on to `target` if its signature is that of `credentials`; else 403."""

    protocol_version = "HTTP/1.1"
    credentials: Credentials
    target: str
    refused: list

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        try:
            expected, sent = self.signature(body)
        except Exception as error:
            expected, sent = "a signature", repr(error)
        if expected != sent:
            self.refused.append(f"{self.command} {self.path}: {sent}, not {expected}")
            return self.answer(403, [], b"")
        connection = http.client.HTTPConnection(self.target, timeout=20)
        connection.request(self.command, self.path, body, dict(self.headers.items()))
        response = connection.getresponse()
        data = response.read()
        headers = [(n, v) for n, v in response.getheaders() if n.lower() not in ("content-length", "transfer-encoding", "connection")]
        self.answer(response.status, headers, data)
        connection.close()

    do_GET = do_PUT = do_POST

    def signature(self, body):
        """What the signature should be, and what it is."""
        scheme, _, rest = self.headers["Authorization"].partition(" ")
        parts = dict(part.strip().split("=", 1) for part in rest.split(","))
        _, date, region, service, _ = parts["Credential"].split("/")
        signed = parts["SignedHeaders"].split(";")
        assert scheme == "AWS4-HMAC-SHA256" and "host" in signed and "x-amz-date" in signed, self.headers
        # Whatever decides what is done has to be signed.
        unsigned = {name.lower() for name in self.headers.keys()} - set(signed) - IGNORED
        assert not unsigned, f"not signed: {unsigned}"
        url = f"http://{self.headers['Host']}{self.path}"
        request = AWSRequest(self.command, url, {n: self.headers[n] for n in signed if n != "host"}, body)
        request.headers["Host"] = self.headers["Host"]
        request.context["timestamp"] = self.headers["X-Amz-Date"]
        stamp = datetime.datetime.strptime(self.headers["X-Amz-Date"], "%Y%m%dT%H%M%SZ")
        age = abs((datetime.datetime.now(datetime.UTC).replace(tzinfo=None) - stamp).total_seconds())
        assert age < 300 and date == stamp.strftime("%Y%m%d"), "the clock"
        auth = SigV4Auth(self.credentials, service, region)
        canonical = auth.canonical_request(request)
        return auth.signature(auth.string_to_sign(request, canonical), request), parts["Signature"]

    def answer(self, status, headers, body):
        self.send_response_only(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def start(target, credentials):
    """Starts a door; gives its address and the list of what it refused."""
    refused = []
    kind = type("Door", (Door,), {"target": target, "credentials": credentials, "refused": refused})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), kind)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"127.0.0.1:{server.server_address[1]}", refused
