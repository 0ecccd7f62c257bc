//! Things to store.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use crate::model::{
    Api, ApiId, Definition, DeploymentId, DomainBinding, Integration, IntegrationType, Method, Partition,
    ResourceId, Revision, Stage, StageTarget, StageVariables, Verb,
};
use crate::store::{ApiHead, ChangeKind, CommitError, Committed, Edit, NewApi, NewDeployment, Records};
use crate::store::{Retention, Was};

pub(super) fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_millis(1_700_000_000_123)
}

pub(super) fn api_id(n: u8) -> ApiId {
    ApiId::from_random([n; 10])
}

pub(super) fn deployment_id(n: u8) -> DeploymentId {
    format!("{n:06}").parse().unwrap()
}

pub(super) fn resource_id(n: usize) -> ResourceId {
    format!("{n:06}").parse().unwrap()
}

/// An API with so many resources under its root, one method each.
pub(super) fn definition(id: ApiId, resources: usize) -> Definition {
    let mut definition = Definition::new(Api::new(id, format!("api {id}"), now()), resource_id(0));
    for n in 1..=resources {
        definition.add(resource_id(n), resource_id(0), format!("r{n}").parse().unwrap()).unwrap();
        set_uri(&mut definition, n, "https://origin.example/");
    }
    definition
}

/// Gives a resource's `GET` a back end.
pub(super) fn set_uri(definition: &mut Definition, resource: usize, uri: &str) {
    let change = |resource: &mut crate::model::Resource| {
        let mut integration = Integration::new(IntegrationType::Http);
        integration.uri = Some(uri.to_owned());
        let method = Method { integration: Some(integration), ..Method::default() };
        resource.methods.insert(Verb::Get, method);
    };
    definition.edit(resource_id(resource), change).unwrap();
}

pub(super) fn new_api(id: ApiId) -> NewApi {
    NewApi { id, partition: Partition::default(), created_at: now(), retention: Retention::All }
}

pub(super) fn new_deployment(n: u8) -> NewDeployment {
    NewDeployment { id: deployment_id(n), description: None, created_at: now() }
}

pub(super) async fn commit(
    records: &Records,
    kind: ChangeKind,
    fill: impl FnOnce(&mut Edit) -> &mut Edit,
) -> Result<Committed, CommitError> {
    let mut edit = Edit::new(kind, now());
    fill(&mut edit);
    records.commit(edit).await
}

pub(super) async fn create(records: &Records, id: ApiId, resources: usize) -> ApiHead {
    let definition = Arc::new(definition(id, resources));
    let committed = commit(records, ChangeKind::ApiCreated, |edit| edit.create_api(new_api(id), definition))
        .await
        .unwrap();
    committed.heads[&id].clone()
}

/// Freezes the draft and gives the head as it is then.
pub(super) async fn deploy(records: &Records, head: &ApiHead, n: u8) -> ApiHead {
    let made = commit(records, ChangeKind::DeploymentCreated, |edit| edit.deploy(head, new_deployment(n)));
    made.await.unwrap().heads[&head.id].clone()
}

pub(super) fn stage(api: ApiId, name: &str, deployment: u8) -> Stage {
    Stage {
        api_id: api,
        name: name.parse().unwrap(),
        revision: Revision(0),
        description: None,
        target: StageTarget { deployment: deployment_id(deployment), canary: None },
        variables: StageVariables::default(),
        lambda_endpoint: None,
        tags: Default::default(),
        settings: Default::default(),
        created_at: now(),
        updated_at: now(),
    }
}

pub(super) async fn put_stage(records: &Records, stage: Stage, was: Was) -> Result<Stage, CommitError> {
    let made = commit(records, ChangeKind::StageChanged, |edit| edit.put_stage(stage, was)).await?;
    Ok(made.stages[0].clone())
}

pub(super) fn binding(api: ApiId, host: &str, stage: &str) -> DomainBinding {
    DomainBinding {
        host: host.parse().unwrap(),
        base_path: "v1".parse().unwrap(),
        api_id: api,
        stage: stage.parse().unwrap(),
        revision: Revision(0),
    }
}
