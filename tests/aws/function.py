"""A Lambda function as people write them: what it answers depends on what it is asked."""

import base64
import json


def handler(event, context):
    if "httpMethod" not in event:  # not by AWS_PROXY
        if event.get("fail"):
            raise KeyError(event["fail"])
        return {"given": event}
    path = event["path"]
    if path == "/event":
        return {"statusCode": 200, "body": json.dumps(event)}
    if path == "/teapot":
        return {
            "statusCode": 418,
            "headers": {"Content-Type": "text/plain", "X-Function": context.function_name},
            "multiValueHeaders": {"Set-Cookie": ["a=1", "b=2"]},
            "body": "short and stout",
        }
    if path == "/image":
        return {
            "headers": {"Content-Type": "image/png"},
            "body": base64.b64encode(b"\x89PNG\r\n\xff").decode(),
            "isBase64Encoded": True,
        }
    if path == "/raises":
        raise ValueError("on purpose")
    return "no answer of the proxy's form"
