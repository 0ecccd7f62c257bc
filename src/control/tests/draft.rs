//! Cases for what can be done to a draft, all without a store.

use std::time::SystemTime;

use crate::model::{
    Api, ApiId, Definition, GatewayResponse, GatewayResponseType, Integration, IntegrationResponse,
    IntegrationType, ManagedBy, Method, MethodResponse, ResourceId, ResourcePath, Status, Verb,
};

use crate::control::draft::{Draft, locate};
use crate::control::gateway_responses::effective;
use crate::control::resources::page_of_resources;
use crate::control::{Error, Limits, MethodRef, Noun, Policy, ResourceRef};

const LIFTED: &Limits = &Limits::of(Policy::Lifted);
const STRICT: &Limits = &Limits::of(Policy::Strict);

fn empty(limits: &Limits) -> Draft<'_> {
    let api = Api::new(ApiId::from_random([1; 10]), "pets".into(), SystemTime::UNIX_EPOCH);
    Draft::new(Definition::new(api, ResourceId::from_random([0; 6])), limits)
}

fn path(text: &str) -> ResourcePath {
    text.parse().expect("a path")
}

fn at(text: &str) -> ResourceRef {
    ResourceRef::Path(path(text))
}

fn method_at(text: &str, verb: Verb) -> MethodRef {
    MethodRef { resource: at(text), verb }
}

fn with_pets(limits: &Limits) -> Draft<'_> {
    let mut draft = empty(limits);
    draft.ensure_path(&path("/pets/{id}")).expect("an empty draft has room");
    draft
}

fn fields(error: &Error) -> Vec<&str> {
    error.issues().iter().map(|issue| issue.field.as_str()).collect()
}

fn mock() -> Method {
    Method { integration: Some(Integration::new(IntegrationType::Mock)), ..Method::default() }
}

#[test]
fn a_path_is_made_once_and_only_what_is_missing() {
    let mut draft = empty(LIFTED);
    let first = draft.ensure_path(&path("/pets/{id}")).expect("room");
    assert_eq!(first.created.iter().map(|s| s.path.to_string()).collect::<Vec<_>>(), ["/pets", "/pets/{id}"]);
    let again = draft.ensure_path(&path("/pets/{id}")).expect("it is there");
    assert!(again.created.is_empty());
    assert_eq!(again.resource, first.resource);
    let longer = draft.ensure_path(&path("/pets/{id}/toys")).expect("room");
    assert_eq!(longer.created.len(), 1);
}

#[test]
fn the_trees_rules_are_refused_with_their_field() {
    for (path_text, field) in
        [("/pets/{other}", "path"), ("/pets/{rest+}", "path"), ("/pets/{id}/{id}", "path")]
    {
        let mut draft = with_pets(LIFTED);
        let error = draft.ensure_path(&path(path_text)).expect_err(path_text);
        assert_eq!(fields(&error), [field], "{path_text}: {error}");
    }
    let mut draft = with_pets(LIFTED);
    let error = draft.create_resource(&at("/"), &"pets".parse().expect("a part")).expect_err("a duplicate");
    assert_eq!(error, Error::already_exists(Noun::Resource, "/pets"));
    let error = draft.create_resource(&at("/cats"), &"x".parse().expect("a part")).expect_err("no parent");
    assert_eq!(error, Error::not_found(Noun::Resource, "/cats"));
    draft.create_resource(&at("/"), &"{proxy+}".parse().expect("a part")).expect("a first variable");
    let error = draft.create_resource(&at("/{proxy+}"), &"x".parse().expect("a part")).expect_err("a leaf");
    assert_eq!(fields(&error), ["path_part"]);
}

