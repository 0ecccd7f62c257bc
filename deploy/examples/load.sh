#!/usr/bin/env bash
# Makes the calls of an example, and prints how to try it.
#   load.sh FILE     ADMIN, DATA and BACK_END name other addresses than the usual ones
set -euo pipefail
exec python3 - "$1" "${ADMIN:-127.0.0.1:9901}" "${DATA:-127.0.0.1:8080}" "${BACK_END:-127.0.0.1:9999}" <<'PYTHON'
import json, shlex, subprocess, sys

path, admin, data, back_end = sys.argv[1:]
api_id = ""


def fill(text):
    return text.replace("@api_id@", api_id).replace("@back_end@", back_end)


example = json.load(open(path))
for step in example["calls"]:
    method = f"http://{admin}/postern.admin.v1.{step['call']}"
    request = fill(json.dumps(step["request"]))
    done = subprocess.run(["buf", "curl", "--protocol", "grpc", "--http2-prior-knowledge", "--data", request, method],
                          stdout=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit(f"{step['call']} was refused")
    if step["call"] == "ApiService/CreateApi":
        api_id = json.loads(done.stdout)["api"]["id"]
    print(f"{step['call']}: done", file=sys.stderr)
for ask in example["try"]:
    words = ["curl", "--include", "--request", ask["verb"], "--header", f"Host: {api_id}.execute-api.localhost"]
    for name, value in ask.get("headers", {}).items():
        words += ["--header", f"{name}: {value}"]
    if "body" in ask:
        words += ["--data", ask["body"]]
    print(shlex.join(words + [f"http://{data}{ask['path']}"]))
PYTHON
