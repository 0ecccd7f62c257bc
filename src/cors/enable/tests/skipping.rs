//! What cannot be done is skipped, with the reason and the call that mends it.

use super::*;
use crate::model::IntegrationType::*;

fn skips(plan: &EnablePlan) -> Vec<(String, String)> {
    plan.skipped()
        .filter_map(|change| match &change.kind {
            ChangeKind::Skipped { reason, mend } => Some((reason.clone(), mend.clone())),
            _ => None,
        })
        .collect()
}

fn without(change: impl Fn(&mut Method)) -> Definition {
    let mut draft = api(&[(1, Verb::Get, Http), (1, Verb::Post, Mock)]);
    draft.edit(id(1), |r| change(r.methods.get_mut(&Verb::Get).expect("GET"))).expect("/pets");
    draft
}

#[test]
fn each_skip_names_its_reason_and_its_cure() {
    let no_response = without(|m| m.responses.clear());
    let no_integration = without(|m| m.integration = None);
    let no_answer = without(|m| m.integration.as_mut().expect("it").responses.clear());
    for (draft, reason, mend) in [
        (
            &no_response,
            "GET /pets has no method response 200",
            "PutMethodResponse GET /pets 200, then EnableCors again",
        ),
        (&no_integration, "GET /pets has no integration", "PutIntegration GET /pets, then EnableCors again"),
        (
            &no_answer,
            "GET /pets has no integration response 200",
            "PutIntegrationResponse GET /pets 200, then EnableCors again",
        ),
    ] {
        let planned = enabled(draft, &request());
        assert_eq!(skips(&planned), [(reason.to_owned(), mend.to_owned())]);
        // Everything else stands.
        for verb in [Verb::Options, Verb::Post] {
            assert!(
                mapped(&planned.definition, 1, verb, "Access-Control-Allow-Origin").is_some(),
                "{reason}: {verb}"
            );
        }
        let refused = plan(draft, &EnableCors { skips: Skips::Refuse, ..request() });
        let issues = refused.expect_err("a skip refuses the call");
        assert_eq!(issues[0].field, "require_all");
        assert!(
            issues[0].message.contains(reason) && issues[0].message.contains(mend),
            "{}",
            issues[0].message
        );
    }
}

#[test]
fn the_cure_works() {
    let mut draft = without(|m| m.responses.clear());
    draft
        .edit(id(1), |r| {
            let get = r.methods.get_mut(&Verb::Get).expect("GET");
            get.responses.insert(Status::OK, MethodResponse::default());
        })
        .expect("/pets");
    let plan = enabled(&draft, &EnableCors { skips: Skips::Refuse, ..request() });
    assert!(mapped(&plan.definition, 1, Verb::Get, "Access-Control-Allow-Origin").is_some());
}

#[test]
fn a_method_that_does_not_exist_is_skipped() {
    let draft = api(&[(1, Verb::Get, Http)]);
    let plan = enabled(&draft, &EnableCors { methods: vec![Verb::Get, Verb::Delete], ..request() });
    assert_eq!(
        skips(&plan),
        [(
            "DELETE /pets does not exist".to_owned(),
            "PutMethod DELETE /pets, then EnableCors again".to_owned()
        )]
    );
    let methods = mapped(&plan.definition, 1, Verb::Options, "Access-Control-Allow-Methods");
    assert_eq!(methods.as_deref(), Some("'GET,OPTIONS'"));
}

#[test]
fn a_method_that_any_answers_is_pointed_to_any() {
    let plan = enabled(&api(&[(1, Verb::Any, Http)]), &EnableCors { methods: vec![Verb::Get], ..request() });
    let expected = ("GET /pets does not exist: ANY answers it".to_owned(), "EnableCors with ANY".to_owned());
    assert_eq!(skips(&plan), [expected]);
}

#[test]
fn options_by_hand_without_a_response_is_skipped() {
    let mut draft = api(&[(1, Verb::Get, Http), (1, Verb::Options, Mock)]);
    draft
        .edit(id(1), |r| r.methods.get_mut(&Verb::Options).expect("OPTIONS").responses.clear())
        .expect("/pets");
    assert_eq!(skips(&enabled(&draft, &request()))[0].0, "OPTIONS /pets has no method response 200");
}

#[test]
fn options_by_hand_that_is_a_proxy_is_left_to_the_back_end() {
    let plan = enabled(&api(&[(1, Verb::Get, Http), (1, Verb::Options, HttpProxy)]), &request());
    let left = left_to_back_end(&plan.changes, Verb::Options).expect("it is left to the back end");
    assert_eq!(left.len(), 3, "{left:?}");
}

#[test]
fn a_resource_that_is_not_there_is_named() {
    let gone = EnableCors { scope: Scope::Resource(id(9)), ..request() };
    assert_eq!(plan(&api(&[]), &gone).expect_err("no such resource")[0].field, "resource");
}
