"""The lives of things, each answer held whole against what it has to be.

A step is (call, parameters, answer): of ids and dates the answer has placeholders. `Any` stands for what differs from run
to run, a refusal for an exception with its message.
"""

import json

from check import client, refused


class Any:
    """Equal to everything of a type."""

    def __init__(self, kind):
        self.kind = kind

    def __eq__(self, other):
        return isinstance(other, self.kind)

    def __repr__(self):
        return f"any {self.kind.__name__}"


TEXT, DATE = Any(str), Any(object)


def plain(answer):
    answer.pop("ResponseMetadata", None)
    return answer


def held(aws, steps):
    """Runs calls in order; a tuple for an answer is a refusal."""
    for call, parameters, expected in steps:
        method = getattr(aws, call)
        got = refused(method, **parameters) if isinstance(expected, tuple) else plain(method(**parameters))
        if got != expected:
            raise AssertionError(f"{call} {parameters}\n  expected {expected}\n  got      {got}")


def replace(path, value, op="replace"):
    return {"patchOperations": [{"op": op, "path": path, "value": value}]}


def authorizer(aws, api):
    of = {"restApiId": api}
    uri = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:000000000000:function:a/invocations"
    made = plain(aws.create_authorizer(**of, name="a", type="TOKEN", authorizerUri=uri, identitySource="method.request.header.Auth"))
    whole = {
        "id": made["id"],
        "name": "a",
        "type": "TOKEN",
        "authType": "custom",
        "authorizerUri": uri,
        "identitySource": "method.request.header.Auth",
    }
    assert made == whole and len(made["id"]) == 6, made
    named = {**of, "authorizerId": made["id"]}
    later = {**whole, "name": "b", "authorizerResultTtlInSeconds": 0, "identityValidationExpression": "^x"}
    patches = [
        {"op": "replace", "path": "/name", "value": "b"},
        {"op": "replace", "path": "/authorizerResultTtlInSeconds", "value": "0"},
        {"op": "replace", "path": "/identityValidationExpression", "value": "^x"},
    ]
    ttl = ("BadRequestException", "Authorizer result TTL must be between 0 and 3600 seconds")
    gone = ("NotFoundException", "Invalid Authorizer identifier specified")
    held(
        aws,
        [
            ("get_authorizer", named, whole),
            ("get_authorizers", of, {"items": [whole]}),
            ("update_authorizer", {**named, "patchOperations": patches}, later),
            ("get_authorizer", named, later),
            ("update_authorizer", {**named, **replace("/authorizerResultTtlInSeconds", "3601")}, ttl),
            ("get_authorizer", named, later),
            ("delete_authorizer", named, {}),
            ("get_authorizer", named, gone),
            ("update_authorizer", {**named, **replace("/name", "c")}, gone),
            ("delete_authorizer", named, gone),
            ("get_authorizers", of, {"items": []}),
        ],
    )
    pool = "arn:aws:cognito-idp:us-east-1:000000000000:userpool/one"
    pools = plain(aws.create_authorizer(**of, name="p", type="COGNITO_USER_POOLS", providerARNs=[pool]))
    assert pools["authType"] == "cognito_user_pools" and pools["providerARNs"] == [pool], pools
    named = {**of, "authorizerId": pools["id"]}
    added = aws.update_authorizer(**named, **replace("/providerARNs", pool + "2", "add"))["providerARNs"]
    assert added == [pool, pool + "2"], added
    aws.delete_authorizer(**named)


