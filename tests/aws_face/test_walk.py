"""Every operation of the face once, by boto3; requests and answers held against botocore's model."""

import json
import urllib.error
import urllib.request

from check import client, refused


def walk(endpoint):
    aws = client(endpoint)

    # -- APIs ------------------------------------------------------------------------------------------------------
    made = aws.create_rest_api(
        name="pets", description="All pets", version="1", binaryMediaTypes=["image/png"], tags={"team": "a"}
    )
    api = made["id"]
    assert made["tags"] == {"team": "a"} and made["endpointConfiguration"]["types"] == ["EDGE"], made
    assert aws.get_rest_api(restApiId=api)["name"] == "pets"
    assert api in [one["id"] for one in aws.get_rest_apis(limit=500)["items"]]
    patched = aws.update_rest_api(
        restApiId=api,
        patchOperations=[
            {"op": "replace", "path": "/name", "value": "animals"},
            {"op": "add", "path": "/binaryMediaTypes/image~1gif"},
            {"op": "replace", "path": "/minimumCompressionSize", "value": "1024"},
            {"op": "remove", "path": "/description"},
        ],
    )
    assert patched["binaryMediaTypes"] == ["image/png", "image/gif"], patched
    assert patched["minimumCompressionSize"] == 1024 and "description" not in patched
    plain = [{"op": "remove", "path": f"/binaryMediaTypes/image~1{kind}"} for kind in ("png", "gif")]
    plain.append({"op": "replace", "path": "/minimumCompressionSize", "value": ""})
    patched = aws.update_rest_api(restApiId=api, patchOperations=plain)
    assert "binaryMediaTypes" not in patched and "minimumCompressionSize" not in patched, patched

    # -- resources -------------------------------------------------------------------------------------------------
    root = aws.get_resources(restApiId=api)["items"][0]["id"]
    pets = aws.create_resource(restApiId=api, parentId=root, pathPart="pets")["id"]
    pet = aws.create_resource(restApiId=api, parentId=pets, pathPart="{id}")["id"]
    assert aws.get_resource(restApiId=api, resourceId=pet)["path"] == "/pets/{id}"
    moved = aws.update_resource(
        restApiId=api, resourceId=pets, patchOperations=[{"op": "replace", "path": "/pathPart", "value": "animals"}]
    )
    assert moved["path"] == "/animals"
    assert aws.get_resource(restApiId=api, resourceId=pet)["path"] == "/animals/{id}"

    # -- methods and what they hold ----------------------------------------------------------------------------------
    at = {"restApiId": api, "resourceId": pet, "httpMethod": "GET"}
    aws.put_method(
        **at,
        authorizationType="none",
        requestParameters={"method.request.path.id": True, "method.request.header.X-A": False},
        requestModels={"application/json": "Empty"},
    )
    aws.update_method(**at, patchOperations=[{"op": "replace", "path": "/operationName", "value": "getPet"}])
    aws.put_integration(
        **at,
        type="MOCK",
        requestTemplates={"application/json": '{"statusCode": 200}'},
        requestParameters={"integration.request.path.id": "method.request.path.id"},
    )
    aws.update_integration(
        **at, patchOperations=[{"op": "replace", "path": "/passthroughBehavior", "value": "NEVER"}]
    )
    aws.put_method_response(
        **at,
        statusCode="200",
        responseParameters={"method.response.header.Access-Control-Allow-Origin": False},
        responseModels={"application/json": "Empty"},
    )
    aws.update_method_response(
        **at,
        statusCode="200",
        patchOperations=[{"op": "add", "path": "/responseParameters/method.response.header.X-B", "value": "true"}],
    )
    aws.put_integration_response(
        **at,
        statusCode="200",
        responseParameters={"method.response.header.Access-Control-Allow-Origin": "'*'"},
        responseTemplates={"application/json": '{"id": "one"}', "application/xml": ""},
    )
    shown = aws.update_integration_response(
        **at, statusCode="200", patchOperations=[{"op": "replace", "path": "/selectionPattern", "value": ""}]
    )
    assert shown["responseTemplates"] == {"application/json": '{"id": "one"}', "application/xml": None}, shown
    aws.get_integration_response(**at, statusCode="200")
    aws.get_method_response(**at, statusCode="200")
    aws.get_integration(**at)
    whole = aws.get_method(**at)
    assert whole["authorizationType"] == "NONE" and whole["operationName"] == "getPet"
    assert whole["methodIntegration"]["integrationResponses"]["200"]["statusCode"] == "200"
    listed = aws.get_resources(restApiId=api, embed=["methods"])["items"]
    assert any(one.get("resourceMethods", {}).get("GET", {}).get("methodIntegration") for one in listed)
    plain = aws.get_resources(restApiId=api)["items"]
    assert any(one.get("resourceMethods") == {"GET": {}} for one in plain)

    tested = aws.test_invoke_method(**at, pathWithQueryString="/animals/7?x=1", headers={"X-A": "b"})
    assert tested["status"] == 200 and json.loads(tested["body"]) == {"id": "one"}, tested
    assert tested["headers"]["Access-Control-Allow-Origin"] == "*", tested
    assert "Method completed with status: 200" in tested["log"]

    # -- models and validators -------------------------------------------------------------------------------------
    names = [model["name"] for model in aws.get_models(restApiId=api)["items"]]
    assert names == ["Empty", "Error"], names
    aws.create_model(restApiId=api, name="Pet", contentType="application/json", schema='{"type": "object"}')
    schema = [{"op": "replace", "path": "/schema", "value": '{"type": "object", "required": ["id"]}'}]
    aws.update_model(restApiId=api, modelName="Pet", patchOperations=schema)
    assert "required" in aws.get_model(restApiId=api, modelName="Pet")["schema"]
    validator = aws.create_request_validator(restApiId=api, name="body", validateRequestBody=True)["id"]
    both = [{"op": "replace", "path": "/validateRequestParameters", "value": "true"}]
    aws.update_request_validator(restApiId=api, requestValidatorId=validator, patchOperations=both)
    assert aws.get_request_validator(restApiId=api, requestValidatorId=validator)["validateRequestParameters"]
    assert len(aws.get_request_validators(restApiId=api)["items"]) == 1
    aws.update_method(
        **at, patchOperations=[{"op": "replace", "path": "/requestValidatorId", "value": validator}]
    )
    aws.update_method(**at, patchOperations=[{"op": "replace", "path": "/requestValidatorId", "value": ""}])
    aws.delete_request_validator(restApiId=api, requestValidatorId=validator)
    aws.delete_model(restApiId=api, modelName="Pet")

    # -- gateway responses -------------------------------------------------------------------------------------------
    assert len(aws.get_gateway_responses(restApiId=api)["items"]) == 21
    aws.put_gateway_response(
        restApiId=api,
        responseType="DEFAULT_4XX",
        responseParameters={"gatewayresponse.header.Access-Control-Allow-Origin": "'*'"},
    )
    aws.update_gateway_response(
        restApiId=api,
        responseType="DEFAULT_5XX",
        patchOperations=[{"op": "replace", "path": "/statusCode", "value": "599"}],
    )
    inherited = aws.get_gateway_response(restApiId=api, responseType="API_CONFIGURATION_ERROR")
    assert (inherited["statusCode"], inherited["defaultResponse"]) == ("599", True)
    aws.delete_gateway_response(restApiId=api, responseType="DEFAULT_5XX")

    # -- deployments and stages --------------------------------------------------------------------------------------
    first = aws.create_deployment(restApiId=api, stageName="prod", description="one", variables={"colour": "red"})["id"]
    second = aws.create_deployment(restApiId=api)["id"]
    summary = aws.get_deployment(restApiId=api, deploymentId=first, embed=["apisummary"])["apiSummary"]
    assert summary == {"/animals/{id}": {"GET": {"authorizationType": "NONE", "apiKeyRequired": False}}}
    described = [{"op": "replace", "path": "/description", "value": "two"}]
    aws.update_deployment(restApiId=api, deploymentId=second, patchOperations=described)
    assert {one["id"] for one in aws.get_deployments(restApiId=api)["items"]} == {first, second}
    aws.create_stage(restApiId=api, stageName="dev", deploymentId=second, tags={"a": "b"}, variables={"x": "y"})
    assert [one["stageName"] for one in aws.get_stages(restApiId=api, deploymentId=second)["item"]] == ["dev"]
    stage = aws.update_stage(
        restApiId=api,
        stageName="prod",
        patchOperations=[
            {"op": "replace", "path": "/*/*/throttling/burstLimit", "value": "10"},
            {"op": "replace", "path": "/animals~1{id}/GET/metrics/enabled", "value": "true"},
            {"op": "replace", "path": "/tracingEnabled", "value": "true"},
            {"op": "replace", "path": "/variables/colour", "value": "blue"},
            {"op": "replace", "path": "/canarySettings/percentTraffic", "value": "12.5"},
        ],
    )
    assert stage["methodSettings"]["animals~1{id}/GET"]["throttlingBurstLimit"] == 10, stage
    assert stage["variables"] == {"colour": "blue"} and stage["tracingEnabled"]
    assert stage["canarySettings"]["percentTraffic"] == 12.5
    aws.update_stage(
        restApiId=api, stageName="prod", patchOperations=[{"op": "remove", "path": "/canarySettings"}]
    )
    assert "canarySettings" not in aws.get_stage(restApiId=api, stageName="prod")
    aws.flush_stage_cache(restApiId=api, stageName="prod")
    aws.flush_stage_authorizers_cache(restApiId=api, stageName="prod")

    # -- the data plane on the same port ---------------------------------------------------------------------------
    for url in (
        f"{endpoint}/restapis/{api}/prod/_user_request_/animals/7",
        f"{endpoint}/_aws/execute-api/{api}/prod/animals/7?x=y",
    ):
        with urllib.request.urlopen(url) as answer:
            assert json.load(answer) == {"id": "one"}, url
    by_host = urllib.request.Request(f"{endpoint}/prod/animals/7", headers={"Host": f"{api}.execute-api.localhost"})
    with urllib.request.urlopen(by_host) as answer:
        assert answer.headers["Access-Control-Allow-Origin"] == "*"

    # -- labels ------------------------------------------------------------------------------------------------------
    arn = f"arn:aws:apigateway:us-east-1::/restapis/{api}"
    aws.tag_resource(resourceArn=arn, tags={"new": "label"})
    aws.untag_resource(resourceArn=arn, tagKeys=["team"])
    assert aws.get_tags(resourceArn=arn)["tags"] == {"new": "label"}
    assert aws.get_tags(resourceArn=f"{arn}/stages/dev")["tags"] == {"a": "b"}

    # -- pages -------------------------------------------------------------------------------------------------------
    pages = aws.get_paginator("get_resources").paginate(restApiId=api, PaginationConfig={"PageSize": 1})
    assert [len(page["items"]) for page in pages] == [1, 1, 1]

    # -- the end -----------------------------------------------------------------------------------------------------
    aws.delete_integration_response(**at, statusCode="200")
    aws.delete_method_response(**at, statusCode="200")
    aws.delete_integration(**at)
    aws.delete_method(**at)
    aws.delete_resource(restApiId=api, resourceId=pets)
    assert len(aws.get_resources(restApiId=api)["items"]) == 1
    assert refused(aws.delete_deployment, restApiId=api, deploymentId=second) == (
        "BadRequestException",
        "Active stages pointing to this deployment must be moved or deleted",
    )
    aws.delete_stage(restApiId=api, stageName="dev")
    aws.delete_deployment(restApiId=api, deploymentId=second)
    aws.delete_stage(restApiId=api, stageName="prod")
    aws.delete_rest_api(restApiId=api)
    assert refused(aws.get_rest_api, restApiId=api)[0] == "NotFoundException"
    return f"{len(aws.called)} operations"


