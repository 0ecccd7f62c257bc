//! What was written and what was served is there again after a restart.

use std::sync::Arc;
use std::time::SystemTime;

use postern::model::{
    Api, ApiId, Definition, Integration, IntegrationResponse, IntegrationType, MediaType, Method,
    MethodResponse, Partition, PathPart, ResourceId, Status, Verb,
};
use postern::store::{ChangeKind, Edit, NewApi, OnFault, Retention, SledStore};
use postern::wire::pb;

use crate::support::{Postern, Request, mock};

#[tokio::test]
async fn drafts_deployments_stages_and_bindings_survive() {
    let directory = tempfile::tempdir().unwrap();
    let server = Postern::in_directory(directory.path(), |flags| flags).await;
    let api = server.serve([("/a/{id}", "GET", mock(200, &[("X-Version", "1")], "{}"))]).await;
    server.put(&api, "/a/{id}", "GET", mock(200, &[("X-Version", "2")], "{}")).await;
    let answer = server.get("/a/7");
    assert_eq!((answer.status, answer.header("x-version")), (200, Some("1")));
    let draft = draft_of(&server, &api).await;
    server.drain().await;

    let server = Postern::in_directory(directory.path(), |flags| flags).await;
    assert_eq!(draft_of(&server, &api).await, draft);
    assert_eq!(server.get("/a/7").header("x-version"), Some("1"));
    server.deploy(&api, "prod").await;
    assert_eq!(server.get("/a/7").header("x-version"), Some("2"));
    let request = pb::ListDeploymentsRequest { api_id: api.clone(), ..Default::default() };
    let numbers: Vec<_> =
        server.deployments().list_deployments(request).await.unwrap().into_inner().deployments;
    assert_eq!(numbers.iter().map(|deployment| deployment.number).collect::<Vec<_>>(), [2, 1]);
    server.drain().await;
}

async fn draft_of(server: &Postern, api: &str) -> pb::GetMethodResponse {
    let request = pb::GetMethodRequest {
        api_id: api.to_owned(),
        resource: "/a/{id}".to_owned(),
        http_method: "GET".to_owned(),
    };
    server.methods().get_method(request).await.unwrap().into_inner()
}

/// A draft of `count` resources `/r0`, `/r1`… that each answer a constant.
fn definition(id: ApiId, count: usize) -> Definition {
    let root = ResourceId::from_random([0; ResourceId::LENGTH]);
    let mut definition = Definition::new(Api::new(id, "large".to_owned(), SystemTime::UNIX_EPOCH), root);
    let json: MediaType = "application/json".parse().unwrap();
    let ok = Status::OK;
    for index in 0..count {
        let digits = format!("{:06}", index + 1);
        let resource_id: ResourceId = digits.parse().unwrap();
        let part: PathPart = format!("r{index}").parse().unwrap();
        let mut integration = Integration::new(IntegrationType::Mock);
        integration.request_templates.insert(json.clone(), "{\"statusCode\": 200}".to_owned());
        let mut response = IntegrationResponse::default();
        response.response_templates.insert(json.clone(), format!("{{\"resource\": {index}}}"));
        integration.responses.insert(ok, response);
        let mut method = Method::default();
        method.responses.insert(ok, MethodResponse::default());
        method.integration = Some(integration);
        definition.add(resource_id, root, part).unwrap();
        definition.edit(resource_id, |resource| drop(resource.methods.insert(Verb::Get, method))).unwrap();
    }
    definition
}

#[tokio::test]
async fn an_api_of_ten_thousand_resources_is_served_again() {
    const COUNT: usize = 10_000;
    let directory = tempfile::tempdir().unwrap();
    let id: ApiId = "abcdefghij".parse().unwrap();
    // Ten thousand calls would take long; one import is one commit, too.
    let path = directory.path().to_owned();
    let opened = tokio::task::spawn_blocking(move || SledStore::open(&path, OnFault::Refuse)).await.unwrap();
    let records = opened.unwrap().records;
    let mut edit = Edit::new(ChangeKind::ApiCreated, SystemTime::UNIX_EPOCH);
    let new = NewApi {
        id,
        partition: Partition::default(),
        created_at: SystemTime::UNIX_EPOCH,
        retention: Retention::All,
    };
    edit.create_api(new, Arc::new(definition(id, COUNT)));
    records.commit(edit).await.unwrap();
    drop(records);

    let server = Postern::in_directory(directory.path(), |flags| flags).await;
    server.deploy("abcdefghij", "prod").await;
    server.bind("*", "", "abcdefghij", "prod").await;
    server.drain().await;

    let server = Postern::in_directory(directory.path(), |flags| flags).await;
    for index in [0, 1, 4_999, COUNT - 1] {
        let answer = server.send(&Request::get(&format!("/r{index}")));
        assert_eq!((answer.status, answer.text()), (200, format!("{{\"resource\": {index}}}")));
    }
    assert_eq!(server.get(&format!("/r{COUNT}")).status, 403);
    let request =
        pb::ListResourcesRequest { api_id: "abcdefghij".to_owned(), page_size: 500, ..Default::default() };
    let page = server.resources().list_resources(request).await.unwrap().into_inner();
    assert_eq!((page.resources.len(), page.next_page_token.is_empty()), (500, false));
    server.drain().await;
}
