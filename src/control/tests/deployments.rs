//! Deployments: numbers, hashes, what is refused, what is served.

use std::collections::BTreeMap;

use super::{Bench, at, http, mock, to_stage, variables};
use crate::control::{
    CanaryShare, DeploymentRef, Difference, DifferenceKind, Error, NewDeployment, Noun, Options, StageChoice,
    Subject, Version,
};
use crate::model::{AuthorizationType, Canary, Method, Revision, Verb};
use crate::store::chain_hash;

#[tokio::test]
async fn the_next_request_is_answered_by_what_was_deployed() {
    let bench = Bench::new().await;
    let api = bench.pets().await;
    assert_eq!(bench.served(api, "prod").await, None);
    for number in 1..=3 {
        let deployed = bench.deploy(api, "prod").await;
        assert_eq!(deployed.deployment.number, number);
        assert_eq!(deployed.stage.expect("it was named").revision, Revision(number));
        assert_eq!(bench.served(api, "prod").await, Some(number));
        assert_eq!(bench.reopened().await.served(api, "prod").await, Some(number));
    }
}

#[tokio::test]
async fn edits_are_not_served_before_they_are_deployed() {
    let bench = Bench::new().await;
    let api = bench.pets().await;
    bench.deploy(api, "prod").await;
    bench.mock(api, "/pets", Verb::Put).await;
    let methods = || bench.publisher.current().stage(api, "prod").expect("it is served").methods().count();
    assert_eq!(methods(), 1);
    bench.deploy(api, "prod").await;
    assert_eq!(methods(), 2);
}

#[tokio::test]
async fn equal_content_has_equal_hashes_and_every_link_of_the_chain_its_own() {
    let bench = Bench::new().await;
    let api = bench.pets().await;
    let first = bench.deploy(api, "prod").await.deployment;
    let second = bench.deploy(api, "prod").await.deployment;
    assert_eq!(first.content_hash, second.content_hash);
    assert_eq!(second.chain_hash, chain_hash(api, 2, second.content_hash, first.chain_hash));
    bench.mock(api, "/pets", Verb::Put).await;
    let third = bench.deploy(api, "prod").await.deployment;
    assert_ne!(third.content_hash, first.content_hash);
    let listed = bench.control.deployments(api, None, 2).await.expect("it is there");
    assert_eq!(listed.items, [third.clone(), second.clone()]);
    let rest = bench.control.deployments(api, listed.next, 2).await.expect("it is there");
    assert_eq!((rest.items, rest.next), (vec![first], None));
    for at in [DeploymentRef::Id(third.id), DeploymentRef::Number(3)] {
        assert_eq!(bench.control.deployment(api, at).await.as_ref(), Ok(&third));
    }
    for at in [DeploymentRef::Id(crate::model::DeploymentId::from_random([9; 6])), DeploymentRef::Number(4)] {
        assert_eq!(bench.control.deployment(api, at).await, Err(Error::not_found(Noun::Deployment, at)));
    }
}

#[tokio::test]
async fn a_preview_makes_no_deployment() {
    let bench = Bench::new().await;
    let api = bench.pets().await;
    let preview = bench.control.create_deployment(api, to_stage("prod"), Options::preview()).await;
    let preview = preview.expect("it compiles");
    assert_eq!((preview.value.deployment.number, preview.store_revision), (1, None));
    assert_eq!(preview.value.stage.expect("it was named").revision, Revision(1));
    assert_eq!(preview.value.summary.methods.len(), 1);
    assert!(bench.control.deployments(api, None, 10).await.expect("it is there").items.is_empty());
    assert!(bench.control.stages(api).await.expect("it is there").is_empty());
    assert_eq!(bench.served(api, "prod").await, None);
    let real = bench.deploy(api, "prod").await.deployment;
    assert_eq!(real.content_hash, preview.value.deployment.content_hash);
    assert_eq!(real.chain_hash, preview.value.deployment.chain_hash);
}

#[tokio::test]
async fn a_stale_draft_is_not_deployed() {
    let bench = Bench::new().await;
    let api = bench.pets().await;
    let seen = bench.control.api(api).await.expect("it is there").revision;
    bench.mock(api, "/pets", Verb::Put).await;
    let error = bench.control.create_deployment(api, to_stage("prod"), Options::at(seen)).await;
    assert!(matches!(error, Err(Error::StaleRevision { .. })), "{error:?}");
    assert_eq!(bench.served(api, "prod").await, None);
}

