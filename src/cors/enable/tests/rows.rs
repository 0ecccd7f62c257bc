//! What the console does, row by row.

use super::*;
use crate::model::{AuthorizationType, GatewayResponseType, IntegrationType::*, PassthroughBehavior};

const ORIGIN: &str = "Access-Control-Allow-Origin";
const METHODS: &str = "Access-Control-Allow-Methods";
const HEADERS: &str = "Access-Control-Allow-Headers";

#[test]
fn the_list_of_changes_is_the_consoles() {
    let plan = enabled(&api(&[(1, Verb::Get, Http)]), &request());
    assert_eq!(
        lines(&plan.changes),
        [
            "OPTIONS /pets method: created to authorization NONE, no API key",
            "OPTIONS /pets method response 200: created to application/json: Empty",
            "OPTIONS /pets integration: created to MOCK, {\"statusCode\": 200}",
            "OPTIONS /pets integration response 200: created to empty body",
            "OPTIONS /pets method response 200: header Access-Control-Allow-Headers: created",
            "OPTIONS /pets method response 200: header Access-Control-Allow-Methods: created",
            "OPTIONS /pets method response 200: header Access-Control-Allow-Origin: created",
            "OPTIONS /pets integration response 200: header Access-Control-Allow-Headers: created to 'Content-Type,X-Amz-Date,Authorization,X-Api-Key,X-Amz-Security-Token'",
            "OPTIONS /pets integration response 200: header Access-Control-Allow-Methods: created to 'GET,OPTIONS'",
            "OPTIONS /pets integration response 200: header Access-Control-Allow-Origin: created to '*'",
            "GET /pets method response 200: header Access-Control-Allow-Origin: created",
            "GET /pets integration response 200: header Access-Control-Allow-Origin: created to '*'",
        ]
    );
    assert_eq!(plan.form, super::super::Form::Static);
}

#[test]
fn options_is_made_as_the_console_makes_it() {
    let plan = enabled(&api(&[(1, Verb::Get, Http)]), &request());
    let options = &plan.definition.resource(id(1)).expect("/pets").methods[&Verb::Options];
    assert_eq!(options.authorization_type, AuthorizationType::None);
    assert!(!options.api_key_required);
    let json = "application/json".parse().expect("a media type");
    assert_eq!(options.responses[&Status::OK].response_models[&json], "Empty");
    for header in [ORIGIN, METHODS, HEADERS] {
        let key = header.parse().expect("a header");
        assert_eq!(options.responses[&Status::OK].response_parameters.get(&key), Some(&true), "{header}");
    }
    let integration = options.integration.as_ref().expect("a mock");
    assert_eq!(integration.integration_type, Mock);
    assert_eq!(integration.request_templates[&json], "{\"statusCode\": 200}");
    assert_eq!(integration.passthrough_behavior, PassthroughBehavior::WhenNoMatch);
    let answer = &integration.responses[&Status::OK];
    assert_eq!(answer.selection_pattern, None);
    assert_eq!(answer.response_templates[&json], "");
    assert_eq!(answer.response_parameters.len(), 3);
}

#[test]
fn options_never_inherits_the_authorization_of_its_siblings() {
    let mut draft = api(&[(1, Verb::Get, Http)]);
    draft
        .edit(id(1), |r| {
            let get = r.methods.get_mut(&Verb::Get).expect("GET");
            get.authorization_type = AuthorizationType::AwsIam;
            get.api_key_required = true;
        })
        .expect("/pets");
    let plan = enabled(&draft, &request());
    let options = &plan.definition.resource(id(1)).expect("/pets").methods[&Verb::Options];
    assert_eq!((options.authorization_type, options.api_key_required), (AuthorizationType::None, false));
}

#[test]
fn a_resource_enables_all_its_methods_and_a_method_only_itself() {
    let draft = api(&[(1, Verb::Get, Http), (1, Verb::Post, Mock)]);
    for (methods, list, get, post) in [
        (vec![], "'GET,OPTIONS,POST'", true, true),
        (vec![Verb::Get], "'GET,OPTIONS'", true, false),
        (vec![Verb::Post], "'OPTIONS,POST'", false, true),
    ] {
        let plan = enabled(&draft, &EnableCors { methods, ..request() });
        let definition = &plan.definition;
        assert_eq!(mapped(definition, 1, Verb::Options, METHODS).as_deref(), Some(list));
        assert_eq!(mapped(definition, 1, Verb::Get, ORIGIN).is_some(), get);
        assert_eq!(mapped(definition, 1, Verb::Post, ORIGIN).is_some(), post);
    }
}

