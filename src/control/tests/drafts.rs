//! Changes of drafts on a store: revisions, previews, concurrent writers.

use super::{Bench, at, mock, resource};
use crate::control::{Error, Noun, Options};
use crate::model::{Expected, GatewayResponse, GatewayResponseType, Status, Verb};

#[tokio::test]
async fn every_write_moves_the_revision_and_reads_say_it() {
    let bench = Bench::new().await;
    let api = bench.pets().await;
    let before = bench.control.method(api, at("/pets", Verb::Get)).await.expect("it is there").revision;
    let put = bench.control.put_method(api, at("/pets", Verb::Post), mock(), Options::at(before)).await;
    let put = put.expect("a mock");
    assert_eq!(put.revision, before.next());
    let read = bench.control.method(api, at("/pets", Verb::Post)).await.expect("it is there");
    assert_eq!((read.revision, read.value), (put.revision, put.value));
    let stale = bench.control.delete_method(api, at("/pets", Verb::Post), Options::at(before)).await;
    assert!(matches!(stale, Err(Error::StaleRevision { noun: Noun::Api, .. })), "{stale:?}");
}

#[tokio::test]
async fn a_preview_answers_what_would_be_and_leaves_the_draft() {
    let bench = Bench::new().await;
    let api = bench.pets().await;
    let revision = bench.control.api(api).await.expect("it is there").revision;
    let options = Options { expected: Expected::At(revision), validate_only: true, ..Options::default() };
    let path = "/a/{b}".parse().expect("a path");
    let preview = bench.control.ensure_path(api, path, options).await.expect("room");
    assert_eq!((preview.value.created.len(), preview.revision), (2, revision.next()));
    assert_eq!(preview.store_revision, None);
    let gone = bench.control.delete_resource(api, resource("/pets"), options).await.expect("it is there");
    assert_eq!(gone.value.len(), 1);
    assert_eq!(bench.control.api(api).await.expect("it is there").revision, revision);
    assert!(bench.control.resource(api, resource("/pets")).await.is_ok());
    assert!(bench.control.resource(api, resource("/a")).await.is_err());
}

#[tokio::test]
async fn writers_at_the_same_time_all_get_through() {
    let bench = Bench::new().await;
    let api = bench.pets().await;
    let tasks: Vec<_> = (0..40)
        .map(|n| {
            let control = bench.control.clone();
            let path = format!("/r{n}").parse().expect("a path");
            tokio::spawn(async move { control.ensure_path(api, path, Options::default()).await })
        })
        .collect();
    for task in tasks {
        task.await.expect("no panic").expect("no write is lost");
    }
    let resources = bench.control.resources(api, None, 100).await.expect("it is there").value.items;
    assert_eq!(resources.len(), 42);
}

#[tokio::test]
async fn writers_of_two_processes_lose_nothing() {
    let one = Bench::new().await;
    let api = one.pets().await;
    let two = one.reopened().await;
    let tasks: Vec<_> = (0..20)
        .map(|n| {
            let control = if n % 2 == 0 { one.control.clone() } else { two.control.clone() };
            let path = format!("/r{n}").parse().expect("a path");
            tokio::spawn(async move { control.ensure_path(api, path, Options::default()).await })
        })
        .collect();
    for task in tasks {
        task.await.expect("no panic").expect("no write is lost");
    }
    let resources = one.control.resources(api, None, 100).await.expect("it is there").value.items;
    assert_eq!(resources.len(), 22);
}

#[tokio::test]
async fn of_two_writers_at_one_revision_only_one_gets_through() {
    let bench = Bench::new().await;
    let api = bench.pets().await;
    let revision = bench.control.api(api).await.expect("it is there").revision;
    let put = |verb| bench.control.put_method(api, at("/pets", verb), mock(), Options::at(revision));
    let (one, two) = tokio::join!(put(Verb::Put), put(Verb::Post));
    assert!(one.is_ok() != two.is_ok(), "{one:?} {two:?}");
    assert_eq!(bench.control.api(api).await.expect("it is there").revision, revision.next());
}

#[tokio::test]
async fn methods_are_listed_by_path_and_verb_in_pages() {
    let bench = Bench::new().await;
    let api = bench.pets().await;
    for (path, verb) in [("/", Verb::Any), ("/pets", Verb::Delete), ("/pets/{id}", Verb::Get)] {
        bench.mock(api, path, verb).await;
    }
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let page = bench.control.methods(api, None, after, 2).await.expect("it is there").value;
        seen.extend(page.items.iter().map(|m| format!("{} {}", m.verb, m.path)));
        match page.next {
            Some(next) => after = Some(next),
            None => break,
        }
    }
    assert_eq!(seen, ["ANY /", "DELETE /pets", "GET /pets", "GET /pets/{id}"]);
    let some = bench.control.methods(api, Some(resource("/pets")), None, 10).await.expect("it is there");
    assert_eq!(some.value.items.len(), 2);
}

#[tokio::test]
async fn all_gateway_responses_are_listed_customised_or_not() {
    let bench = Bench::new().await;
    let api = bench.pets().await;
    let teapot = GatewayResponse { status: Status::try_from(418).ok(), ..GatewayResponse::default() };
    let kind = GatewayResponseType::Throttled;
    let put = bench.control.put_gateway_response(api, kind, teapot, Options::default()).await;
    assert!(!put.expect("a customisation").value.default_response);
    let all = bench.control.gateway_responses(api).await.expect("it is there").value;
    assert_eq!(all.len(), 21);
    let customised: Vec<_> = all.iter().filter(|r| !r.default_response).map(|r| r.kind).collect();
    assert_eq!(customised, [kind]);
    let back = bench.control.delete_gateway_response(api, kind, Options::default()).await;
    assert_eq!(back.expect("it is customised").value.response.status, Status::try_from(429).ok());
}

#[tokio::test]
async fn a_failed_write_leaves_no_trace() {
    let bench = Bench::new().await;
    let api = bench.pets().await;
    let before = bench.control.method(api, at("/pets", Verb::Get)).await.expect("it is there");
    let broken = bench
        .control
        .update_method(
            api,
            at("/pets", Verb::Get),
            |method| {
                method.api_key_required = true;
                method.request_models.insert("application/json".parse().expect("a type"), "no-name".into());
                Ok(())
            },
            Options::default(),
        )
        .await;
    assert!(matches!(broken, Err(Error::Invalid(_))), "{broken:?}");
    assert_eq!(bench.control.method(api, at("/pets", Verb::Get)).await, Ok(before));
}
