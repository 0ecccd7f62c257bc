"""Every operation of the face once, by boto3; requests and answers held against botocore's model."""

import json
import pathlib
import re
import ssl
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

    copy = aws.create_rest_api(name="copy", cloneFrom=api, binaryMediaTypes=["image/png"])
    assert (copy["name"], copy["version"], copy["binaryMediaTypes"]) == ("copy", "1", ["image/png"]), copy
    assert copy["id"] != api and "tags" not in copy, copy
    assert "binaryMediaTypes" not in aws.get_rest_api(restApiId=api)
    copied = {one["path"]: one for one in aws.get_resources(restApiId=copy["id"], embed=["methods"])["items"]}
    original = {one["path"]: one for one in aws.get_resources(restApiId=api, embed=["methods"])["items"]}
    assert copied == original, (copied, original)
    aws.delete_rest_api(restApiId=copy["id"])
    missing = refused(aws.create_rest_api, name="copy", cloneFrom=copy["id"])
    assert missing == ("NotFoundException", f"Invalid API identifier specified 000000000000:{copy['id']}"), missing

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
    shape = '{"type": "object", "properties": {"id": {"type": "integer"}, "tags": {"type": "array", "items": {"type": "string"}}}}'
    aws.create_model(restApiId=api, name="Shape", contentType="application/json", schema=shape)
    template = aws.get_model_template(restApiId=api, modelName="Shape")["value"]
    patch = {"op": "add", "path": "/responseTemplates/application~1json", "value": template}
    plain = aws.get_integration_response(**at, statusCode="200")["responseTemplates"]["application/json"]
    aws.update_integration_response(**at, statusCode="200", patchOperations=[patch])
    # A mock's answer has no body of its own: the template runs, and finds nothing in it.
    written = aws.test_invoke_method(**at, pathWithQueryString="/animals/7")["body"]
    assert written == '{\n  "id" : ,\n  "tags" : [\n  ]\n}', written
    aws.update_integration_response(**at, statusCode="200", patchOperations=[{**patch, "value": plain}])
    aws.delete_model(restApiId=api, modelName="Shape")
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

    # -- documents ---------------------------------------------------------------------------------------------------
    for kind in ("oas30", "swagger"):
        exported = aws.get_export(
            restApiId=api, stageName="prod", exportType=kind, parameters={"extensions": "apigateway"}
        )
        assert exported["contentType"] == "application/json" and kind in exported["contentDisposition"], exported
        body = exported["body"]
        document = body.read() if hasattr(body, "read") else body
        assert "/animals/{id}" in json.loads(document)["paths"], document
        again = aws.import_rest_api(body=document, parameters={"endpointConfigurationTypes": "REGIONAL"})
        assert again["endpointConfiguration"]["types"] == ["REGIONAL"], again
        paths = [one["path"] for one in aws.get_resources(restApiId=again["id"])["items"]]
        assert "/animals/{id}" in paths, paths
        put = aws.put_rest_api(restApiId=again["id"], mode="overwrite", body=document)
        assert put["id"] == again["id"]
        kept_ids = {one["path"]: one["id"] for one in aws.get_resources(restApiId=again["id"])["items"]}
        assert set(kept_ids) == set(paths)
        aws.delete_rest_api(restApiId=again["id"])
    assert refused(aws.import_rest_api, body=b"no document") == ("BadRequestException", "Invalid OpenAPI input.")

    # -- labels ------------------------------------------------------------------------------------------------------
    arn = f"arn:aws:apigateway:us-east-1::/restapis/{api}"
    aws.tag_resource(resourceArn=arn, tags={"new": "label"})
    aws.untag_resource(resourceArn=arn, tagKeys=["team"])
    assert aws.get_tags(resourceArn=arn)["tags"] == {"new": "label"}
    assert aws.get_tags(resourceArn=f"{arn}/stages/dev")["tags"] == {"a": "b"}

    # -- what is kept without effect -------------------------------------------------------------------------------
    kept(aws, api)

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
    table = (pathlib.Path(__file__).parents[2] / "src/aws/operations.rs").read_text()
    implemented = set(re.findall(r'^    (\w+) (?:DELETE|GET|PATCH|POST|PUT) "', table, re.MULTILINE))
    assert aws.called == implemented, f"not walked: {sorted(implemented - aws.called)}"
    return f"{len(aws.called)} operations"


