"""Runs `function.handler` against a Lambda Runtime API (AWS Lambda, "Using the Lambda runtime API for custom runtimes"):
takes one invocation after another and answers it. `runtime.py HOST:PORT/PATH NAME`."""

import json
import sys
import traceback
import types
import urllib.request

import function

base, name = f"http://{sys.argv[1]}/2018-06-01/runtime/invocation", sys.argv[2]


def post(path, value, headers=None):
    request = urllib.request.Request(f"{base}/{path}", json.dumps(value).encode(), headers or {})
    urllib.request.urlopen(request).close()


while True:
    with urllib.request.urlopen(f"{base}/next") as taken:
        request_id, event = taken.headers["Lambda-Runtime-Aws-Request-Id"], json.load(taken)
    try:
        context = types.SimpleNamespace(function_name=name, aws_request_id=request_id)
        post(f"{request_id}/response", function.handler(event, context))
    except Exception as error:
        report = {
            "errorMessage": str(error),
            "errorType": type(error).__name__,
            "stackTrace": traceback.format_exc().splitlines(),
        }
        post(f"{request_id}/error", report, {"Lambda-Runtime-Function-Error-Type": "Unhandled"})
