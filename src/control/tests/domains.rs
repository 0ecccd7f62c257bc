//! Domain bindings.

use futures_util::StreamExt as _;

use super::Bench;
use crate::compile::PathForm;
use crate::control::{ChangeKind, Error, KeptOf, KeptWrite, NewDomain, Noun, Options};
use crate::model::{ApiId, BasePath, HostName, KeptKind, Partition, Revision};

fn host(text: &str) -> HostName {
    text.parse().expect("a host")
}

fn base(text: &str) -> BasePath {
    text.parse().expect("a base path")
}

fn domain(host_name: &str, base_path: &str, api_id: ApiId, stage: &str) -> NewDomain {
    let stage = stage.parse().expect("a stage name");
    NewDomain { host: host(host_name), base_path: base(base_path), api_id, stage }
}

/// The API that the gateway leads a request to.
fn leads_to(bench: &Bench, host: &str, path: &str) -> Option<ApiId> {
    let snapshot = bench.publisher.current();
    snapshot.route(host, path, PathForm::Closed).ok().map(|routed| routed.stage.api_id)
}

#[tokio::test]
async fn a_binding_leads_somewhere_else_and_nowhere_at_once() {
    let bench = Bench::new().await;
    let (pets, shop) = (bench.pets().await, bench.pets().await);
    bench.deploy(pets, "prod").await;
    bench.deploy(shop, "live").await;
    assert_eq!(leads_to(&bench, "api.example.com", "/x"), None);
    let new = domain("api.example.com", "", pets, "prod");
    let preview = bench.control.create_domain(new.clone(), Options::preview()).await.expect("free");
    assert_eq!((preview.store_revision, leads_to(&bench, "api.example.com", "/x")), (None, None));
    let made = bench.control.create_domain(new.clone(), Options::default()).await.expect("free");
    assert_eq!(made.revision, Revision(1));
    assert_eq!(leads_to(&bench, "api.example.com", "/x"), Some(pets));
    let again = bench.control.create_domain(new, Options::default()).await;
    assert_eq!(again, Err(Error::already_exists(Noun::Domain, "api.example.com/")));

    let deeper = domain("api.example.com", "shop", shop, "live");
    bench.control.create_domain(deeper, Options::default()).await.expect("free");
    assert_eq!(leads_to(&bench, "api.example.com", "/shop/x"), Some(shop));
    assert_eq!(leads_to(&bench, "api.example.com", "/shopping"), Some(pets));
    assert_eq!(leads_to(&bench.reopened().await, "api.example.com", "/shop/x"), Some(shop));

    let (name, root) = (host("api.example.com"), base(""));
    let to_shop = |binding: &mut crate::model::DomainBinding| {
        binding.api_id = shop;
        binding.stage = "live".parse().expect("a stage name");
        Ok(())
    };
    let moved = bench.control.update_domain(&name, &root, to_shop, Options::at(Revision(1))).await;
    assert_eq!(moved.expect("it is there").revision, Revision(2));
    assert_eq!(leads_to(&bench, "api.example.com", "/x"), Some(shop));
    let stale = bench.control.delete_domain(&name, &root, Options::at(Revision(1))).await;
    assert!(matches!(stale, Err(Error::StaleRevision { noun: Noun::Domain, .. })), "{stale:?}");
    bench.control.delete_domain(&name, &root, Options::at(Revision(2))).await.expect("it is there");
    assert_eq!(leads_to(&bench, "api.example.com", "/x"), None);
    assert_eq!(leads_to(&bench, "api.example.com", "/shop"), Some(shop));
    let gone = bench.control.domain(&name, &root).await;
    assert_eq!(gone, Err(Error::not_found(Noun::Domain, "api.example.com/")));
}