#[tokio::test]
async fn what_does_not_compile_is_refused_with_every_reason_and_the_stage_stays() {
    let bench = Bench::new().await;
    let api = bench.pets().await;
    bench.deploy(api, "prod").await;
    for verb in [Verb::Put, Verb::Delete] {
        let bare = Method::default();
        bench
            .control
            .put_method(api, at("/pets", verb), bare, Options::default())
            .await
            .expect("incomplete is fine");
    }
    for options in [Options::default(), Options::preview()] {
        let error = bench.control.create_deployment(api, to_stage("prod"), options).await;
        let error = error.expect_err("two methods have no integration");
        assert!(matches!(error, Error::NotDeployable(_)), "{error}");
        for verb in ["PUT /pets", "DELETE /pets"] {
            assert!(error.to_string().contains(verb), "{error}");
        }
    }
    assert_eq!(bench.served(api, "prod").await, Some(1));
    assert_eq!(bench.control.deployments(api, None, 10).await.expect("it is there").items.len(), 1);
}

#[tokio::test]
async fn an_api_without_methods_is_refused() {
    let bench = Bench::new().await;
    let api = bench.api("empty").await.value.api.id;
    let error = bench.control.create_deployment(api, NewDeployment::default(), Options::default()).await;
    let error = error.expect_err("nothing to serve").to_string();
    assert!(error.to_lowercase().contains("doesn't contain any methods"), "{error}");
}

#[tokio::test]
async fn what_would_open_a_method_is_refused_until_it_is_built() {
    let bench = Bench::new().await;
    let api = bench.pets().await;
    let guarded = Method { authorization_type: AuthorizationType::AwsIam, ..mock() };
    bench.control.put_method(api, at("/pets", Verb::Put), guarded, Options::default()).await.expect("stored");
    let keyed = Method { api_key_required: true, ..mock() };
    bench.control.put_method(api, at("/pets", Verb::Post), keyed, Options::default()).await.expect("stored");
    let error = bench.control.create_deployment(api, to_stage("prod"), Options::default()).await;
    let error = error.expect_err("neither is built");
    assert!(matches!(&error, Error::Unsupported(issues) if issues.len() == 2), "{error}");
}

#[tokio::test]
async fn deploying_to_a_stage_that_is_there_keeps_what_is_not_said() {
    let bench = Bench::new().await;
    let api = bench.pets().await;
    let choice = |description: Option<&str>, values| StageChoice {
        description: description.map(str::to_owned),
        variables: values,
        ..StageChoice::new("prod".parse().expect("a name"))
    };
    let deploy = |choice| {
        let new = NewDeployment { description: None, stage: Some(choice) };
        bench.control.create_deployment(api, new, Options::default())
    };
    let first = deploy(choice(Some("live"), Some(variables(&[("a", "1")])))).await.expect("it compiles");
    let second = deploy(choice(None, None)).await.expect("it compiles");
    let (first, second) = (first.value.stage.expect("named"), second.value.stage.expect("named"));
    assert_eq!((second.description, second.variables), (first.description, first.variables));
    assert_eq!(second.created_at, first.created_at);
    assert_ne!(second.target, first.target);
}

#[tokio::test]
async fn deployment_settings_and_canary_are_one_commit() {
    let bench = Bench::new().await;
    let api = bench.pets().await;
    let name = || "prod".parse().expect("a name");
    let deploy = |choice| {
        let new = NewDeployment { description: None, stage: Some(choice) };
        bench.control.create_deployment(api, new, Options::default())
    };
    let share = CanaryShare { percent_traffic: 10.0, variables: variables(&[("a", "2")]) };
    let canary = || StageChoice { canary: Some(share.clone()), ..StageChoice::new(name()) };
    // Without the stage nothing is left behind: not even the deployment.
    let refused = deploy(canary()).await;
    assert!(matches!(refused, Err(Error::NotFound { noun: Noun::Stage, .. })), "{refused:?}");
    let none = bench.control.deployments(api, None, 10).await.expect("a list");
    assert!(none.items.is_empty());

    let settings = |key: &str| BTreeMap::from([(key.to_owned(), "true".to_owned())]);
    let first = StageChoice { settings: settings("tracingEnabled"), ..StageChoice::new(name()) };
    let first = deploy(first).await.expect("it compiles");
    let with_more = StageChoice { settings: settings("cacheClusterEnabled"), ..canary() };
    let second = deploy(with_more).await.expect("it compiles");
    for (written, after) in [(&first, 0), (&second, 1)] {
        let watched = written.store_revision.expect("it was written").0;
        assert_eq!(watched, first.store_revision.expect("it was written").0 + after, "one commit each");
    }
    let stage = second.value.stage.expect("named");
    assert_eq!(stage.target.deployment, first.value.deployment.id);
    let expected =
        Canary { deployment: second.value.deployment.id, percent_traffic: 10.0, variables: share.variables };
    assert_eq!(stage.target.canary, Some(expected));
    assert_eq!(stage.settings.keys().collect::<Vec<_>>(), ["cacheClusterEnabled", "tracingEnabled"]);
}

