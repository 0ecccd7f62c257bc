//! Things that are kept without effect.

use super::Bench;
use crate::control::{Error, KeptOf, KeptWrite, Noun, Options};
use crate::model::{KeptKind, Partition};

const KEYS: KeptOf = KeptOf { kind: KeptKind::ApiKey, api: None };

#[tokio::test]
async fn what_is_kept_is_read_back_changed_and_let_go_of() {
    let bench = Bench::new().await;
    let control = &bench.control;
    let made = control.keep(KEYS, "a/b c".into(), "one".into()).await.expect("it is new");
    assert_eq!((made.revision.0, made.text.as_str()), (1, "one"));
    let again = control.keep(KEYS, "a/b c".into(), "two".into()).await;
    assert_eq!(again, Err(Error::already_exists(Noun::Kept(KeptKind::ApiKey), "a/b c")));
    let changed = control.update_kept(KEYS, "a/b c", |text| Ok::<_, Error>(format!("{text} more"))).await;
    assert_eq!(changed.expect("it is there").revision.0, 2);
    let other = bench.reopened().await;
    assert_eq!(other.control.kept(KEYS, "a/b c").await.expect("it is there").text, "one more");
    assert_eq!(other.control.all_kept(KEYS).await.expect("a list").len(), 1);

    let west = Partition { region: "eu-west-1".parse().expect("a region"), ..Partition::default() };
    assert!(control.in_partition(west).all_kept(KEYS).await.expect("a list").is_empty());

    control.delete_kept(KEYS, "a/b c").await.expect("it is there");
    let gone = control.kept(KEYS, "a/b c").await;
    assert_eq!(gone, Err(Error::not_found(Noun::Kept(KeptKind::ApiKey), "a/b c")));
    assert!(control.delete_kept(KEYS, "a/b c").await.is_err());
}

#[tokio::test]
async fn what_belongs_to_an_api_goes_with_it() {
    let bench = Bench::new().await;
    let api = bench.api("pets").await.value.api.id;
    let of = KeptOf { kind: KeptKind::Authorizer, api: Some(api) };
    bench.control.keep(of, "abc123".into(), "{}".into()).await.expect("it is new");
    let twice = bench.control.keep(of, "abc123".into(), "{}".into()).await;
    assert_eq!(twice, Err(Error::already_exists(Noun::Kept(KeptKind::Authorizer), "abc123")));
    let other = bench.reopened().await;
    assert_eq!(other.control.kept(of, "abc123").await.expect("it is there").text, "{}");
    let changed = bench.control.update_kept(of, "abc123", |text| Ok::<_, Error>(format!("{text} "))).await;
    assert_eq!(changed.expect("it is there").text, "{} ");
    let refused =
        bench.control.update_kept(of, "abc123", |_| Err::<String, _>(Error::precondition("no"))).await;
    assert_eq!(refused, Err(Error::precondition("no")));
    assert_eq!(bench.control.all_kept(of).await.expect("a list").len(), 1);
    bench.control.delete_kept(of, "abc123").await.expect("it is there");
    let gone = bench.control.kept(of, "abc123").await;
    assert_eq!(gone, Err(Error::not_found(Noun::Kept(KeptKind::Authorizer), "abc123")));
    bench.control.keep(of, "abc123".into(), "{}".into()).await.expect("it is new");
    bench.control.delete_api(api, Options::default()).await.expect("nothing leads to it");
    assert!(matches!(bench.control.all_kept(of).await, Err(Error::NotFound { noun: Noun::Api, .. })));
    assert!(bench.control.keep(of, "abc124".into(), "{}".into()).await.is_err());
}

