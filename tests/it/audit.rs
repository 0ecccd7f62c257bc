//! The audit: every write on every face leaves one event, which says who, from where, what and when.

use postern::wire::pb;
use postern::wire::pb::audit_service_client::AuditServiceClient;
use postern::wire::pb::token_service_client::TokenServiceClient;

use crate::support::{Postern, Request, Server, mock};

async fn events(server: &Postern, request: pb::ListAuditEventsRequest) -> Vec<pb::AuditEvent> {
    let mut audit = AuditServiceClient::new(server.channel());
    audit.list_audit_events(request).await.unwrap().into_inner().audit_events
}

fn told(events: &[pb::AuditEvent]) -> Vec<String> {
    let line = |event: &pb::AuditEvent| {
        format!("{} {} {} {:?}", event.operation, event.kind, event.object, event.changes)
    };
    events.iter().map(line).collect()
}

#[tokio::test]
async fn each_write_says_who_what_and_what_differs() {
    let server = Postern::start().await;
    let api = server.api("pets").await;
    server.put(&api, "/pets", "GET", mock(200, &[], "{}")).await;
    let first = server.deploy(&api, "prod").await;
    server.bind("pets.example", "", &api, "prod").await;
    let stage =
        pb::Stage { variables: [("secret".to_owned(), "hunter2".to_owned())].into(), ..Default::default() };
    let request = pb::UpdateStageRequest {
        api_id: api.clone(),
        stage_name: "prod".to_owned(),
        stage: Some(stage),
        ..Default::default()
    };
    server.stages().update_stage(request).await.unwrap();
    // What is refused, only checked or without effect is no write.
    let checked = pb::DeleteApiRequest { api_id: api.clone(), validate_only: true, ..Default::default() };
    assert!(server.apis().delete_api(checked).await.is_err(), "a binding leads to it");

    let oldest = pb::ListAuditEventsRequest { oldest_first: true, page_size: 500, ..Default::default() };
    let all = events(&server, oldest.clone()).await;
    assert_eq!(
        told(&all),
        [
            r#"ApiService/CreateApi api_created  ["name \"pets\""]"#.to_owned(),
            r#"ResourceService/EnsurePath draft_changed  ["added resource /pets"]"#.to_owned(),
            r#"MethodService/PutMethod draft_changed  ["added method GET /pets"]"#.to_owned(),
            format!("DeploymentService/CreateDeployment stage_created prod [\"deployment {first}\"]"),
            format!(
                "DomainService/CreateDomainBinding binding_created pets.example/ [\"leads to {api}/prod\"]"
            ),
            r#"StageService/UpdateStage stage_changed prod ["added variable secret"]"#.to_owned(),
        ]
    );
    let mut before = 0;
    for event in &all {
        assert_eq!((event.actor.as_str(), event.address.as_str()), ("local", "127.0.0.1"));
        assert_eq!(event.api_id, api);
        assert!(event.store_revision > before, "{event:?}");
        before = event.store_revision;
    }
    assert_eq!(all[2].revision, 3, "the draft's revision since");
    assert!(!format!("{all:?}").contains("hunter2"), "values of variables may be secret");

    // Newest first is the same list from its other end, also by pages.
    let mut pages = Vec::new();
    let mut request = pb::ListAuditEventsRequest { page_size: 4, ..Default::default() };
    let mut audit = AuditServiceClient::new(server.channel());
    loop {
        let page = audit.list_audit_events(request.clone()).await.unwrap().into_inner();
        pages.extend(page.audit_events);
        request.page_token = page.next_page_token;
        if request.page_token.is_empty() {
            break;
        }
    }
    pages.reverse();
    assert_eq!(pages, all);

    for (filter, expected) in [
        (pb::ListAuditEventsRequest { operation: "PutMethod".to_owned(), ..oldest.clone() }, &all[2..3]),
        (
            pb::ListAuditEventsRequest { operation: "StageService/UpdateStage".to_owned(), ..oldest.clone() },
            &all[5..],
        ),
        (pb::ListAuditEventsRequest { actor: "loc*".to_owned(), ..oldest.clone() }, &all[..]),
        (pb::ListAuditEventsRequest { actor: "token:*".to_owned(), ..oldest.clone() }, &[]),
        (pb::ListAuditEventsRequest { api_id: "zzzzzzzzzz".to_owned(), ..oldest.clone() }, &[]),
        (pb::ListAuditEventsRequest { end_time: all[0].occurred_at, ..oldest.clone() }, &[]),
        (pb::ListAuditEventsRequest { start_time: all[0].occurred_at, ..oldest.clone() }, &all[..]),
    ] {
        assert_eq!(events(&server, filter.clone()).await, expected, "{filter:?}");
    }
}

