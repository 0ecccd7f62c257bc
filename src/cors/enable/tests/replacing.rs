//! Headers that are there already: kept, replaced, and EnableCors' own.

use super::*;
use crate::model::IntegrationType::*;

const ORIGIN: &str = "Access-Control-Allow-Origin";

#[test]
fn a_header_by_hand_is_kept_unless_replacing_is_asked_for() {
    let mut draft = api(&[(1, Verb::Get, Http)]);
    map_by_hand(&mut draft, 1, Verb::Get, ORIGIN, "'https://old.example'");
    for (replace, value, kind) in
        [(Replace::Nothing, "'https://old.example'", "kept"), (Replace::Existing, "'*'", "overwritten")]
    {
        let plan = enabled(&draft, &EnableCors { replace, ..request() });
        assert_eq!(mapped(&plan.definition, 1, Verb::Get, ORIGIN).as_deref(), Some(value));
        let change = plan.changes.last().expect("the last change is GET's");
        assert_eq!((change.old.as_deref(), change.kind.as_str()), (Some("'https://old.example'"), kind));
    }
}

#[test]
fn existing_values_are_replaced_and_never_merged() {
    let mut draft = api(&[(1, Verb::Get, Http), (1, Verb::Options, Mock)]);
    map_by_hand(&mut draft, 1, Verb::Options, "access-control-allow-methods", "'DELETE'");
    map_by_hand(&mut draft, 1, Verb::Options, "Access-Control-Max-Age", "'5'");
    let plan = enabled(&draft, &EnableCors { replace: Replace::Existing, ..request() });
    let value = |header: &str| mapped(&plan.definition, 1, Verb::Options, header);
    assert_eq!(value("Access-Control-Allow-Methods").as_deref(), Some("'GET,OPTIONS'"));
    assert_eq!(value("Access-Control-Max-Age"), None, "settings without a max age replace one");
}

#[test]
fn its_own_values_follow_the_settings_without_being_asked() {
    let draft = api(&[(1, Verb::Get, Http)]);
    let first = enabled(
        &draft,
        &with(|i| {
            i.allow_origins = vec!["https://a.example".into()];
            i.allow_credentials = true;
        }),
    );
    let second = enabled(&first.definition, &with(|i| i.allow_origins = vec!["https://b.example".into()]));
    for verb in [Verb::Options, Verb::Get] {
        assert_eq!(mapped(&second.definition, 1, verb, ORIGIN).as_deref(), Some("'https://b.example'"));
        let credentials = "Access-Control-Allow-Credentials";
        assert_eq!(mapped(&second.definition, 1, verb, credentials), None, "{verb}");
        assert!(!declared(&second.definition, 1, verb, credentials), "{verb}");
    }
    assert!(kinds(&second.changes).contains(&"removed"));
    assert!(kinds(&second.changes).contains(&"overwritten"));
}

#[test]
fn its_own_value_edited_by_hand_is_kept() {
    let first = enabled(&api(&[(1, Verb::Get, Http)]), &request());
    let mut edited = first.definition;
    map_by_hand(&mut edited, 1, Verb::Get, ORIGIN, "'https://mine.example'");
    let again = enabled(&edited, &with(|i| i.allow_origins = vec!["https://b.example".into()]));
    assert_eq!(mapped(&again.definition, 1, Verb::Get, ORIGIN).as_deref(), Some("'https://mine.example'"));
    assert_eq!(mapped(&again.definition, 1, Verb::Options, ORIGIN).as_deref(), Some("'https://b.example'"));
}

#[test]
fn an_options_method_by_hand_gets_the_headers_and_stays() {
    let mut draft = api(&[(1, Verb::Get, Http), (1, Verb::Options, Mock)]);
    draft
        .edit(id(1), |r| {
            r.methods.get_mut(&Verb::Options).expect("OPTIONS").operation_name = Some("mine".into());
        })
        .expect("/pets");
    let plan = enabled(&draft, &request());
    assert_eq!(mapped(&plan.definition, 1, Verb::Options, ORIGIN).as_deref(), Some("'*'"));
    let options = &plan.definition.resource(id(1)).expect("/pets").methods[&Verb::Options];
    assert_eq!(options.operation_name.as_deref(), Some("mine"));
    let made = plan.changes.iter().any(|c| c.what == crate::cors::What::Method);
    assert!(!made, "{:?}", lines(&plan.changes));
}
