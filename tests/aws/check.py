"""Runs Postern before a real function and real services, and checks what callers get. `check.py BINARY TOOLS`."""

import contextlib
import http.client
import json
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import time

import boto3
from botocore.credentials import Credentials

import signatures

BINARY, TOOLS = sys.argv[1], pathlib.Path(sys.argv[2])
HERE = pathlib.Path(__file__).parent
KEY = Credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "a-session-token")
ARN = "arn:aws:lambda:us-east-1:000000000000:function:pets"
FUNCTION = f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{ARN}/invocations"

checks = {"passed": 0, "failed": 0}


def check(what, found, expected):
    right = found == expected
    checks["passed" if right else "failed"] += 1
    print(f"  {what}: " + ("right" if right else f"FAILED\n    found    {found!r}\n    expected {expected!r}"))


def free_port():
    with contextlib.closing(socket.socket()) as bound:
        bound.bind(("127.0.0.1", 0))
        return bound.getsockname()[1]


def until(ready, what, process):
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert process.poll() is None, f"{what} ended with {process.poll()}"
        with contextlib.suppress(OSError):
            if ready():
                return
        time.sleep(0.05)
    raise SystemExit(f"{what} is not ready after 60 s")


def listens(port):
    def ready():
        socket.create_connection(("127.0.0.1", port), 1).close()
        return True

    return ready