#[tokio::test]
async fn several_writes_are_made_together_or_not_at_all() {
    let bench = Bench::new().await;
    let api = bench.pets().await;
    bench.deploy(api, "prod").await;
    let plans = KeptOf { kind: KeptKind::UsagePlan, api: None };
    let new = |id: &str| KeptWrite::New(KEYS, id.into(), "{}".into());
    bench.control.keep_all(&[new("a"), KeptWrite::Put(plans, "p".into(), "1".into())]).await.expect("new");
    let again = bench.control.keep_all(&[new("b"), KeptWrite::Gone(plans, "p".into()), new("a")]).await;
    assert_eq!(again, Err(Error::already_exists(Noun::Kept(KeptKind::ApiKey), "a")));
    assert_eq!(bench.control.all_kept(KEYS).await.expect("a list").len(), 1);
    let other = KeptWrite::Put(plans, "p".into(), "2".into());
    bench.control.keep_all(&[KeptWrite::Gone(KEYS, "a".into()), other]).await.expect("sound");
    assert_eq!(bench.control.kept(plans, "p").await.expect("there").text, "2");
    assert!(bench.control.all_kept(KEYS).await.expect("a list").is_empty());

    // A stage is changed with what is kept, and neither without the other.
    let prod = "prod".parse().expect("a name");
    let versions = KeptOf { kind: KeptKind::DocumentationVersion, api: Some(api) };
    let told = |stage: &mut crate::model::Stage| {
        stage.settings.insert("documentationVersion".into(), "v1".into());
        Ok(())
    };
    let also = [KeptWrite::New(versions, "v1".into(), "{}".into())];
    let missing = "dev".parse().expect("a name");
    for _ in 0..2 {
        let refused = bench.control.update_stage_and_keep(api, &missing, told, &also, Options::default());
        assert!(refused.await.is_err());
        assert!(bench.control.all_kept(versions).await.expect("a list").is_empty());
    }
    let written = bench.control.update_stage_and_keep(api, &prod, told, &also, Options::default());
    assert_eq!(written.await.expect("both are new").value.settings["documentationVersion"], "v1");
    assert_eq!(bench.control.all_kept(versions).await.expect("a list").len(), 1);
}

#[tokio::test]
async fn a_clone_is_a_copy_of_the_draft_with_what_belongs_to_it() {
    let bench = Bench::new().await;
    let api = bench.pets().await;
    let of = |api| KeptOf { kind: KeptKind::Authorizer, api: Some(api) };
    bench.control.keep(of(api), "abc123".into(), "{}".into()).await.expect("it is new");
    let rename = |api: &mut crate::model::Api| {
        api.name = "copy".into();
        Ok(())
    };
    let cloned = bench.control.clone_api(api, rename, Options::default()).await.expect("it is there").value;
    assert_ne!(cloned.api.id, api);
    assert_eq!((cloned.api.name.as_str(), cloned.revision.0), ("copy", 1));
    let drafts = [api, cloned.api.id].map(|id| bench.control.draft_of(id));
    let [before, after] = futures_util::future::join_all(drafts).await.try_into().expect("two");
    let (before, after) = (before.expect("there"), after.expect("there"));
    assert_eq!(after.walk(), before.walk());
    assert_eq!((&after.models, &after.gateway_responses), (&before.models, &before.gateway_responses));
    assert_eq!(bench.control.kept(of(cloned.api.id), "abc123").await.expect("copied").text, "{}");
    // They go their own ways.
    bench.control.delete_api(api, Options::default()).await.expect("nothing leads to it");
    assert!(bench.deploy(cloned.api.id, "prod").await.stage.is_some());
    let gone = bench.control.clone_api(api, rename, Options::default()).await;
    assert!(matches!(gone, Err(Error::NotFound { noun: Noun::Api, .. })), "{gone:?}");
}

#[tokio::test]
async fn ids_and_texts_have_bounds() {
    let control = Bench::new().await.control;
    for (id, text) in [("", "x"), (&"x".repeat(257), "x"), ("x", &"x".repeat(256 * 1024 + 1))] {
        let kept = control.keep(KEYS, id.to_owned(), text.to_owned()).await;
        assert!(matches!(kept, Err(Error::Invalid(_))), "{} {}", id.len(), text.len());
    }
}
