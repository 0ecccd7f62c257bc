//! APIs: birth, settings, lists, end.

use super::{Bench, to_stage};
use crate::control::{Error, NewApi, NewDomain, Noun, Options};
use crate::model::{ApiId, Issue, Partition, Revision, Verb};

#[tokio::test]
async fn an_api_is_read_back_as_it_was_made_after_a_restart_too() {
    let bench = Bench::new().await;
    let new = NewApi {
        name: "pets".into(),
        description: Some("all of them".into()),
        minimum_compression_size: Some(1024),
        tags: [("team".to_owned(), "zoo".to_owned())].into(),
        ..NewApi::default()
    };
    let made = bench.control.create_api(new, Options::default()).await.expect("it is right");
    assert_eq!(made.revision, Revision(1));
    assert!(made.store_revision.is_some());
    let id = made.value.api.id;
    for control in [&bench.control, &bench.reopened().await.control] {
        assert_eq!(control.api(id).await.as_ref(), Ok(&made.value));
    }
    let root = bench.control.resource(id, super::resource("/")).await.expect("the root").value;
    assert_eq!(root.resource.id, made.value.root_resource_id);
}

#[tokio::test]
async fn a_wrong_setting_is_refused_with_its_field_and_nothing_is_written() {
    let bench = Bench::new().await;
    let new = NewApi { description: Some(String::new()), ..NewApi::default() };
    let error = bench.control.create_api(new, Options::default()).await.expect_err("no name");
    let fields: Vec<_> = error.issues().iter().map(|issue| issue.field.as_str()).collect();
    assert_eq!(fields, ["name", "description"]);
    assert!(bench.control.apis(None, 10).await.expect("a sound store").items.is_empty());
}

#[tokio::test]
async fn a_preview_writes_nothing() {
    let bench = Bench::new().await;
    let new = NewApi { name: "pets".into(), ..NewApi::default() };
    let made = bench.control.create_api(new, Options::preview()).await.expect("it is right");
    assert_eq!(made.store_revision, None);
    let id = made.value.api.id;
    assert_eq!(bench.control.api(id).await, Err(Error::not_found(Noun::Api, id)));
}

#[tokio::test]
async fn settings_change_and_what_is_not_a_setting_stays() {
    let bench = Bench::new().await;
    let made = bench.api("pets").await.value;
    let id = made.api.id;
    let changed = bench
        .control
        .update_api(
            id,
            |api| {
                api.name = "cats".into();
                api.id = ApiId::from_random([7; 10]);
                api.created_at = std::time::SystemTime::UNIX_EPOCH;
                Ok(())
            },
            Options::at(Revision(1)),
        )
        .await
        .expect("it is right");
    assert_eq!((changed.revision, changed.value.api.name.as_str()), (Revision(2), "cats"));
    assert_eq!(changed.value.api.id, id);
    assert_eq!(changed.value.api.created_at, made.api.created_at);
    assert_eq!(bench.control.api(id).await.as_ref(), Ok(&changed.value));

    let stale = bench.control.update_api(id, |_| Ok(()), Options::at(Revision(1))).await;
    let (expected, current) = (Revision(1), Revision(2));
    assert_eq!(stale, Err(Error::StaleRevision { noun: Noun::Api, id: id.to_string(), expected, current }));

    let refused =
        bench.control.update_api(id, |_| Err(vec![Issue::new("mask", "no")]), Options::default()).await;
    assert_eq!(refused.expect_err("the change itself is wrong").to_string(), "mask: no");
}

#[tokio::test]
async fn a_change_that_changes_nothing_is_no_write() {
    let bench = Bench::new().await;
    let id = bench.api("pets").await.value.api.id;
    let written = bench.control.update_api(id, |_| Ok(()), Options::default()).await.expect("it is right");
    assert_eq!((written.revision, written.store_revision), (Revision(1), None));
}