#[test]
fn choosing_another_method_later_keeps_the_first_one_enabled() {
    let draft = api(&[(1, Verb::Get, Http), (1, Verb::Post, Mock)]);
    let first = enabled(&draft, &EnableCors { methods: vec![Verb::Get], ..request() });
    let second = enabled(&first.definition, &EnableCors { methods: vec![Verb::Post], ..request() });
    assert_eq!(mapped(&second.definition, 1, Verb::Options, METHODS).as_deref(), Some("'GET,OPTIONS,POST'"));
}

#[test]
fn children_are_affected_only_when_asked() {
    let draft = api(&[(0, Verb::Get, Mock), (1, Verb::Get, Http), (2, Verb::Put, Http)]);
    for (scope, touched) in [
        (Scope::Resource(id(1)), [false, true, false]),
        (Scope::Subtree(id(1)), [false, true, true]),
        (Scope::Subtree(id(0)), [true, true, true]),
        (Scope::Api, [true, true, true]),
    ] {
        let plan = enabled(&draft, &EnableCors { scope, ..request() });
        for (n, touched) in (0..3).zip(touched) {
            assert_eq!(
                mapped(&plan.definition, n, Verb::Options, ORIGIN).is_some(),
                touched,
                "{scope:?} {n}"
            );
        }
    }
    // A resource without methods is left alone, unless it is named.
    let bare = api(&[(2, Verb::Get, Http)]);
    let whole = enabled(&bare, &EnableCors { scope: Scope::Api, ..request() });
    assert!(whole.definition.resource(id(1)).expect("/pets").methods.is_empty());
    let named = enabled(&bare, &request());
    assert_eq!(mapped(&named.definition, 1, Verb::Options, METHODS).as_deref(), Some("'OPTIONS'"));
}

#[test]
fn non_proxy_types_get_the_header_and_proxies_are_left_to_the_back_end() {
    for (kind, mapped_here) in
        [(Mock, true), (Http, true), (Aws, true), (HttpProxy, false), (AwsProxy, false)]
    {
        let plan = enabled(&api(&[(1, Verb::Get, kind)]), &request());
        assert_eq!(mapped(&plan.definition, 1, Verb::Get, ORIGIN).is_some(), mapped_here, "{kind:?}");
        // The method response declares it either way: the console takes that step before it meets the proxy.
        assert!(declared(&plan.definition, 1, Verb::Get, ORIGIN), "{kind:?}");
        let left = left_to_back_end(&plan.changes, Verb::Get);
        assert_eq!(left, (!mapped_here).then(|| vec![format!("{ORIGIN}: *")]), "{kind:?}");
        assert!(mapped(&plan.definition, 1, Verb::Options, ORIGIN).is_some(), "OPTIONS stays a mock");
    }
}

#[test]
fn any_with_a_proxy_gets_no_header_at_all_and_all_seven_verbs() {
    let plan = enabled(&api(&[(1, Verb::Any, HttpProxy)]), &request());
    assert!(!declared(&plan.definition, 1, Verb::Any, ORIGIN));
    assert_eq!(mapped(&plan.definition, 1, Verb::Any, ORIGIN), None);
    assert!(left_to_back_end(&plan.changes, Verb::Any).is_some());
    assert_eq!(
        mapped(&plan.definition, 1, Verb::Options, METHODS).as_deref(),
        Some("'DELETE,GET,HEAD,OPTIONS,PATCH,POST,PUT'")
    );
    let any_http = enabled(&api(&[(1, Verb::Any, Http)]), &request());
    assert_eq!(mapped(&any_http.definition, 1, Verb::Any, ORIGIN).as_deref(), Some("'*'"));
}

#[test]
fn what_the_back_end_must_send_is_said_exactly() {
    let plan = enabled(
        &api(&[(1, Verb::Put, HttpProxy)]),
        &with(|i| {
            i.allow_origins = vec!["https://a.example".into()];
            i.allow_credentials = true;
            i.expose_headers = vec!["X-Total".into()];
        }),
    );
    let left = left_to_back_end(&plan.changes, Verb::Put).expect("it is left to the back end");
    assert_eq!(
        left,
        [
            "Access-Control-Allow-Origin: https://a.example",
            "Access-Control-Allow-Credentials: true",
            "Access-Control-Expose-Headers: X-Total"
        ]
    );
}

#[test]
fn other_statuses_are_not_touched() {
    let mut draft = api(&[(1, Verb::Get, Http)]);
    let not_found: Status = "404".parse().expect("a status");
    draft
        .edit(id(1), |r| {
            let get = r.methods.get_mut(&Verb::Get).expect("GET");
            get.responses.insert(not_found, MethodResponse::default());
            let integration = get.integration.as_mut().expect("an integration");
            integration.responses.insert(not_found, IntegrationResponse::default());
        })
        .expect("/pets");
    let plan = enabled(&draft, &request());
    let get = &plan.definition.resource(id(1)).expect("/pets").methods[&Verb::Get];
    assert!(get.responses[&not_found].response_parameters.is_empty());
    assert!(get.integration.as_ref().expect("it").responses[&not_found].response_parameters.is_empty());
    assert!(plan.definition.gateway_responses.is_empty());
}