#[tokio::test]
async fn an_address_that_a_variable_makes_invalid_is_warned_of() {
    let bench = Bench::new().await;
    let api = bench.pets().await;
    let method = http("http://${stageVariables.host}/pets");
    bench.control.put_method(api, at("/pets", Verb::Post), method, Options::default()).await.expect("stored");
    let deployed = bench.control.create_deployment(api, to_stage("prod"), Options::default()).await;
    let warnings = deployed.expect("it compiles").warnings;
    assert!(warnings.iter().any(|issue| issue.field.contains("POST /pets")), "{warnings:?}");
    let name = "prod".parse().expect("a name");
    let set = |stage: &mut crate::model::Stage| {
        stage.variables = variables(&[("host", "127.0.0.1:9000")]);
        Ok(())
    };
    let updated = bench.control.update_stage(api, &name, set, Options::default()).await.expect("right");
    assert!(updated.warnings.is_empty(), "{:?}", updated.warnings);
}

#[tokio::test]
async fn a_deployment_in_use_stays_and_one_that_is_not_leaves_its_number() {
    let bench = Bench::new().await;
    let api = bench.pets().await;
    let first = bench.deploy(api, "prod").await.deployment;
    let error = bench.control.delete_deployment(api, DeploymentRef::Number(1), Options::default()).await;
    let by = vec!["stage prod".to_owned()];
    let id = DeploymentRef::Number(1).to_string();
    assert_eq!(error, Err(Error::InUse { noun: Noun::Deployment, id, by }));
    bench.deploy(api, "prod").await;
    bench
        .control
        .delete_deployment(api, DeploymentRef::Id(first.id), Options::preview())
        .await
        .expect("unused");
    assert!(!bench.control.deployment(api, DeploymentRef::Number(1)).await.expect("still").deleted);
    let gone = bench.control.delete_deployment(api, DeploymentRef::Id(first.id), Options::default()).await;
    let gone = gone.expect("unused").value;
    assert!(gone.deleted);
    assert_eq!((gone.number, gone.content_hash, gone.chain_hash), (1, first.content_hash, first.chain_hash));
    assert_eq!(bench.control.deployment(api, DeploymentRef::Number(1)).await, Ok(gone));
    let again = bench.control.delete_deployment(api, DeploymentRef::Number(1), Options::default()).await;
    assert!(matches!(again, Err(Error::NotFound { .. })), "{again:?}");
    let third = bench.deploy(api, "prod").await.deployment;
    assert_eq!(third.number, 3);
}

#[tokio::test]
async fn only_a_description_ever_changes() {
    let bench = Bench::new().await;
    let api = bench.pets().await;
    let made = bench.deploy(api, "prod").await.deployment;
    let at = DeploymentRef::Id(made.id);
    let text = Some("the first".to_owned());
    let changed = bench.control.update_deployment(api, at, text.clone(), Options::default()).await;
    let changed = changed.expect("right").value;
    assert_eq!(changed, crate::model::Deployment { description: text, ..made });
    assert_eq!(bench.control.deployment(api, at).await, Ok(changed));
    let error = bench.control.update_deployment(api, at, Some(String::new()), Options::default()).await;
    assert_eq!(error.expect_err("an empty text").issues()[0].field, "description");
}

#[tokio::test]
async fn versions_are_compared_by_what_they_hold() {
    let bench = Bench::new().await;
    let api = bench.pets().await;
    bench.deploy(api, "prod").await;
    let stage = Version::Stage("prod".parse().expect("a name"));
    assert_eq!(bench.control.diff(api, stage.clone(), Version::Draft).await, Ok(vec![]));
    bench.mock(api, "/pets", Verb::Put).await;
    let path = "/pets".parse().expect("a path");
    let added = Difference { subject: Subject::Method(path, Verb::Put), kind: DifferenceKind::Added };
    assert_eq!(bench.control.diff(api, stage, Version::Draft).await, Ok(vec![added.clone()]));
    bench.deploy(api, "test").await;
    let (one, two) = (DeploymentRef::Number(1), DeploymentRef::Number(2));
    let found = bench.control.diff(api, Version::Deployment(two), Version::Deployment(one)).await;
    assert_eq!(found, Ok(vec![Difference { kind: DifferenceKind::Removed, ..added }]));
}

#[tokio::test]
async fn deployments_at_the_same_time_get_a_number_each_and_the_last_is_served() {
    let bench = Bench::new().await;
    let api = bench.pets().await;
    let tasks: Vec<_> = (0..20)
        .map(|_| {
            let control = bench.control.clone();
            tokio::spawn(
                async move { control.create_deployment(api, to_stage("prod"), Options::default()).await },
            )
        })
        .collect();
    let mut numbers = Vec::new();
    for task in tasks {
        numbers.push(task.await.expect("no panic").expect("it compiles").value.deployment.number);
    }
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=20).collect::<Vec<_>>());
    assert_eq!(bench.served(api, "prod").await, Some(20));
    let stage = bench.control.stage(api, &"prod".parse().expect("a name")).await.expect("it is there");
    assert_eq!(stage.revision, Revision(20));
}
