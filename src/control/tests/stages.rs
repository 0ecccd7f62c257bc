//! Stages: targets, variables, rollback, end.

use std::future::Future as _;
use std::task::Poll;

use super::{Bench, at, mock, to_stage, variables};
use crate::control::{DeploymentRef, Error, NewDeployment, NewStage, Noun, Options, Policy};
use crate::model::{Canary, Revision, Stage, StageName, Verb};

fn name(text: &str) -> StageName {
    text.parse().expect("a stage name")
}

fn new(text: &str, number: u64) -> NewStage {
    NewStage {
        canary: None,
        name: name(text),
        deployment: DeploymentRef::Number(number),
        description: None,
        variables: variables(&[]),
        lambda_endpoint: None,
        tags: [].into(),
        settings: [].into(),
    }
}

#[tokio::test]
async fn a_stage_is_made_moved_and_deleted_and_each_is_served_at_once() {
    let bench = Bench::new().await;
    let api = bench.pets().await;
    bench.deploy(api, "prod").await;
    bench.mock(api, "/pets", Verb::Put).await;
    bench.deploy(api, "prod").await;

    let made = bench.control.create_stage(api, new("test", 1), Options::default()).await.expect("free");
    assert_eq!(made.revision, Revision(1));
    assert_eq!(bench.served(api, "test").await, Some(1));
    let again = bench.control.create_stage(api, new("test", 1), Options::default()).await;
    assert_eq!(again, Err(Error::already_exists(Noun::Stage, "test")));

    let second = bench.control.deployment(api, DeploymentRef::Number(2)).await.expect("there").id;
    let to_second = |stage: &mut Stage| {
        stage.target.deployment = second;
        Ok(())
    };
    let preview = bench.control.update_stage(api, &name("test"), to_second, Options::preview()).await;
    assert_eq!(preview.expect("right").store_revision, None);
    assert_eq!(bench.served(api, "test").await, Some(1));
    let moved = bench.control.update_stage(api, &name("test"), to_second, Options::at(Revision(1))).await;
    assert_eq!(moved.expect("right").revision, Revision(2));
    assert_eq!(bench.served(api, "test").await, Some(2));
    let stale = bench.control.update_stage(api, &name("test"), to_second, Options::at(Revision(1))).await;
    assert!(matches!(stale, Err(Error::StaleRevision { noun: Noun::Stage, .. })), "{stale:?}");

    bench.control.delete_stage(api, &name("test"), Options::default()).await.expect("nothing needs it");
    assert_eq!(bench.served(api, "test").await, None);
    assert_eq!(bench.served(api, "prod").await, Some(2));
    assert_eq!(bench.control.stage(api, &name("test")).await, Err(Error::not_found(Noun::Stage, "test")));
}

#[tokio::test]
async fn a_stage_needs_a_deployment_that_is_there() {
    let bench = Bench::new().await;
    let api = bench.pets().await;
    bench.deploy(api, "prod").await;
    bench.deploy(api, "prod").await;
    let missing = bench.control.create_stage(api, new("test", 3), Options::default()).await;
    assert_eq!(missing, Err(Error::not_found(Noun::Deployment, DeploymentRef::Number(3))));
    let first = DeploymentRef::Number(1);
    bench.control.delete_deployment(api, first, Options::default()).await.expect("unused");
    let deleted = bench.control.create_stage(api, new("test", 1), Options::default()).await;
    assert!(matches!(deleted, Err(Error::FailedPrecondition { .. })), "{deleted:?}");
}

#[tokio::test]
async fn wrong_fields_of_a_stage_are_named() {
    let bench = Bench::new().await;
    let api = bench.pets().await;
    bench.deploy(api, "prod").await;
    let mut wrong = new("test", 1);
    wrong.description = Some("x".repeat(1025));
    wrong.tags.insert("k".repeat(129), String::new());
    wrong.settings.insert(String::new(), "x".into());
    let error = bench.control.create_stage(api, wrong, Options::default()).await.expect_err("three faults");
    let fields: Vec<_> = error.issues().iter().map(|issue| issue.field.clone()).collect();
    assert_eq!(
        fields,
        ["description".to_owned(), format!("tags[{}]", "k".repeat(129)), "settings[]".to_owned()]
    );
}

#[tokio::test]
async fn amazons_count_of_stages_holds_under_strict_parity() {
    let bench = Bench::with(Policy::Strict).await;
    let api = bench.pets().await;
    for n in 1..=10 {
        bench.deploy(api, &format!("stage{n}")).await;
    }
    let error = bench.control.create_deployment(api, to_stage("stage11"), Options::default()).await;
    assert!(matches!(error, Err(Error::LimitExceeded(_))), "{error:?}");
    let error = bench.control.create_stage(api, new("stage11", 1), Options::default()).await;
    assert!(matches!(error, Err(Error::LimitExceeded(_))), "{error:?}");
    bench.deploy(api, "stage1").await;
}

