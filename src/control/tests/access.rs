//! Callers that are limited to some APIs.

use super::*;
use crate::control::{Error, KeptOf, NewDomain};
use crate::model::{Caller, Grant, KeptKind, Role};

fn limited(bench: &Bench, to: ApiId) -> Control {
    let grant = Grant::limited(Role::Editor, [to]).expect("a grant");
    bench.control.as_caller(Arc::new(Caller { actor: "token:team".into(), grant, ..Caller::process() }))
}

fn forbidden<T: std::fmt::Debug>(outcome: Result<T, Error>) {
    match outcome {
        Err(Error::Forbidden { message }) => assert!(message.starts_with("token:team "), "{message}"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn another_api_is_forbidden_in_every_way_and_in_no_list() {
    let bench = Bench::new().await;
    let (mine, other) = (bench.pets().await, bench.pets().await);
    bench.deploy(other, "prod").await;
    bench.deploy(mine, "prod").await;
    let team = limited(&bench, mine);

    assert!(team.api(mine).await.is_ok());
    forbidden(team.api(other).await);
    forbidden(team.stage(other, &"prod".parse().expect("a name")).await);
    forbidden(team.ensure_path(other, "/x".parse().expect("a path"), Options::default()).await);
    forbidden(team.create_deployment(other, to_stage("prod"), Options::default()).await);
    forbidden(team.delete_api(other, Options::default()).await);
    // Whether there is such an API is nothing to them either.
    forbidden(team.api("zzzzzzzzzz".parse().expect("an id")).await);

    let listed = team.apis(None, 10).await.expect("a list");
    assert_eq!(listed.items.iter().map(|state| state.api.id).collect::<Vec<_>>(), [mine]);
    assert!(team.apis(Some(mine), 10).await.expect("a list").items.is_empty());
}

#[tokio::test]
async fn bindings_of_others_are_neither_seen_nor_taken() {
    let bench = Bench::new().await;
    let (mine, other) = (bench.pets().await, bench.pets().await);
    for api in [mine, other] {
        bench.deploy(api, "prod").await;
    }
    let new = |host: &str, api_id| NewDomain {
        host: host.parse().expect("a host"),
        base_path: Default::default(),
        api_id,
        stage: "prod".parse().expect("a name"),
    };
    let team = limited(&bench, mine);
    bench.control.create_domain(new("other.example", other), Options::default()).await.expect("a binding");
    team.create_domain(new("mine.example", mine), Options::default()).await.expect("a binding");
    forbidden(team.create_domain(new("x.example", other), Options::default()).await);

    let (theirs, base) = ("other.example".parse().expect("a host"), Default::default());
    forbidden(team.domain(&theirs, &base).await);
    forbidden(team.delete_domain(&theirs, &base, Options::default()).await);
    let steal = |binding: &mut crate::model::DomainBinding| {
        binding.api_id = mine;
        Ok(())
    };
    forbidden(team.update_domain(&theirs, &base, steal, Options::default()).await);
    let give = |binding: &mut crate::model::DomainBinding| {
        binding.api_id = other;
        Ok(())
    };
    let own = "mine.example".parse().expect("a host");
    forbidden(team.update_domain(&own, &base, give, Options::default()).await);
    let listed = team.domains(None, None, 10).await.expect("a list");
    assert_eq!(listed.items.iter().map(|binding| binding.api_id).collect::<Vec<_>>(), [mine]);
}

#[tokio::test]
async fn what_is_about_the_whole_server_is_forbidden() {
    let bench = Bench::new().await;
    let team = limited(&bench, bench.pets().await);
    let new = NewApi { name: "another".to_owned(), ..NewApi::default() };
    forbidden(team.create_api(new, Options::default()).await);
    forbidden(team.backup(Vec::new()).await);
    let of = KeptOf { kind: KeptKind::UsagePlan, api: None };
    forbidden(team.keep(of, "plan".to_owned(), "{}".to_owned()).await);
}

#[tokio::test]
async fn a_watch_tells_of_granted_apis_alone() {
    use futures_util::StreamExt as _;

    let bench = Bench::new().await;
    let (other, mine) = (bench.pets().await, bench.pets().await);
    let after = Some(crate::model::StoreRevision(0));
    let told: Vec<_> = limited(&bench, mine).watch(after).take(2).collect().await;
    for change in told {
        assert_eq!(change.expect("a change").api_id, Some(mine));
    }
    assert_ne!(other, mine);
}