#[tokio::test]
async fn a_token_is_named_and_its_secret_is_not() {
    let server = Postern::start().await;
    let request =
        pb::CreateTokenRequest { name: "ci".to_owned(), role: pb::Role::Editor.into(), ..Default::default() };
    let issued = TokenServiceClient::new(server.channel()).create_token(request).await.unwrap().into_inner();
    let id = issued.token.unwrap().id;
    let channel = tonic::service::interceptor::InterceptedService::new(
        server.channel(),
        move |mut call: tonic::Request<()>| {
            let bearer = format!("Bearer {}", issued.secret);
            call.metadata_mut().insert("authorization", bearer.parse().unwrap());
            Ok(call)
        },
    );
    let api = pb::Api { name: "pets".to_owned(), ..Default::default() };
    let request = pb::CreateApiRequest { api: Some(api), ..Default::default() };
    pb::api_service_client::ApiServiceClient::new(channel).create_api(request).await.unwrap();
    let all = events(&server, pb::ListAuditEventsRequest::default()).await;
    assert_eq!(all[0].actor, format!("token:ci/{id}"));
    assert_eq!(all[1].object, format!("token ci/{id}"));
    assert_eq!(
        (all[1].kind.as_str(), &all[1].changes[..]),
        ("token_created", &["role editor".to_owned()][..])
    );
}

#[tokio::test]
async fn the_aws_face_and_imports_are_recorded_too() {
    let server = Postern::with(|flags| flags.with("aws-listen", ["127.0.0.1:0"])).await;
    let at = server.aws.unwrap();
    let create =
        Request::new("POST", "/restapis").header("Content-Type", "application/json").body(r#"{"name": "a"}"#);
    let answer = tokio::task::spawn_blocking(move || create.send(at)).await.unwrap();
    assert_eq!(answer.status, 201, "{answer:?}");
    let document = r#"{"openapi": "3.0.1", "info": {"title": "b", "version": "1"}, "paths": {}}"#;
    let request = pb::ImportRequest { document: document.to_owned(), ..Default::default() };
    let mut import = pb::import_service_client::ImportServiceClient::new(server.channel());
    let mut answers = import.import(request).await.unwrap().into_inner();
    while answers.message().await.unwrap().is_some() {}
    let all = events(&server, pb::ListAuditEventsRequest { oldest_first: true, ..Default::default() }).await;
    let operations: Vec<_> =
        all.iter().map(|event| (event.operation.as_str(), event.kind.as_str())).collect();
    assert_eq!(operations, [("aws:CreateRestApi", "api_created"), ("ImportService/Import", "api_created")]);
    assert!(all.iter().all(|event| event.actor == "local" && event.address == "127.0.0.1"));
}

#[test]
fn the_audit_is_exported_as_lines_and_survives_a_restart_and_a_backup() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).display().to_string();
    let data = path("data");
    let server = Server::start(data.as_ref(), &[]);
    for name in ["one", "two", "three"] {
        server.run(&["api", "create", name]).well();
    }
    let exported = server.run(&["audit", "--oldest-first", "--limit", "0", "-o", "json"]).well().stdout;
    let lines: Vec<serde_json::Value> =
        exported.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect();
    let names: Vec<_> = lines.iter().map(|event| event["changes"][0].as_str().unwrap()).collect();
    assert_eq!(names, [r#"name "one""#, r#"name "two""#, r#"name "three""#]);
    let table = server.run(&["audit", "--since", "1h", "--limit", "2"]).well().stdout;
    assert!(table.contains("three") && !table.contains("one"), "{table}");
    let none = server.run(&["audit", "--until", "2020-01-01T00:00:00Z", "-o", "json"]).well().stdout;
    assert_eq!(none, "");
    server.run(&["backup", &path("archive")]).well();
    assert_eq!(server.stop().0, Some(0));
    crate::support::run(["restore", &path("archive"), "--data-dir", &path("restored")]).well();
    for data in [data, path("restored")] {
        let server = Server::start(data.as_ref(), &[]);
        let again = server.run(&["audit", "--oldest-first", "-o", "json"]).well().stdout;
        assert_eq!(again, exported);
    }
}
