//! CORS calls on drafts and stages. What they plan is proven where it is planned; here it is that plans become
//! writes, once, and that stages are compared.

use super::{Bench, at, resource};
use crate::control::{CorsRequest, CorsScope, Error, Options, Policy};
use crate::cors::enable::{Form, Replace, Skips};
use crate::cors::{CorsInput, CorsSettings, FormChoice};
use crate::model::{Method, Verb};

fn request(scope: CorsScope, origins: &[&str]) -> CorsRequest {
    let allow_origins = origins.iter().map(|origin| (*origin).to_owned()).collect();
    let input = CorsInput { allow_origins, ..CorsInput::default() };
    CorsRequest {
        scope,
        methods: Vec::new(),
        settings: CorsSettings::parse(&input).expect("good settings"),
        form: FormChoice::Automatic,
        replace: Replace::Nothing,
        skips: Skips::Report,
    }
}

const TWO: &[&str] = &["https://a.example", "https://b.example"];

#[tokio::test]
async fn enabling_is_one_write_and_doing_it_again_is_none() {
    let bench = Bench::new().await;
    let api = bench.pets().await;
    let before = bench.control.api(api).await.expect("it is there").revision;
    let scope = CorsScope::Resource(resource("/pets"));
    let preview = bench.control.enable_cors(api, request(scope.clone(), &[]), Options::preview()).await;
    let preview = preview.expect("it can be done");
    assert_eq!(preview.store_revision, None);
    assert!(bench.control.method(api, at("/pets", Verb::Options)).await.is_err());
    let made = bench.control.enable_cors(api, request(scope.clone(), &[]), Options::default()).await;
    let made = made.expect("it can be done");
    assert_eq!((made.value.form, made.revision), (Form::Static, before.next()));
    assert_eq!(made.value.changes, preview.value.changes);
    assert!(made.value.is_edit());
    let options = bench.control.method(api, at("/pets", Verb::Options)).await.expect("it was made").value;
    assert!(options.method.integration.is_some());
    let again = bench.control.enable_cors(api, request(scope, &[]), Options::default()).await;
    let again = again.expect("it can be done");
    assert_eq!((again.store_revision, again.revision, again.value.is_edit()), (None, made.revision, false));
}

#[tokio::test]
async fn what_a_policy_manages_goes_only_with_the_policy() {
    let bench = Bench::new().await;
    let api = bench.pets().await;
    let scope = CorsScope::Resource(resource("/pets"));
    let made = bench.control.enable_cors(api, request(scope.clone(), TWO), Options::default()).await;
    assert_eq!(made.expect("it can be done").value.form, Form::Policy);
    let options = at("/pets", Verb::Options);
    let refused = bench.control.delete_method(api, options.clone(), Options::default()).await;
    assert!(matches!(refused, Err(Error::FailedPrecondition { .. })), "{refused:?}");
    let off = bench.control.disable_cors(api, scope, Vec::new(), Options::default()).await;
    assert!(off.expect("it is there").value.iter().any(|change| change.kind.is_edit()));
    assert!(bench.control.method(api, options).await.is_err());
}

#[tokio::test]
async fn strict_parity_refuses_what_amazon_has_not() {
    let bench = Bench::with(Policy::Strict).await;
    let api = bench.pets().await;
    let refused = bench.control.enable_cors(api, request(CorsScope::Api, TWO), Options::default()).await;
    assert_eq!(refused.expect_err("the policy form is ours").issues()[0].field, "form");
}

#[tokio::test]
async fn a_skip_refuses_the_call_when_all_is_required() {
    let bench = Bench::new().await;
    let api = bench.pets().await;
    let bare = at("/pets", Verb::Put);
    bench.control.put_method(api, bare, Method::default(), Options::default()).await.expect("incomplete");
    let scope = CorsScope::Resource(resource("/pets"));
    let strict = CorsRequest { skips: Skips::Refuse, ..request(scope.clone(), &[]) };
    let refused = bench.control.enable_cors(api, strict, Options::default()).await;
    assert!(matches!(&refused, Err(Error::FailedPrecondition { .. })), "{refused:?}");
    assert!(bench.control.method(api, at("/pets", Verb::Options)).await.is_err());
    bench.control.enable_cors(api, request(scope, &[]), Options::default()).await.expect("the rest is done");
}

#[tokio::test]
async fn draft_and_stage_differ_until_it_is_deployed() {
    let bench = Bench::new().await;
    let api = bench.pets().await;
    bench.deploy(api, "prod").await;
    let prod = "prod".parse().expect("a stage name");
    let scope = CorsScope::Resource(resource("/pets"));
    bench.control.enable_cors(api, request(scope, &[]), Options::default()).await.expect("it can be done");
    let view = bench.control.cors(api, None, Some(&prod)).await.expect("both are there");
    assert!(!view.differences.is_empty());
    bench.deploy(api, "prod").await;
    let view = bench.control.cors(api, Some(resource("/pets")), Some(&prod)).await.expect("both are there");
    assert_eq!(view.differences, []);
    assert_eq!(view.stage.as_ref(), Some(&view.draft));
    let alone = bench.control.cors(api, None, None).await.expect("it is there");
    assert_eq!(alone.stage, None);
}
