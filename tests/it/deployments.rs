//! Deploying: what is served, from when on, and what is refused.

use postern::wire::pb;
use tonic::Code;
use tonic_types::StatusExt as _;

use crate::support::{Postern, Request, mock};

/// A mock whose answers carry a version.
fn version(number: &str) -> pb::Method {
    mock(200, &[("X-Version", number)], "{}")
}

fn to_prod(api: &str) -> pb::CreateDeploymentRequest {
    pb::CreateDeploymentRequest {
        api_id: api.to_owned(),
        stage_name: "prod".to_owned(),
        ..Default::default()
    }
}

#[tokio::test]
async fn an_edit_is_served_from_the_return_of_its_deployment_on() {
    let server = Postern::start().await;
    let api = server.serve([("/pets", "GET", version("0"))]).await;
    for number in 1..10 {
        let number = number.to_string();
        server.put(&api, "/pets", "GET", version(&number)).await;
        assert_ne!(server.get("/pets").header("x-version"), Some(number.as_str()), "it is not deployed yet");
        server.deploy(&api, "prod").await;
        assert_eq!(server.get("/pets").header("x-version"), Some(number.as_str()));
    }
}

#[tokio::test]
async fn a_draft_that_does_not_compile_is_refused_with_every_reason_and_the_stage_stays() {
    let server = Postern::start().await;
    let api = server.serve([("/pets", "GET", version("1"))]).await;
    server.put(&api, "/pets", "GET", version("2")).await;
    server.put(&api, "/pets", "PUT", pb::Method::default()).await;
    server.put(&api, "/pets/{id}", "DELETE", pb::Method::default()).await;
    let refused = server.deployments().create_deployment(to_prod(&api)).await.unwrap_err();
    assert_eq!(refused.code(), Code::FailedPrecondition);
    let violations = refused.get_details_bad_request().unwrap().field_violations;
    let fields: Vec<_> = violations.iter().map(|violation| violation.field.as_str()).collect();
    assert_eq!(fields.len(), 2, "{violations:?}");
    for method in ["PUT /pets", "DELETE /pets/{id}"] {
        assert!(fields.iter().any(|field| field.contains(method)), "{method}: {fields:?}");
    }
    assert_eq!(server.get("/pets").header("x-version"), Some("1"));
}

#[tokio::test]
async fn what_would_open_a_method_is_refused_until_it_is_built() {
    let server = Postern::start().await;
    let api = server.serve([("/pets", "GET", version("1"))]).await;
    let closed = [
        pb::Method { api_key_required: true, ..version("2") },
        pb::Method { authorization_type: pb::AuthorizationType::AwsIam.into(), ..version("2") },
    ];
    for method in closed {
        server.put(&api, "/pets", "GET", method.clone()).await;
        let refused = server.deployments().create_deployment(to_prod(&api)).await.unwrap_err();
        assert_eq!(refused.code(), Code::FailedPrecondition, "{method:?}");
        assert!(refused.message().contains("not supported yet"), "{refused}");
        assert_eq!(server.get("/pets").header("x-version"), Some("1"));
    }
}

#[tokio::test]
async fn a_preview_deploys_nothing() {
    let server = Postern::start().await;
    let api = server.serve([("/pets", "GET", version("1"))]).await;
    server.put(&api, "/pets", "GET", version("2")).await;
    let preview = pb::CreateDeploymentRequest { validate_only: true, ..to_prod(&api) };
    let preview = server.deployments().create_deployment(preview).await.unwrap().into_inner();
    let deployment = preview.deployment.unwrap();
    assert_eq!(deployment.number, 2);
    assert_eq!(server.get("/pets").header("x-version"), Some("1"));
    let list = pb::ListDeploymentsRequest { api_id: api.clone(), ..Default::default() };
    let listed = server.deployments().list_deployments(list).await.unwrap().into_inner().deployments;
    assert_eq!(listed.len(), 1);
    let real = server.deployments().create_deployment(to_prod(&api)).await.unwrap().into_inner();
    let real = real.deployment.unwrap();
    assert_eq!((real.content_hash, real.chain_hash), (deployment.content_hash, deployment.chain_hash));
}

