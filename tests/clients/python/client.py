"""Creates an API, enables CORS, deploys and fetches it, with a client that grpcio-tools generated.

    client.py ADMIN DATA     host:port of the admin API and of the data plane

Ends with an exception unless every answer is right.
"""

import http.client
import sys

import grpc

from postern.admin.v1 import (
    api_pb2,
    api_pb2_grpc,
    cors_pb2,
    cors_pb2_grpc,
    deployment_pb2,
    deployment_pb2_grpc,
    integration_pb2,
    method_pb2,
    method_pb2_grpc,
    resource_pb2,
    resource_pb2_grpc,
    stage_pb2,
    stage_pb2_grpc,
)

ORIGIN = "https://app.example.com"
GREETING = '{"hello":"python"}'


def check(got, expected, what):
    if got != expected:
        raise AssertionError(f"{what}: got {got!r}, expected {expected!r}")


def fetch(data, api_id, verb, headers):
    """One request to the stage `prod`, by the API's default host."""
    connection = http.client.HTTPConnection(data, timeout=10)
    connection.request(verb, "/prod/greeting", headers={"Host": f"{api_id}.execute-api.localhost", **headers})
    answer = connection.getresponse()
    body = answer.read().decode()
    connection.close()
    return answer, body


def greeting():
    """A mock whose answer is constant."""
    return method_pb2.Method(
        responses=[method_pb2.MethodResponse(status_code=200)],
        integration=integration_pb2.Integration(
            type=integration_pb2.INTEGRATION_TYPE_MOCK,
            request_templates={"application/json": '{"statusCode": 200}'},
            responses=[
                integration_pb2.IntegrationResponse(
                    status_code=200, response_templates={"application/json": GREETING}
                )
            ],
        ),
    )


def main(admin, data):
    channel = grpc.insecure_channel(admin)
    apis = api_pb2_grpc.ApiServiceStub(channel)
    resources = resource_pb2_grpc.ResourceServiceStub(channel)
    methods = method_pb2_grpc.MethodServiceStub(channel)
    cors = cors_pb2_grpc.CorsServiceStub(channel)
    deployments = deployment_pb2_grpc.DeploymentServiceStub(channel)
    stages = stage_pb2_grpc.StageServiceStub(channel)

    # What is wrong is refused with a code and a text.
    try:
        apis.CreateApi(api_pb2.CreateApiRequest(api=api_pb2.Api(name="")), timeout=10)
        raise AssertionError("an API without a name was created")
    except grpc.RpcError as error:
        check(error.code(), grpc.StatusCode.INVALID_ARGUMENT, "an API without a name")

    api = apis.CreateApi(api_pb2.CreateApiRequest(api=api_pb2.Api(name="from-python")), timeout=10).api
    resources.EnsurePath(resource_pb2.EnsurePathRequest(api_id=api.id, path="/greeting"), timeout=10)
    methods.PutMethod(
        method_pb2.PutMethodRequest(api_id=api.id, resource="/greeting", http_method="GET", method=greeting()),
        timeout=10,
    )

    enable = cors_pb2.EnableCorsRequest(
        api_id=api.id,
        resource="/greeting",
        settings=cors_pb2.CorsSettings(allow_origins=[ORIGIN]),
        require_all=True,
        validate_only=True,
    )
    preview = cors.EnableCors(enable, timeout=10)
    enable.validate_only = False
    enabled = cors.EnableCors(enable, timeout=10)
    check(list(enabled.changes), list(preview.changes), "what was done against what was shown before")
    check(enabled.form, cors_pb2.CORS_FORM_STATIC, "the form for one origin")
    made = {(c.http_method, c.subject) for c in enabled.changes if c.kind == cors_pb2.CORS_CHANGE_KIND_CREATED}
    for verb, header in [("OPTIONS", "Access-Control-Allow-Methods"), ("GET", "Access-Control-Allow-Origin")]:
        if not any(verb == v and subject.endswith(header) for v, subject in made):
            raise AssertionError(f"EnableCors did not make {header} on {verb}: {sorted(made)}")

    first = deployments.CreateDeployment(
        deployment_pb2.CreateDeploymentRequest(api_id=api.id, stage_name="prod"), timeout=10
    )
    check(first.deployment.number, 1, "the number of the first deployment")

    preflight, _ = fetch(data, api.id, "OPTIONS", {"Origin": ORIGIN, "Access-Control-Request-Method": "GET"})
    check(preflight.status, 200, "status of the preflight")
    check(preflight.getheader("Access-Control-Allow-Origin"), ORIGIN, "allowed origin of the preflight")
    check(preflight.getheader("Access-Control-Allow-Methods"), "GET,OPTIONS", "allowed methods")
    actual, body = fetch(data, api.id, "GET", {"Origin": ORIGIN})
    check((actual.status, body), (200, GREETING), "the greeting")
    check(actual.getheader("Access-Control-Allow-Origin"), ORIGIN, "allowed origin of the greeting")

    explained = cors.ExplainCors(
        cors_pb2.ExplainCorsRequest(api_id=api.id, stage_name="prod", path="/greeting", origin=ORIGIN), timeout=10
    )
    check(explained.verdict, cors_pb2.CORS_VERDICT_ALLOWED, "the verdict for the page's origin")

    # A second version, and back: each is served when its call returns.
    changed = greeting()
    changed.integration.responses[0].response_templates["application/json"] = '{"hello":"again"}'
    methods.PutMethod(
        method_pb2.PutMethodRequest(api_id=api.id, resource="/greeting", http_method="GET", method=changed), timeout=10
    )
    deployments.CreateDeployment(
        deployment_pb2.CreateDeploymentRequest(api_id=api.id, stage_name="prod"), timeout=10
    )
    check(fetch(data, api.id, "GET", {})[1], '{"hello":"again"}', "the second version")
    stages.RollbackStage(stage_pb2.RollbackStageRequest(api_id=api.id, stage_name="prod"), timeout=10)
    check(fetch(data, api.id, "GET", {})[1], GREETING, "the first version after a roll-back")

    apis.DeleteApi(api_pb2.DeleteApiRequest(api_id=api.id), timeout=10)
    check(fetch(data, api.id, "GET", {})[0].status, 403, "status once the API is deleted")
    channel.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
