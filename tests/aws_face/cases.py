"""What the service was recorded to answer to wrong calls: (name, call, parameters, exception, message).

`{…}` in parameters and messages stands for what `setting` made. A list of parameters is one call after another, of
which the last one has to fail.
"""

NOT_FOUND, BAD, CONFLICT = "NotFoundException", "BadRequestException", "ConflictException"
VALIDATION = "ValidationException"
OPS = "[add, remove, move, test, replace, copy]"
GATEWAY_TYPES = (
    "[REQUEST_TOO_LARGE, RESOURCE_NOT_FOUND, AUTHORIZER_CONFIGURATION_ERROR, MISSING_AUTHENTICATION_TOKEN, "
    "BAD_REQUEST_BODY, INVALID_SIGNATURE, INVALID_API_KEY, BAD_REQUEST_PARAMETERS, AUTHORIZER_FAILURE, UNAUTHORIZED, "
    "INTEGRATION_TIMEOUT, ACCESS_DENIED, DEFAULT_4XX, DEFAULT_5XX, WAF_FILTERED, QUOTA_EXCEEDED, THROTTLED, "
    "API_CONFIGURATION_ERROR, UNSUPPORTED_MEDIA_TYPE, INTEGRATION_FAILURE, EXPIRED_TOKEN]"
)
# As the service lists them, its own slips of commas among them.
STAGE_PATHS = (
    "[/deploymentId, /description, /cacheClusterEnabled, /cacheClusterSize, /clientCertificateId, /accessLogSettings, "
    "/accessLogSettings/destinationArn, /accessLogSettings/format, /{{resourcePath}}/{{httpMethod}}/metrics/enabled, "
    "/{{resourcePath}}/{{httpMethod}}/logging/dataTrace, /{{resourcePath}}/{{httpMethod}}/logging/loglevel, "
    "/{{resourcePath}}/{{httpMethod}}/throttling/burstLimit/{{resourcePath}}/{{httpMethod}}/throttling/rateLimit"
    "/{{resourcePath}}/{{httpMethod}}/caching/ttlInSeconds, /{{resourcePath}}/{{httpMethod}}/caching/enabled, "
    "/{{resourcePath}}/{{httpMethod}}/caching/dataEncrypted, "
    "/{{resourcePath}}/{{httpMethod}}/caching/requireAuthorizationForCacheControl, "
    "/{{resourcePath}}/{{httpMethod}}/caching/unauthorizedCacheControlHeaderStrategy, /*/*/metrics/enabled, "
    "/*/*/logging/dataTrace, /*/*/logging/loglevel, /*/*/throttling/burstLimit /*/*/throttling/rateLimit "
    "/*/*/caching/ttlInSeconds, /*/*/caching/enabled, /*/*/caching/dataEncrypted, "
    "/*/*/caching/requireAuthorizationForCacheControl, /*/*/caching/unauthorizedCacheControlHeaderStrategy, "
    "/variables/{{variable_name}}, /tracingEnabled]"
)
API = {"restApiId": "{api}"}
RESOURCE = {**API, "resourceId": "{pets}"}
METHOD = {**RESOURCE, "httpMethod": "GET"}
RESPONSE = {**METHOD, "statusCode": "200"}
MOCK = {**METHOD, "type": "MOCK"}


def patch(*operations, **parameters):
    keys = ("op", "path", "value", "from")
    return {**parameters, "patchOperations": [dict(zip(keys, operation)) for operation in operations]}


def wrong_op(place, member=1, value="wrong_op"):
    return (
        f"Value '{value}' at '{place}Input.patchOperations.{member}.member.op' failed to satisfy constraint: "
        f"Member must satisfy enum value set: {OPS}"
    )


def status_pattern(value):
    return (
        f"1 validation error detected: Value '{value}' at 'statusCode' failed to satisfy constraint: Member must "
        "satisfy regular expression pattern: [1-5]\\d\\d"
    )


