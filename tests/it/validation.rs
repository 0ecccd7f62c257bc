//! Request validators: what is refused before the integration is called, and what the caller and the owner are told.

use std::collections::BTreeMap;

use postern::wire::pb;
use tonic::Code;

use crate::support::{Postern, Request, Upstream, http, mock, proxy};

const PET: &str = r#"{
  "$schema": "http://json-schema.org/draft-04/schema#",
  "type": "object",
  "required": ["name", "age"],
  "properties": {"name": {"type": "string"}, "age": {"type": "integer", "minimum": 0}}
}"#;

async fn model(server: &Postern, api: &str, name: &str, schema: &str) {
    let model = pb::Model {
        name: name.to_owned(),
        content_type: "application/json".to_owned(),
        schema: schema.to_owned(),
        ..Default::default()
    };
    let request = pb::CreateModelRequest { api_id: api.to_owned(), model: Some(model), ..Default::default() };
    server.models().create_model(request).await.unwrap();
}

async fn validator(server: &Postern, api: &str, parameters: bool, body: bool) -> String {
    let validator = pb::RequestValidator {
        name: "v".to_owned(),
        validate_request_parameters: parameters,
        validate_request_body: body,
        ..Default::default()
    };
    let request = pb::CreateRequestValidatorRequest {
        api_id: api.to_owned(),
        request_validator: Some(validator),
        ..Default::default()
    };
    let made = server.request_validators().create_request_validator(request).await.unwrap();
    made.into_inner().request_validator.unwrap().id
}

/// The method with a validator, required parameters and models by media type.
fn checked(method: pb::Method, validator: &str, required: &[&str], models: &[(&str, &str)]) -> pb::Method {
    let mut request_parameters = method.request_parameters.clone();
    request_parameters.extend(required.iter().map(|name| (format!("method.request.{name}"), true)));
    let models = models.iter().map(|(media, model)| ((*media).to_owned(), (*model).to_owned()));
    pb::Method {
        request_validator_id: Some(validator.to_owned()),
        request_parameters,
        request_models: models.collect::<BTreeMap<_, _>>(),
        ..method
    }
}

async fn serve(server: &Postern, api: &str) {
    server.deploy(api, "prod").await;
    server.bind("*", "", api, "prod").await;
}

fn post(target: &str, body: &str) -> Request {
    Request::new("POST", target).header("Content-Type", "application/json").body(body)
}