def documentation(aws, api):
    of = {"restApiId": api}
    location = {"type": "METHOD", "path": "/pets", "method": "GET"}
    made = plain(aws.create_documentation_part(**of, location=location, properties='{"description": "a"}'))
    whole = {"id": made["id"], "location": location, "properties": '{"description": "a"}'}
    assert made == whole and len(made["id"]) == 6, made
    named = {**of, "documentationPartId": made["id"]}
    gone = ("NotFoundException", "Invalid Documentation part identifier specified")
    empty = ("BadRequestException", "Documentation part properties must be non-empty")
    later = {**whole, "properties": '{"description": "b"}'}
    version = {"version": "1", "createdDate": DATE, "description": "first"}
    of_version = {**of, "documentationVersion": "1"}
    held(
        aws,
        [
            ("get_documentation_part", named, whole),
            ("get_documentation_parts", of, {"items": [whole]}),
            ("get_documentation_parts", {**of, "type": "METHOD"}, {"items": [whole]}),
            ("get_documentation_parts", {**of, "path": "/cats"}, {"items": []}),
            ("update_documentation_part", {**named, **replace("/properties", '{"description": "b"}')}, later),
            ("update_documentation_part", {**named, **replace("/properties", "")}, empty),
            ("get_documentation_part", named, later),
            ("create_documentation_part", {**of, "location": location, "properties": ""}, empty),
            ("create_documentation_version", {**of_version, "description": "first"}, version),
            ("get_documentation_version", of_version, version),
            ("get_documentation_versions", of, {"items": [version]}),
            ("update_documentation_version", {**of_version, **replace("/description", "x")}, {**version, "description": "x"}),
            ("create_documentation_version", of_version, ("ConflictException", TEXT)),
            ("delete_documentation_version", of_version, {}),
            ("get_documentation_version", of_version, ("NotFoundException", "Invalid Documentation version specified")),
            ("get_documentation_versions", of, {"items": []}),
            ("delete_documentation_part", named, {}),
            ("get_documentation_part", named, gone),
            ("delete_documentation_part", named, gone),
            ("get_documentation_parts", of, {"items": []}),
        ],
    )


def api_key(aws, _):
    value = "abcdefghijklmnopqrst"
    made = plain(aws.create_api_key(name="one", value=value, description="d", customerId="c", stageKeys=[]))
    whole = {
        "id": made["id"],
        "value": value,
        "name": "one",
        "customerId": "c",
        "description": "d",
        "enabled": False,
        "createdDate": DATE,
        "lastUpdatedDate": DATE,
        "stageKeys": [],
    }
    assert made == whole and len(made["id"]) == 10, made
    hidden = {name: field for name, field in whole.items() if name != "value"}
    named = {"apiKey": made["id"]}
    gone = ("NotFoundException", "Invalid API Key identifier specified")
    supported = "Please choose supported operations"
    held(
        aws,
        [
            ("get_api_key", named, hidden),
            ("get_api_key", {**named, "includeValue": True}, whole),
            ("get_api_keys", {"nameQuery": "on"}, {"items": [hidden]}),
            ("get_api_keys", {"nameQuery": "ON"}, {"items": []}),
            ("get_api_keys", {"includeValues": True}, {"items": [whole]}),
            ("get_api_keys", {"customerId": "other"}, {"items": []}),
            ("update_api_key", {**named, **replace("/enabled", "true")}, {**hidden, "enabled": True}),
            ("update_api_key", {**named, **replace("/enabled", "yes")}, hidden),
            ("update_api_key", {**named, **replace("/description", "x" * 125001)}, ("BadRequestException", "Invalid API Key description specified.")),
            ("update_api_key", {**named, **replace("/name", "x" * 1025)}, ("BadRequestException", "Invalid API Key name, can be at most 1024 characters.")),
            ("update_api_key", {**named, **replace("/name", "x", "add")}, ("BadRequestException", f"Invalid patch path  '/name' specified for op 'add'. {supported}")),
            ("delete_api_key", named, {}),
            ("get_api_key", named, gone),
            ("delete_api_key", named, gone),
            ("get_api_keys", {}, {"items": []}),
        ],
    )
    drawn = aws.create_api_key(value="")
    assert len(drawn["value"]) == 40, drawn
    aws.delete_api_key(apiKey=drawn["id"])


