//! Deployments, stages and domain bindings over the real admin listener.

use postern::wire::pb;
use tonic::Code;
use tonic_types::StatusExt as _;

use crate::support::admin::{AdminServer, fields, mask, mock, reason};

async fn pets(server: &AdminServer) -> String {
    let api_id = server.api("pets").await;
    server.put(&api_id, "/pets", "GET", mock()).await;
    api_id
}

#[tokio::test]
async fn a_deployment_is_made_read_described_and_deleted() {
    let server = AdminServer::start().await;
    let api_id = pets(&server).await;
    let first = server.deploy(&api_id, "prod").await;
    assert_eq!((first.number, first.content_hash.len(), first.chain_hash.len()), (1, 64, 64));
    server.put(&api_id, "/pets", "POST", mock()).await;
    let second = server.deploy(&api_id, "prod").await;
    assert_ne!(second.content_hash, first.content_hash);

    for name in [first.id.as_str(), "#1"] {
        let request = pb::GetDeploymentRequest { api_id: api_id.clone(), deployment: name.to_owned() };
        let read = server.deployments().get_deployment(request).await.unwrap().into_inner();
        assert_eq!(read.deployment.as_ref(), Some(&first), "{name}");
        assert_eq!(read.paths, [pb::PathSummary { path: "/pets".into(), http_methods: vec!["GET".into()] }]);
    }
    let mut request =
        pb::ListDeploymentsRequest { api_id: api_id.clone(), page_size: 1, ..Default::default() };
    let page = server.deployments().list_deployments(request.clone()).await.unwrap().into_inner();
    assert_eq!((page.deployments.len(), page.deployments.first()), (1, Some(&second)), "the newest first");
    request.page_token = page.next_page_token;
    let page = server.deployments().list_deployments(request).await.unwrap().into_inner();
    assert_eq!((page.deployments, page.next_page_token.as_str()), (vec![first.clone()], ""));

    let request = pb::UpdateDeploymentRequest {
        api_id: api_id.clone(),
        deployment: "#1".into(),
        description: Some("the first".into()),
        ..Default::default()
    };
    let described = server.deployments().update_deployment(request).await.unwrap().into_inner();
    let described = described.deployment.unwrap();
    assert_eq!(described, pb::Deployment { description: Some("the first".into()), ..first.clone() });

    let delete = |deployment: &str| pb::DeleteDeploymentRequest {
        api_id: api_id.clone(),
        deployment: deployment.to_owned(),
        ..Default::default()
    };
    let used = server.deployments().delete_deployment(delete("#2")).await.unwrap_err();
    assert_eq!((used.code(), reason(&used).as_str()), (Code::FailedPrecondition, "IN_USE"));
    assert!(used.get_details_precondition_failure().is_some());
    let left = server.deployments().delete_deployment(delete("#1")).await.unwrap().into_inner();
    let left = left.deployment.unwrap();
    assert!(left.deleted);
    assert_eq!(left.chain_hash, first.chain_hash, "number and hashes stay");
}

#[tokio::test]
async fn what_cannot_be_served_is_refused_with_every_reason() {
    let server = AdminServer::start().await;
    let api_id = server.api("pets").await;
    let request = pb::CreateDeploymentRequest { api_id: api_id.clone(), ..Default::default() };
    let empty = server.deployments().create_deployment(request.clone()).await.unwrap_err();
    assert_eq!((empty.code(), reason(&empty).as_str()), (Code::FailedPrecondition, "NOT_DEPLOYABLE"));

    server.put(&api_id, "/a", "GET", pb::Method::default()).await;
    let keyed = pb::Method { api_key_required: true, ..mock() };
    server.put(&api_id, "/b", "GET", keyed).await;
    let refused = server.deployments().create_deployment(request).await.unwrap_err();
    assert_eq!(refused.code(), Code::FailedPrecondition);
    let violations = refused.get_details_bad_request().unwrap().field_violations;
    let told = |part: &str| violations.iter().any(|v| v.field.contains(part) || v.description.contains(part));
    assert!(told("/a") && told("/b"), "{violations:?}");
}