#[tokio::test]
async fn missing_parameters_are_all_named_in_the_order_of_their_keys() {
    let server = Postern::start().await;
    let api = server.api("pets").await;
    let id = validator(&server, &api, true, true).await;
    model(&server, &api, "Pet", PET).await;
    let required = ["querystring.qs1", "path.issuer", "header.x-header-param"];
    let method = checked(mock(200, &[], "{}"), &id, &required, &[("application/json", "Pet")]);
    server.put(&api, "/{issuer}", "POST", method).await;
    serve(&server, &api).await;

    let answer = server.send(&Request::new("POST", "/a"));
    assert_eq!(answer.status, 400);
    assert_eq!(answer.text(), r#"{"message":"Missing required request parameters: [x-header-param, qs1]"}"#);
    assert_eq!(answer.header("x-amzn-errortype"), Some("BadRequestException"));
    // Blank is as bad as missing.
    let blank = Request::new("POST", "/a?qs1=+").header("X-Header-Param", " ");
    let answer = server.send(&blank);
    assert_eq!(answer.text(), r#"{"message":"Missing required request parameters: [x-header-param, qs1]"}"#);
    // The body is looked at only when nothing is missing.
    let there = |body: &str| post("/a?qs1=1", body).header("x-header-param", "x");
    assert_eq!(server.send(&there("{}")).text(), r#"{"message":"Invalid request body"}"#);
    assert_eq!(server.send(&there(r#"{"name": "Rex", "age": 3}"#)).status, 200);
}

#[tokio::test]
async fn a_path_parameter_that_the_path_has_not_is_always_missing() {
    let server = Postern::start().await;
    let api = server.api("pets").await;
    let id = validator(&server, &api, true, false).await;
    let required = ["path.issuer", "querystring.qs1", "header.x-header-param"];
    server.put(&api, "/pets", "GET", checked(mock(200, &[], "{}"), &id, &required, &[])).await;
    serve(&server, &api).await;
    let answer = server.send(&Request::get("/pets"));
    assert_eq!(
        answer.text(),
        r#"{"message":"Missing required request parameters: [x-header-param, issuer, qs1]"}"#
    );
    let answer = server.send(&Request::get("/pets?qs1=1").header("x-header-param", "1"));
    assert_eq!(answer.text(), r#"{"message":"Missing required request parameters: [issuer]"}"#);
}

#[tokio::test]
async fn a_body_is_checked_against_the_model_of_its_media_type() {
    let server = Postern::start().await;
    let api = server.api("pets").await;
    let id = validator(&server, &api, false, true).await;
    model(&server, &api, "Pet", PET).await;
    model(&server, &api, "List", r#"{"type": "array"}"#).await;
    let models = [("application/json", "Pet"), ("application/x-list", "List")];
    // Required parameters are not asked for by a validator of bodies.
    let upstream = Upstream::answering(200, &[], "ok");
    let method = checked(proxy(&upstream.url("/")), &id, &["header.x-a"], &models);
    server.put(&api, "/typed", "POST", method).await;
    let method = checked(proxy(&upstream.url("/")), &id, &[], &[("$default", "List")]);
    server.put(&api, "/default", "POST", method).await;
    serve(&server, &api).await;

    let good = r#"{"name": "Rex", "age": 3}"#;
    for (target, media, body, status) in [
        ("/typed", Some("application/json"), good, 200),
        ("/typed", Some("Application/JSON; charset=utf-8"), good, 200),
        ("/typed", Some("application/json"), r#"{"name": "Rex"}"#, 400),
        ("/typed", Some("application/json; charset=utf-8"), r#"{"name": "Rex"}"#, 400),
        ("/typed", Some("application/json"), "no json", 400),
        ("/typed", None, good, 200),
        ("/typed", None, "[]", 400),
        ("/typed", Some("application/x-list"), "[1]", 200),
        ("/typed", Some("application/x-list"), good, 400),
        ("/default", Some("text/anything"), "[]", 200),
        ("/default", Some("text/anything"), "{}", 400),
        ("/default", None, "{}", 400),
        // No body is an empty object.
        ("/typed", None, "", 400),
        ("/default", None, "", 400),
    ] {
        let mut request = Request::new("POST", target);
        if let Some(media) = media {
            request = request.header("Content-Type", media);
        }
        let answer = server.send(&if body.is_empty() { request } else { request.body(body) });
        let of = format!("{target} {media:?} {body}: {}", answer.text());
        assert_eq!(answer.status, status, "{of}");
        if status == 400 {
            assert_eq!(answer.text(), r#"{"message":"Invalid request body"}"#, "{of}");
            assert_eq!(answer.header("x-amzn-errortype"), Some("BadRequestException"), "{of}");
        }
    }
}

#[tokio::test]
async fn a_media_type_without_a_model_is_not_checked() {
    let upstream = Upstream::answering(200, &[], "ok");
    let server = Postern::start().await;
    let api = server.api("pets").await;
    let id = validator(&server, &api, false, true).await;
    model(&server, &api, "Pet", PET).await;
    let method = checked(proxy(&upstream.url("/")), &id, &[], &[("application/json", "Pet")]);
    server.put(&api, "/", "POST", method).await;
    serve(&server, &api).await;
    let request = Request::new("POST", "/").header("Content-Type", "text/plain").body("anything");
    assert_eq!(server.send(&request).status, 200);
    assert_eq!(upstream.only_request().text(), "anything");
}

#[tokio::test]
async fn proxies_are_called_only_with_what_fits_and_get_it_as_it_came() {
    let upstream = Upstream::answering(200, &[], "ok");
    let server = Postern::start().await;
    let api = server.api("pets").await;
    let id = validator(&server, &api, true, true).await;
    model(&server, &api, "Pet", PET).await;
    let models = [("application/json", "Pet")];
    let required = ["querystring.q"];
    let method = checked(proxy(&upstream.url("/proxy")), &id, &required, &models);
    server.put(&api, "/proxy", "POST", method).await;
    let method = checked(http("POST", &upstream.url("/http"), &[], &[]), &id, &required, &models);
    server.put(&api, "/http", "POST", method).await;
    serve(&server, &api).await;
    let body = r#" {"name": "Rex",   "age": 3} "#;
    for path in ["/proxy", "/http"] {
        assert_eq!(server.send(&post(path, body)).status, 400, "{path}: q is missing");
        assert_eq!(server.send(&post(&format!("{path}?q=1"), "{}")).status, 400, "{path}: wrong body");
    }
    assert!(upstream.requests().is_empty(), "nobody was called for what was refused");
    for (index, path) in ["/proxy", "/http"].into_iter().enumerate() {
        assert_eq!(server.send(&post(&format!("{path}?q=1"), body)).status, 200, "{path}");
        assert_eq!(upstream.request(index).text(), body, "{path}");
    }
}

#[tokio::test]
async fn models_refer_to_each_other_and_one_of_several_may_be_null() {
    let server = Postern::start().await;
    let api = server.api("pets").await;
    let id = validator(&server, &api, false, true).await;
    let address = |name: &str| format!("https://apigateway.amazonaws.com/restapis/{api}/models/{name}");
    model(&server, &api, "Owner", r#"{"type": "object", "required": ["id"]}"#).await;
    let schema = format!(
        r#"{{"type": "object", "properties": {{"owner": {{"oneOf": [{{"type": "null"}}, {{"$ref": "{}"}}]}}}}}}"#,
        address("Owner")
    );
    model(&server, &api, "Pet", &schema).await;
    server
        .put(&api, "/", "POST", checked(mock(200, &[], "{}"), &id, &[], &[("application/json", "Pet")]))
        .await;
    serve(&server, &api).await;
    for (body, status) in [
        (r#"{"owner": null}"#, 200),
        (r#"{"owner": {"id": 1}}"#, 200),
        (r#"{"owner": {}}"#, 400),
        (r#"{"owner": 1}"#, 400),
    ] {
        assert_eq!(server.send(&post("/", body)).status, status, "{body}");
    }
}

#[tokio::test]
async fn details_are_for_the_gateway_response_and_cors_headers_stay() {
    let server = Postern::start().await;
    let api = server.api("pets").await;
    let id = validator(&server, &api, true, true).await;
    model(&server, &api, "Pet", PET).await;
    let models = [("application/json", "Pet")];
    server.put(&api, "/", "POST", checked(mock(200, &[], "{}"), &id, &["header.x-a"], &models)).await;
    let template =
        r#"{"type":"$context.error.responseType","detail":"$context.error.validationErrorString"}"#;
    for response_type in ["BAD_REQUEST_BODY", "BAD_REQUEST_PARAMETERS"] {
        let gateway_response = pb::GatewayResponse {
            status_code: Some(422),
            response_parameters: [(
                "gatewayresponse.header.Access-Control-Allow-Origin".to_owned(),
                "'*'".to_owned(),
            )]
            .into(),
            response_templates: [("application/json".to_owned(), template.to_owned())].into(),
            ..Default::default()
        };
        let request = pb::PutGatewayResponseRequest {
            api_id: api.clone(),
            response_type: response_type.to_owned(),
            gateway_response: Some(gateway_response),
            ..Default::default()
        };
        server.gateway_responses().put_gateway_response(request).await.unwrap();
    }
    serve(&server, &api).await;
    let answer = server.send(&post("/", r#"{"name": "Rex", "age": "x"}"#).header("x-a", "1"));
    assert_eq!((answer.status, answer.header("access-control-allow-origin")), (422, Some("*")));
    assert_eq!(
        answer.text(),
        r#"{"type":"BAD_REQUEST_BODY","detail":"[instance type (string) does not match any allowed primitive type (allowed: ["integer"])]"}"#
    );
    let answer = server.send(&post("/", "{}").header("x-a", "1"));
    assert!(answer.text().contains(r#"[object has missing required properties (["age","name"])]"#));
    let answer = server.send(&post("/", "{}"));
    assert_eq!(
        (answer.status, answer.text().as_str()),
        (422, r#"{"type":"BAD_REQUEST_PARAMETERS","detail":""}"#)
    );
}

#[tokio::test]
async fn an_edit_is_in_force_after_its_deployment_and_all_of_it_after_a_restart() {
    let directory = tempfile::tempdir().unwrap();
    let server = Postern::in_directory(directory.path(), |flags| flags).await;
    let api = server.api("pets").await;
    let id = validator(&server, &api, false, true).await;
    model(&server, &api, "Pet", PET).await;
    let method = mock(200, &[], "{}");
    server.put(&api, "/", "POST", checked(method.clone(), &id, &[], &[("application/json", "Pet")])).await;
    serve(&server, &api).await;
    assert_eq!(server.send(&post("/", "{}")).status, 400);
    let update = pb::UpdateModelRequest {
        api_id: api.clone(),
        model_name: "Pet".to_owned(),
        model: Some(pb::Model { schema: r#"{"maxProperties": 1}"#.to_owned(), ..Default::default() }),
        ..Default::default()
    };
    server.models().update_model(update).await.unwrap();
    assert_eq!(server.send(&post("/", "{}")).status, 400, "a draft is not served");
    server.drain().await;

    let server = Postern::in_directory(directory.path(), |flags| flags).await;
    assert_eq!(server.send(&post("/", "{}")).status, 400);
    server.deploy(&api, "prod").await;
    assert_eq!(server.send(&post("/", "{}")).status, 200);
    assert_eq!(server.send(&post("/", r#"{"a": 1, "b": 2}"#)).status, 400);
    server.put(&api, "/", "POST", method).await;
    server.deploy(&api, "prod").await;
    assert_eq!(server.send(&post("/", r#"{"a": 1, "b": 2}"#)).status, 200, "no validator, no check");
    server.drain().await;
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_refused_and_a_method_without_validator_streams_it() {
    let upstream = Upstream::answering(200, &[], "ok");
    let server = Postern::with(|flags| flags.with("max-buffered-body-size", ["1KiB"])).await;
    let api = server.api("pets").await;
    let id = validator(&server, &api, false, true).await;
    let models = [("application/json", "Empty")];
    server.put(&api, "/checked", "POST", checked(proxy(&upstream.url("/")), &id, &[], &models)).await;
    server.put(&api, "/plain", "POST", proxy(&upstream.url("/"))).await;
    serve(&server, &api).await;
    let body = format!(r#"{{"a": "{}"}}"#, "x".repeat(2048));
    assert_eq!(server.send(&post("/checked", &body)).status, 413);
    assert_eq!(server.send(&post("/plain", &body)).status, 200);
}

#[tokio::test]
async fn a_test_of_a_method_is_validated_and_its_log_says_why() {
    let server = Postern::start().await;
    let api = server.api("pets").await;
    let id = validator(&server, &api, true, true).await;
    model(&server, &api, "Pet", PET).await;
    let models = [("application/json", "Pet")];
    server.put(&api, "/", "POST", checked(mock(200, &[], "{}"), &id, &["querystring.q"], &models)).await;
    let run = |path: &str, body: &str| pb::TestMethodRequest {
        api_id: api.clone(),
        resource: "/".to_owned(),
        http_method: "POST".to_owned(),
        path_with_query_string: path.to_owned(),
        body: body.to_owned(),
        ..Default::default()
    };
    for (path, body, status, says) in [
        ("/", "{}", 400, "Missing required request parameters: [q]"),
        (
            "/?q=1",
            "{}",
            400,
            "Request body does not match model schema for content type application/json: [object has missing required properties ([\"age\",\"name\"])]",
        ),
        ("/?q=1", r#"{"name": "Rex", "age": 3}"#, 200, "Successfully completed execution"),
    ] {
        let answer = server.tests().test_method(run(path, body)).await.unwrap().into_inner();
        assert_eq!(answer.status_code, status, "{body}: {:?}", answer.log);
        assert!(answer.log.iter().any(|line| line.ends_with(says)), "{says}: {:?}", answer.log);
    }
}

#[tokio::test]
async fn what_cannot_be_checked_is_not_deployed() {
    let server = Postern::start().await;
    let api = server.api("pets").await;
    let id = validator(&server, &api, false, true).await;
    model(&server, &api, "Owner", r#"{"definitions": {"id": {"type": "integer"}}}"#).await;
    let address = format!("https://apigateway.amazonaws.com/restapis/{api}/models/Owner#/definitions/id");
    model(&server, &api, "Pet", &format!(r#"{{"properties": {{"owner": {{"$ref": "{address}"}}}}}}"#)).await;
    server
        .put(&api, "/", "POST", checked(mock(200, &[], "{}"), &id, &[], &[("application/json", "Pet")]))
        .await;
    // What another model is made of can be taken away; that is found when it is deployed.
    let update = pb::UpdateModelRequest {
        api_id: api.clone(),
        model_name: "Owner".to_owned(),
        model: Some(pb::Model { schema: "{}".to_owned(), ..Default::default() }),
        ..Default::default()
    };
    server.models().update_model(update).await.unwrap();
    let deploy = pb::CreateDeploymentRequest {
        api_id: api.clone(),
        stage_name: "prod".to_owned(),
        ..Default::default()
    };
    let refused = server.deployments().create_deployment(deploy).await.unwrap_err();
    assert_eq!(refused.code(), Code::FailedPrecondition);
    let says = "model Pet, schema: \"https://apigateway.amazonaws.com/restapis/";
    assert!(refused.message().contains(says), "{}", refused.message());
}