def main(started, work):
    def start(what, *command, **options):
        log = open(work / f"{what}.log", "wb")
        process = subprocess.Popen([str(part) for part in command], stdout=log, stderr=log, cwd=work, **options)
        started.append(process)
        return process

    # -- the function, and the emulator that invokes it --------------------------------------------------------------
    project = work / "project"
    (project / "src").mkdir(parents=True)
    (project / "Cargo.toml").write_text('[package]\nname = "pets"\nversion = "0.1.0"\nedition = "2021"\n')
    (project / "src/main.rs").write_text("fn main() {}\n")
    lambda_port = free_port()
    emulator = start(
        "cargo-lambda", TOOLS / "cargo-lambda", "lambda", "watch", "--only-lambda-apis", "--ignore-changes",
        "--invoke-address", "127.0.0.1", "--invoke-port", lambda_port, "--manifest-path", project / "Cargo.toml",
    )
    until(listens(lambda_port), "cargo-lambda's emulator", emulator)
    start("function", sys.executable, HERE / "runtime.py", f"127.0.0.1:{lambda_port}/.rt/pets", "pets")

    # -- the services ------------------------------------------------------------------------------------------------
    moto_port = free_port()
    moto = start("moto", TOOLS / "moto_server", "-H", "127.0.0.1", "-p", moto_port)
    until(listens(moto_port), "moto's server", moto)
    client = lambda name: boto3.client(
        name, region_name="us-east-1", endpoint_url=f"http://127.0.0.1:{moto_port}",
        aws_access_key_id=KEY.access_key, aws_secret_access_key=KEY.secret_key, aws_session_token=KEY.token,
    )
    sqs, dynamodb = client("sqs"), client("dynamodb")
    queue = sqs.create_queue(QueueName="orders")["QueueUrl"]
    dynamodb.create_table(
        TableName="pets", BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
    )

    # -- Postern -----------------------------------------------------------------------------------------------------
    lambda_door, lambda_refused = signatures.start(f"127.0.0.1:{lambda_port}", KEY)
    moto_door, moto_refused = signatures.start(f"127.0.0.1:{moto_port}", KEY)
    server = start(
        "postern", BINARY, "serve", "--data-dir", work / "data", "--workers", "1", "--listen", "127.0.0.1:0",
        "--admin-listen", "127.0.0.1:0", "--ops-listen", "127.0.0.1:0", "--lambda-endpoint", f"http://{lambda_door}",
        "--aws-endpoint", f"sqs=http://{moto_door}", "--aws-endpoint", f"dynamodb=http://{moto_door}",
        env=os.environ | {
            "POSTERN_AWS_ACCESS_KEY_ID": KEY.access_key,
            "POSTERN_AWS_SECRET_ACCESS_KEY": KEY.secret_key,
            "POSTERN_AWS_SESSION_TOKEN": KEY.token,
        },
    )
    until(lambda: b"\nready " in b"\n" + (work / "postern.log").read_bytes(), "postern", server)
    line = next(line for line in (work / "postern.log").read_text().splitlines() if line.startswith("ready "))
    at = json.loads(line.removeprefix("ready "))

    def postern(*arguments):
        command = [BINARY, *map(str, arguments), "--admin", f"http://{at['admin']}"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=30)
        assert done.returncode == 0, f"{arguments}: {done.stdout}{done.stderr}"
        return done.stdout

    def put(api, path, verb, method):
        file = work / "method.json"
        file.write_text(json.dumps(method))
        postern("resource", "ensure", api, path)
        postern("method", "put", api, path, verb, "--file", file)

    def mapped(uri, template, responses, parameters=None):
        return {
            "responses": [{"statusCode": status} for status, *_ in responses],
            "integration": {
                "type": "INTEGRATION_TYPE_AWS", "httpMethod": "POST", "uri": uri,
                "requestParameters": parameters or {},
                "requestTemplates": {"application/json": template},
                "responses": [
                    {"statusCode": status, "selectionPattern": pattern, "responseTemplates": {"application/json": answer}}
                    for status, pattern, answer in responses
                ],
            },
        }

    postern("api", "create", "pets", "--binary-media-type", "image/png")
    proxy = {"integration": {"type": "INTEGRATION_TYPE_AWS_PROXY", "httpMethod": "POST", "uri": FUNCTION}}
    put("pets", "/{proxy+}", "ANY", proxy)
    postern("api", "create", "mapped")
    put("mapped", "/function", "POST", mapped(
        FUNCTION, "$input.json('$')", [(200, "", ""), (404, "'unicorn'", '{"missing": true}')],
    ))
    put("mapped", "/queue", "POST", mapped(
        "arn:aws:apigateway:us-east-1:sqs:path/" + queue.split("/", 3)[3],
        "Action=SendMessage&Version=2012-11-05&MessageBody=$util.urlEncode($input.body)",
        [(200, "200", ""), (500, "", "")],
        {"integration.request.header.Content-Type": "'application/x-www-form-urlencoded'"},
    ))
    put("mapped", "/items", "POST", mapped(
        "arn:aws:apigateway:us-east-1:dynamodb:action/PutItem",
        '{"TableName": "pets", "Item": {"id": {"S": $input.json(\'$.id\')}, "name": {"S": $input.json(\'$.name\')}}}',
        [(201, "200", ""), (400, "4\\d{2}", '{"type": $input.json(\'$.__type\')}')],
    ))
    for api in ("pets", "mapped"):
        postern("deploy", api, "--stage", "prod")
        postern("domain", "bind", f"{api}.example", api, "prod")
    host, port = at["data"].rsplit(":", 1)

    def call(method, path, body=None, api="pets", **headers):
        connection = http.client.HTTPConnection(host, int(port), timeout=30)
        connection.request(method, path, body, {"Host": f"{api}.example"} | headers)
        response = connection.getresponse()
        data = response.read()
        connection.close()
        return response.status, data, response.msg

    print("AWS_PROXY:")
    status, data, headers = call("POST", "/event?a=1&a=2", "{}", **{"X-CuStom": "Kept", "Content-Type": "application/json"})
    event = json.loads(data) if status == 200 else {"answer": data}
    check("status", status, 200)
    check("the event's path", event.get("path"), "/event")
    check("its header spelling", event.get("headers", {}).get("X-CuStom"), "Kept")
    check("its query", event.get("multiValueQueryStringParameters"), {"a": ["1", "2"]})
    check("its path parameters", event.get("pathParameters"), {"proxy": "event"})
    check("its body", (event.get("body"), event.get("isBase64Encoded")), ("{}", False))
    check("the answer's content type", headers["Content-Type"], "application/json")
    status, data, headers = call("GET", "/teapot")
    check("a status, headers and a body of its own", (status, headers["X-Function"], data), (418, "pets", b"short and stout"))
    check("many values", headers.get_all("Set-Cookie"), ["a=1", "b=2"])
    check("bytes for who takes them", call("GET", "/image", Accept="image/png")[1], b"\x89PNG\r\n\xff")
    check("base64 for who does not", call("GET", "/image", Accept="text/html")[1], b"iVBORw0K/w==")
    for path in ("/raises", "/text"):
        status, data, _ = call("GET", path)
        check(f"{path} is malformed", (status, data), (502, b'{"message": "Internal server error"}'))

    print("AWS, a function:")
    json_type = {"api": "mapped", "Content-Type": "application/json"}
    check("its output", call("POST", "/function", '{"a":1}', **json_type)[:2], (200, b'{"given": {"a": 1}}'))
    check("its error, by pattern", call("POST", "/function", '{"fail":"unicorn"}', **json_type)[:2], (404, b'{"missing": true}'))

    print("AWS, services:")
    check("SQS takes a message", call("POST", "/queue", "a message & more", **json_type)[0], 200)
    received = sqs.receive_message(QueueUrl=queue).get("Messages", [])
    check("and gives it out", [message["Body"] for message in received], ["a message & more"])
    check("DynamoDB takes an item", call("POST", "/items", '{"id":"7","name":"Rex"}', **json_type)[0], 201)
    item = dynamodb.get_item(TableName="pets", Key={"id": {"S": "7"}}).get("Item")
    check("and gives it out", item, {"id": {"S": "7"}, "name": {"S": "Rex"}})
    status, data, _ = call("POST", "/items", '{"id":"","name":"none"}', **json_type)
    check("what it refuses is mapped", (status, b"ValidationException" in data), (400, True))

    print("Signatures:")
    check("refused by botocore's arithmetic", lambda_refused + moto_refused, [])
    log = (work / "postern.log").read_text()
    check("secrets in the log", [secret for secret in (KEY.secret_key, KEY.token) if secret in log], [])


with tempfile.TemporaryDirectory() as directory:
    processes, folder = [], pathlib.Path(directory)
    try:
        main(processes, folder)
    except BaseException:
        for log in sorted(folder.glob("*.log")):
            print(f"--- {log.name}", *log.read_text(errors="replace").splitlines()[-30:], sep="\n", file=sys.stderr)
        raise
    finally:
        for process in reversed(processes):
            process.terminate()
        for process in reversed(processes):
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(5)
            process.kill()
print(f"aws: {checks['passed']} passed, {checks['failed']} failed")
sys.exit(1 if checks["failed"] else 0)
