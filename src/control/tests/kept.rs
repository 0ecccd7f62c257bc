//! Things that are kept without effect.

use super::Bench;
use crate::control::{Error, KeptOf, Noun, Options};
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
    bench.control.delete_api(api, Options::default()).await.expect("nothing leads to it");
    assert!(matches!(bench.control.all_kept(of).await, Err(Error::NotFound { noun: Noun::Api, .. })));
    assert!(bench.control.keep(of, "abc124".into(), "{}".into()).await.is_err());
}

#[tokio::test]
async fn ids_and_texts_have_bounds() {
    let control = Bench::new().await.control;
    for (id, text) in [("", "x"), (&"x".repeat(257), "x"), ("x", &"x".repeat(256 * 1024 + 1))] {
        let kept = control.keep(KEYS, id.to_owned(), text.to_owned()).await;
        assert!(matches!(kept, Err(Error::Invalid(_))), "{} {}", id.len(), text.len());
    }
}
