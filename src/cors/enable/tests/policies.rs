//! The policy form, and switching between the two.

use super::super::{Form, options_mock};
use super::*;
use crate::cors::{ErrorsChoice, What};
use crate::model::{IntegrationType::*, ManagedBy, ProxyCors};

const ORIGIN: &str = "Access-Control-Allow-Origin";

fn several() -> EnableCors {
    with(|i| i.allow_origins = vec!["https://a.example".into(), "https://*.b.example".into()])
}

fn options_of(definition: &Definition, resource: u8) -> Option<&Method> {
    definition.resource(id(resource))?.methods.get(&Verb::Options)
}

#[test]
fn the_form_follows_from_the_settings_and_says_why() {
    let draft = api(&[(1, Verb::Get, Http)]);
    let own = with(|i| i.proxy = ProxyCors::Own);
    for (request, form, why) in [
        (request(), Form::Static, "one value answers every origin"),
        (several(), Form::Policy, "a static value names only one origin"),
        (own, Form::Policy, "integration responses never apply to proxy"),
        (EnableCors { form: FormChoice::Policy, ..request() }, Form::Policy, "was asked for"),
        (EnableCors { form: FormChoice::Static, ..request() }, Form::Static, "was asked for"),
    ] {
        let plan = enabled(&draft, &request);
        assert_eq!(plan.form, form);
        assert!(plan.reason.contains(why), "{}", plan.reason);
    }
}

#[test]
fn what_a_form_cannot_say_is_refused() {
    let draft = api(&[(1, Verb::Get, Http)]);
    let covered = enabled(&draft, &EnableCors { scope: Scope::Api, ..several() }).definition;
    for (draft, request, field) in [
        (&draft, EnableCors { form: FormChoice::Static, ..several() }, "form"),
        (&draft, EnableCors { methods: vec![Verb::Get], ..several() }, "http_methods"),
        (
            &draft,
            EnableCors { form: FormChoice::Policy, ..with(|i| i.gateway_errors = ErrorsChoice::Default4xx) },
            "settings.gateway_errors",
        ),
        (&covered, EnableCors { form: FormChoice::Static, ..request() }, "form"),
    ] {
        assert_eq!(plan(draft, &request).expect_err("it is refused")[0].field, field);
    }
}

#[test]
fn a_policy_manages_an_options_method_of_its_own() {
    let plan = enabled(&api(&[(1, Verb::Get, Http), (1, Verb::Post, HttpProxy)]), &several());
    let resource = plan.definition.resource(id(1)).expect("/pets");
    assert!(resource.cors_policy.is_some());
    assert_eq!(resource.methods[&Verb::Options], options_mock(ManagedBy::CorsPolicy, true));
    assert_eq!(mapped(&plan.definition, 1, Verb::Get, ORIGIN), None);
    let left = left_to_back_end(&plan.changes, Verb::Post).expect("the proxy is left to the back end");
    assert_eq!(
        left,
        [
            "Access-Control-Allow-Origin: the request's Origin, if it is one of https://a.example https://*.b.example"
        ]
    );
    let own = enabled(
        &plan.definition,
        &with(|i| {
            i.allow_origins = vec!["https://a.example".into(), "https://c.example".into()];
            i.proxy = ProxyCors::Own;
        }),
    );
    assert_eq!(left_to_back_end(&own.changes, Verb::Post), None);
    assert_eq!(own.changes[0].kind.as_str(), "overwritten");
}

#[test]
fn a_policy_of_the_api_covers_all_resources_and_those_without_methods_get_none() {
    let plan = enabled(&api(&[(1, Verb::Get, Http)]), &EnableCors { scope: Scope::Api, ..several() });
    assert!(plan.definition.api.cors_policy.is_some());
    assert!(plan.definition.resource(id(1)).expect("/pets").cors_policy.is_none());
    assert_eq!(options_of(&plan.definition, 1).map(|m| m.managed_by), Some(ManagedBy::CorsPolicy));
    assert_eq!(options_of(&plan.definition, 2), None);
}

