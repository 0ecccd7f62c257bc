//! CORS calls over the real admin listener: what they answer. The rules have tests of their own.

use postern::wire::pb;
use tonic::Code;

use crate::support::admin::{AdminServer, fields, mock};

const ORIGIN: &str = "https://app.example.com";

fn enable(api_id: &str, origins: &[&str]) -> pb::EnableCorsRequest {
    pb::EnableCorsRequest {
        api_id: api_id.to_owned(),
        resource: "/pets".into(),
        settings: Some(pb::CorsSettings {
            allow_origins: origins.iter().map(ToString::to_string).collect(),
            ..Default::default()
        }),
        ..Default::default()
    }
}

async fn pets(server: &AdminServer) -> String {
    let api_id = server.api("pets").await;
    server.put(&api_id, "/pets", "GET", mock()).await;
    api_id
}

#[tokio::test]
async fn a_preview_lists_what_the_call_then_does() {
    let server = AdminServer::start().await;
    let api_id = pets(&server).await;
    let preview = pb::EnableCorsRequest { validate_only: true, ..enable(&api_id, &[ORIGIN]) };
    let preview = server.cors().enable_cors(preview).await.unwrap().into_inner();
    let done = server.cors().enable_cors(enable(&api_id, &[ORIGIN])).await.unwrap().into_inner();
    assert_eq!(done.changes, preview.changes);
    assert_eq!((done.form(), done.redeploy_needed), (pb::CorsForm::Static, true));
    assert!(!done.form_reason.is_empty());

    let on_get = done
        .changes
        .iter()
        .find(|change| {
            change.http_method == "GET" && change.subject.contains("integration response 200: header")
        })
        .unwrap();
    assert_eq!(on_get.kind(), pb::CorsChangeKind::Created);
    assert_eq!(
        (on_get.path.as_str(), on_get.new_value.as_deref()),
        ("/pets", Some("'https://app.example.com'"))
    );

    let again = server.cors().enable_cors(enable(&api_id, &[ORIGIN])).await.unwrap().into_inner();
    assert!(!again.redeploy_needed, "{:?}", again.changes);
    assert_eq!(again.revision, done.revision);
}

#[tokio::test]
async fn what_is_in_force_shows_method_by_method_and_where_a_stage_differs() {
    let server = AdminServer::start().await;
    let api_id = pets(&server).await;
    server.deploy(&api_id, "prod").await;
    server.cors().enable_cors(enable(&api_id, &[ORIGIN])).await.unwrap();
    let get = pb::GetCorsRequest { api_id, stage_name: "prod".into(), ..Default::default() };
    let view = server.cors().get_cors(get).await.unwrap().into_inner();
    assert!(view.differs);
    let lines: Vec<_> = view.methods.iter().map(|m| (m.http_method.as_str(), m.differs)).collect();
    assert_eq!(lines, [("GET", true), ("OPTIONS", true)]);
    let on_get = &view.methods[0];
    let draft = on_get.draft.as_ref().unwrap();
    assert_eq!(draft.form(), pb::CorsForm::Static);
    let header = &draft.headers[0];
    assert_eq!((header.status_code, header.name.as_str()), (200, "Access-Control-Allow-Origin"));
    assert!(header.set_by_enable_cors);
    assert_eq!(on_get.stage.as_ref().unwrap().form(), pb::CorsForm::Unspecified);
    assert_eq!(view.methods[1].stage, None, "the stage has no OPTIONS yet");
}

#[tokio::test]
async fn several_origins_take_the_policy_form_and_disabling_takes_it_back() {
    let server = AdminServer::start().await;
    let api_id = pets(&server).await;
    let both = [ORIGIN, "https://*.example.org"];
    let enabled = server.cors().enable_cors(enable(&api_id, &both)).await.unwrap().into_inner();
    assert_eq!(enabled.form(), pb::CorsForm::Policy);

    let get = pb::GetCorsRequest { api_id: api_id.clone(), ..Default::default() };
    let view = server.cors().get_cors(get.clone()).await.unwrap().into_inner();
    let state = view.methods[0].draft.as_ref().unwrap();
    assert_eq!(state.policy.as_ref().unwrap().allow_origins, both);

    let managed = pb::DeleteMethodRequest {
        api_id: api_id.clone(),
        resource: "/pets".into(),
        http_method: "OPTIONS".into(),
        ..Default::default()
    };
    let refused = server.methods().delete_method(managed).await.unwrap_err();
    assert_eq!(refused.code(), Code::FailedPrecondition);
    assert!(refused.message().contains("DisableCors"), "{}", refused.message());

    let disable = pb::DisableCorsRequest { api_id, resource: "/pets".into(), ..Default::default() };
    let disabled = server.cors().disable_cors(disable).await.unwrap().into_inner();
    assert!(disabled.redeploy_needed);
    assert!(disabled.changes.iter().any(|change| change.kind() == pb::CorsChangeKind::Removed));
    let view = server.cors().get_cors(get).await.unwrap().into_inner();
    let verbs: Vec<_> = view.methods.iter().map(|method| method.http_method.as_str()).collect();
    assert_eq!(verbs, ["GET"]);
}

#[tokio::test]
async fn a_skip_is_told_with_its_mend_or_refuses_the_call() {
    let server = AdminServer::start().await;
    let api_id = server.api("pets").await;
    let mut without_200 = mock();
    without_200.responses[0].status_code = 201;
    without_200.integration.as_mut().unwrap().responses[0].status_code = 201;
    server.put(&api_id, "/pets", "GET", without_200).await;
    let told = server.cors().enable_cors(enable(&api_id, &[ORIGIN])).await.unwrap().into_inner();
    let skipped: Vec<_> =
        told.changes.iter().filter(|change| change.kind() == pb::CorsChangeKind::Skipped).collect();
    assert!(
        !skipped.is_empty() && skipped.iter().all(|skip| !skip.reason.is_empty() && !skip.mend.is_empty())
    );
    let all = pb::EnableCorsRequest { require_all: true, ..enable(&api_id, &[ORIGIN]) };
    let refused = server.cors().enable_cors(all).await.unwrap_err();
    assert_eq!(refused.code(), Code::FailedPrecondition);
}

#[tokio::test]
async fn what_must_not_be_is_refused_by_field() {
    let server = AdminServer::start().await;
    let api_id = pets(&server).await;
    let with = |settings| pb::EnableCorsRequest { settings: Some(settings), ..enable(&api_id, &[]) };
    let credentials = pb::CorsSettings { allow_credentials: true, ..Default::default() };
    let age = pb::CorsSettings { max_age_seconds: Some(100_000), ..Default::default() };
    let origins = pb::CorsSettings {
        allow_origins: vec![ORIGIN.into(), "https://app.example.com/".into()],
        ..Default::default()
    };
    let both = pb::EnableCorsRequest { whole_api: true, ..enable(&api_id, &[]) };
    for (request, field) in [
        (with(credentials), "settings.allow_credentials"),
        (with(age), "settings.max_age_seconds"),
        (with(origins), "settings.allow_origins[1]"),
        (both, "whole_api"),
        (pb::EnableCorsRequest { form: 9, ..enable(&api_id, &[]) }, "form"),
        (
            pb::EnableCorsRequest { http_methods: vec!["get".into()], ..enable(&api_id, &[]) },
            "http_methods[0]",
        ),
    ] {
        let refused = server.cors().enable_cors(request).await.unwrap_err();
        assert_eq!((refused.code(), fields(&refused)), (Code::InvalidArgument, vec![field.to_owned()]));
    }
}