def kept(aws, api):
    """Things that are stored and read back."""
    auth = aws.create_authorizer(
        restApiId=api,
        name="token",
        type="TOKEN",
        authorizerUri="arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/x/invocations",
        identitySource="method.request.header.Authorization",
    )
    assert "authorizerResultTtlInSeconds" not in auth, auth
    named = {"restApiId": api, "authorizerId": auth["id"]}
    ttl = [{"op": "replace", "path": "/authorizerResultTtlInSeconds", "value": "60"}]
    assert aws.update_authorizer(**named, patchOperations=ttl)["authorizerResultTtlInSeconds"] == 60
    aws.get_authorizer(**named)
    assert len(aws.get_authorizers(restApiId=api)["items"]) == 1
    aws.delete_authorizer(**named)

    part = aws.create_documentation_part(
        restApiId=api, location={"type": "RESOURCE", "path": "/pets"}, properties='{"description": "pets"}'
    )
    named = {"restApiId": api, "documentationPartId": part["id"]}
    aws.update_documentation_part(
        **named, patchOperations=[{"op": "replace", "path": "/properties", "value": '{"description": "all"}'}]
    )
    assert aws.get_documentation_part(**named)["properties"] == '{"description": "all"}'
    assert aws.get_documentation_parts(restApiId=api, type="MODEL")["items"] == []
    aws.create_documentation_version(restApiId=api, documentationVersion="v 1/a", stageName="dev")
    assert aws.get_stage(restApiId=api, stageName="dev")["documentationVersion"] == "v 1/a"
    named_version = {"restApiId": api, "documentationVersion": "v 1/a"}
    described = [{"op": "replace", "path": "/description", "value": "first"}]
    aws.update_documentation_version(**named_version, patchOperations=described)
    assert aws.get_documentation_version(**named_version)["description"] == "first"
    assert len(aws.get_documentation_versions(restApiId=api)["items"]) == 1
    place = {"type": "API"}
    documented = json.dumps(
        {
            "openapi": "3.0.1",
            "info": {"title": "documented", "version": "1"},
            "paths": {},
            "x-amazon-apigateway-documentation": {
                "version": "9",
                "documentationParts": [
                    {"location": place, "properties": {"description": "an API"}},
                    {"location": part["location"], "properties": {"description": "anew"}},
                ],
            },
        }
    )
    merged = aws.import_documentation_parts(restApiId=api, mode="merge", body=documented)
    assert len(merged["ids"]) == 2 and merged["ids"][1] == part["id"] and merged["warnings"] == [], merged
    assert json.loads(aws.get_documentation_part(**named)["properties"]) == {"description": "anew"}
    only = json.dumps({**json.loads(documented), "x-amazon-apigateway-documentation": {"documentationParts": [{"location": part["location"], "properties": {"description": "anew"}}]}})
    assert aws.import_documentation_parts(restApiId=api, mode="overwrite", body=only)["ids"] == [part["id"]]
    assert [one["id"] for one in aws.get_documentation_parts(restApiId=api)["items"]] == [part["id"]]
    assert len(aws.get_documentation_versions(restApiId=api)["items"]) == 1, "no version is imported"
    broken = json.dumps({**json.loads(documented), "x-amazon-apigateway-documentation": {"documentationParts": [{"location": place}]}})
    assert refused(aws.import_documentation_parts, restApiId=api, mode="merge", body=broken)[0] == "BadRequestException"
    aws.delete_documentation_version(**named_version)
    aws.delete_documentation_part(**named)

    key = aws.create_api_key(name="key", enabled=True, value="x" * 20, tags={"a": "b"})
    assert key["value"] == "x" * 20 and "value" not in aws.get_api_key(apiKey=key["id"])
    assert aws.get_api_key(apiKey=key["id"], includeValue=True)["value"] == "x" * 20
    arn = f"arn:aws:apigateway:us-east-1::/apikeys/{key['id']}"
    aws.tag_resource(resourceArn=arn, tags={"c": "d"})
    assert aws.get_tags(resourceArn=arn)["tags"] == {"a": "b", "c": "d"}
    aws.update_api_key(apiKey=key["id"], patchOperations=[{"op": "replace", "path": "/enabled", "value": "false"}])
    assert [one["id"] for one in aws.get_api_keys(nameQuery="ke")["items"]] == [key["id"]]
    assert aws.get_api_keys(nameQuery="KE")["items"] == []

    plan = aws.create_usage_plan(
        name="plan",
        apiStages=[{"apiId": api, "stage": "prod"}],
        throttle={"burstLimit": 5, "rateLimit": 2.5},
        quota={"limit": 10, "period": "DAY"},
    )["id"]
    aws.update_usage_plan(
        usagePlanId=plan,
        patchOperations=[
            {"op": "add", "path": "/apiStages", "value": f"{api}:dev"},
            {"op": "replace", "path": "/quota/limit", "value": "20"},
        ],
    )
    shown = aws.get_usage_plan(usagePlanId=plan)
    assert len(shown["apiStages"]) == 2 and shown["quota"] == {"limit": 20, "offset": 0, "period": "DAY"}, shown
    made = aws.create_usage_plan_key(usagePlanId=plan, keyId=key["id"], keyType="API_KEY")
    assert (made["name"], made["value"]) == ("key", "x" * 20), made
    aws.get_usage_plan_key(usagePlanId=plan, keyId=key["id"])
    assert len(aws.get_usage_plan_keys(usagePlanId=plan)["items"]) == 1
    assert [one["id"] for one in aws.get_usage_plans(keyId=key["id"])["items"]] == [plan]
    of_plan = {"usagePlanId": plan, "startDate": "2026-11-23", "endDate": "2026-11-24"}
    usage = aws.get_usage(**of_plan)
    assert usage["items"] == {} and usage["startDate"] == "2026-11-23", usage
    grant = [{"op": "replace", "path": "/remaining", "value": "7"}]
    assert aws.update_usage(usagePlanId=plan, keyId=key["id"], patchOperations=grant)["items"] == {key["id"]: [[0, 7]]}
    assert aws.get_usage(**of_plan, keyId=key["id"])["items"] == {key["id"]: [[0, 7], [0, 7]]}
    assert "remaining" not in aws.get_usage_plan_key(usagePlanId=plan, keyId=key["id"])

    file = f"name,key,description,enabled,usageplanIds\nfirst,{'a' * 20},\"of, all\",TRUE,{plan}\nsecond,{'b' * 20},,,\n"
    imported = aws.import_api_keys(body=file.encode(), format="csv")
    assert len(imported["ids"]) == 2 and imported["warnings"] == [], imported
    first, second = (aws.get_api_key(apiKey=one, includeValue=True) for one in imported["ids"])
    assert (first["name"], first["value"], first["description"], first["enabled"]) == ("first", "a" * 20, "of, all", True)
    assert (second["name"], second["enabled"], second.get("description")) == ("second", False, None), second
    assert len(aws.get_usage_plan_keys(usagePlanId=plan, nameQuery="first")["items"]) == 1
    again = aws.import_api_keys(body=file.encode() + b"third,cccccccccccccccccccc,,,nope\n", format="csv")
    assert (len(again["ids"]), len(again["warnings"])) == (1, 3), again
    strict = {"body": file.encode(), "format": "csv", "failOnWarnings": True}
    assert refused(aws.import_api_keys, **strict)[0] == "BadRequestException"
    for one in imported["ids"] + again["ids"]:
        aws.delete_api_key(apiKey=one)
    aws.delete_usage_plan_key(usagePlanId=plan, keyId=key["id"])
    aws.delete_usage_plan(usagePlanId=plan)
    aws.delete_api_key(apiKey=key["id"])

    link = aws.create_vpc_link(name="link", targetArns=["arn:aws:elasticloadbalancing:us-east-1:0:loadbalancer/net/a"])
    assert link["status"] == "PENDING" and aws.get_vpc_link(vpcLinkId=link["id"])["status"] == "AVAILABLE"
    aws.update_vpc_link(vpcLinkId=link["id"], patchOperations=[{"op": "replace", "path": "/name", "value": "other"}])
    assert aws.get_vpc_links()["items"][0]["name"] == "other"
    aws.delete_vpc_link(vpcLinkId=link["id"])

    domain = {"domainName": "pets.example.com"}
    aws.create_domain_name(**domain, endpointConfiguration={"types": ["REGIONAL"]})
    aws.create_base_path_mapping(**domain, restApiId=api, stage="prod")
    named = {**domain, "basePath": "(none)"}
    assert aws.get_base_path_mapping(**named)["stage"] == "prod"
    to_dev = [{"op": "replace", "path": "/stage", "value": "dev"}]
    assert aws.update_base_path_mapping(**named, patchOperations=to_dev)["stage"] == "dev"
    renamed = [{"op": "replace", "path": "/basePath", "value": "v1"}]
    assert aws.update_base_path_mapping(**named, patchOperations=renamed)["basePath"] == "v1"
    assert [one["basePath"] for one in aws.get_base_path_mappings(**domain)["items"]] == ["v1"]
    aws.delete_base_path_mapping(**domain, basePath="v1")
    aws.update_domain_name(
        **domain, patchOperations=[{"op": "replace", "path": "/securityPolicy", "value": "TLS_1_0"}]
    )
    assert aws.get_domain_name(**domain)["securityPolicy"] == "TLS_1_0"
    assert [one["domainName"] for one in aws.get_domain_names()["items"]] == ["pets.example.com"]
    aws.delete_domain_name(**domain)

    certificate = aws.generate_client_certificate(description="one", tags={"a": "b"})
    named = {"clientCertificateId": certificate["clientCertificateId"]}
    assert certificate["pemEncodedCertificate"].startswith("-----BEGIN CERTIFICATE-----"), certificate
    assert (certificate["expirationDate"] - certificate["createdDate"]).days == 365, certificate
    ssl.PEM_cert_to_DER_cert(certificate["pemEncodedCertificate"])
    described = [{"op": "replace", "path": "/description", "value": "two"}]
    assert aws.update_client_certificate(**named, patchOperations=described)["description"] == "two"
    shown = aws.get_client_certificate(**named)
    assert shown["pemEncodedCertificate"] == certificate["pemEncodedCertificate"], shown
    assert [one["clientCertificateId"] for one in aws.get_client_certificates()["items"]] == list(named.values())
    arn = f"arn:aws:apigateway:us-east-1::/clientcertificates/{named['clientCertificateId']}"
    assert aws.get_tags(resourceArn=arn)["tags"] == {"a": "b"}
    aws.delete_client_certificate(**named)
    assert aws.get_client_certificates()["items"] == []

    role = "arn:aws:iam::000000000000:role/logs"
    aws.update_account(patchOperations=[{"op": "replace", "path": "/cloudwatchRoleArn", "value": role}])
    assert aws.get_account()["cloudwatchRoleArn"] == role


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