def usage_plan(aws, api):
    made = plain(aws.create_usage_plan(name="one"))
    named = {"usagePlanId": made["id"]}
    assert made == {"id": made["id"], "name": "one", "apiStages": []}, made
    stage = {"apiId": api, "stage": "prod"}
    quota = {"limit": 5, "offset": 0, "period": "MONTH"}
    throttle = {"burstLimit": 9, "rateLimit": 2.5}
    by_steps = [
        {"op": "add", "path": "/apiStages", "value": f"{api}:prod"},
        {"op": "replace", "path": "/quota/limit", "value": "5"},
        {"op": "replace", "path": "/quota/offset", "value": "0"},
        {"op": "replace", "path": "/quota/period", "value": "MONTH"},
        # A burst above the rate is allowed.
        {"op": "replace", "path": "/throttle/burstLimit", "value": "9"},
        {"op": "replace", "path": "/throttle/rateLimit", "value": "2.5"},
    ]
    whole = {**made, "apiStages": [stage], "quota": quota, "throttle": throttle}
    key = aws.create_api_key(name="k", value="k" * 20)
    of_key = {"id": key["id"], "type": "API_KEY", "value": "k" * 20, "name": "k"}
    at_key = {**named, "keyId": key["id"]}
    missing = ("NotFoundException", f"Invalid API Key identifier specified: {key['id']}")
    bare = [{"op": "remove", "path": "/quota"}, {"op": "remove", "path": "/throttle"}]
    # All or nothing: the second operation is refused, and the first is not made.
    half = [{"op": "replace", "path": "/name", "value": "two"}, {"op": "remove", "path": "/apiStages", "value": "x:y"}]
    no_stage = ("NotFoundException", f"Invalid API Stage {{api: x, stage: y}} specified for usageplan {made['id']}")
    gone = ("NotFoundException", "Invalid Usage Plan ID specified")
    held(
        aws,
        [
            ("update_usage_plan", {**named, "patchOperations": by_steps}, whole),
            ("get_usage_plan", named, whole),
            ("update_usage_plan", {**named, "patchOperations": half}, no_stage),
            ("get_usage_plan", named, whole),
            ("get_usage_plans", {}, {"items": [whole]}),
            ("create_usage_plan_key", {**named, "keyId": key["id"], "keyType": "API_KEY"}, of_key),
            ("get_usage_plan_key", at_key, of_key),
            ("get_usage_plan_keys", named, {"items": [of_key]}),
            ("get_usage_plans", {"keyId": key["id"]}, {"items": [whole]}),
            ("get_usage_plans", {"keyId": "other"}, {"items": []}),
            ("update_usage_plan", {**named, "patchOperations": bare}, {**made, "apiStages": [stage]}),
            ("delete_usage_plan_key", at_key, {}),
            ("get_usage_plan_key", at_key, missing),
            ("delete_usage_plan_key", at_key, missing),
            ("create_usage_plan_key", {**named, "keyId": key["id"], "keyType": "API_KEY"}, of_key),
            ("delete_usage_plan", named, {}),
            ("get_usage_plan", named, gone),
            ("get_usage_plan_keys", named, gone),
            ("delete_usage_plan", named, gone),
        ],
    )
    aws.delete_api_key(apiKey=key["id"])


def vpc_link(aws, _):
    arns = ["arn:aws:elasticloadbalancing:us-east-1:000000000000:loadbalancer/net/a/b"]
    made = plain(aws.create_vpc_link(name="one", description="d", targetArns=arns))
    whole = {"id": made["id"], "name": "one", "description": "d", "targetArns": arns, "status": "PENDING"}
    assert made == whole, made
    whole["status"] = "AVAILABLE"
    named = {"vpcLinkId": made["id"]}
    gone = ("NotFoundException", "Invalid Vpc Link identifier specified")
    held(
        aws,
        [
            ("get_vpc_link", named, whole),
            ("get_vpc_links", {}, {"items": [whole]}),
            ("update_vpc_link", {**named, **replace("/name", "two")}, {**whole, "name": "two"}),
            ("delete_vpc_link", named, {}),
            ("get_vpc_link", named, gone),
            ("update_vpc_link", {**named, **replace("/name", "two")}, gone),
            ("delete_vpc_link", named, gone),
        ],
    )


