//! `DisableCors` takes away what `EnableCors` made, and `show` tells what is left.

use super::*;
use crate::cors::ErrorsChoice;
use crate::cors::disable::{self, DisableCors, DisablePlan};
use crate::cors::show::{InForce, PolicyOf, SetBy, differences, show};
use crate::model::{GatewayResponseType, IntegrationType::*};

const ORIGIN: &str = "Access-Control-Allow-Origin";

fn disabled(draft: &Definition, scope: Scope, methods: Vec<Verb>) -> DisablePlan {
    disable::plan(draft, &DisableCors { scope, methods }).expect("it can be meant")
}

fn full() -> Definition {
    api(&[(0, Verb::Get, Mock), (1, Verb::Get, Http), (1, Verb::Post, HttpProxy), (2, Verb::Any, Aws)])
}

#[test]
fn disabling_undoes_enabling() {
    for scope in [Scope::Resource(id(1)), Scope::Subtree(id(1)), Scope::Api] {
        for request in [
            request(),
            with(|i| i.allow_origins = vec!["https://a.example".into(), "https://b.example".into()]),
            with(|i| {
                i.allow_origins = vec!["https://a.example".into()];
                i.allow_credentials = true;
                i.max_age_seconds = Some(1);
                i.expose_headers = vec!["X-A".into()];
            }),
        ] {
            let on = enabled(&full(), &EnableCors { scope, ..request });
            assert_ne!(on.definition, full());
            assert_eq!(disabled(&on.definition, scope, vec![]).definition, full(), "{scope:?}");
        }
    }
    let on = enabled(
        &full(),
        &EnableCors { scope: Scope::Api, ..with(|i| i.gateway_errors = ErrorsChoice::WithCors) },
    );
    assert_eq!(disabled(&on.definition, Scope::Api, vec![]).definition, full());
}

#[test]
fn disabling_one_method_leaves_the_others_and_their_preflight() {
    let draft = api(&[(1, Verb::Get, Http), (1, Verb::Post, Http)]);
    let on = enabled(&draft, &request()).definition;
    let off = disabled(&on, Scope::Resource(id(1)), vec![Verb::Post]).definition;
    assert_eq!(mapped(&off, 1, Verb::Post, ORIGIN), None);
    assert_eq!(mapped(&off, 1, Verb::Get, ORIGIN).as_deref(), Some("'*'"));
    let methods = mapped(&off, 1, Verb::Options, "Access-Control-Allow-Methods");
    assert_eq!(methods.as_deref(), Some("'GET,OPTIONS'"));
    let all_off = disabled(&off, Scope::Resource(id(1)), vec![]).definition;
    assert_eq!(all_off, draft);
}

#[test]
fn what_was_made_or_edited_by_hand_is_kept() {
    let mut draft = api(&[(1, Verb::Get, Http), (1, Verb::Put, Mock)]);
    map_by_hand(&mut draft, 1, Verb::Put, ORIGIN, "'https://mine.example'");
    let mut on = enabled(&draft, &request()).definition;
    map_by_hand(&mut on, 1, Verb::Options, "Access-Control-Max-Age", "'9'");
    map_by_hand(&mut on, 1, Verb::Get, ORIGIN, "'https://edited.example'");
    let plan = disabled(&on, Scope::Resource(id(1)), vec![]);
    let off = &plan.definition;
    assert_eq!(mapped(off, 1, Verb::Put, ORIGIN).as_deref(), Some("'https://mine.example'"));
    assert_eq!(mapped(off, 1, Verb::Get, ORIGIN).as_deref(), Some("'https://edited.example'"));
    assert!(declared(off, 1, Verb::Get, ORIGIN), "the edited mapping needs its declaration");
    assert_eq!(mapped(off, 1, Verb::Options, "Access-Control-Max-Age").as_deref(), Some("'9'"));
    assert_eq!(mapped(off, 1, Verb::Options, ORIGIN), None);
    assert!(kinds(&plan.changes).contains(&"kept"));
}

#[test]
fn a_declaration_by_hand_stays() {
    let mut draft = api(&[(1, Verb::Get, Http)]);
    draft
        .edit(id(1), |r| {
            let response = r.methods.get_mut(&Verb::Get).expect("GET").responses.get_mut(&Status::OK);
            response.expect("200").response_parameters.insert(ORIGIN.parse().expect("a header"), false);
        })
        .expect("/pets");
    let on = enabled(&draft, &request()).definition;
    assert_eq!(disabled(&on, Scope::Resource(id(1)), vec![]).definition, draft);
}