def identity(endpoint):
    sts = client(endpoint, "sts").get_caller_identity()
    assert sts["Account"] == "000000000000" and sts["UserId"] == "test", sts


def regions(endpoint):
    """What is made in one region is not there in another."""
    east, west = client(endpoint), client(endpoint, region="eu-west-1")
    api = west.create_rest_api(name="west")["id"]
    assert api not in [one["id"] for one in east.get_rest_apis(limit=500)["items"]]
    assert refused(east.get_rest_api, restApiId=api)[0] == "NotFoundException"
    west.delete_rest_api(restApiId=api)


def unknown(endpoint):
    """What is not built says so."""
    aws = client(endpoint)
    code, message = refused(aws.get_sdk_types)
    assert code == "UnknownOperationException", (code, message)


def signatures(keyed):
    """A server with a caller's key takes that key's signatures and no others."""
    named = {"key": "AKIDTEST", "secret": "the-secret-of-the-test"}
    aws = client(keyed, **named)
    api = aws.create_rest_api(name="signed", tags={"with space": "ü/=?&"})["id"]
    aws.tag_resource(resourceArn=f"arn:aws:apigateway:us-east-1::/restapis/{api}", tags={"a b": "c"})
    aws.untag_resource(resourceArn=f"arn:aws:apigateway:us-east-1::/restapis/{api}", tagKeys=["a b", "with space"])
    aws.delete_rest_api(restApiId=api)
    assert client(keyed, "sts", **named).get_caller_identity()["UserId"] == "AKIDTEST"
    wrong = refused(client(keyed, key="AKIDTEST", secret="another").get_rest_apis)
    assert wrong[0] == "InvalidSignatureException", wrong
    nobody = refused(client(keyed, key="AKIDOTHER").get_rest_apis)
    assert nobody[0] == "UnrecognizedClientException", nobody
    try:
        urllib.request.urlopen(f"{keyed}/restapis")
    except urllib.error.HTTPError as error:
        assert error.code == 403 and error.headers["x-amzn-errortype"] == "MissingAuthenticationTokenException"
    else:
        raise AssertionError("an unsigned call was answered")
