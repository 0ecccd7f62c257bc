//! OpenAPI documents over the admin API, and what is served of them.

use postern::wire::pb::{self, import_response::Event};
use tonic::{Code, Status};

use crate::support::admin::{AdminServer, fields};

/// An API with CORS written out, a validator and gateway responses.
pub const NOTES: &str = include_str!("../openapi/notes.yaml");

/// An import's steps and its result.
async fn import(
    server: &AdminServer,
    request: pb::ImportRequest,
) -> Result<(Vec<pb::ImportProgress>, pb::ImportResult), Status> {
    let mut events = server.imports().import(request).await?.into_inner();
    let mut steps = Vec::new();
    while let Some(response) = events.message().await? {
        match response.event.unwrap() {
            Event::Progress(progress) => steps.push(progress),
            Event::Result(result) => {
                assert_eq!(events.message().await.unwrap(), None, "the stream ends with the result");
                return Ok((steps, result));
            }
        }
    }
    panic!("a stream without a result");
}

fn of(document: &str) -> pb::ImportRequest {
    pb::ImportRequest { document: document.to_owned(), ..Default::default() }
}

async fn exported(server: &AdminServer, api_id: &str) -> serde_json::Value {
    let request = pb::ExportRequest {
        api_id: api_id.to_owned(),
        extensions: vec!["apigateway".into()],
        ..Default::default()
    };
    let response = server.exports().export(request).await.unwrap().into_inner();
    assert_eq!((response.content_type.as_str(), response.warnings.len()), ("application/json", 0));
    serde_json::from_str(&response.document).unwrap()
}

#[tokio::test]
async fn an_import_tells_its_steps_and_what_it_made() {
    let server = AdminServer::start().await;
    let (steps, result) = import(&server, of(NOTES)).await.unwrap();
    let told: Vec<_> =
        steps.iter().map(|s| (s.step(), s.path_count, s.operation_count, s.change_count)).collect();
    let changes = u32::try_from(result.changes.len()).unwrap();
    assert_eq!(told, [(pb::ImportStep::Read, 1, 2, 0), (pb::ImportStep::Checked, 1, 2, changes)]);
    let api = result.api.unwrap();
    assert_eq!((api.name.as_str(), api.version.as_deref(), api.revision), ("notes", Some("1"), 1));
    assert_eq!(result.warnings, []);
    let subjects: Vec<_> = result.changes.iter().map(|change| change.subject.as_str()).collect();
    for subject in ["method PUT /notes/{id}", "model Note", "gateway response DEFAULT_4XX", "resource /notes"]
    {
        assert!(subjects.contains(&subject), "{subject}: {subjects:?}");
    }
    // The export says the same, and is the same again after it is imported.
    let document = exported(&server, &api.id).await;
    assert_eq!(document["paths"]["/notes/{id}"]["put"]["x-amazon-apigateway-request-validator"], "strict");
    let (_, again) = import(&server, of(&document.to_string())).await.unwrap();
    let mut copy = exported(&server, &again.api.unwrap().id).await;
    copy["servers"] = document["servers"].clone();
    assert_eq!(copy, document);
}

#[tokio::test]
async fn a_preview_writes_nothing_and_says_what_would_differ() {
    let server = AdminServer::start().await;
    let preview = pb::ImportRequest { validate_only: true, ..of(NOTES) };
    import(&server, preview).await.unwrap();
    let listed = server.apis().list_apis(pb::ListApisRequest::default()).await.unwrap().into_inner();
    assert_eq!(listed.apis, []);

    let (_, made) = import(&server, of(NOTES)).await.unwrap();
    let api_id = made.api.unwrap().id;
    let other = NOTES.replace("\"'600'\"", "\"'60'\"").replace("Note: {type", "Other: {type");
    let request = pb::ImportRequest {
        api_id: api_id.clone(),
        mode: pb::ImportMode::Overwrite.into(),
        validate_only: true,
        ..of(&other)
    };
    let (_, preview) = import(&server, request.clone()).await.unwrap();
    let told: Vec<_> =
        preview.changes.iter().map(|change| format!("{:?} {}", change.kind(), change.subject)).collect();
    assert_eq!(
        told,
        [
            "Removed model Note",
            "Added model Other",
            "Changed method OPTIONS /notes/{id}",
            "Changed method PUT /notes/{id}"
        ]
    );
    let before = exported(&server, &api_id).await;
    assert_eq!(exported(&server, &api_id).await, before);
    let stale = pb::ImportRequest { validate_only: false, expected_revision: 7, ..request.clone() };
    assert_eq!(import(&server, stale).await.unwrap_err().code(), Code::Aborted);
    let (_, done) = import(&server, pb::ImportRequest { validate_only: false, ..request }).await.unwrap();
    assert_eq!((done.changes, done.api.unwrap().revision), (preview.changes, 2));
}

