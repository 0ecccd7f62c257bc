//! The AWS face beside the others: what is written through one is read through the other, calls of APIs and of the
//! control plane share a port, and pages of a browser reach the former only. What AWS's own clients make of it is in
//! `tests/aws_face/`.

use std::net::SocketAddr;

use postern::wire::pb;
use serde_json::{Value, json};

use crate::support::{Postern, RawClient, Request, Response};

async fn start() -> (Postern, SocketAddr) {
    let server = Postern::with(|flags| flags.with("aws-listen", ["127.0.0.1:0"])).await;
    let aws = server.aws.expect("the face is on");
    (server, aws)
}

/// A call of the control plane.
fn call(aws: SocketAddr, verb: &str, target: &str, body: &Value) -> Response {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    Request::new(verb, target).header("Connection", "close").body(body).send(aws)
}

fn done(aws: SocketAddr, verb: &str, target: &str, body: &Value) -> Value {
    let answer = call(aws, verb, target, body);
    assert!(answer.status < 300, "{verb} {target}: {} {}", answer.status, answer.text());
    if answer.body.is_empty() { Value::Null } else { answer.json() }
}

/// An API whose `GET /` is a mock, deployed as `prod`.
fn mock_api(aws: SocketAddr) -> String {
    let api = done(aws, "POST", "/restapis", &json!({"name": "pets"}));
    let (id, root) = (api["id"].as_str().unwrap().to_owned(), api["rootResourceId"].as_str().unwrap());
    let method = format!("/restapis/{id}/resources/{root}/methods/GET");
    done(aws, "PUT", &method, &json!({"authorizationType": "NONE"}));
    let templates = json!({"application/json": "{\"statusCode\": 200}"});
    done(
        aws,
        "PUT",
        &format!("{method}/integration"),
        &json!({"type": "MOCK", "requestTemplates": templates}),
    );
    done(aws, "PUT", &format!("{method}/responses/200"), &json!({}));
    let response = json!({"responseTemplates": {"application/json": "{\"pets\": 3}"}});
    done(aws, "PUT", &format!("{method}/integration/responses/200"), &response);
    done(aws, "POST", &format!("/restapis/{id}/deployments"), &json!({"stageName": "prod"}));
    id
}

#[tokio::test]
async fn what_one_face_writes_the_other_reads() {
    let (server, aws) = start().await;
    let id = mock_api(aws);

    let get = pb::GetApiRequest { api_id: id.clone() };
    let api = server.apis().get_api(get).await.unwrap().into_inner().api.unwrap();
    assert_eq!((api.name.as_str(), api.region.as_str()), ("pets", "us-east-1"));
    let at = pb::GetStageRequest { api_id: id.clone(), stage_name: "prod".into() };
    let stage = server.stages().get_stage(at).await.unwrap().into_inner().stage.unwrap();
    let shown = done(aws, "GET", &format!("/restapis/{id}/stages/prod"), &Value::Null);
    assert_eq!(shown["deploymentId"], stage.deployment_id.as_str());

    let made =
        pb::CreateResourceRequest { api_id: id.clone(), path_part: "cats".into(), ..Default::default() };
    let made = server.resources().create_resource(made).await.unwrap().into_inner().resource.unwrap();
    let read = done(aws, "GET", &format!("/restapis/{id}/resources/{}", made.id), &Value::Null);
    assert_eq!(read["path"], "/cats");

    let patch = json!({"patchOperations": [{"op": "replace", "path": "/name", "value": "animals"}]});
    done(aws, "PATCH", &format!("/restapis/{id}"), &patch);
    let listed = server.apis().list_apis(pb::ListApisRequest::default()).await.unwrap().into_inner();
    assert_eq!(listed.apis.iter().map(|api| api.name.as_str()).collect::<Vec<_>>(), ["animals"]);

    // What is kept for these clients alone is told to whoever watches.
    let watch = pb::WatchRequest { after_store_revision: 1, api_id: String::new() };
    let mut changes = server.watches().watch(watch).await.unwrap().into_inner();
    let key = done(aws, "POST", "/apikeys", &json!({"name": "key"}));
    loop {
        let change = changes.message().await.unwrap().expect("it goes on");
        if change.kind() == pb::ChangeKind::KeptWritten {
            assert_eq!(
                (change.kept_kind.as_str(), Some(change.kept_id.as_str())),
                ("api_key", key["id"].as_str())
            );
            break;
        }
    }

    // A host that is bound through gRPC is a domain name with a mapping here.
    let binding = pb::DomainBinding {
        host: "pets.example.com".into(),
        api_id: id.clone(),
        stage_name: "prod".into(),
        ..Default::default()
    };
    let bind = pb::CreateDomainBindingRequest { domain_binding: Some(binding), ..Default::default() };
    server.domains().create_domain_binding(bind).await.unwrap();
    let mapping = done(aws, "GET", "/domainnames/pets.example.com/basepathmappings/%28none%29", &Value::Null);
    assert_eq!(mapping, json!({"basePath": "(none)", "restApiId": id, "stage": "prod"}));
    let domains = done(aws, "GET", "/domainnames", &Value::Null);
    assert_eq!(domains["item"][0]["domainName"], "pets.example.com");
}

