//! Stages: variables are live at once, and a stage that is gone is gone.

use postern::wire::pb;
use tonic::Code;
use tonic_types::StatusExt as _;

use crate::support::{Postern, Request, Upstream, map, mock, proxy};

fn variables(api: &str, pairs: &[(&str, &str)]) -> pb::UpdateStageRequest {
    pb::UpdateStageRequest {
        api_id: api.to_owned(),
        stage_name: "prod".to_owned(),
        stage: Some(pb::Stage { variables: map(pairs), ..Default::default() }),
        update_mask: Some(prost_types::FieldMask { paths: vec!["variables".to_owned()] }),
        ..Default::default()
    }
}

#[tokio::test]
async fn a_variable_leads_to_another_back_end_without_a_deployment() {
    let (one, two) = (Upstream::answering(200, &[], "one"), Upstream::answering(200, &[], "two"));
    let server = Postern::start().await;
    let api = server.serve([("/pets", "GET", proxy("http://${stageVariables.host}/"))]).await;
    let unset = server.get("/pets");
    assert_eq!(unset.status, 500, "no variable, no host: {}", unset.text());
    for (upstream, expected) in [(&one, "one"), (&two, "two"), (&one, "one")] {
        let host = upstream.address().to_string();
        server.stages().update_stage(variables(&api, &[("host", &host)])).await.unwrap();
        assert_eq!(server.get("/pets").text(), expected);
    }
}

#[tokio::test]
async fn an_address_that_a_variable_makes_invalid_is_a_warning_and_a_500() {
    let server = Postern::start().await;
    let api = server.serve([("/pets", "GET", proxy("http://${stageVariables.host}/"))]).await;
    let written = server.stages().update_stage(variables(&api, &[("host", "/")])).await.unwrap();
    let warnings = written.into_inner().warnings;
    assert!(warnings.iter().any(|issue| issue.field.contains("GET /pets")), "{warnings:?}");
    assert_eq!(server.get("/pets").status, 500);
}

#[tokio::test]
async fn wrong_variables_are_refused_by_name() {
    let server = Postern::start().await;
    let api = server.serve([("/pets", "GET", mock(200, &[], "{}"))]).await;
    let wrong = variables(&api, &[("good", "1"), ("no-dash", "1"), ("value", "a b")]);
    let refused = server.stages().update_stage(wrong).await.unwrap_err();
    assert_eq!(refused.code(), Code::InvalidArgument);
    let violations = refused.get_details_bad_request().unwrap().field_violations;
    let fields: Vec<_> = violations.iter().map(|violation| violation.field.as_str()).collect();
    assert_eq!(fields, ["stage.variables[no-dash]", "stage.variables[value]"]);
}

#[tokio::test]
async fn two_stages_serve_two_versions_under_their_own_names() {
    let server = Postern::start().await;
    let api = server.api("pets").await;
    server.put(&api, "/pets", "GET", mock(200, &[("X-Version", "1")], "{}")).await;
    server.deploy(&api, "prod").await;
    server.put(&api, "/pets", "GET", mock(200, &[("X-Version", "2")], "{}")).await;
    server.deploy(&api, "test").await;
    let host = format!("{api}.execute-api.us-east-1.amazonaws.com");
    let get = |stage: &str| server.send(&Request::get(&format!("/{stage}/pets")).host(&host));
    assert_eq!(get("prod").header("x-version"), Some("1"));
    assert_eq!(get("test").header("x-version"), Some("2"));
    let delete = pb::DeleteStageRequest { api_id: api, stage_name: "test".to_owned(), ..Default::default() };
    server.stages().delete_stage(delete.clone()).await.unwrap();
    assert_eq!((get("test").status, get("test").json()["message"].as_str()), (403, Some("Forbidden")));
    assert_eq!(get("prod").header("x-version"), Some("1"));
    let refused = server.stages().delete_stage(delete).await.unwrap_err();
    assert_eq!(refused.code(), Code::NotFound);
}

#[tokio::test]
async fn a_canary_is_refused_until_it_is_built() {
    let server = Postern::start().await;
    let api = server.serve([("/pets", "GET", mock(200, &[], "{}"))]).await;
    let canary = pb::Canary { deployment_id: "#1".to_owned(), percent_traffic: 10.0, ..Default::default() };
    let request = pb::UpdateStageRequest {
        api_id: api,
        stage_name: "prod".to_owned(),
        stage: Some(pb::Stage { canary: Some(canary), ..Default::default() }),
        update_mask: Some(prost_types::FieldMask { paths: vec!["canary".to_owned()] }),
        ..Default::default()
    };
    let refused = server.stages().update_stage(request).await.unwrap_err();
    assert_eq!(refused.code(), Code::FailedPrecondition);
    assert!(refused.message().contains("not supported yet"), "{refused}");
}