#[tokio::test]
async fn a_draft_that_has_moved_on_is_not_deployed() {
    let server = Postern::start().await;
    let api = server.serve([("/pets", "GET", version("1"))]).await;
    let get = pb::GetApiRequest { api_id: api.clone() };
    let seen = server.apis().get_api(get).await.unwrap().into_inner().api.unwrap().revision;
    server.put(&api, "/pets", "GET", version("2")).await;
    let stale = pb::CreateDeploymentRequest { expected_revision: seen, ..to_prod(&api) };
    let refused = server.deployments().create_deployment(stale).await.unwrap_err();
    assert_eq!(refused.code(), Code::Aborted, "{refused}");
    assert_eq!(server.get("/pets").header("x-version"), Some("1"));
}

#[tokio::test]
async fn equal_content_has_an_equal_hash_and_each_link_of_the_chain_its_own() {
    let server = Postern::start().await;
    let api = server.serve([("/pets", "GET", version("1"))]).await;
    server.deploy(&api, "prod").await;
    server.put(&api, "/pets", "GET", version("2")).await;
    server.deploy(&api, "prod").await;
    let list = pb::ListDeploymentsRequest { api_id: api.clone(), ..Default::default() };
    let listed = server.deployments().list_deployments(list).await.unwrap().into_inner().deployments;
    let [third, second, first] = &listed[..] else { panic!("three, newest first: {listed:?}") };
    assert_eq!([third.number, second.number, first.number], [3, 2, 1]);
    assert_eq!(first.content_hash, second.content_hash);
    assert_ne!(second.content_hash, third.content_hash);
    assert_ne!(first.chain_hash, second.chain_hash);
}

#[tokio::test]
async fn a_deployment_that_a_stage_serves_cannot_be_deleted() {
    let server = Postern::start().await;
    let api = server.serve([("/pets", "GET", version("1"))]).await;
    let delete = |number: u64| pb::DeleteDeploymentRequest {
        api_id: api.clone(),
        deployment: format!("#{number}"),
        validate_only: false,
    };
    let refused = server.deployments().delete_deployment(delete(1)).await.unwrap_err();
    assert_eq!(refused.code(), Code::FailedPrecondition);
    assert!(refused.message().contains("stage prod"), "{refused}");
    assert_eq!(server.get("/pets").header("x-version"), Some("1"));
    server.put(&api, "/pets", "GET", version("2")).await;
    server.deploy(&api, "prod").await;
    let left = server.deployments().delete_deployment(delete(1)).await.unwrap().into_inner();
    let left = left.deployment.unwrap();
    assert!(left.deleted);
    assert_eq!((left.number, left.content_hash.len()), (1, 64));
    assert_eq!(server.get("/pets").header("x-version"), Some("2"));
}

/// The value of a metric without labels.
fn metric(server: &Postern, name: &str) -> u64 {
    let text = Request::get("/metrics").send(server.ops).text();
    let value = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    value.unwrap_or_else(|| panic!("no {name} in\n{text}")).parse().unwrap()
}

#[tokio::test]
async fn publications_and_the_revision_served_are_counted() {
    let server = Postern::start().await;
    let counts = || {
        let publishes = metric(&server, "postern_snapshot_publishes_total");
        (publishes, metric(&server, "postern_snapshot_store_revision"))
    };
    let api = server.api("counted").await;
    server.put(&api, "/pets", "GET", version("1")).await;
    let (mut publishes, mut revision) = counts();
    for _ in 0..3 {
        server.deploy(&api, "prod").await;
        let now = counts();
        assert_eq!(now.0, publishes + 1, "a deployment to a stage is one publication");
        assert!(now.1 > revision, "{} is served after {revision}", now.1);
        (publishes, revision) = now;
        server.put(&api, "/pets", "GET", version("2")).await;
        assert_eq!(counts(), now, "an edit of the draft publishes nothing");
    }
}
