"""The life of an API with boto3 and with the AWS CLI: create, CORS, deploy, update, roll back, delete."""

import json
import subprocess
import sys
import urllib.error
import urllib.request

from check import client, refused

ORIGIN = "https://app.example.com"
HEADERS = {
    "method.response.header.Access-Control-Allow-Origin": f"'{ORIGIN}'",
    "method.response.header.Access-Control-Allow-Methods": "'GET,OPTIONS'",
    "method.response.header.Access-Control-Allow-Headers": "'Content-Type,Authorization'",
}


def ask(url, verb="GET", **headers):
    request = urllib.request.Request(url, method=verb, headers=headers)
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.headers, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read().decode()


def preflight(url):
    status, headers, _ = ask(url, "OPTIONS", **{"Origin": ORIGIN, "Access-Control-Request-Method": "GET"})
    assert status == 200 and headers.get("Access-Control-Allow-Origin") == ORIGIN, (status, headers)
    assert headers.get("Access-Control-Allow-Methods") == "GET,OPTIONS", headers


class Boto:
    """Calls by boto3."""

    def __init__(self, endpoint):
        self.aws = client(endpoint)

    def __call__(self, call, **parameters):
        return getattr(self.aws, call)(**parameters)


class Cli:
    """The same calls by the AWS CLI."""

    def __init__(self, endpoint):
        self.command = [sys.executable, "-m", "awscli", "--endpoint-url", endpoint, "--output", "json", "apigateway"]
        self.env = {
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_CONFIG_FILE": "/dev/null",
            "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def __call__(self, call, **parameters):
        arguments = [call.replace("_", "-"), "--cli-input-json", json.dumps(parameters)]
        ended = subprocess.run(self.command + arguments, env=self.env, capture_output=True, text=True, timeout=120)
        assert ended.returncode == 0, ended.stderr
        return json.loads(ended.stdout) if ended.stdout.strip() else None


def life(endpoint, aws):
    api = aws("create_rest_api", name="round")["id"]
    root = aws("get_resources", restApiId=api)["items"][0]["id"]
    at = {"restApiId": api, "resourceId": aws("create_resource", restApiId=api, parentId=root, pathPart="pets")["id"]}

    def mock(verb, template, headers):
        one = {**at, "httpMethod": verb}
        aws("put_method", **one, authorizationType="NONE")
        aws("put_method_response", **one, statusCode="200", responseParameters=dict.fromkeys(headers, False))
        aws("put_integration", **one, type="MOCK", requestTemplates={"application/json": '{"statusCode": 200}'})
        aws(
            "put_integration_response",
            **one,
            statusCode="200",
            responseParameters=headers,
            responseTemplates={"application/json": template},
        )

    allow_origin = "method.response.header.Access-Control-Allow-Origin"
    mock("GET", '{"version": 1}', {allow_origin: HEADERS[allow_origin]})
    mock("OPTIONS", "", HEADERS)
    for kind in ("DEFAULT_4XX", "DEFAULT_5XX"):
        header = {"gatewayresponse.header.Access-Control-Allow-Origin": HEADERS[allow_origin]}
        aws("put_gateway_response", restApiId=api, responseType=kind, responseParameters=header)
    first = aws("create_deployment", restApiId=api, stageName="prod")["id"]
    url = f"{endpoint}/restapis/{api}/prod/_user_request_/pets"
    status, headers, body = ask(url, Origin=ORIGIN)
    assert (status, json.loads(body)) == (200, {"version": 1}), (status, body)
    assert headers["Access-Control-Allow-Origin"] == ORIGIN
    preflight(url)
    status, headers, _ = ask(url + "/missing", Origin=ORIGIN)
    assert (status, headers["Access-Control-Allow-Origin"]) == (403, ORIGIN), (status, headers)

    template = {"op": "replace", "path": "/responseTemplates/application~1json", "value": '{"version": 2}'}
    aws("update_integration_response", **at, httpMethod="GET", statusCode="200", patchOperations=[template])
    assert json.loads(ask(url)[2]) == {"version": 1}, "an edit of the draft is not served"
    second = aws("create_deployment", restApiId=api, stageName="prod")["id"]
    assert json.loads(ask(url)[2]) == {"version": 2}
    back = {"op": "replace", "path": "/deploymentId", "value": first}
    aws("update_stage", restApiId=api, stageName="prod", patchOperations=[back])
    assert json.loads(ask(url)[2]) == {"version": 1}, "rolled back"
    aws("delete_deployment", restApiId=api, deploymentId=second)
    aws("delete_stage", restApiId=api, stageName="prod")
    assert ask(url)[0] == 403
    aws("delete_rest_api", restApiId=api)


def by_boto3(endpoint):
    life(endpoint, Boto(endpoint))


def by_cli(endpoint):
    life(endpoint, Cli(endpoint))


def canary(endpoint):
    """A canary is stored, promoted and removed as recorded."""
    aws = client(endpoint)
    api = aws.create_rest_api(name="canary")["id"]
    at = {"restApiId": api, "resourceId": aws.get_resources(restApiId=api)["items"][0]["id"], "httpMethod": "GET"}
    aws.put_method(**at, authorizationType="NONE")
    aws.put_integration(**at, type="MOCK", requestTemplates={"application/json": '{"statusCode": 200}'})
    first = aws.create_deployment(restApiId=api, stageName="prod", variables={"a": "1", "b": "1"})["id"]
    second = aws.create_deployment(
        restApiId=api,
        stageName="prod",
        canarySettings={"percentTraffic": 40.0, "stageVariableOverrides": {"a": "2"}},
    )["id"]
    stage = aws.get_stage(restApiId=api, stageName="prod")
    assert stage["deploymentId"] == first, stage
    assert stage["canarySettings"] == {
        "deploymentId": second,
        "percentTraffic": 40.0,
        "stageVariableOverrides": {"a": "2"},
        "useStageCache": False,
    }, stage
    assert refused(aws.delete_deployment, restApiId=api, deploymentId=second)[0] == "BadRequestException"
    copies = [
        {"op": "copy", "path": "/deploymentId", "from": "/canarySettings/deploymentId"},
        {"op": "copy", "path": "/variables", "from": "/canarySettings/stageVariableOverrides"},
    ]
    stage = aws.update_stage(restApiId=api, stageName="prod", patchOperations=copies)
    assert (stage["deploymentId"], stage["variables"]) == (second, {"a": "2", "b": "1"}), stage
    assert "canarySettings" in stage
    gone = [{"op": "remove", "path": "/canarySettings"}]
    assert "canarySettings" not in aws.update_stage(restApiId=api, stageName="prod", patchOperations=gone)
    aws.delete_rest_api(restApiId=api)


def settings_of_methods(endpoint):
    """Settings of one method start from what holds for all, and go their own way from there."""
    aws = client(endpoint)
    api = aws.create_rest_api(name="settings")["id"]
    at = {"restApiId": api, "resourceId": aws.get_resources(restApiId=api)["items"][0]["id"], "httpMethod": "GET"}
    aws.put_method(**at, authorizationType="NONE")
    aws.put_integration(**at, type="MOCK", requestTemplates={"application/json": '{"statusCode": 200}'})
    aws.create_deployment(restApiId=api, stageName="prod")

    def patched(*operations):
        keys = ("op", "path", "value")
        patches = [dict(zip(keys, operation)) for operation in operations]
        return aws.update_stage(restApiId=api, stageName="prod", patchOperations=patches)["methodSettings"]

    patched(("replace", "/*/*/throttling/burstLimit", "7"))
    shown = patched(("replace", "/pets/GET/logging/loglevel", "ERROR"))
    assert shown["pets/GET"]["throttlingBurstLimit"] == 7 and shown["pets/GET"]["loggingLevel"] == "ERROR", shown
    shown = patched(("replace", "/*/*/throttling/burstLimit", "9"))
    assert (shown["*/*"]["throttlingBurstLimit"], shown["pets/GET"]["throttlingBurstLimit"]) == (9, 7)
    assert shown["*/*"] == {
        "metricsEnabled": False,
        "dataTraceEnabled": False,
        "throttlingBurstLimit": 9,
        "throttlingRateLimit": 10000.0,
        "cachingEnabled": False,
        "cacheTtlInSeconds": 300,
        "cacheDataEncrypted": False,
        "requireAuthorizationForCacheControl": True,
        "unauthorizedCacheControlHeaderStrategy": "SUCCEED_WITH_RESPONSE_HEADER",
    }, shown
    assert "*/*" not in patched(("remove", "/*/*"))
    aws.delete_rest_api(restApiId=api)
