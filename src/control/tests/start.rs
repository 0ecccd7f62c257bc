//! Starting: what stages point at is served, and what cannot be served stops nothing else.

use std::collections::BTreeMap;
use std::time::SystemTime;

use super::{Bench, at, mock, to_stage};
use crate::control::Options;
use crate::model::{
    ApiId, DeploymentId, Method, Revision, Stage, StageTarget, StageVariables, StoreRevision, Verb,
};
use crate::store::{ChangeKind, Edit, NewDeployment, Records, Was};

/// Puts a draft under a stage without compiling it, as a version with other rules may have done.
async fn deploy_unchecked(records: &Records, api: ApiId) {
    let head = records.api(api).await.expect("a sound store").expect("it is there");
    let (id, now) = (DeploymentId::from_random([3; 6]), SystemTime::UNIX_EPOCH);
    let mut edit = Edit::new(ChangeKind::DeploymentCreated, now);
    edit.deploy(&head, NewDeployment { id, description: None, created_at: now });
    let stage = Stage {
        api_id: api,
        name: "prod".parse().expect("a name"),
        revision: Revision::default(),
        description: None,
        target: StageTarget { deployment: id, canary: None },
        variables: StageVariables::default(),
        lambda_endpoint: None,
        tags: BTreeMap::new(),
        settings: BTreeMap::new(),
        created_at: now,
        updated_at: now,
    };
    edit.put_stage(stage, Was::Absent);
    records.commit(edit).await.expect("the store does not compile");
}

#[tokio::test]
async fn a_stage_that_cannot_be_served_stops_no_other_and_can_be_mended() {
    let bench = Bench::new().await;
    let (sound, broken) = (bench.pets().await, bench.pets().await);
    bench.deploy(sound, "prod").await;
    let bare = Method::default();
    let put = bench.control.put_method(broken, at("/pets", Verb::Put), bare, Options::default()).await;
    put.expect("incomplete is fine");
    deploy_unchecked(&Records::new(bench.store.clone()), broken).await;

    let started = bench.reopened().await;
    assert_eq!(started.served(sound, "prod").await, Some(1));
    assert_eq!(started.served(broken, "prod").await, None);
    let unserved = started.control.unserved().await;
    assert_eq!(unserved.iter().map(|stage| stage.api_id).collect::<Vec<_>>(), [broken]);
    assert!(unserved[0].reason.contains("PUT /pets"), "{unserved:?}");

    let put = started.control.put_method(broken, at("/pets", Verb::Put), mock(), Options::default()).await;
    put.expect("a mock");
    let mended = started.control.create_deployment(broken, to_stage("prod"), Options::default()).await;
    mended.expect("it compiles now");
    assert_eq!(started.served(broken, "prod").await, Some(2));
    assert_eq!(started.control.unserved().await, []);
}

#[tokio::test]
async fn an_empty_store_serves_nothing_and_the_first_deployment_is_served() {
    let bench = Bench::new().await;
    assert_eq!(bench.publisher.current().store_revision, StoreRevision(0));
    assert_eq!(bench.publisher.current().stages().count(), 0);
    let api = bench.pets().await;
    bench.deploy(api, "prod").await;
    assert_eq!(bench.served(api, "prod").await, Some(1));
}

#[tokio::test]
async fn only_what_stages_point_at_is_compiled() {
    let bench = Bench::new().await;
    let api = bench.pets().await;
    bench.deploy(api, "prod").await;
    bench.mock(api, "/pets", Verb::Put).await;
    bench.deploy(api, "prod").await;
    let started = bench.reopened().await;
    let served = started.publisher.current();
    assert_eq!(served.stages().map(|stage| stage.methods().count()).collect::<Vec<_>>(), [2]);
    assert_eq!(started.served(api, "prod").await, Some(2));
}