#[tokio::test]
async fn a_canary_is_refused_until_it_is_built() {
    let bench = Bench::new().await;
    let api = bench.pets().await;
    let deployed = bench.deploy(api, "prod").await.deployment;
    let canary = |stage: &mut Stage| {
        let variables = stage.variables.clone();
        stage.target.canary = Some(Canary { deployment: deployed.id, percent_traffic: 10.0, variables });
        Ok(())
    };
    let error = bench.control.update_stage(api, &name("prod"), canary, Options::default()).await;
    assert!(matches!(&error, Err(Error::Unsupported(issues)) if issues[0].field == "canary"), "{error:?}");
}

#[tokio::test]
async fn rolling_back_goes_one_deployment_at_a_time_over_what_was_deleted() {
    let bench = Bench::new().await;
    let api = bench.pets().await;
    for verb in [Verb::Put, Verb::Post, Verb::Patch, Verb::Delete] {
        bench.deploy(api, "prod").await;
        bench.control.put_method(api, at("/pets", verb), mock(), Options::default()).await.expect("a mock");
    }
    let third = DeploymentRef::Number(3);
    bench.control.delete_deployment(api, third, Options::default()).await.expect("unused");
    let prod = name("prod");
    let back = |options| bench.control.rollback(api, &prod, None, options);
    let preview = back(Options::preview()).await.expect("there are earlier ones");
    assert_eq!((preview.value.to.number, bench.served(api, "prod").await), (2, Some(4)));
    let fourth = bench.control.deployment(api, DeploymentRef::Number(4)).await.expect("there").id;
    let moved = back(Options::default()).await.expect("there are earlier ones");
    assert_eq!((moved.value.from, moved.value.to.number), (fourth, 2));
    assert_eq!(bench.served(api, "prod").await, Some(2));
    back(Options::default()).await.expect("there is an earlier one");
    assert_eq!(bench.served(api, "prod").await, Some(1));
    let error = back(Options::default()).await;
    assert!(matches!(error, Err(Error::FailedPrecondition { .. })), "{error:?}");
    let forward = DeploymentRef::Number(4);
    let named = bench.control.rollback(api, &name("prod"), Some(forward), Options::default()).await;
    assert_eq!(named.expect("it is there").value.to.number, 4);
    assert_eq!(bench.served(api, "prod").await, Some(4));
    let gone = bench.control.rollback(api, &name("prod"), Some(third), Options::default()).await;
    assert!(matches!(gone, Err(Error::FailedPrecondition { .. })), "{gone:?}");
}

#[tokio::test]
async fn moves_at_the_same_time_end_with_what_the_store_holds() {
    let bench = Bench::new().await;
    let api = bench.pets().await;
    bench.deploy(api, "prod").await;
    bench.mock(api, "/pets", Verb::Put).await;
    bench
        .control
        .create_deployment(api, NewDeployment::default(), Options::default())
        .await
        .expect("compiles");
    let tasks: Vec<_> = (0..60_u64)
        .map(|n| {
            let control = bench.control.clone();
            let to = Some(DeploymentRef::Number(1 + n % 2));
            tokio::spawn(async move { control.rollback(api, &name("prod"), to, Options::default()).await })
        })
        .collect();
    for task in tasks {
        task.await.expect("no panic").expect("no move is lost");
    }
    let stage = bench.control.stage(api, &name("prod")).await.expect("it is there");
    assert_eq!(stage.revision, Revision(61));
    let stored =
        bench.control.deployment(api, DeploymentRef::Id(stage.target.deployment)).await.expect("there");
    assert_eq!(bench.served(api, "prod").await, Some(stored.number));
}

#[tokio::test]
async fn a_move_that_nobody_waits_for_is_made_all_the_same() {
    let bench = Bench::new().await;
    let api = bench.pets().await;
    bench.deploy(api, "prod").await;
    bench.deploy(api, "prod").await;
    let mut reader = bench.publisher.reader();
    let stage = name("prod");
    let first = DeploymentRef::Number(1);
    // Polled until the commit has begun, then dropped, as when a caller hangs up.
    let mut call = Box::pin(bench.control.rollback(api, &stage, Some(first), Options::default()));
    let mut done = false;
    while !done && bench.control.stage(api, &stage).await.expect("it is there").revision == Revision(2) {
        done = std::future::poll_fn(|context| Poll::Ready(call.as_mut().poll(context))).await.is_ready();
        tokio::task::yield_now().await;
    }
    drop(call);
    while bench.served(api, "prod").await != Some(1) {
        assert!(reader.changed().await);
    }
}