#[tokio::test]
async fn both_kinds_of_calls_share_a_connection() {
    let (server, aws) = start().await;
    let id = mock_api(aws);
    let mut client = RawClient::connect(aws);
    let mut ask = |request: Request| {
        client.send(request.bytes(aws));
        client.response_to("GET")
    };
    for _ in 0..2 {
        let control = ask(Request::get(&format!("/restapis/{id}")));
        assert_eq!((control.status, control.json()["id"].as_str()), (200, Some(id.as_str())));
        let by_path = ask(Request::get(&format!("/restapis/{id}/prod/_user_request_/")));
        assert_eq!((by_path.status, by_path.json()), (200, json!({"pets": 3})));
        let by_other_path = ask(Request::get(&format!("/_aws/execute-api/{id}/prod")));
        assert_eq!(by_other_path.json(), json!({"pets": 3}));
        let host = format!("{id}.execute-api.localhost:{}", aws.port());
        let by_host = ask(Request::get("/prod/").host(&host));
        assert_eq!(by_host.json(), json!({"pets": 3}));
        assert!(by_host.header("x-amzn-requestid").is_some());
    }
    // The path form is for this port: the data listener has it only when it is asked for.
    assert_eq!(server.get(&format!("/restapis/{id}/prod/_user_request_/")).status, 403);
}

#[tokio::test]
async fn a_page_reaches_apis_and_not_the_control_plane() {
    let (_server, aws) = start().await;
    let id = mock_api(aws);
    let page = "https://evil.example.com";
    for request in [
        Request::get("/restapis").header("Origin", page),
        Request::get("/restapis").host("evil.example.com"),
        Request::new("POST", "/").header("Origin", page).body("Action=GetCallerIdentity"),
    ] {
        let answer = request.send(aws);
        assert_eq!((answer.status, answer.header("x-amzn-errortype")), (403, Some("AccessDeniedException")));
    }
    let path = format!("/restapis/{id}/prod/_user_request_/");
    assert_eq!(Request::get(&path).header("Origin", page).send(aws).status, 200);
}

#[tokio::test]
async fn what_is_no_call_is_told_so() {
    let (_server, aws) = start().await;
    for (verb, target, body, status, kind) in [
        ("GET", "/sdktypes", Value::Null, 404, "UnknownOperationException"),
        ("DELETE", "/restapis", Value::Null, 404, "UnknownOperationException"),
        ("POST", "/restapis", json!([]), 400, "SerializationException"),
        ("POST", "/restapis", json!({"name": 5}), 400, "SerializationException"),
        ("POST", "/restapis", json!({}), 400, "ValidationException"),
        ("GET", "/restapis/x", Value::Null, 404, "NotFoundException"),
    ] {
        let answer = call(aws, verb, target, &body);
        assert_eq!(
            (answer.status, answer.header("x-amzn-errortype")),
            (status, Some(kind)),
            "{verb} {target}"
        );
        assert!(answer.json()["message"].is_string());
    }
    let sts = Request::new("POST", "/").body("Action=GetCallerIdentity&Version=2011-06-15").send(aws);
    assert!(sts.status == 200 && sts.text().contains("<Account>000000000000</Account>"), "{}", sts.text());
    let other = Request::new("POST", "/").body("Action=AssumeRole&Version=2011-06-15").send(aws);
    assert!(other.status == 400 && other.text().contains("<Code>InvalidAction</Code>"), "{}", other.text());
}