CASES = [
    # -- unknown things ----------------------------------------------------------------------------------------------
    ("unknown API", "get_rest_api", {"restApiId": "unknown000"}, NOT_FOUND, "Invalid API identifier specified {account}:unknown000"),
    ("upper case is another id", "get_rest_api", {"restApiId": "ABCDEFGHIJ"}, NOT_FOUND, "Invalid API identifier specified {account}:ABCDEFGHIJ"),
    ("delete of an unknown API", "delete_rest_api", {"restApiId": "x"}, NOT_FOUND, "Invalid API identifier specified {account}:x"),
    ("deployments of an unknown API", "get_deployments", {"restApiId": "x"}, NOT_FOUND, "Invalid API identifier specified {account}:x"),
    ("gateway responses of an unknown API", "get_gateway_responses", {"restApiId": "x"}, NOT_FOUND, "Invalid API identifier specified {account}:x"),
    ("resource of an unknown API", "get_resource", {"restApiId": "x", "resourceId": "y"}, NOT_FOUND, "Invalid Resource identifier specified"),
    ("unknown resource", "get_resource", {**API, "resourceId": "nope00"}, NOT_FOUND, "Invalid Resource identifier specified"),
    ("method of an unknown API", "get_method", {"restApiId": "x", "resourceId": "y", "httpMethod": "GET"}, NOT_FOUND, "Invalid Resource identifier specified"),
    ("unknown method", "get_method", {**RESOURCE, "httpMethod": "PUT"}, NOT_FOUND, "Invalid Method identifier specified"),
    ("integration of an unknown method", "get_integration", {**RESOURCE, "httpMethod": "PUT"}, NOT_FOUND, "Invalid Method identifier specified"),
    ("method without integration", "get_integration", {**RESOURCE, "httpMethod": "POST"}, NOT_FOUND, "Invalid Integration identifier specified"),
    ("unknown method response", "get_method_response", {**METHOD, "statusCode": "404"}, NOT_FOUND, "Invalid Response status code specified"),
    ("unknown integration response", "get_integration_response", {**METHOD, "statusCode": "404"}, NOT_FOUND, "Invalid Response status code specified"),
    ("integration response of no integration", "get_integration_response", {**RESOURCE, "httpMethod": "POST", "statusCode": "200"}, NOT_FOUND, "Invalid Integration identifier specified"),
    ("integration response of an unknown resource", "put_integration_response", {**API, "resourceId": "nope00", "httpMethod": "GET", "statusCode": "200"}, NOT_FOUND, "Invalid Resource identifier specified"),
    ("delete of an integration response below no method", "delete_integration_response", {**RESOURCE, "httpMethod": "PUT", "statusCode": "200"}, NOT_FOUND, "Invalid Integration identifier specified"),
    ("put of an integration response below no method", "put_integration_response", {**RESOURCE, "httpMethod": "PUT", "statusCode": "200"}, NOT_FOUND, "Invalid Method identifier specified"),
    ("unknown stage", "get_stage", {**API, "stageName": "nope"}, NOT_FOUND, "Invalid Stage identifier specified"),
    # -- APIs --------------------------------------------------------------------------------------------------------
    ("empty description", "create_rest_api", {"name": "a", "description": ""}, BAD, "Description cannot be an empty string"),
    ("compression too large", "create_rest_api", {"name": "a", "minimumCompressionSize": 10485761}, BAD, "Invalid minimum compression size, must be between 0 and 10485760"),
    ("compression below nothing", "create_rest_api", {"name": "a", "minimumCompressionSize": -1}, BAD, "Invalid minimum compression size, must be between 0 and 10485760"),
    ("compression of a new API that is no number", "create_rest_api", {"name": "a", "minimumCompressionSize": "many"}, BAD, "Invalid minimum compression size, must be between 0 and 10485760"),
    ("clone of an unknown API", "create_rest_api", {"name": "a", "cloneFrom": "x"}, NOT_FOUND, "Invalid API identifier specified {account}:x"),
    ("description emptied by a patch", "update_rest_api", patch(("replace", "/description", ""), **API), BAD, "Description cannot be an empty string"),
    ("private patched to ipv4", "update_rest_api", patch(("replace", "/endpointConfiguration/types/0", "PRIVATE"), ("replace", "/endpointConfiguration/ipAddressType", "ipv4"), **API), BAD, "Only dualstack ipAddressType is supported for Private APIs."),
    ("no endpoint type", "create_rest_api", {"name": "a", "endpointConfiguration": {"types": []}}, BAD, "REGIONAL Configuration and EDGE Configuration cannot be both DISABLED."),
    ("two endpoint types", "create_rest_api", {"name": "a", "endpointConfiguration": {"types": ["EDGE", "REGIONAL"]}}, BAD, "Cannot create an api with multiple Endpoint Types."),
    (
        "wrong endpoint type, before all other rules",
        "create_rest_api",
        {"name": "a", "description": "", "endpointConfiguration": {"types": ["wrong"]}},
        VALIDATION,
        "1 validation error detected: Value '[wrong]' at 'createRestApiInput.endpointConfiguration.types' failed to satisfy "
        "constraint: Member must satisfy constraint: [Member must satisfy enum value set: [PRIVATE, EDGE, REGIONAL]]",
    ),
    ("private with ipv4", "create_rest_api", {"name": "a", "endpointConfiguration": {"types": ["PRIVATE"], "ipAddressType": "ipv4"}}, BAD, "Only dualstack ipAddressType is supported for Private APIs."),
    ("unknown patch path of an API", "update_rest_api", patch(("replace", "/x", "1"), **API), BAD, "Invalid patch path /x"),
    ("all binary media types at once", "update_rest_api", patch(("add", "/binaryMediaTypes", "a/b"), **API), BAD, "Invalid patch path /binaryMediaTypes"),
    ("API patched by a wrong operation", "update_rest_api", patch(("add", "/name", "1"), **API), BAD, "Invalid patch operation specified. Must be one of: [replace]"),
    ("type added by a patch", "update_rest_api", patch(("add", "/endpointConfiguration/types/0", "EDGE"), **API), BAD, "Invalid patch operation specified. Must be 'add'|'remove'|'replace'"),
    ("unknown type by a patch", "update_rest_api", patch(("replace", "/endpointConfiguration/types/0", "WRONG"), **API), BAD, "Invalid EndpointTypes specified. Valid options are REGIONAL,EDGE,PRIVATE"),
    ("unknown address type by a patch", "update_rest_api", patch(("replace", "/endpointConfiguration/ipAddressType", "ipv6"), **API), BAD, "ipAddressType must be either ipv4 or dualstack."),
    ("compression by a patch", "update_rest_api", patch(("replace", "/minimumCompressionSize", "-1"), **API), BAD, "Invalid minimum compression size, must be between 0 and 10485760"),
    ("compression that is no number", "update_rest_api", patch(("replace", "/minimumCompressionSize", "many"), **API), BAD, "Invalid minimum compression size, must be between 0 and 10485760"),
    ("several wrong operations", "update_rest_api", patch(("wrong_op", "/a"), ("wrong_op2", "/b"), **API), VALIDATION, "2 validation errors detected: " + wrong_op("updateRestApi") + "; " + wrong_op("updateRestApi", 2, "wrong_op2")),
    # -- resources ---------------------------------------------------------------------------------------------------
    ("path part", "create_resource", {**API, "parentId": "{root}", "pathPart": "a b"}, BAD, "Resource's path part only allow a-zA-Z0-9._- and curly braces at the beginning and the end and an optional plus sign before the closing brace."),
    ("second resource of a name", "create_resource", {**API, "parentId": "{root}", "pathPart": "pets"}, CONFLICT, "Another resource with the same parent already has this name: pets"),
    ("second variable sibling", "create_resource", {**API, "parentId": "{root}", "pathPart": "{{id}}"}, BAD, "A sibling ({{proxy+}}) of this resource already has a variable path part -- only one is allowed"),
    ("child of a greedy resource", "create_resource", {**API, "parentId": "{greedy}", "pathPart": "a"}, BAD, "Cannot create a child of a resource with a greedy path variable: {{proxy+}}"),
    ("child in an unknown API", "create_resource", {"restApiId": "x", "parentId": "{root}", "pathPart": "a"}, NOT_FOUND, "Invalid Resource identifier specified"),
    ("child of nothing", "create_resource", {**API, "parentId": "nope00", "pathPart": "a"}, NOT_FOUND, "Invalid Resource identifier specified"),
    ("the root's path part", "update_resource", patch(("replace", "/pathPart", "a"), **API, resourceId="{root}"), BAD, "Root resource cannot update its pathPart."),
    ("the root's parent", "update_resource", patch(("replace", "/parentId", "{pets}"), **API, resourceId="{root}"), BAD, "Root resource cannot update its parentId."),
    ("below itself", "update_resource", patch(("replace", "/parentId", "{pet}"), **RESOURCE), BAD, "Resources cannot be cyclical."),
    ("unknown patch path of a resource", "update_resource", patch(("replace", "/x", "1"), **RESOURCE), BAD, "Invalid patch path  '/x' specified for op 'replace'. Must be one of: [/parentId, /pathPart]"),
    ("resource patched by a wrong operation", "update_resource", patch(("add", "/pathPart", "1"), **RESOURCE), BAD, "Invalid patch path  '/pathPart' specified for op 'add'. Please choose supported operations"),
    # -- methods -----------------------------------------------------------------------------------------------------
    ("method of an unknown resource", "put_method", {"restApiId": "x", "resourceId": "y", "httpMethod": "GET", "authorizationType": "NONE"}, NOT_FOUND, "Invalid Resource identifier specified"),
    ("wrong verb", "put_method", {**RESOURCE, "httpMethod": "WRONG", "authorizationType": "NONE"}, BAD, "Invalid HttpMethod specified. Valid options are GET,PUT,POST,DELETE,PATCH,OPTIONS,HEAD,ANY"),
    ("no authorizer", "put_method", {**RESOURCE, "httpMethod": "PUT", "authorizationType": "CUSTOM"}, BAD, "Invalid authorizer ID specified. Setting the authorization type to CUSTOM or COGNITO_USER_POOLS requires a valid authorizer."),
    ("unknown validator", "put_method", {**RESOURCE, "httpMethod": "PUT", "authorizationType": "NONE", "requestValidatorId": "nope00"}, BAD, "Invalid Request Validator identifier specified"),
    ("unknown model", "put_method", {**RESOURCE, "httpMethod": "PUT", "authorizationType": "NONE", "requestModels": {"application/json": "petModel"}}, BAD, "Invalid model identifier specified: petModel"),
    ("a name in two places", "put_method", {**RESOURCE, "httpMethod": "PUT", "authorizationType": "NONE", "requestParameters": {"method.request.header.a": True, "method.request.querystring.a": True}}, BAD, "Parameter names must be unique across querystring, header and path"),
    ("authorizer that is not there", "put_method", {**RESOURCE, "httpMethod": "PUT", "authorizationType": "COGNITO_USER_POOLS", "authorizerId": "nope00"}, BAD, "Invalid authorizer ID specified. Setting the authorization type to CUSTOM or COGNITO_USER_POOLS requires a valid authorizer."),
    ("parameter that a method has not", "update_method", patch(("remove", "/requestParameters/method.request.header.none"), **METHOD), NOT_FOUND, "Invalid parameter name specified"),
    ("model that a method has not", "update_method", patch(("replace", "/requestModels/application~1xml", "Empty"), **METHOD), NOT_FOUND, "Content-Type specified was not found"),
    ("test of an unknown method", "test_invoke_method", {**RESOURCE, "httpMethod": "PUT"}, NOT_FOUND, "Invalid Method identifier specified"),
    ("test in an unknown API", "test_invoke_method", {"restApiId": "x", "resourceId": "y", "httpMethod": "GET"}, NOT_FOUND, "Invalid Resource identifier specified"),
    ("unknown patch path of a method", "update_method", patch(("replace", "/x", "1"), **METHOD), BAD, "Invalid patch path /x"),
    ("method patched by a wrong operation", "update_method", patch(("add", "/apiKeyRequired", "true"), **METHOD), BAD, "Invalid patch operation specified. Must be one of: [replace]"),
    ("method told of an unknown model", "update_method", patch(("add", "/requestModels/application~1json", "petModel"), **METHOD), BAD, "Invalid model identifier specified: petModel"),
    ("method told of an unknown validator", "update_method", patch(("replace", "/requestValidatorId", "nope00"), **METHOD), BAD, "Invalid Request Validator identifier specified"),
    ("method told to be authorized by nobody", "update_method", patch(("replace", "/authorizationType", "CUSTOM"), **METHOD), BAD, "Invalid authorizer ID specified. Setting the authorization type to CUSTOM or COGNITO_USER_POOLS requires a valid authorizer."),
    # -- method responses --------------------------------------------------------------------------------------------
    ("wrong status", "put_method_response", {**METHOD, "statusCode": "wrong"}, VALIDATION, status_pattern("wrong")),
    ("remove of an unset parameter", "update_method_response", patch(("remove", "/responseParameters/method.response.header.none"), **RESPONSE), NOT_FOUND, "Invalid parameter name specified"),
    ("replace of an unset parameter", "update_method_response", patch(("replace", "/responseParameters/method.response.header.none", "true"), **RESPONSE), NOT_FOUND, "Invalid parameter name specified"),
    ("remove of an unset model", "update_method_response", patch(("remove", "/responseModels/application~1json"), **RESPONSE), NOT_FOUND, "Content-Type specified was not found"),
    ("unknown patch path of a method response", "update_method_response", patch(("replace", "/x", "1"), **RESPONSE), BAD, "Invalid patch path /x"),
    ("wrong operation on a method response", "update_method_response", patch(("wrong_op", "/x", "1"), **RESPONSE), VALIDATION, "1 validation error detected: " + wrong_op("updateMethodResponse")),
    # -- integrations ------------------------------------------------------------------------------------------------
    (
        "wrong type",
        "put_integration",
        {**METHOD, "type": "HTTPS_PROXY"},
        VALIDATION,
        "1 validation error detected: Value 'HTTPS_PROXY' at 'putIntegrationInput.type' failed to satisfy constraint: "
        "Member must satisfy enum value set: [HTTP, MOCK, AWS_PROXY, HTTP_PROXY, AWS]",
    ),
    ("no verb", "put_integration", {**METHOD, "type": "HTTP", "uri": "http://a"}, BAD, "Enumeration value for HttpMethod must be non-empty"),
    ("no address", "put_integration", {**METHOD, "type": "HTTP", "integrationHttpMethod": "GET", "uri": "a"}, BAD, "Invalid HTTP endpoint specified for URI"),
    ("no ARN", "put_integration", {**METHOD, "type": "AWS", "integrationHttpMethod": "POST", "uri": "http://a"}, BAD, "Invalid ARN specified in the request"),
    ("ARN of nothing", "put_integration", {**METHOD, "type": "AWS", "integrationHttpMethod": "POST", "uri": "arn:aws:apigateway:us-east-1:sqs:other/x"}, BAD, "AWS ARN for integration must contain path or action"),
    ("proxy of a service", "put_integration", {**METHOD, "type": "AWS_PROXY", "integrationHttpMethod": "POST", "uri": "arn:aws:apigateway:us-east-1:dynamodb:action/PutItem"}, BAD, "Integrations of type 'AWS_PROXY' currently only supports Lambda function and Firehose stream invocations."),
    ("too short a timeout", "put_integration", {**MOCK, "timeoutInMillis": 20}, BAD, "Timeout should be between 50 ms and 29000 ms"),
    ("template of no media type", "put_integration", {**MOCK, "requestTemplates": {"123": "{{}}"}}, BAD, "Validation Result: warnings : [], errors : [Invalid content type specified: 123]"),
    ("mapping that is no text", "put_integration", {**MOCK, "requestParameters": {"integration.request.header.X": True}}, "SerializationException", "class java.lang.Boolean can not be converted to an String"),
    ("template that an integration has not", "update_integration", patch(("remove", "/requestTemplates/application~1xml"), **METHOD), NOT_FOUND, "Content-Type specified was not found"),
    ("parameter that an integration has not", "update_integration", patch(("replace", "/requestParameters/integration.request.header.none", "'a'"), **METHOD), NOT_FOUND, "Invalid parameter name specified"),
    ("unknown patch path of an integration", "update_integration", patch(("replace", "/x", "1"), **METHOD), BAD, "Invalid patch path /x"),
    (
        "no mapping expression",
        "put_integration",
        {**MOCK, "requestParameters": {"integration.request.header.X": "true"}},
        BAD,
        "Invalid mapping expression specified: Validation Result: warnings : [], errors : [Invalid mapping expression "
        "specified: true]",
    ),
    # -- integration responses ---------------------------------------------------------------------------------------
    ("wrong status of an integration response", "put_integration_response", {**METHOD, "statusCode": "wrong"}, VALIDATION, status_pattern("wrong")),
    ("wrong status asked for", "get_integration_response", {**METHOD, "statusCode": "wrong"}, VALIDATION, status_pattern("wrong")),
    ("template that an integration response has not", "update_integration_response", patch(("remove", "/responseTemplates/application~1xml"), **RESPONSE), NOT_FOUND, "Content-Type specified was not found"),
    ("wrong operation on an integration response", "update_integration_response", patch(("wrong_op", "/x", "1"), **RESPONSE), VALIDATION, "1 validation error detected: " + wrong_op("updateIntegrationResponse")),
    (
        "header that is not declared",
        "put_integration_response",
        {**RESPONSE, "responseParameters": {"method.response.header.X": "'*'"}},
        BAD,
        "Invalid mapping expression specified: Validation Result: warnings : [], errors : [Invalid mapping expression "
        "parameter specified: method.response.header.X]",
    ),
    # -- deployments and stages --------------------------------------------------------------------------------------
    ("deployment of nothing", "create_deployment", {"restApiId": "{empty}"}, BAD, "The REST API doesn't contain any methods"),
    ("deployment of a method without integration", "create_deployment", API, BAD, "No integration defined for method"),
    (
        "canary without a stage",
        "create_deployment",
        {**API, "canarySettings": {}},
        BAD,
        "Invalid deployment content specified.Non null and non empty stageName must be provided for canary deployment. "
        "Provided value is null",
    ),
    (
        "canary of an empty stage",
        "create_deployment",
        {**API, "stageName": "", "canarySettings": {}},
        BAD,
        "Invalid deployment content specified.Non null and non empty stageName must be provided for canary deployment. "
        "Provided value is ",
    ),
    (
        "canary of an unknown stage",
        "create_deployment",
        {**API, "stageName": "x", "canarySettings": {}},
        BAD,
        "Invalid deployment content specified.Stage x must already be created before making a canary release deployment",
    ),
    ("deployment that a stage serves", "delete_deployment", {"restApiId": "{served}", "deploymentId": "{deployment}"}, BAD, "Active stages pointing to this deployment must be moved or deleted"),
    ("second stage of a name", "create_stage", {"restApiId": "{served}", "stageName": "prod", "deploymentId": "{deployment}"}, CONFLICT, "Stage already exists"),
    ("stage moved to nothing", "update_stage", patch(("replace", "/deploymentId", "nope00"), restApiId="{served}", stageName="prod"), BAD, "Deployment id does not exist"),
    ("canary of nothing", "update_stage", patch(("replace", "/canarySettings/deploymentId", "nope00"), restApiId="{served}", stageName="prod"), BAD, "Deployment id does not exist"),
    ("canary added", "update_stage", patch(("add", "/canarySettings/deploymentId", "x"), restApiId="{served}", stageName="prod"), BAD, "Invalid add operation with path: /canarySettings/deploymentId"),
    ("part of a canary removed", "update_stage", patch(("remove", "/canarySettings/percentTraffic"), restApiId="{served}", stageName="prod"), BAD, "Cannot remove method setting canarySettings/percentTraffic because there is no method setting for this method "),
    ("promotion of nothing", "update_stage", patch(("copy", "/deploymentId", None, "/canarySettings/deploymentId"), restApiId="{served}", stageName="prod"), BAD, "Promotion not available. Canary does not exist."),
    (
        "copy of something else",
        "update_stage",
        patch(("copy", "/canarySettings/stageVariableOverrides", None, "/variables"), restApiId="{served}", stageName="prod"),
        BAD,
        "Invalid copy operation with path: /canarySettings/stageVariableOverrides and from /variables. Valid copy:path are "
        "[/deploymentId, /variables] and valid copy:from are [/canarySettings/deploymentId, "
        "/canarySettings/stageVariableOverrides]",
    ),
    ("unknown patch path of a stage", "update_stage", patch(("replace", "/x", "1"), restApiId="{served}", stageName="prod"), BAD, "Invalid method setting path: /x. Must be one of: " + STAGE_PATHS),
    ("part of the access log removed", "update_stage", patch(("remove", "/accessLogSettings/format"), restApiId="{served}", stageName="prod"), BAD, "Cannot remove method setting accessLogSettings/format because there is no method setting for this method "),
    ("unknown part of the access log", "update_stage", patch(("replace", "/accessLogSettings/x", "1"), restApiId="{served}", stageName="prod"), BAD, "Invalid accessLogSettings path. Must be one of : [/accessLogSettings/destinationArn, /accessLogSettings/format]"),
    ("access log without a destination", "update_stage", patch(("replace", "/accessLogSettings/destinationArn", ""), restApiId="{served}", stageName="prod"), BAD, "Access Log value must not be empty"),
    ("promotion of no variables", "update_stage", patch(("copy", "/variables", None, "/canarySettings/stageVariableOverrides"), restApiId="{served}", stageName="prod"), BAD, "Promotion not available. Canary does not exist."),
    ("stages of an unknown API", "get_stages", {"restApiId": "x"}, NOT_FOUND, "Invalid API identifier specified {account}:x"),
    ("access log as a whole", "update_stage", patch(("replace", "/accessLogSettings", "x"), restApiId="{served}", stageName="prod"), BAD, "Invalid accessLogSettings path. Must be one of : [/accessLogSettings/destinationArn, /accessLogSettings/format]"),
    ("access log of nothing", "update_stage", patch(("replace", "/accessLogSettings/format", ""), restApiId="{served}", stageName="prod"), BAD, "Access Log value must not be empty"),
    # -- models and validators -----------------------------------------------------------------------------------------
    ("unknown model asked for", "get_model", {**API, "modelName": "Nope"}, NOT_FOUND, "Invalid model name specified: Nope"),
    ("model of an unknown API", "create_model", {"restApiId": "x", "name": "A", "contentType": "a/b", "schema": "{{}}"}, NOT_FOUND, "Invalid API identifier specified {account}:x"),
    ("model without a name", "create_model", {**API, "name": "", "contentType": "application/json", "schema": "{{}}"}, BAD, "Model name must be non-empty"),
    ("model without a schema", "create_model", {**API, "name": "A", "contentType": "application/json", "schema": ""}, BAD, "Model schema must have at least 1 property or array items defined"),
    ("second model of a name", "create_model", {**API, "name": "Error", "contentType": "application/json", "schema": "{{}}"}, CONFLICT, "Model name already exists for this REST API"),
    ("delete of an unknown model", "delete_model", {**API, "modelName": "Nope"}, NOT_FOUND, "Invalid model name specified: Nope"),
    ("delete of a model in use", "delete_model", {**API, "modelName": "Used"}, CONFLICT, "Cannot delete model 'Used', is referenced in method request: /pets/POST"),
    ("delete of a model that the root uses", "delete_model", {**API, "modelName": "AtRoot"}, CONFLICT, "Cannot delete model 'AtRoot', is referenced in method request: //ANY"),
    ("unknown patch path of a model", "update_model", patch(("replace", "/name", "x"), **API, modelName="Error"), BAD, "Invalid patch path  '/name' specified for op 'replace'. Must be one of: [/description, /schema]"),
    ("model patched by a wrong operation", "update_model", patch(("add", "/description", "x"), **API, modelName="Error"), BAD, "Invalid patch path  '/description' specified for op 'add'. Please choose supported operations"),
    ("validator of an unknown API", "create_request_validator", {"restApiId": "x", "name": "a"}, BAD, "Invalid REST API identifier specified"),
    ("blank validator", "create_request_validator", {**API, "name": ""}, BAD, "Request Validator name cannot be blank"),
    ("unknown validator asked for", "get_request_validator", {"restApiId": "x", "requestValidatorId": "y"}, NOT_FOUND, "Invalid Request Validator identifier specified"),
    ("validator patched by a wrong operation", "update_request_validator", patch(("add", "/name", "x"), **API, requestValidatorId="{validator}"), BAD, "Invalid patch path  '/name' specified for op 'add'. Please choose supported operations"),
    ("validator's name removed", "update_request_validator", patch(("remove", "/name"), **API, requestValidatorId="{validator}"), BAD, "Invalid patch path  '/name' specified for op 'remove'. Please choose supported operations"),
    ("unknown patch path of a validator", "update_request_validator", patch(("replace", "/x", "x"), **API, requestValidatorId="{validator}"), BAD, "Invalid patch path  '/x' specified for op 'replace'. Must be one of: [/name, /validateRequestParameters, /validateRequestBody]"),
    ("validator made blank", "update_request_validator", patch(("replace", "/name", ""), **API, requestValidatorId="{validator}"), BAD, "Request Validator name cannot be blank"),
    # -- what is kept without effect ---------------------------------------------------------------------------------
    ("authorizer of an unknown API", "create_authorizer", {"restApiId": "x", "name": "a", "type": "TOKEN"}, CONFLICT, "Unable to complete operation due to concurrent modification. Please try again later."),
    ("authorizers of an unknown API", "get_authorizers", {"restApiId": "x"}, NOT_FOUND, "Invalid API identifier specified {account}:x"),
    ("documentation part of an unknown API", "get_documentation_part", {"restApiId": "x", "documentationPartId": "y"}, NOT_FOUND, "Invalid Documentation part identifier specified"),
    ("documentation part patched in an unknown API", "update_documentation_part", patch(("replace", "/properties", "a"), restApiId="x", documentationPartId="y"), NOT_FOUND, "Invalid Documentation part identifier specified"),
    ("documentation part deleted in an unknown API", "delete_documentation_part", {"restApiId": "x", "documentationPartId": "y"}, NOT_FOUND, "Invalid API identifier specified {account}:x"),
    ("unknown patch path of a documentation part", "update_documentation_part", patch(("replace", "/x", "a"), **API, documentationPartId="{part}"), BAD, "Invalid patch path  '/x' specified for op 'replace'. Must be one of: [/properties]"),
    ("documentation part patched by a wrong operation", "update_documentation_part", patch(("add", "/properties", "a"), **API, documentationPartId="{part}"), BAD, "Invalid patch path  '/properties' specified for op 'add'. Please choose supported operations"),
    ("authorizer of no type", "create_authorizer", {**API, "name": "a", "type": "WRONG"}, VALIDATION, "1 validation error detected: Value 'WRONG' at 'createAuthorizerInput.type' failed to satisfy constraint: Member must satisfy enum value set: [COGNITO_USER_POOLS, TOKEN, REQUEST]"),
    ("authorizer kept for too long", "create_authorizer", {**API, "name": "a", "type": "TOKEN", "authorizerResultTtlInSeconds": 3601}, BAD, "Authorizer result TTL must be between 0 and 3600 seconds"),
    ("documentation of nothing", "create_documentation_part", {**API, "location": {"type": "API"}, "properties": ""}, BAD, "Documentation part properties must be non-empty"),
    ("documentation part in an unknown API", "create_documentation_part", {"restApiId": "x", "location": {"type": "API"}, "properties": "a"}, NOT_FOUND, "Invalid API identifier specified {account}:x"),
    (
        "documentation of something else",
        "create_documentation_part",
        {**API, "location": {"type": "WRONG"}, "properties": "a"},
        VALIDATION,
        "1 validation error detected: Value 'WRONG' at 'createDocumentationPartInput.location.type' failed to satisfy "
        "constraint: Member must satisfy enum value set: [RESPONSE_BODY, RESPONSE, METHOD, MODEL, AUTHORIZER, RESPONSE_HEADER, "
        "RESOURCE, PATH_PARAMETER, REQUEST_BODY, QUERY_PARAMETER, API, REQUEST_HEADER]",
    ),
    ("too short a key", "create_api_key", {"value": "x" * 19}, BAD, "API Key value should be at least 20 characters"),
    ("too long a key", "create_api_key", {"value": "x" * 129}, BAD, "API Key value exceeds maximum size of 128 characters"),
    ("too long a key's name", "create_api_key", {"name": "x" * 1025}, BAD, "Invalid API Key name, can be at most 1024 characters."),
    ("too long a key's description", "create_api_key", {"description": "x" * 125001}, BAD, "Invalid API Key description specified."),
    ("a key's id", "update_api_key", patch(("replace", "/id", "a"), apiKey="{key}"), BAD, "Invalid patch path  '/id' specified for op 'replace'. Must be one of: [/description, /enabled, /name, /customerId]"),
    ("unknown usage plan", "get_usage_plan", {"usagePlanId": "x"}, NOT_FOUND, "Invalid Usage Plan ID specified"),
    ("usage plan of an unknown stage", "create_usage_plan", {"name": "a", "apiStages": [{"apiId": "x", "stage": "y"}]}, BAD, "Invalid API Stage specified"),
    ("unknown stage given to a plan", "update_usage_plan", patch(("add", "/apiStages", "x:y"), usagePlanId="{plan}"), BAD, "Invalid API Stage specified"),
    ("unknown key given to a plan", "create_usage_plan_key", {"usagePlanId": "{plan}", "keyId": "x", "keyType": "API_KEY"}, NOT_FOUND, "Invalid API Key identifier specified"),
    ("quota of no period", "update_usage_plan", patch(("replace", "/quota/period", "YEAR"), usagePlanId="{plan}"), VALIDATION, "1 validation error detected: Value 'YEAR' at 'updateUsagePlanInput.quota.period' failed to satisfy constraint: Member must satisfy enum value set: [WEEK, MONTH, DAY]"),
    ("stage taken from a plan that has it not", "update_usage_plan", patch(("remove", "/apiStages", "x:y"), usagePlanId="{plan}"), NOT_FOUND, "Invalid API Stage {{api: x, stage: y}} specified for usageplan {plan}"),
    ("unknown VPC link", "get_vpc_link", {"vpcLinkId": "x"}, NOT_FOUND, "Invalid Vpc Link identifier specified"),
    ("unknown VPC link patched", "update_vpc_link", patch(("replace", "/name", "a"), vpcLinkId="x"), NOT_FOUND, "Invalid Vpc Link identifier specified"),
    ("second key of a value", "create_api_key", {"value": "{key_value}"}, CONFLICT, "API Key already exists"),
    ("unknown client certificate", "get_client_certificate", {"clientCertificateId": "x"}, NOT_FOUND, "Invalid Client Certificate identifier specified"),
    ("client certificate patched by a wrong operation", "update_client_certificate", patch(("add", "/description", "a"), clientCertificateId="{certificate}"), BAD, "Invalid patch path  '/description' specified for op 'add'. Please choose supported operations"),
    ("unknown patch path of a client certificate", "update_client_certificate", patch(("replace", "/x", "a"), clientCertificateId="{certificate}"), BAD, "Invalid patch path  '/x' specified for op 'replace'. Must be one of: [/description]"),
    ("template of an unknown model", "get_model_template", {**API, "modelName": "Nope"}, NOT_FOUND, "Invalid model name specified: Nope"),
    ("usage of an unknown plan", "get_usage", {"usagePlanId": "x", "startDate": "2026-11-23", "endDate": "2026-11-24"}, NOT_FOUND, "Invalid Usage Plan ID specified"),
    ("base path with a slash", "create_base_path_mapping", {"domainName": "{domain}", "basePath": "a/b", "restApiId": "{served}", "stage": "prod"}, BAD, "API Gateway V1 doesn't support the slash character (/) in base path mappings. To create a multi-level base path mapping, use API Gateway V2."),
    ("second mapping of a path", "create_base_path_mapping", {"domainName": "{domain}", "restApiId": "{served}", "stage": "prod"}, CONFLICT, "Base path already exists for this domain name"),
    ("unknown mapping", "get_base_path_mapping", {"domainName": "{domain}", "basePath": "nope"}, NOT_FOUND, "Invalid base path mapping identifier specified"),
    # -- gateway responses -------------------------------------------------------------------------------------------
    ("unknown type", "get_gateway_response", {**API, "responseType": "WRONG"}, VALIDATION, f"1 validation error detected: Value 'WRONG' at 'responseType' failed to satisfy constraint: Member must satisfy enum value set: {GATEWAY_TYPES}"),
    ("delete of what is not customised", "delete_gateway_response", {**API, "responseType": "THROTTLED"}, NOT_FOUND, "Gateway response type not defined on api"),
    ("status added", "update_gateway_response", patch(("add", "/statusCode", "400"), **API, responseType="THROTTLED"), BAD, "Invalid patch path /statusCode"),
    ("status removed", "update_gateway_response", patch(("remove", "/statusCode"), **API, responseType="THROTTLED"), BAD, "Invalid patch path /statusCode"),
    ("parameter that is not there", "update_gateway_response", patch(("replace", "/responseParameters/gatewayresponse.header.none", "'a'"), **API, responseType="THROTTLED"), NOT_FOUND, "Invalid parameter name specified"),
    ("no path", "update_gateway_response", {**API, "responseType": "THROTTLED", "patchOperations": [{"op": "add"}]}, BAD, "Invalid patch path null"),
    ("unknown path", "update_gateway_response", patch(("add", "/wrongPath", "a"), **API, responseType="THROTTLED"), BAD, "Invalid patch path /wrongPath"),
    ("template without a value", "update_gateway_response", {**API, "responseType": "THROTTLED", "patchOperations": [{"op": "replace", "path": "/responseTemplates/application~1json"}]}, BAD, "Invalid null or empty value in responseTemplates"),
    ("wrong operation on a gateway response", "update_gateway_response", patch(("wrong-op", "/statusCode", "1"), **API, responseType="THROTTLED"), VALIDATION, "1 validation error detected: " + wrong_op("updateGatewayResponse", 1, "wrong-op")),
]