#[test]
fn amazons_count_of_resources_holds_under_strict_parity_only() {
    let mut draft = empty(STRICT);
    for n in 1..300 {
        draft.create_resource(&at("/"), &format!("r{n}").parse().expect("a part")).expect("below 300");
    }
    let error = draft.create_resource(&at("/"), &"one-more".parse().expect("a part")).expect_err("300");
    assert!(matches!(error, Error::LimitExceeded(_)), "{error}");
    draft.limits = LIFTED;
    draft.create_resource(&at("/"), &"one-more".parse().expect("a part")).expect("lifted");
}

#[test]
fn a_resource_goes_with_all_below_it_and_the_root_stays() {
    let mut draft = with_pets(LIFTED);
    let gone = draft.delete_resource(&at("/pets")).expect("it is there");
    assert_eq!(gone.iter().map(|s| s.path.to_string()).collect::<Vec<_>>(), ["/pets", "/pets/{id}"]);
    assert!(locate(&draft.definition, &at("/pets")).is_err());
    assert!(matches!(draft.delete_resource(&at("/")), Err(Error::FailedPrecondition { .. })));
}

#[test]
fn pages_of_resources_join_to_the_whole_walk() {
    let mut draft = with_pets(LIFTED);
    draft.ensure_path(&path("/a/b/c")).expect("room");
    let all: Vec<_> = draft.definition.walk().into_iter().map(|(path, _)| path).collect();
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let page = page_of_resources(&draft.definition, after.as_ref(), 2);
        seen.extend(page.items.into_iter().map(|state| state.path));
        match page.next {
            Some(next) => after = Some(next),
            None => break,
        }
    }
    assert_eq!(seen, all);
}

#[test]
fn a_method_is_put_whole_and_part_by_part() {
    let mut draft = with_pets(LIFTED);
    let get = method_at("/pets", Verb::Get);
    draft.put_method(&get, &mock()).expect("a mock");
    let header = "Access-Control-Allow-Origin".parse::<crate::model::HeaderParameter>().expect("a header");
    let mut response = IntegrationResponse::default();
    response.response_parameters.insert(header.clone(), "'*'".into());
    let error =
        draft.put_integration_response(&get, Status::OK, &response).expect_err("the header is not declared");
    assert_eq!(
        fields(&error),
        ["response_parameters[method.response.header.Access-Control-Allow-Origin]"],
        "{error}"
    );
    let mut declared = MethodResponse::default();
    declared.response_parameters.insert(header.clone(), false);
    draft.put_method_response(&get, Status::OK, &declared).expect("a declaration");
    let state = draft.put_integration_response(&get, Status::OK, &response).expect("it is declared now");
    assert_eq!(state.path.to_string(), "/pets");
    let stored = state.method.integration.expect("a mock").responses[&Status::OK].clone();
    assert_eq!(stored.response_parameters[&header], "'*'");

    let replaced = draft.put_integration(&get, &Integration::new(IntegrationType::Mock)).expect("a mock");
    assert!(replaced.method.integration.expect("a mock").responses.is_empty(), "replacing drops responses");
    assert!(draft.delete_integration_response(&get, Status::OK).is_err());
    draft.delete_integration(&get).expect("it is there");
    let error = draft.delete_integration(&get).expect_err("it is gone");
    assert_eq!(error.to_string(), "there is no integration of method GET /pets");
    draft.delete_method_response(&get, Status::OK).expect("it is there");
    draft.delete_method(&get).expect("it is there");
    assert_eq!(draft.delete_method(&get), Err(Error::not_found(Noun::Method, "GET /pets")));
}

#[test]
fn a_mock_keeps_neither_verb_nor_address() {
    let mut draft = with_pets(LIFTED);
    let mut method = mock();
    let integration = method.integration.as_mut().expect("a mock");
    integration.http_method = Some(Verb::Post);
    integration.uri = Some("http://127.0.0.1/".into());
    let stored = draft.put_method(&method_at("/pets", Verb::Get), &method).expect("a mock").method;
    assert_eq!(stored, mock());
}

