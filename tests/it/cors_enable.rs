//! What `EnableCors` does is what API Gateway's console does, and it is live only after a deployment.

use postern::wire::pb;

use crate::support::cors::{Site, cors_headers, enable, headers, line, origins};
use crate::support::{Request, Upstream};
use crate::support::{http, mock, proxy};

const ORIGIN: &str = "https://app.example.com";
const DEFAULT_HEADERS: &str = "Content-Type,X-Amz-Date,Authorization,X-Api-Key,X-Amz-Security-Token";

#[test]
fn nothing_is_live_before_a_deployment() {
    let site = Site::new();
    site.resource("/pets", &[("GET", mock(200, &[], "[]"))]).deploy();
    assert_eq!(site.preflight("/pets", ORIGIN, "GET").status, 403);
    let enabled = site.enable("/pets", pb::CorsSettings::default());
    assert!(enabled.redeploy_needed);
    assert_eq!(site.preflight("/pets", ORIGIN, "GET").status, 403, "the draft is not served");
    site.deploy();
    assert_eq!(site.preflight("/pets", ORIGIN, "GET").status, 200);
    assert!(
        !site.enable("/pets", pb::CorsSettings::default()).redeploy_needed,
        "a second time changes nothing"
    );
}

#[test]
fn the_list_of_changes_is_what_is_stored_and_served() {
    let site = Site::new();
    site.resource("/pets", &[("GET", mock(200, &[], "[]")), ("POST", mock(200, &[], "{}"))]);
    let preview = site
        .try_enable(pb::EnableCorsRequest { validate_only: true, ..enable("/pets", origins(&[ORIGIN])) })
        .expect("a preview");
    assert_eq!(site.method("/pets", "OPTIONS"), None, "a preview writes nothing");
    let enabled = site.enable("/pets", origins(&[ORIGIN]));
    assert_eq!(enabled.changes, preview.changes);
    assert_eq!(enabled.form(), pb::CorsForm::Static);
    let lines: Vec<String> = enabled.changes.iter().map(line).collect();
    for expected in [
        "created: OPTIONS /pets method authorization NONE, no API key",
        "created: OPTIONS /pets integration MOCK, {\"statusCode\": 200}",
        "created: OPTIONS /pets integration response 200: header Access-Control-Allow-Methods 'GET,OPTIONS,POST'",
        "created: OPTIONS /pets integration response 200: header Access-Control-Allow-Origin 'https://app.example.com'",
        "created: GET /pets integration response 200: header Access-Control-Allow-Origin 'https://app.example.com'",
        "created: POST /pets integration response 200: header Access-Control-Allow-Origin 'https://app.example.com'",
    ] {
        assert!(lines.iter().any(|line| line == expected), "{expected} is not in {lines:#?}");
    }
    let options = site.method("/pets", "OPTIONS").expect("OPTIONS");
    let integration = options.integration.expect("a mock");
    assert_eq!(integration.r#type(), pb::IntegrationType::Mock);
    assert_eq!(integration.request_templates["application/json"], "{\"statusCode\": 200}");
    let answer = &integration.responses[0].response_parameters;
    assert_eq!(answer["method.response.header.Access-Control-Allow-Origin"], "'https://app.example.com'");

    site.deploy();
    let preflight = site.preflight("/pets", ORIGIN, "POST");
    let told = headers(&[
        ("access-control-allow-headers", DEFAULT_HEADERS),
        ("access-control-allow-methods", "GET,OPTIONS,POST"),
        ("access-control-allow-origin", ORIGIN),
    ]);
    assert_eq!(cors_headers(&preflight), told);
    let actual = site.get("/pets", Some(ORIGIN));
    assert_eq!(cors_headers(&actual), headers(&[("access-control-allow-origin", ORIGIN)]));
    assert_eq!(actual.text(), "[]");
}

#[test]
fn only_the_chosen_method_is_enabled() {
    let site = Site::new();
    site.resource("/pets", &[("GET", mock(200, &[], "[]")), ("POST", mock(200, &[], "{}"))]);
    let request = pb::EnableCorsRequest {
        http_methods: vec!["GET".to_owned()],
        ..enable("/pets", pb::CorsSettings::default())
    };
    site.try_enable(request).expect("CORS is enabled");
    site.deploy();
    let preflight = site.preflight("/pets", ORIGIN, "GET");
    assert_eq!(preflight.header("access-control-allow-methods"), Some("GET,OPTIONS"));
    assert_eq!(site.get("/pets", Some(ORIGIN)).header("access-control-allow-origin"), Some("*"));
    let post = site.send(&Request::new("POST", "/prod/pets").header("Origin", ORIGIN).body("{}"));
    assert_eq!((post.status, post.header("access-control-allow-origin")), (200, None));
}

#[test]
fn children_are_enabled_only_when_asked() {
    let site = Site::new();
    site.resource("/pets", &[("GET", mock(200, &[], "[]"))]);
    site.resource("/pets/{id}", &[("GET", mock(200, &[], "{}"))]);
    site.enable("/pets", pb::CorsSettings::default());
    site.deploy();
    assert_eq!(site.preflight("/pets/1", ORIGIN, "GET").status, 403);
    let request = pb::EnableCorsRequest { recursive: true, ..enable("/pets", pb::CorsSettings::default()) };
    site.try_enable(request).expect("CORS is enabled");
    site.deploy();
    assert_eq!(site.preflight("/pets/1", ORIGIN, "GET").status, 200);
}

#[test]
fn non_proxy_answers_get_the_header_and_proxied_ones_are_left_to_the_back_end() {
    let upstream = Upstream::answering(
        200,
        &[("Access-Control-Allow-Origin", "https://back.example"), ("X-B", "1")],
        "x",
    );
    let site = Site::new();
    site.resource("/http", &[("GET", http("GET", &upstream.url("/"), &[], &[]))]);
    site.resource("/proxy", &[("GET", proxy(&upstream.url("/")))]);
    site.resource("/any", &[("ANY", proxy(&upstream.url("/")))]);
    let enabled = site.enable("", pb::CorsSettings::default());
    let left: Vec<(&str, &str)> = enabled
        .changes
        .iter()
        .filter(|change| change.kind() == pb::CorsChangeKind::LeftToBackEnd)
        .map(|change| (change.http_method.as_str(), change.path.as_str()))
        .collect();
    assert_eq!(left, [("ANY", "/any"), ("GET", "/proxy")]);
    site.deploy();
    let http = site.get("/http", Some(ORIGIN));
    assert_eq!(
        http.header("access-control-allow-origin"),
        Some("*"),
        "the back end's own is dropped unless mapped"
    );
    assert_eq!(http.header("x-b"), None);
    for path in ["/proxy", "/any"] {
        let passed = site.get(path, Some(ORIGIN));
        assert_eq!(passed.header("access-control-allow-origin"), Some("https://back.example"), "{path}");
        assert_eq!(passed.header("x-b"), Some("1"), "{path}");
        assert_eq!(site.preflight(path, ORIGIN, "GET").status, 200, "{path}: OPTIONS is the gateway's own");
    }
    let preflight = site.preflight("/any", ORIGIN, "GET");
    assert_eq!(
        preflight.header("access-control-allow-methods"),
        Some("DELETE,GET,HEAD,OPTIONS,PATCH,POST,PUT")
    );
}

#[test]
fn existing_headers_are_kept_or_replaced() {
    let site = Site::new();
    let by_hand = mock(200, &[("Access-Control-Allow-Origin", "https://old.example")], "[]");
    site.resource("/pets", &[("GET", by_hand)]);
    site.enable("/pets", pb::CorsSettings::default());
    site.deploy();
    let origin = |site: &Site| {
        site.get("/pets", Some(ORIGIN)).header("access-control-allow-origin").map(str::to_owned)
    };
    assert_eq!(origin(&site).as_deref(), Some("https://old.example"));
    let replace =
        pb::EnableCorsRequest { replace_existing: true, ..enable("/pets", pb::CorsSettings::default()) };
    let enabled = site.try_enable(replace).expect("CORS is enabled");
    let overwritten =
        enabled.changes.iter().find(|c| c.kind() == pb::CorsChangeKind::Overwritten).expect("one");
    assert_eq!(overwritten.old_value.as_deref(), Some("'https://old.example'"));
    assert_eq!(overwritten.new_value.as_deref(), Some("'*'"));
    site.deploy();
    assert_eq!(origin(&site).as_deref(), Some("*"));
}

#[test]
fn what_cannot_be_done_is_skipped_or_refuses_the_call() {
    let site = Site::new();
    let mut bare = mock(200, &[], "[]");
    bare.responses.clear();
    bare.integration.as_mut().expect("a mock").responses.clear();
    site.resource("/pets", &[("GET", bare), ("PUT", mock(200, &[], "{}"))]);
    let all = pb::EnableCorsRequest { require_all: true, ..enable("/pets", pb::CorsSettings::default()) };
    let refused = site.try_enable(all).expect_err("a skip refuses the call");
    assert_eq!(refused.code(), tonic::Code::FailedPrecondition, "{refused:?}");
    assert_eq!(site.method("/pets", "OPTIONS"), None, "nothing was written");
    let enabled = site.enable("/pets", pb::CorsSettings::default());
    let skipped = enabled.changes.iter().find(|c| c.kind() == pb::CorsChangeKind::Skipped).expect("a skip");
    assert_eq!(skipped.reason, "GET /pets has no method response 200");
    assert!(skipped.mend.contains("PutMethodResponse GET /pets 200"), "{}", skipped.mend);
    assert!(site.method("/pets", "OPTIONS").is_some(), "everything else is done");
}

#[test]
fn disabling_takes_away_what_enabling_made() {
    let site = Site::new();
    let before =
        [mock(200, &[], "[]"), mock(200, &[("Access-Control-Allow-Origin", "https://mine.example")], "{}")];
    site.resource("/pets", &[("GET", before[0].clone()), ("PUT", before[1].clone())]);
    let stored = |site: &Site| ["GET", "PUT"].map(|verb| site.method("/pets", verb).expect("the method"));
    let untouched = stored(&site);
    site.enable("/pets", pb::CorsSettings::default());
    assert_ne!(stored(&site), untouched);
    site.disable("/pets");
    assert_eq!(stored(&site), untouched);
    assert_eq!(site.method("/pets", "OPTIONS"), None);
    site.deploy();
    assert_eq!(site.preflight("/pets", ORIGIN, "GET").status, 403);
}

#[test]
fn get_cors_tells_draft_and_stage_apart() {
    let site = Site::new();
    site.resource("/pets", &[("GET", mock(200, &[], "[]"))]).deploy();
    site.enable("/pets", pb::CorsSettings::default());
    let view = site.cors("/pets", "prod");
    assert!(view.differs);
    let get = view.methods.iter().find(|m| m.http_method == "GET").expect("GET");
    assert!(get.differs);
    assert_eq!(get.draft.as_ref().expect("a draft").form(), pb::CorsForm::Static);
    assert_eq!(get.stage.as_ref().expect("a stage").form(), pb::CorsForm::Unspecified);
    site.deploy();
    assert!(!site.cors("/pets", "prod").differs);
}

#[test]
fn a_managed_options_is_not_edited_by_hand() {
    let site = Site::new();
    site.resource("/pets", &[("GET", mock(200, &[], "[]"))]);
    let enabled = site.enable("/pets", origins(&[ORIGIN, "https://*.example.org"]));
    assert_eq!(enabled.form(), pb::CorsForm::Policy, "{}", enabled.form_reason);
    let refused = site.try_put("/pets", "OPTIONS", mock(200, &[], "")).expect_err("it is managed");
    assert_eq!(refused.code(), tonic::Code::FailedPrecondition);
    assert!(refused.message().contains("DisableCors"), "{}", refused.message());
}