#[tokio::test]
async fn a_stage_is_made_moved_rolled_back_and_deleted() {
    let server = AdminServer::start().await;
    let api_id = pets(&server).await;
    let first = server.deploy(&api_id, "prod").await;
    server.put(&api_id, "/pets", "POST", mock()).await;
    let second = server.deploy(&api_id, "prod").await;

    let create = pb::CreateStageRequest {
        api_id: api_id.clone(),
        stage: Some(pb::Stage {
            name: "test".into(),
            deployment_id: "#1".into(),
            variables: [("color".to_owned(), "blue".to_owned())].into(),
            ..Default::default()
        }),
        ..Default::default()
    };
    let made = server.stages().create_stage(create.clone()).await.unwrap().into_inner().stage.unwrap();
    assert_eq!((made.deployment_id.as_str(), made.revision), (first.id.as_str(), 1));
    let twin = server.stages().create_stage(create).await.unwrap_err();
    assert_eq!(twin.code(), Code::AlreadyExists);

    let update = |stage: pb::Stage, paths: &[&str], expected_revision| pb::UpdateStageRequest {
        api_id: api_id.clone(),
        stage_name: "test".into(),
        stage: Some(stage),
        update_mask: mask(paths),
        expected_revision,
        ..Default::default()
    };
    let to =
        |deployment_id: &str| pb::Stage { deployment_id: deployment_id.to_owned(), ..Default::default() };
    let moved = server.stages().update_stage(update(to("#2"), &["deployment_id"], 1)).await.unwrap();
    let moved = moved.into_inner().stage.unwrap();
    assert_eq!((&moved.deployment_id, moved.variables.len()), (&second.id, 1));
    let stale = server.stages().update_stage(update(to("#1"), &[], 1)).await.unwrap_err();
    assert_eq!((stale.code(), reason(&stale).as_str()), (Code::Aborted, "STALE_REVISION"));
    let none = server.stages().update_stage(update(to(""), &["deployment_id"], 0)).await.unwrap_err();
    assert_eq!(fields(&none), ["stage.deployment_id"]);
    let bad = pb::Stage { variables: [("a b".to_owned(), "x".to_owned())].into(), ..Default::default() };
    let bad = server.stages().update_stage(update(bad, &["variables"], 0)).await.unwrap_err();
    assert_eq!(fields(&bad), ["stage.variables[a b]"]);

    let rollback = |deployment: &str| pb::RollbackStageRequest {
        api_id: api_id.clone(),
        stage_name: "test".into(),
        deployment: deployment.to_owned(),
        ..Default::default()
    };
    let back = server.stages().rollback_stage(rollback("")).await.unwrap().into_inner();
    assert_eq!(back.previous_deployment_id, second.id);
    assert_eq!(back.stage.unwrap().deployment_id, first.id);
    let nowhere = server.stages().rollback_stage(rollback("#99")).await.unwrap_err();
    assert_eq!(nowhere.code(), Code::NotFound);

    let list = |deployment: &str| pb::ListStagesRequest {
        api_id: api_id.clone(),
        deployment: deployment.to_owned(),
        page_size: 1,
        ..Default::default()
    };
    let page = server.stages().list_stages(list("")).await.unwrap().into_inner();
    assert_eq!(page.stages[0].name, "prod");
    let rest = pb::ListStagesRequest { page_token: page.next_page_token, ..list("") };
    assert_eq!(server.stages().list_stages(rest).await.unwrap().into_inner().stages[0].name, "test");
    let of_first = server.stages().list_stages(list("#1")).await.unwrap().into_inner();
    assert_eq!((of_first.stages[0].name.as_str(), of_first.next_page_token.as_str()), ("test", ""));

    let delete =
        pb::DeleteStageRequest { api_id: api_id.clone(), stage_name: "test".into(), ..Default::default() };
    server.stages().delete_stage(delete).await.unwrap();
    let get = pb::GetStageRequest { api_id, stage_name: "test".into() };
    assert_eq!(server.stages().get_stage(get).await.unwrap_err().code(), Code::NotFound);
}

#[tokio::test]
async fn a_host_is_bound_led_elsewhere_and_let_go() {
    let server = AdminServer::start().await;
    let api_id = pets(&server).await;
    server.deploy(&api_id, "prod").await;
    server.deploy(&api_id, "test").await;
    let binding = |host: &str, base_path: &str, stage: &str| pb::DomainBinding {
        host: host.to_owned(),
        base_path: base_path.to_owned(),
        api_id: api_id.clone(),
        stage_name: stage.to_owned(),
        revision: 0,
    };
    let create =
        |binding| pb::CreateDomainBindingRequest { domain_binding: Some(binding), ..Default::default() };
    for (host, base_path) in [("api.example.com", "v1"), ("*.example.com", ""), ("*", "")] {
        server.domains().create_domain_binding(create(binding(host, base_path, "prod"))).await.unwrap();
    }
    let twin = server.domains().create_domain_binding(create(binding("*", "", "test"))).await.unwrap_err();
    assert_eq!(twin.code(), Code::AlreadyExists);
    let wrong = server.domains().create_domain_binding(create(binding("API", "a//b", ""))).await.unwrap_err();
    let named = ["domain_binding.host", "domain_binding.base_path", "domain_binding.stage_name"];
    assert_eq!(fields(&wrong), named);

    let update = pb::UpdateDomainBindingRequest {
        domain_binding: Some(pb::DomainBinding {
            host: "*".into(),
            stage_name: "test".into(),
            ..Default::default()
        }),
        expected_revision: 1,
        ..Default::default()
    };
    let led = server.domains().update_domain_binding(update).await.unwrap().into_inner();
    let led = led.domain_binding.unwrap();
    assert_eq!((led.stage_name.as_str(), led.revision, &led.api_id), ("test", 2, &api_id));

    let mut request = pb::ListDomainBindingsRequest { page_size: 2, ..Default::default() };
    let page = server.domains().list_domain_bindings(request.clone()).await.unwrap().into_inner();
    assert_eq!(page.domain_bindings.len(), 2);
    request.page_token = page.next_page_token;
    let page = server.domains().list_domain_bindings(request).await.unwrap().into_inner();
    assert_eq!((page.domain_bindings.len(), page.next_page_token.as_str()), (1, ""));

    let stage =
        pb::DeleteStageRequest { api_id: api_id.clone(), stage_name: "test".into(), ..Default::default() };
    let used = server.stages().delete_stage(stage).await.unwrap_err();
    assert_eq!((used.code(), reason(&used).as_str()), (Code::FailedPrecondition, "IN_USE"));

    let delete = pb::DeleteDomainBindingRequest { host: "*".into(), ..Default::default() };
    server.domains().delete_domain_binding(delete).await.unwrap();
    let get = pb::GetDomainBindingRequest { host: "*".into(), ..Default::default() };
    assert_eq!(server.domains().get_domain_binding(get).await.unwrap_err().code(), Code::NotFound);
}