#[tokio::test]
async fn a_binding_moves_to_another_base_path_in_one_commit() {
    let bench = Bench::new().await;
    let api = bench.pets().await;
    bench.deploy(api, "prod").await;
    for path in ["a", "taken"] {
        let new = domain("api.example.com", path, api, "prod");
        bench.control.create_domain(new, Options::default()).await.expect("free");
    }
    let name = host("api.example.com");
    let moving = |to: &str| {
        let to = base(to);
        let change = move |binding: &mut crate::model::DomainBinding| {
            binding.base_path = to.clone();
            Ok(())
        };
        let (control, name) = (bench.control.clone(), name.clone());
        async move { control.update_domain(&name, &base("a"), change, Options::default()).await }
    };
    let taken = moving("taken").await;
    assert_eq!(taken, Err(Error::already_exists(Noun::Domain, "api.example.com/taken")));
    assert_eq!(leads_to(&bench, "api.example.com", "/a/x"), Some(api));
    let moved = moving("b").await.expect("free");
    assert_eq!(moved.value.base_path, base("b"));
    let at = moved.store_revision.expect("it was written");
    assert_eq!(leads_to(&bench, "api.example.com", "/a/x"), None);
    assert_eq!(leads_to(&bench, "api.example.com", "/b/x"), Some(api));
    assert_eq!(leads_to(&bench.reopened().await, "api.example.com", "/b/x"), Some(api));

    let kept = KeptOf { kind: KeptKind::DomainName, api: None };
    bench.control.keep(kept, "api.example.com".into(), "{}".into()).await.expect("new");
    let also = [KeptWrite::Gone(kept, "api.example.com".into())];
    bench.control.delete_host(&name, &also).await.expect("a sound store");
    assert_eq!(leads_to(&bench, "api.example.com", "/b/x"), None);
    assert!(bench.control.all_kept(kept).await.expect("a list").is_empty());
    // What was kept, and then both bindings and the name as one.
    let changes: Vec<_> = bench.control.watch(Some(at)).take(2).collect().await;
    let kinds: Vec<_> = changes.into_iter().map(|change| change.expect("a sound store").kind).collect();
    assert_eq!(kinds, [ChangeKind::KeptWritten, ChangeKind::BindingDeleted]);
    assert!(bench.control.domains(None, None, 10).await.expect("a list").items.is_empty());
}

#[tokio::test]
async fn a_binding_needs_a_stage_that_is_there_and_keeps_it() {
    let bench = Bench::new().await;
    let api = bench.pets().await;
    let missing = bench.control.create_domain(domain("*", "", api, "prod"), Options::default()).await;
    assert_eq!(missing, Err(Error::not_found(Noun::Stage, "prod")));
    bench.deploy(api, "prod").await;
    bench.control.create_domain(domain("*", "", api, "prod"), Options::default()).await.expect("free");
    let prod = "prod".parse().expect("a stage name");
    let error = bench.control.delete_stage(api, &prod, Options::default()).await;
    let by = vec!["domain binding */".to_owned()];
    assert_eq!(error, Err(Error::InUse { noun: Noun::Stage, id: "prod".into(), by }));
    bench.control.delete_domain(&host("*"), &base(""), Options::default()).await.expect("it is there");
    bench.control.delete_stage(api, &prod, Options::default()).await.expect("nothing needs it");
}

#[tokio::test]
async fn bindings_are_listed_by_host_and_base_path_in_pages() {
    let bench = Bench::new().await;
    let (pets, shop) = (bench.pets().await, bench.pets().await);
    for api in [pets, shop] {
        bench.deploy(api, "prod").await;
    }
    for (name, path, api) in [("b.example", "", pets), ("a.example", "x", shop), ("a.example", "", pets)] {
        bench.control.create_domain(domain(name, path, api, "prod"), Options::default()).await.expect("free");
    }
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let page = bench.control.domains(None, after, 1).await.expect("a sound store");
        seen.extend(page.items.iter().map(|b| format!("{}{}", b.host, b.base_path)));
        match page.next {
            Some(next) => after = Some(next),
            None => break,
        }
    }
    assert_eq!(seen, ["a.example/", "a.example/x", "b.example/"]);
    let of_pets = bench.control.domains(Some(pets), None, 10).await.expect("a sound store");
    assert_eq!(of_pets.items.len(), 2);
}

#[tokio::test]
async fn a_host_is_given_once_over_all_partitions_and_seen_only_in_its_own() {
    let bench = Bench::new().await;
    let pets = bench.pets().await;
    bench.deploy(pets, "prod").await;
    bench
        .control
        .create_domain(domain("a.example", "", pets, "prod"), Options::default())
        .await
        .expect("free");
    let elsewhere = Partition { region: "eu-west-1".parse().expect("a region"), ..Partition::default() };
    let there = bench.control.in_partition(elsewhere);
    let unseen = there.domain(&host("a.example"), &base("")).await;
    assert_eq!(unseen, Err(Error::not_found(Noun::Domain, "a.example/")));
    let foreign = there.create_domain(domain("b.example", "", pets, "prod"), Options::default()).await;
    assert_eq!(foreign, Err(Error::not_found(Noun::Api, pets)));
}