#[test]
fn under_the_apis_policy_a_resource_gets_one_of_its_own() {
    let covered = enabled(&api(&[(1, Verb::Get, Http)]), &EnableCors { scope: Scope::Api, ..several() });
    let plan = enabled(&covered.definition, &request());
    assert_eq!(plan.form, Form::Policy, "{}", plan.reason);
    assert!(plan.definition.resource(id(1)).expect("/pets").cors_policy.is_some());
    let whole = enabled(&plan.definition, &EnableCors { scope: Scope::Api, ..several() });
    assert!(
        whole.definition.resource(id(1)).expect("/pets").cors_policy.is_none(),
        "the whole API means all"
    );
}

#[test]
fn switching_forms_shows_what_goes_and_what_comes() {
    let draft = api(&[(1, Verb::Get, Http)]);
    let fixed = enabled(&draft, &with(|i| i.gateway_errors = ErrorsChoice::WithCors)).definition;
    let policy = enabled(&fixed, &EnableCors { scope: Scope::Api, ..several() });
    assert_eq!(mapped(&policy.definition, 1, Verb::Get, ORIGIN), None);
    assert!(policy.definition.resource(id(1)).expect("/pets").cors_marks.is_empty());
    assert!(policy.definition.gateway_responses.is_empty());
    assert_eq!(options_of(&policy.definition, 1), Some(&options_mock(ManagedBy::CorsPolicy, true)));
    let told = lines(&policy.changes);
    for expected in [
        "GET /pets integration response 200: header Access-Control-Allow-Origin: removed from '*'",
        "OPTIONS /pets method: removed",
        "OPTIONS /pets method: created to managed by the CORS policy",
        "gateway response DEFAULT_4XX: removed",
    ] {
        assert!(told.iter().any(|line| line == expected), "{expected} is not in {told:#?}");
    }
    let back = enabled(
        &policy.definition,
        &EnableCors { scope: Scope::Api, ..with(|i| i.gateway_errors = ErrorsChoice::WithCors) },
    );
    assert_eq!(back.definition, fixed, "back in the static form as if nothing had been");
    assert!(back.changes.iter().any(|c| c.what == What::Policy && c.kind == ChangeKind::Removed));
}

#[test]
fn what_was_made_by_hand_outlives_a_switch_unless_replacing_is_asked_for() {
    let mut draft = api(&[(1, Verb::Get, Http), (1, Verb::Options, Mock)]);
    map_by_hand(&mut draft, 1, Verb::Get, ORIGIN, "'https://mine.example'");
    let kept = enabled(&draft, &several());
    assert_eq!(mapped(&kept.definition, 1, Verb::Get, ORIGIN).as_deref(), Some("'https://mine.example'"));
    assert_eq!(options_of(&kept.definition, 1).map(|m| m.managed_by), Some(ManagedBy::Nobody));
    let replaced = enabled(&draft, &EnableCors { replace: Replace::Existing, ..several() });
    assert_eq!(mapped(&replaced.definition, 1, Verb::Get, ORIGIN), None);
    assert_eq!(options_of(&replaced.definition, 1), Some(&options_mock(ManagedBy::CorsPolicy, true)));
}

#[test]
fn a_policy_twice_changes_nothing() {
    let draft = api(&[(1, Verb::Get, Http), (2, Verb::Any, HttpProxy)]);
    for scope in [Scope::Resource(id(1)), Scope::Subtree(id(0)), Scope::Api] {
        let request = EnableCors { scope, ..several() };
        let once = enabled(&draft, &request);
        let twice = enabled(&once.definition, &request);
        assert_eq!(twice.definition, once.definition);
        assert!(twice.changes.iter().all(|c| !c.kind.is_edit()), "{:?}", lines(&twice.changes));
    }
}