#[test]
fn integrations_are_refused_with_the_field_at_fault() {
    use IntegrationType::{Aws, AwsProxy, Http, HttpProxy};
    let lambda = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/f/invocations";
    let sqs = "arn:aws:apigateway:us-east-1:sqs:path/000000000000/q";
    for (kind, verb, uri, limits, expected) in [
        (Http, Some(Verb::Get), Some("http://127.0.0.1:9000/pets/{id}"), STRICT, &[][..]),
        (Http, None, Some("http://127.0.0.1:9000/"), LIFTED, &[]),
        (Http, None, Some("http://127.0.0.1:9000/"), STRICT, &["http_method"]),
        (HttpProxy, Some(Verb::Any), Some("https://${stageVariables.host}/x"), STRICT, &[]),
        (HttpProxy, Some(Verb::Any), Some("${stageVariables.url}"), STRICT, &[]),
        (Http, Some(Verb::Get), None, LIFTED, &["uri"]),
        (Http, Some(Verb::Get), Some(""), LIFTED, &["uri"]),
        (Http, Some(Verb::Get), Some("ftp://example.com/"), LIFTED, &["uri"]),
        (Http, Some(Verb::Get), Some("http:///x"), LIFTED, &["uri"]),
        (Http, Some(Verb::Get), Some("http://a b/"), LIFTED, &["uri"]),
        (Http, Some(Verb::Get), Some("http://a/\r\nX: y"), LIFTED, &["uri"]),
        (AwsProxy, Some(Verb::Post), Some(lambda), LIFTED, &[]),
        (AwsProxy, Some(Verb::Get), Some(lambda), LIFTED, &[]),
        (AwsProxy, Some(Verb::Post), Some(sqs), LIFTED, &["uri"]),
        (Aws, Some(Verb::Post), Some(sqs), LIFTED, &[]),
        (Aws, None, Some(sqs), LIFTED, &["http_method"]),
        (Aws, Some(Verb::Post), Some("http://127.0.0.1/"), LIFTED, &["uri"]),
        (Aws, Some(Verb::Post), Some("arn:aws:apigateway:us-east-1:sqs:queue/q"), LIFTED, &["uri"]),
    ] {
        let mut draft = with_pets(limits);
        let get = method_at("/pets", Verb::Get);
        draft.put_method(&get, &Method::default()).expect("a bare method");
        let mut integration = Integration::new(kind);
        integration.http_method = verb;
        integration.uri = uri.map(str::to_owned);
        let result = draft.put_integration(&get, &integration);
        let found = result.as_ref().err().map(fields).unwrap_or_default();
        assert_eq!(found, expected, "{kind:?} {verb:?} {uri:?}: {result:?}");
        // The same fault found from further out.
        let whole = Method { integration: Some(integration), ..Method::default() };
        let outer: Vec<_> = expected.iter().map(|field| format!("integration.{field}")).collect();
        let result = draft.put_method(&get, &whole);
        assert_eq!(result.as_ref().err().map(fields).unwrap_or_default(), outer, "{result:?}");
    }
}

#[test]
fn amazons_timeout_holds_under_strict_parity_only() {
    let get = method_at("/pets", Verb::Get);
    let mut method = mock();
    let timeout = crate::model::IntegrationTimeout::from_millis(29_001).expect("within ours");
    method.integration.as_mut().expect("a mock").timeout = timeout;
    assert!(with_pets(LIFTED).put_method(&get, &method).is_ok());
    let error = with_pets(STRICT).put_method(&get, &method).expect_err("beyond 29 s");
    assert_eq!(fields(&error), ["integration.timeout_ms"]);
}

