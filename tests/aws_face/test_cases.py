"""The recorded answers to wrong calls, each asserted exactly."""

from cases import CASES
from check import client, refused


def setting(aws):
    """What the cases name."""
    api = aws.create_rest_api(name="cases")["id"]
    root = aws.get_resources(restApiId=api)["items"][0]["id"]
    pets = aws.create_resource(restApiId=api, parentId=root, pathPart="pets")["id"]
    pet = aws.create_resource(restApiId=api, parentId=pets, pathPart="{id}")["id"]
    greedy = aws.create_resource(restApiId=api, parentId=root, pathPart="{proxy+}")["id"]
    at = {"restApiId": api, "resourceId": pets}
    aws.create_model(restApiId=api, name="Used", contentType="application/json", schema='{"type": "object"}')
    aws.create_model(restApiId=api, name="AtRoot", contentType="application/json", schema='{"type": "object"}')
    at_root = {"restApiId": api, "resourceId": root, "httpMethod": "ANY"}
    aws.put_method(**at_root, authorizationType="NONE", requestModels={"application/json": "AtRoot"})
    used = {"application/json": "Used"}
    aws.put_method(**at, httpMethod="POST", authorizationType="NONE", requestModels=used)
    validator = aws.create_request_validator(restApiId=api, name="all")["id"]
    served, deployment = None, None
    for target in (at, None):
        if target is None:
            served = aws.create_rest_api(name="served")["id"]
            target = {"restApiId": served, "resourceId": aws.get_resources(restApiId=served)["items"][0]["id"]}
        aws.put_method(**target, httpMethod="GET", authorizationType="NONE")
        aws.put_integration(
            **target, httpMethod="GET", type="MOCK", requestTemplates={"application/json": '{"statusCode": 200}'}
        )
        aws.put_method_response(**target, httpMethod="GET", statusCode="200")
        aws.put_integration_response(**target, httpMethod="GET", statusCode="200")
        if served:
            deployment = aws.create_deployment(restApiId=served, stageName="prod")["id"]
    location = {"type": "API"}
    part = aws.create_documentation_part(restApiId=api, location=location, properties="{}")["id"]
    domain = "cases.example.com"
    aws.create_domain_name(domainName=domain)
    aws.create_base_path_mapping(domainName=domain, restApiId=served, stage="prod")
    empty = aws.create_rest_api(name="empty")["id"]
    key = aws.create_api_key(name="cases")
    return {
        "account": "000000000000",
        "api": api,
        "root": root,
        "pets": pets,
        "pet": pet,
        "greedy": greedy,
        "validator": validator,
        "part": part,
        "key": key["id"],
        "key_value": key["value"],
        "certificate": aws.generate_client_certificate()["clientCertificateId"],
        "plan": aws.create_usage_plan(name="cases")["id"],
        "domain": domain,
        "served": served,
        "deployment": deployment,
        "empty": empty,
    }


def filled(value, names):
    if isinstance(value, str):
        return value.format(**names) if "{" in value else value
    if isinstance(value, dict):
        return {filled(key, names): filled(inner, names) for key, inner in value.items() if inner is not None}
    if isinstance(value, list):
        return [filled(inner, names) for inner in value]
    return value


def run(endpoint):
    # Wrong calls are the point: botocore must not refuse them first.
    aws = client(endpoint, parameter_validation=False)
    names = setting(aws)
    wrong = []
    for name, call, parameters, code, message in CASES:
        expected = (code, filled(message, names) if "{" in message else message)
        got = refused(getattr(aws, call), **filled(parameters, names))
        if got != expected:
            wrong.append(f"    {name}\n      expected {expected}\n      got      {got}")
    aws.delete_api_key(apiKey=names["key"])
    aws.delete_usage_plan(usagePlanId=names["plan"])
    aws.delete_client_certificate(clientCertificateId=names["certificate"])
    aws.delete_domain_name(domainName=names["domain"])
    for api in (names["api"], names["served"], names["empty"]):
        aws.delete_rest_api(restApiId=api)
    assert not wrong, f"{len(wrong)} of {len(CASES)} cases are wrong:\n" + "\n".join(wrong)
    return f"{len(CASES)} cases"