#[test]
fn a_gateway_response_with_anything_by_hand_stays() {
    let request = with(|i| i.gateway_errors = ErrorsChoice::Default4xx);
    let mut on = enabled(&full(), &EnableCors { scope: Scope::Api, ..request }).definition;
    let mut record = (*on.gateway_responses[&GatewayResponseType::Default4xx]).clone();
    record.status = Some("418".parse().expect("a status"));
    on.gateway_responses.insert(GatewayResponseType::Default4xx, record.into());
    let off = disabled(&on, Scope::Api, vec![]).definition;
    let left = &off.gateway_responses[&GatewayResponseType::Default4xx];
    assert!(left.response_parameters.is_empty() && left.status.is_some());
}

#[test]
fn a_resource_under_the_apis_policy_is_not_disabled_alone() {
    let several = with(|i| i.allow_origins = vec!["https://a.example".into(), "https://b.example".into()]);
    let on = enabled(&full(), &EnableCors { scope: Scope::Api, ..several.clone() }).definition;
    let plan = disabled(&on, Scope::Resource(id(1)), vec![]);
    assert_eq!(kinds(&plan.changes), ["skipped"]);
    assert_eq!(plan.definition, on);
    // One of its own goes, and the managed OPTIONS stays for the API's.
    let own = enabled(&on, &several).definition;
    assert_eq!(disabled(&own, Scope::Resource(id(1)), vec![]).definition, on);
    let methods = DisableCors { scope: Scope::Api, methods: vec![Verb::Get] };
    assert_eq!(disable::plan(&on, &methods).expect_err("a policy is whole")[0].field, "http_methods");
}

#[test]
fn what_is_in_force_is_told_method_by_method() {
    let mut on = enabled(&full(), &request()).definition;
    map_by_hand(&mut on, 0, Verb::Get, ORIGIN, "'*'");
    let state = show(&on, |_| true);
    let of = |path: &str, verb: Verb| {
        let found = state.methods.iter().find(|m| m.path.to_string() == path && m.verb == verb);
        found.map(|m| m.in_force.clone()).expect("the method is shown")
    };
    for (path, verb, headers, by) in [
        ("/", Verb::Get, 1, SetBy::Hand),
        ("/pets", Verb::Get, 1, SetBy::EnableCors),
        ("/pets", Verb::Options, 3, SetBy::EnableCors),
    ] {
        let InForce::Static(by_status) = of(path, verb) else { panic!("{verb} {path} is static") };
        assert_eq!(by_status[&Status::OK].len(), headers, "{verb} {path}");
        assert!(by_status[&Status::OK].iter().all(|h| h.set_by == by), "{verb} {path}");
    }
    assert_eq!(of("/pets", Verb::Post), InForce::BackEnd);
    assert_eq!(of("/pets/{id}", Verb::Any), InForce::Nothing);
}

#[test]
fn policies_are_shown_and_differences_named() {
    let several = with(|i| i.allow_origins = vec!["https://a.example".into(), "https://b.example".into()]);
    let draft = enabled(&full(), &EnableCors { scope: Scope::Api, ..several.clone() }).definition;
    let own = enabled(&draft, &several).definition;
    let state = show(&own, |_| true);
    let in_force: Vec<_> =
        state.methods.iter().map(|m| (m.path.to_string(), m.verb, m.in_force.clone())).collect();
    for (path, verb, expected) in [
        ("/", Verb::Get, InForce::Policy(PolicyOf::Api)),
        ("/pets", Verb::Get, InForce::Policy(PolicyOf::Resource)),
        ("/pets", Verb::Post, InForce::BackEnd),
        ("/pets", Verb::Options, InForce::Policy(PolicyOf::Resource)),
    ] {
        assert!(in_force.contains(&(path.to_owned(), verb, expected.clone())), "{verb} {path}: {expected:?}");
    }
    let deployed = show(&full(), |_| true);
    let told = differences(&state, &deployed);
    let told: Vec<_> = told
        .iter()
        .map(|d| {
            format!(
                "{} {} {}",
                d.path.as_ref().map(ToString::to_string).unwrap_or_default(),
                d.verb.map(Verb::as_str).unwrap_or_default(),
                d.what
            )
        })
        .collect();
    for expected in ["  policy", "/pets  policy", "/pets GET method", "/pets OPTIONS method", "/ GET method"]
    {
        assert!(told.iter().any(|line| line == expected), "{expected:?} is not in {told:?}");
    }
    assert_eq!(differences(&state, &state.clone()), []);
}