#[test]
fn what_a_policy_manages_is_not_edited_by_hand() {
    let mut draft = with_pets(LIFTED);
    let options = method_at("/pets", Verb::Options);
    let id = locate(&draft.definition, &at("/pets")).expect("it is there").resource.id;
    let managed = Method { managed_by: ManagedBy::CorsPolicy, ..mock() };
    draft.edit_resource(id, |resource| drop(resource.methods.insert(Verb::Options, managed))).expect("there");
    for result in [
        draft.put_method(&options, &mock()).map(drop),
        draft.update_method(&options, |_| Ok(())).map(drop),
        draft.delete_method(&options),
        draft.put_integration(&options, &Integration::new(IntegrationType::Mock)).map(drop),
        draft.put_method_response(&options, Status::OK, &MethodResponse::default()).map(drop),
        draft.delete_integration(&options).map(drop),
    ] {
        let error = result.expect_err("it is managed");
        assert!(error.to_string().contains("DisableCors"), "{error}");
        assert!(matches!(error, Error::FailedPrecondition { .. }));
    }
    draft.delete_resource(&at("/pets")).expect("the resource itself may go");
}

#[test]
fn nobody_can_claim_to_be_the_policy() {
    let mut draft = with_pets(LIFTED);
    let claimed = Method { managed_by: ManagedBy::CorsPolicy, ..mock() };
    let state = draft.put_method(&method_at("/pets", Verb::Get), &claimed).expect("a mock");
    assert_eq!(state.method.managed_by, ManagedBy::Nobody);
}

#[test]
fn gateway_responses_fall_back_to_their_family() {
    use GatewayResponseType::{AuthorizerFailure, Default5xx, IntegrationTimeout, Throttled};
    let mut draft = empty(LIFTED);
    let status = |code: u32| Some(Status::try_from(code).expect("a status"));
    assert_eq!(effective(&draft.definition, IntegrationTimeout).response.status, status(504));
    assert_eq!(effective(&draft.definition, Default5xx).response.status, None);

    let mut family = GatewayResponse { status: status(599), ..GatewayResponse::default() };
    family.response_parameters.insert("X-Why".parse().expect("a header"), "'family'".into());
    draft.put_gateway_response(Default5xx, &family).expect("a customisation");
    let mut own = GatewayResponse::default();
    own.response_parameters.insert("X-Why".parse().expect("a header"), "'own'".into());
    draft.put_gateway_response(AuthorizerFailure, &own).expect("a customisation");

    let inherited = effective(&draft.definition, IntegrationTimeout);
    assert_eq!(inherited.response.status, status(599));
    assert!(inherited.default_response);
    assert_eq!(inherited.inherited_from, Some(Default5xx));
    assert_eq!(inherited.response.response_parameters, family.response_parameters);
    let customised = effective(&draft.definition, AuthorizerFailure);
    assert_eq!(customised.response.status, status(500), "nothing is merged from the family");
    assert!(!customised.default_response);
    assert_eq!(effective(&draft.definition, Throttled).response.status, status(429));

    draft
        .update_gateway_response(Default5xx, |r| {
            r.status = None;
            Ok(())
        })
        .expect("there");
    assert_eq!(effective(&draft.definition, IntegrationTimeout).response.status, status(504));
    draft.delete_gateway_response(Default5xx).expect("it is customised");
    assert_eq!(
        draft.delete_gateway_response(Default5xx),
        Err(Error::not_found(Noun::GatewayResponse, "DEFAULT_5XX"))
    );
}

#[test]
fn an_origin_is_not_reflected_with_credentials() {
    let mut response = GatewayResponse::default();
    let mut set = |name: &str, value: &str| {
        response.response_parameters.insert(name.parse().expect("a header"), value.into());
        response.clone()
    };
    let reflected = set("access-control-allow-origin", "method.request.header.Origin");
    let both = set("Access-Control-Allow-Credentials", "'true'");
    let mut draft = empty(LIFTED);
    let kind = GatewayResponseType::Default4xx;
    draft.put_gateway_response(kind, &reflected).expect("without credentials it harms nobody");
    let error = draft.put_gateway_response(kind, &both).expect_err("with credentials it does");
    assert_eq!(fields(&error), ["response_parameters[gatewayresponse.header.Access-Control-Allow-Origin]"]);
}
