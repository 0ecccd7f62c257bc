"""A back end with pets. Prints its address, then answers until it is stopped."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

PETS = {"1": {"name": "Rex", "age": 3}}


class Pets(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, status, value):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        url = urlsplit(self.path)
        if url.path == "/v1/pets":
            limit = int(parse_qs(url.query).get("limit", ["10"])[0])
            return self.answer(200, list(PETS.values())[:limit])
        pet = PETS.get(url.path.removeprefix("/v1/pets/"))
        return self.answer(200, pet) if pet else self.answer(404, {"message": "no such pet"})

    def do_PUT(self):
        pet = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        PETS[self.path.removeprefix("/v1/pets/")] = pet
        self.answer(200, pet)


server = ThreadingHTTPServer(("127.0.0.1", 0), Pets)
print(f"127.0.0.1:{server.server_address[1]}", flush=True)
server.serve_forever()