#[test]
fn enabling_twice_changes_nothing() {
    let draft = api(&[(1, Verb::Get, Http), (1, Verb::Post, HttpProxy), (2, Verb::Any, Mock)]);
    let request =
        EnableCors { scope: Scope::Api, ..with(|i| i.gateway_errors = crate::cors::ErrorsChoice::WithCors) };
    let once = enabled(&draft, &request);
    for replace in [Replace::Nothing, Replace::Existing] {
        let twice = enabled(&once.definition, &EnableCors { replace, ..request.clone() });
        assert_eq!(twice.definition, once.definition);
        assert!(twice.changes.iter().all(|c| !c.kind.is_edit()), "{:?}", kinds(&twice.changes));
    }
}

#[test]
fn optional_headers_go_where_they_matter() {
    let plan = enabled(
        &api(&[(1, Verb::Get, Mock)]),
        &with(|i| {
            i.allow_origins = vec!["https://a.example".into()];
            i.allow_credentials = true;
            i.max_age_seconds = Some(600);
            i.expose_headers = vec!["X-A".into(), "X-B".into()];
        }),
    );
    for (header, on_options, on_get) in [
        (ORIGIN, Some("'https://a.example'"), Some("'https://a.example'")),
        ("Access-Control-Allow-Credentials", Some("'true'"), Some("'true'")),
        ("Access-Control-Max-Age", Some("'600'"), None),
        ("Access-Control-Expose-Headers", None, Some("'X-A,X-B'")),
        (METHODS, Some("'GET,OPTIONS'"), None),
        (HEADERS, Some("'Content-Type,X-Amz-Date,Authorization,X-Api-Key,X-Amz-Security-Token'"), None),
    ] {
        assert_eq!(mapped(&plan.definition, 1, Verb::Options, header).as_deref(), on_options, "{header}");
        assert_eq!(mapped(&plan.definition, 1, Verb::Get, header).as_deref(), on_get, "{header}");
        assert_eq!(declared(&plan.definition, 1, Verb::Options, header), on_options.is_some(), "{header}");
        assert_eq!(declared(&plan.definition, 1, Verb::Get, header), on_get.is_some(), "{header}");
    }
}

#[test]
fn default_gateway_responses_get_the_three_headers_when_asked() {
    use crate::cors::ErrorsChoice::*;
    use GatewayResponseType::{Default4xx as Client, Default5xx as Server};
    for (errors, types) in [
        (Unsaid, vec![]),
        (Bare, vec![]),
        (Default4xx, vec![Client]),
        (Default5xx, vec![Server]),
        (WithCors, vec![Client, Server]),
    ] {
        let plan = enabled(&api(&[(1, Verb::Get, Http)]), &with(|i| i.gateway_errors = errors));
        let made: Vec<_> = plan.definition.gateway_responses.keys().copied().collect();
        assert_eq!(made, types, "{errors:?}");
        for kind in types {
            let record = &plan.definition.gateway_responses[&kind];
            let value =
                |name: &str| record.response_parameters.get(&name.parse().expect("a header")).cloned();
            assert_eq!(value(ORIGIN).as_deref(), Some("'*'"));
            assert_eq!(value(METHODS).as_deref(), Some("'GET,OPTIONS'"));
            assert!(value(HEADERS).expect("it").starts_with("'Content-Type,"));
            assert_eq!(record.status, None);
        }
    }
}

#[test]
fn a_type_that_is_customised_itself_is_warned_of() {
    let mut draft = api(&[(1, Verb::Get, Http)]);
    draft.gateway_responses.insert(GatewayResponseType::Throttled, Default::default());
    let plan = enabled(&draft, &with(|i| i.gateway_errors = crate::cors::ErrorsChoice::WithCors));
    let warned: Vec<_> = plan.warnings.iter().filter(|w| w.message.contains("THROTTLED")).collect();
    assert_eq!(warned.len(), 1);
}

#[test]
fn a_preflight_that_needs_credentials_is_warned_of() {
    let mut draft = api(&[(1, Verb::Get, Http), (1, Verb::Options, Mock)]);
    draft
        .edit(id(1), |r| {
            let options = r.methods.get_mut(&Verb::Options).expect("OPTIONS");
            options.authorization_type = AuthorizationType::Custom;
            options.api_key_required = true;
        })
        .expect("/pets");
    let plan = enabled(&draft, &request());
    let warned = plan.warnings.iter().filter(|w| w.message.starts_with("OPTIONS /pets")).count();
    assert_eq!(warned, 2, "{:?}", plan.warnings);
    let options = &plan.definition.resource(id(1)).expect("/pets").methods[&Verb::Options];
    assert_eq!(options.authorization_type, AuthorizationType::Custom, "it is warned of, not changed");
}