#[tokio::test]
async fn what_is_wrong_is_told_at_its_place_and_nothing_is_written() {
    let server = AdminServer::start().await;
    let (_, made) = import(&server, of(NOTES)).await.unwrap();
    let api_id = made.api.unwrap().id;
    let before = exported(&server, &api_id).await;
    for (text, field) in [
        ("openapi: [", "document"),
        ("{}", "document"),
        (
            &NOTES.replace("type: http\n", "type: https\n"),
            "document.paths[/notes/{id}].put.x-amazon-apigateway-integration.type",
        ),
        (
            &NOTES.replace("\"http://${stageVariables.backend}/notes/{noteId}\"", "ftp://x"),
            "document.paths[/notes/{id}].put.integration.uri",
        ),
        (
            &NOTES
                .replace("          headers: {Access-Control-Allow-Origin: {schema: {type: string}}}\n", ""),
            "document.paths[/notes/{id}].put.integration.responses[200].response_parameters[method.response.header.Access-Control-Allow-Origin]",
        ),
    ] {
        let refused =
            import(&server, pb::ImportRequest { api_id: api_id.clone(), ..of(text) }).await.unwrap_err();
        assert_eq!(refused.code(), Code::InvalidArgument, "{text}");
        assert_eq!(fields(&refused)[0], field, "{refused:?}");
    }
    let warned = NOTES.replace("validator: strict", "validator: other");
    let strict = pb::ImportRequest { api_id: api_id.clone(), fail_on_warnings: true, ..of(&warned) };
    assert_eq!(import(&server, strict.clone()).await.unwrap_err().code(), Code::InvalidArgument);
    assert_eq!(exported(&server, &api_id).await, before);
    let (_, done) = import(&server, pb::ImportRequest { fail_on_warnings: false, ..strict }).await.unwrap();
    assert_eq!(done.warnings.len(), 1);
    let missing = pb::ImportRequest { api_id: "0000000000".into(), ..of(NOTES) };
    assert_eq!(import(&server, missing).await.unwrap_err().code(), Code::NotFound);
}

#[tokio::test]
async fn many_paths_are_one_write() {
    let server = AdminServer::start().await;
    let mut document = "openapi: 3.0.1\ninfo: {title: large, version: '1'}\npaths:\n".to_owned();
    for n in 0..700 {
        document.push_str(&format!(
            "  /r{n}/{{id}}: {{get: {{responses: {{200: {{description: ok}}}}, x-amazon-apigateway-integration: \
             {{type: mock, requestTemplates: {{application/json: '{{\"statusCode\": 200}}'}}, responses: {{default: \
             {{statusCode: 200}}}}}}}}}}\n"
        ));
    }
    document.push_str("x-amazon-apigateway-documentation:\n  version: '1'\n  documentationParts:\n");
    for n in 0..700 {
        document.push_str(&format!(
            "    - {{location: {{type: METHOD, path: '/r{n}/{{id}}', method: GET}}, properties: {{summary: '{n}'}}}}\n"
        ));
    }
    let (_, made) = import(&server, of(&document)).await.unwrap();
    let api = made.api.unwrap();
    assert_eq!((api.revision, made.warnings.len()), (1, 0));
    let exported = exported(&server, &api.id).await;
    let parts = exported["x-amazon-apigateway-documentation"]["documentationParts"].as_array().unwrap().len();
    assert_eq!(parts, 700);
    let document = document
        .replace("title: large", "title: larger")
        .replace("type: mock", "type: mock, contentHandling: CONVERT_TO_TEXT");
    let request = pb::ImportRequest { api_id: api.id.clone(), ..of(&document) };
    let (_, again) = import(&server, request).await.unwrap();
    assert_eq!(again.changes.len(), 701);
    assert_eq!(again.api.unwrap().revision, 2);
}

#[tokio::test]
async fn exports_are_of_stages_deployments_and_drafts() {
    let server = AdminServer::start().await;
    let mocks = NOTES.replace("      x-amazon-apigateway-request-validator: strict\n", "");
    let (_, made) = import(&server, of(&mocks)).await.unwrap();
    let api_id = made.api.unwrap().id;
    let deployment = server.deploy(&api_id, "prod").await;
    let changed = mocks.replace("title: notes, version: \"1\"", "title: changed, version: \"2\"");
    import(&server, pb::ImportRequest { api_id: api_id.clone(), ..of(&changed) }).await.unwrap();
    let request = |stage: &str, deployment: &str| pb::ExportRequest {
        api_id: api_id.clone(),
        stage_name: stage.to_owned(),
        deployment: deployment.to_owned(),
        ..Default::default()
    };
    for (request, title, file) in [
        (request("prod", ""), "notes", "oas30_1.json"),
        (request("", "#1"), "notes", "oas30_1.json"),
        (request("", &deployment.id), "notes", "oas30_1.json"),
        (request("", ""), "changed", "oas30_2.json"),
        (
            pb::ExportRequest {
                format: pb::ExportFormat::Swagger.into(),
                notation: pb::ExportNotation::Yaml.into(),
                base_url: "http://127.0.0.1:8080/v1".into(),
                ..request("prod", "")
            },
            "notes",
            "swagger_1.yaml",
        ),
    ] {
        let response = server.exports().export(request).await.unwrap().into_inner();
        assert_eq!(response.file_name, file);
        assert!(response.document.contains(title), "{}", response.document);
        assert!(!response.document.contains("x-amazon-"), "{}", response.document);
    }
    for (request, field) in [
        (request("prod", "#1"), "deployment"),
        (pb::ExportRequest { extensions: vec!["all".into()], ..request("", "") }, "extensions"),
        (pb::ExportRequest { base_url: "ftp://x".into(), ..request("", "") }, "base_url"),
    ] {
        let refused = server.exports().export(request).await.unwrap_err();
        assert_eq!((refused.code(), fields(&refused)), (Code::InvalidArgument, vec![field.to_owned()]));
    }
    assert_eq!(server.exports().export(request("test", "")).await.unwrap_err().code(), Code::NotFound);
}