def rest_api(aws, _):
    """What is odd and recorded of the settings of an API."""
    made = plain(aws.create_rest_api(name="one", binaryMediaTypes=[], version="v1"))
    whole = {
        "id": made["id"],
        "name": "one",
        "createdDate": DATE,
        "version": "v1",
        "apiKeySource": "HEADER",
        "endpointConfiguration": {"types": ["EDGE"], "ipAddressType": "ipv4"},
        "disableExecuteApiEndpoint": False,
        "rootResourceId": TEXT,
    }
    assert made == whole, made
    of = {"restApiId": made["id"]}
    whole = {**whole, "tags": {}}

    def patched(*operations):
        keys = ("op", "path", "value")
        return plain(aws.update_rest_api(**of, patchOperations=[dict(zip(keys, one)) for one in operations]))

    kinds = "/binaryMediaTypes/"
    assert patched(("add", kinds + "image~1png"), ("add", kinds + "-")) == {**whole, "binaryMediaTypes": ["image/png", "-"]}
    got = patched(("add", kinds + "image~1*"), ("add", kinds + "*~1*"))["binaryMediaTypes"]
    assert got == ["image/png", "-", "image/*", "*/*"], got
    # Replacing one removes it and appends the new one.
    got = patched(("replace", kinds + "image~1png", "image/gif"))["binaryMediaTypes"]
    assert got == ["-", "image/*", "*/*", "image/gif"], got
    got = patched(*(("remove", kinds + name) for name in ("-", "image~1*", "*~1*", "image~1gif")))
    assert got == whole, got
    assert patched(("replace", "/disableExecuteApiEndpoint", "yes")) == whole, "what is not true is false"
    private = patched(("replace", "/endpointConfiguration/types/EDGE", "PRIVATE"))["endpointConfiguration"]
    assert private == {"types": ["PRIVATE"], "ipAddressType": "dualstack"}, private
    policy = {"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "execute-api:/*"}]}
    read = json.loads(patched(("replace", "/policy", json.dumps(policy)))["policy"])
    expanded = f"arn:aws:execute-api:ap-south-1:000000000000:{made['id']}/*"
    assert read["Statement"][0]["Resource"] == expanded, read
    for kind, address in (("EDGE", "ipv4"), ("REGIONAL", "ipv4"), ("PRIVATE", "dualstack")):
        other = aws.create_rest_api(name="other", endpointConfiguration={"types": [kind]})
        assert other["endpointConfiguration"] == {"types": [kind], "ipAddressType": address}, other
        aws.delete_rest_api(restApiId=other["id"])
    aws.delete_rest_api(**of)


def method(aws, api):
    """What is odd and recorded of methods and what they hold."""
    root = aws.get_rest_api(restApiId=api)["rootResourceId"]
    pets = aws.create_resource(restApiId=api, parentId=root, pathPart="lives")["id"]
    at = {"restApiId": api, "resourceId": pets, "httpMethod": "PUT"}
    plain_method = {"httpMethod": "PUT", "authorizationType": "NONE", "apiKeyRequired": False}
    response = {**at, "statusCode": "200"}
    integration = {
        "type": "MOCK",
        "passthroughBehavior": "WHEN_NO_MATCH",
        "timeoutInMillis": 29000,
        "cacheNamespace": pets,
        "cacheKeyParameters": [],
    }
    templates = "responseTemplates"
    held(
        aws,
        [
            ("put_method", {**at, "authorizationType": "none"}, plain_method),
            # Nobody asks for it: ignored.
            ("update_method", {**at, **replace("/authorizerId", "nope00")}, plain_method),
            ("update_method", {**at, **replace("/apiKeyRequired", "maybe")}, plain_method),
            # A mock has neither verb nor address.
            ("put_integration", {**at, "type": "MOCK", "integrationHttpMethod": "GET", "uri": "http://a"}, integration),
            ("put_integration_response", response, {"statusCode": "200"}),
            ("get_integration_response", response, {"statusCode": "200"}),
            ("put_integration_response", {**response, templates: {}}, {"statusCode": "200", templates: {}}),
            ("get_integration_response", response, {"statusCode": "200", templates: {}}),
            (
                "put_integration_response",
                {**response, templates: {"application/json": ""}, "selectionPattern": ""},
                {"statusCode": "200", templates: {"application/json": None}, "selectionPattern": ""},
            ),
            # Putting it again replaces it whole, and putting the integration again drops it.
            ("put_integration_response", response, {"statusCode": "200"}),
            ("put_integration", {**at, "type": "MOCK"}, integration),
            ("get_integration_response", response, ("NotFoundException", "Invalid Response status code specified")),
            ("delete_resource", {"restApiId": api, "resourceId": pets}, {}),
            ("get_method", at, ("NotFoundException", "Invalid Resource identifier specified")),
        ],
    )
    validator = aws.create_request_validator(restApiId=api, name="v", validateRequestBody=True)["id"]
    named = {"restApiId": api, "requestValidatorId": validator}
    off = [{"op": "replace", "path": "/validateRequestBody"}]
    shown = {"id": validator, "name": "v", "validateRequestBody": False, "validateRequestParameters": False}
    gone = ("NotFoundException", "Invalid Request Validator identifier specified")
    held(
        aws,
        [
            ("update_request_validator", {**named, "patchOperations": off}, shown),
            ("delete_request_validator", named, {}),
            ("get_request_validator", named, gone),
            ("delete_request_validator", named, gone),
        ],
    )


def imports(aws, _):
    """What of a document is not taken is warned of, or refused with all of it."""
    document = {
        "openapi": "3.0.1",
        "info": {"title": "imported", "version": "7", "description": "a document"},
        "x-amazon-apigateway-binary-media-types": ["image/png"],
        "paths": {
            "/pets": {
                "get": {
                    "responses": {"200": {"description": "pets"}},
                    "x-amazon-apigateway-integration": {"type": "mock", "x-unknown": 1},
                }
            }
        },
    }
    made = plain(aws.import_rest_api(body=json.dumps(document)))
    assert (made["name"], made["version"], made["description"]) == ("imported", "7", "a document"), made
    assert made["binaryMediaTypes"] == ["image/png"] and "tags" not in made, made
    assert len(made["warnings"]) == 1 and "x-unknown" in made["warnings"][0], made
    models = [one["name"] for one in aws.get_models(restApiId=made["id"])["items"]]
    assert models == [], "an imported API owns the models of its document alone"
    before = {one["id"] for one in aws.get_rest_apis(limit=500)["items"]}
    strict = refused(aws.import_rest_api, body=json.dumps(document), failOnWarnings=True)
    assert strict[0] == "BadRequestException" and "x-unknown" in strict[1], strict
    assert {one["id"] for one in aws.get_rest_apis(limit=500)["items"]} == before, "nothing was made"
    other = dict(document, **{"x-amazon-apigateway-binary-media-types": ["image/gif"]})
    for mode, expected in (("merge", ["image/png", "image/gif"]), ("overwrite", ["image/gif"])):
        put = aws.put_rest_api(restApiId=made["id"], mode=mode, body=json.dumps(other))
        assert put["binaryMediaTypes"] == expected, (mode, put)
    ids = {one["path"]: one["id"] for one in aws.get_resources(restApiId=made["id"])["items"]}
    aws.put_rest_api(restApiId=made["id"], mode="overwrite", body=json.dumps(other))
    assert {one["path"]: one["id"] for one in aws.get_resources(restApiId=made["id"])["items"]} == ids
    aws.delete_rest_api(restApiId=made["id"])


def atomic(aws, api):
    """A call that is refused leaves nothing behind."""
    before = len(aws.get_deployments(restApiId=api)["items"])
    wrong = {"restApiId": api, "stageName": "prod", "canarySettings": {"percentTraffic": 101.0}}
    assert refused(aws.create_deployment, **wrong)[0] == "BadRequestException"
    assert refused(aws.create_deployment, restApiId=api, stageName="new", variables={"a b": "c"})[0] == "BadRequestException"
    assert len(aws.get_deployments(restApiId=api)["items"]) == before
    of_version = {"restApiId": api, "documentationVersion": "1"}
    missing = refused(aws.create_documentation_version, **of_version, stageName="nope")
    assert missing == ("NotFoundException", "Invalid Stage identifier specified"), missing
    assert aws.get_documentation_versions(restApiId=api)["items"] == []
    stage = aws.get_stage(restApiId=api, stageName="prod")
    half = [
        {"op": "replace", "path": "/description", "value": "half"},
        {"op": "copy", "path": "/deploymentId", "from": "/canarySettings/deploymentId"},
    ]
    refusal = refused(aws.update_stage, restApiId=api, stageName="prod", patchOperations=half)
    assert refusal == ("BadRequestException", "Promotion not available. Canary does not exist."), refusal
    assert plain(aws.get_stage(restApiId=api, stageName="prod")) == plain(stage)


LIVES = [authorizer, documentation, api_key, usage_plan, vpc_link, rest_api, method, imports, atomic]


def run(endpoint):
    # A region of its own: lists hold nothing else.
    aws = client(endpoint, region="ap-south-1", parameter_validation=False)
    api = aws.create_rest_api(name="lives")["id"]
    at = {"restApiId": api, "resourceId": aws.get_rest_api(restApiId=api)["rootResourceId"], "httpMethod": "GET"}
    aws.put_method(**at, authorizationType="NONE")
    aws.put_integration(**at, type="MOCK", requestTemplates={"application/json": '{"statusCode": 200}'})
    aws.create_deployment(restApiId=api, stageName="prod")
    for life in LIVES:
        life(aws, api)
    aws.delete_rest_api(restApiId=api)
    return f"{len(LIVES)} lives"
