"""Creates an API, enables CORS on it and deploys it.

    example.py ADMIN     host:port of the admin API
"""

import sys

import grpc
from google.rpc import error_details_pb2
from grpc_status import rpc_status

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
)


def main(admin):
    with grpc.insecure_channel(admin) as channel:
        apis = api_pb2_grpc.ApiServiceStub(channel)
        api = apis.CreateApi(api_pb2.CreateApiRequest(api=api_pb2.Api(name="python example"))).api
        print(f"created the API {api.id}")

        resources = resource_pb2_grpc.ResourceServiceStub(channel)
        resources.EnsurePath(resource_pb2.EnsurePathRequest(api_id=api.id, path="/hello"))

        # A method that the gateway answers by itself.
        method = method_pb2.Method(
            responses=[method_pb2.MethodResponse(status_code=200)],
            integration=integration_pb2.Integration(
                type=integration_pb2.INTEGRATION_TYPE_MOCK,
                request_templates={"application/json": '{"statusCode": 200}'},
                responses=[
                    integration_pb2.IntegrationResponse(
                        status_code=200, response_templates={"application/json": '{"hello":"world"}'}
                    )
                ],
            ),
        )
        methods = method_pb2_grpc.MethodServiceStub(channel)
        put = method_pb2.PutMethodRequest(api_id=api.id, resource="/hello", http_method="GET", method=method)
        methods.PutMethod(put)

        # First the list of changes, then the changes.
        cors = cors_pb2_grpc.CorsServiceStub(channel)
        enable = cors_pb2.EnableCorsRequest(
            api_id=api.id,
            resource="/hello",
            settings=cors_pb2.CorsSettings(allow_origins=["https://app.example.com"]),
        )
        enable.validate_only = True
        for change in cors.EnableCors(enable).changes:
            print(f"  would change {change.path} {change.http_method}: {change.subject} = {change.new_value}")
        enable.validate_only = False
        cors.EnableCors(enable)

        deployments = deployment_pb2_grpc.DeploymentServiceStub(channel)
        deployed = deployments.CreateDeployment(
            deployment_pb2.CreateDeploymentRequest(api_id=api.id, stage_name="prod")
        )
        print(f"deployed number {deployed.deployment.number}; it answers at")
        print(f"  curl -H 'Host: {api.id}.execute-api.localhost' http://127.0.0.1:8080/prod/hello")

        # What a refusal looks like.
        try:
            apis.CreateApi(api_pb2.CreateApiRequest(api=api_pb2.Api()))
        except grpc.RpcError as error:
            print(f"an API without a name is refused: {error.code().name}")
            for detail in rpc_status.from_call(error).details:
                if detail.Is(error_details_pb2.BadRequest.DESCRIPTOR):
                    bad = error_details_pb2.BadRequest()
                    detail.Unpack(bad)
                    for violation in bad.field_violations:
                        print(f"  {violation.field}: {violation.description}")

        apis.DeleteApi(api_pb2.DeleteApiRequest(api_id=api.id))


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:9901")