#[tokio::test]
async fn lists_are_paged_by_id_within_a_partition() {
    let bench = Bench::new().await;
    let mut ids = Vec::new();
    for n in 0..5 {
        ids.push(bench.api(&format!("api {n}")).await.value.api.id);
    }
    ids.sort();
    let elsewhere = Partition { region: "eu-central-1".parse().expect("a region"), ..Partition::default() };
    let there = bench.control.in_partition(elsewhere.clone());
    let other = NewApi { name: "other".into(), ..NewApi::default() };
    let other = there.create_api(other, Options::default()).await.expect("it is right").value;
    assert_eq!(other.partition, elsewhere);

    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let page = bench.control.apis(after, 2).await.expect("a sound store");
        seen.extend(page.items.iter().map(|state| state.api.id));
        match page.next {
            Some(next) => after = Some(next),
            None => break,
        }
    }
    assert_eq!(seen, ids);
    let listed = there.apis(None, 10).await.expect("a sound store").items;
    assert_eq!(listed, [other]);
    assert_eq!(there.api(ids[0]).await, Err(Error::not_found(Noun::Api, ids[0])));
}

#[tokio::test]
async fn a_deleted_api_is_served_no_more() {
    let bench = Bench::new().await;
    let api = bench.pets().await;
    bench.deploy(api, "prod").await;
    let domain = NewDomain {
        host: "pets.example.com".parse().expect("a host"),
        base_path: "".parse().expect("a base path"),
        api_id: api,
        stage: "prod".parse().expect("a stage name"),
    };
    let bound = bench.control.create_domain(domain.clone(), Options::default()).await.expect("free");
    let error = bench.control.delete_api(api, Options::default()).await.expect_err("it is bound");
    assert!(
        matches!(&error, Error::InUse { by, .. } if by == &["domain binding pets.example.com/"]),
        "{error}"
    );
    assert_eq!(bench.served(api, "prod").await, Some(1));

    let bound = bound.value;
    let removed = bench.control.delete_domain(&bound.host, &bound.base_path, Options::default()).await;
    removed.expect("it is there");
    bench.control.delete_api(api, Options::preview()).await.expect("nothing needs it");
    assert_eq!(bench.served(api, "prod").await, Some(1), "a preview takes nothing away");
    bench.control.delete_api(api, Options::default()).await.expect("nothing needs it");
    assert!(bench.publisher.current().stage(api, "prod").is_none());
    assert_eq!(bench.control.api(api).await, Err(Error::not_found(Noun::Api, api)));
    let deploy = bench.control.create_deployment(api, to_stage("prod"), Options::default()).await;
    assert_eq!(deploy, Err(Error::not_found(Noun::Api, api)));
    assert!(bench.reopened().await.publisher.current().stage(api, "prod").is_none());
}

#[tokio::test]
async fn what_is_gone_cannot_be_edited() {
    let bench = Bench::new().await;
    let api = bench.pets().await;
    bench.control.delete_api(api, Options::default()).await.expect("nothing needs it");
    let put = bench.control.put_method(api, super::at("/pets", Verb::Put), super::mock(), Options::default());
    assert_eq!(put.await, Err(Error::not_found(Noun::Api, api)));
}

#[tokio::test]
async fn a_sweep_takes_what_edits_left_and_nothing_that_is_named() {
    let bench = Bench::new().await;
    let (api, gone) = (bench.pets().await, bench.pets().await);
    bench.deploy(api, "prod").await;
    bench.deploy(gone, "prod").await;
    for verb in [Verb::Put, Verb::Post] {
        bench.mock(api, "/pets", verb).await;
    }
    bench.control.delete_api(gone, Options::default()).await.expect("nothing needs it");
    let swept = bench.control.sweep().await.expect("a sound store");
    assert!(swept.blobs > 0 && swept.records > 0, "{swept:?}");
    let after = bench.reopened().await;
    assert_eq!(after.served(api, "prod").await, Some(1));
    let methods = after.control.methods(api, None, None, 10).await.expect("it is there").value.items;
    assert_eq!(methods.len(), 3);
    bench.deploy(api, "prod").await;
    assert_eq!(bench.served(api, "prod").await, Some(2));
}
