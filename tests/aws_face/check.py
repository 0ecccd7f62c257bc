"""A client whose every call is checked against botocore's own model of API Gateway.

The request is validated by botocore as usual. The answer's raw JSON is checked here: a member that the model does not
have, or a value of another type, is an error, and so is a status other than the model's.
"""

import json

import boto3
import botocore
from botocore.config import Config


class Mismatch(AssertionError):
    """An answer that botocore's model does not have."""


def client(endpoint, service="apigateway", region="us-east-1", key="test", secret="test", **more):
    made = boto3.client(
        service,
        endpoint_url=endpoint,
        region_name=region,
        aws_access_key_id=key,
        aws_secret_access_key=secret,
        config=Config(retries={"max_attempts": 0}, **more),
    )
    made.called = set()
    if service == "apigateway":
        made.meta.events.register("before-parse.apigateway", lambda **event: check(made, **event))
    return made


def check(made, operation_model, response_dict, **_):
    status, body = response_dict["status_code"], response_dict["body"]
    if status >= 300:
        error = json.loads(body)
        assert set(error) == {"message"}, f"{operation_model.name}: an error of {sorted(error)}"
        assert response_dict["headers"].get("x-amzn-errortype"), f"{operation_model.name}: an error without a type"
        return
    made.called.add(operation_model.name)
    assert response_dict["headers"].get("x-amzn-requestid"), operation_model.name
    expected = operation_model.http.get("responseCode")
    if expected is not None:
        wanted = {202} if operation_model.name.startswith("Delete") and expected == 202 else {expected}
        if status not in wanted:
            raise Mismatch(f"{operation_model.name}: status {status}, not {expected}")
    shape = operation_model.output_shape
    if shape is None:
        assert body == b"", f"{operation_model.name}: a body where there is none: {body!r}"
    elif shape.serialization.get("payload") is None:
        fits(operation_model.name, shape, json.loads(body))


def fits(place, shape, value):
    """Whether a JSON value is of a shape, member by member."""
    if value is None:
        return
    kind = shape.type_name
    if kind == "structure":
        if not isinstance(value, dict):
            raise Mismatch(f"{place}: {value!r} is no structure")
        members = {member.serialization.get("name", name): member for name, member in shape.members.items()}
        for name, inner in value.items():
            if name not in members:
                raise Mismatch(f"{place}: {shape.name} has no member {name}")
            fits(f"{place}.{name}", members[name], inner)
    elif kind == "list":
        if not isinstance(value, list):
            raise Mismatch(f"{place}: {value!r} is no list")
        for index, inner in enumerate(value):
            fits(f"{place}[{index}]", shape.member, inner)
    elif kind == "map":
        if not isinstance(value, dict):
            raise Mismatch(f"{place}: {value!r} is no map")
        for name, inner in value.items():
            fits(f"{place}[{name}]", shape.value, inner)
    else:
        types = {
            "string": str,
            "boolean": bool,
            "integer": int,
            "long": int,
            "float": (int, float),
            "double": (int, float),
            "timestamp": (int, float),
            "blob": str,
        }[kind]
        right = isinstance(value, types) and (kind == "boolean" or not isinstance(value, bool))
        if not right:
            raise Mismatch(f"{place}: {value!r} is no {kind}")
        enum = getattr(shape, "enum", None)
        if enum and value not in enum:
            raise Mismatch(f"{place}: {value!r} is none of {enum}")


def refused(call, *args, **parameters):
    """The code and message of a call that has to fail."""
    try:
        answer = call(*args, **parameters)
    except botocore.exceptions.ClientError as error:
        return error.response["Error"]["Code"], error.response["Error"]["Message"]
    raise AssertionError(f"it was answered with {answer}")