/// A document with what is kept without effect.
const GUARDED: &str = r#"{"openapi": "3.0.1", "info": {"title": "guarded", "version": "1"}, "paths": {
    "/a": {"get": {"security": [{"tokens": []}], "responses": {"200": {"description": "ok"}},
        "x-amazon-apigateway-integration": {"type": "mock"}}},
    "/b": {"get": {"responses": {"200": {"description": "ok"}}, "x-amazon-apigateway-integration": {"type": "mock"}}}},
    "components": {"securitySchemes": {"tokens": {"type": "apiKey", "name": "X-T", "in": "header",
        "x-amazon-apigateway-authtype": "custom",
        "x-amazon-apigateway-authorizer": {"type": "token", "authorizerUri": "arn:u"}}}},
    "x-amazon-apigateway-documentation": {"version": "1", "documentationParts": [
        {"location": {"type": "API"}, "properties": {"description": "all"}}]}}"#;

#[tokio::test]
async fn authorizers_and_documentation_of_a_document_are_those_of_the_control_plane() {
    let (_server, aws) = start().await;
    let document: Value = serde_json::from_str(GUARDED).unwrap();
    let api = done(aws, "POST", "/restapis?mode=import&failonwarnings=true", &document);
    let at = format!("/restapis/{}", api["id"].as_str().unwrap());
    let all = |what: &str| done(aws, "GET", &format!("{at}/{what}"), &Value::Null)["item"].clone();
    let authorizer = all("authorizers")[0].clone();
    assert_eq!(
        (&authorizer["name"], &authorizer["type"], &authorizer["identitySource"]),
        (&json!("tokens"), &json!("TOKEN"), &json!("method.request.header.X-T"))
    );
    let id = authorizer["id"].as_str().unwrap();
    assert_eq!(done(aws, "GET", &format!("{at}/authorizers/{id}"), &Value::Null), authorizer);
    assert_eq!(all("documentation/parts")[0]["properties"], "{\"description\":\"all\"}");
    assert!(all("documentation/versions")[0]["createdDate"].as_u64().unwrap() > 1_700_000_000);
    let resources = done(aws, "GET", &format!("{at}/resources?embed=methods"), &Value::Null);
    let find = |path: &str| {
        let items = resources["item"].as_array().unwrap();
        items.iter().find(|resource| resource["path"] == path).unwrap()["id"].as_str().unwrap().to_owned()
    };
    let method = format!("{at}/resources/{}/methods/GET", find("/a"));
    let shown = done(aws, "GET", &method, &Value::Null);
    assert_eq!((&shown["authorizationType"], &shown["authorizerId"]), (&json!("CUSTOM"), &json!(id)));

    // A deployment freezes them: what the stage exports is what it was deployed with.
    done(aws, "DELETE", &method, &Value::Null);
    done(aws, "POST", &format!("{at}/deployments"), &json!({"stageName": "prod"}));
    let patch = json!({"patchOperations": [{"op": "replace", "path": "/authorizerUri", "value": "arn:v"}]});
    assert_eq!(done(aws, "PATCH", &format!("{at}/authorizers/{id}"), &patch)["authorizerUri"], "arn:v");
    let export = format!("{at}/stages/prod/exports/oas30?extensions=authorizers,documentation");
    let exported = done(aws, "GET", &export, &Value::Null);
    let own = &exported["components"]["securitySchemes"]["tokens"]["x-amazon-apigateway-authorizer"];
    assert_eq!(own["authorizerUri"], "arn:u");
    assert_eq!(
        exported["x-amazon-apigateway-documentation"]["documentationParts"],
        document["x-amazon-apigateway-documentation"]["documentationParts"]
    );

    // A document that cannot be imported changes none of them, one that has none of them takes them away.
    let broken = json!({"openapi": "3.0.1", "info": {"title": "x"}, "paths": {"/{x}b": {}}});
    assert_eq!(call(aws, "PUT", &format!("{at}?mode=overwrite"), &broken).status, 400);
    assert_eq!(all("authorizers").as_array().unwrap().len(), 1);
    let empty = json!({"openapi": "3.0.1", "info": {"title": "x", "version": "1"}, "paths": {}});
    done(aws, "PUT", &format!("{at}?mode=overwrite"), &empty);
    assert!(all("authorizers").as_array().is_none_or(Vec::is_empty));
    assert_eq!(all("documentation/versions").as_array().unwrap().len(), 1);
}
