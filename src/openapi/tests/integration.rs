//! `x-amazon-apigateway-integration`, field by field.

use super::*;
use crate::model::{
    ConnectionType, ContentHandling, Integration, IntegrationType, PassthroughBehavior, Verb as ModelVerb,
};

fn integration(members: &str) -> Integration {
    let all = imported_of(&format!(
        "paths: {{/a: {{post: {{parameters: [{{name: q, in: query}}], x-amazon-apigateway-integration: {{{members}}}}}}}}}"
    ));
    assert_eq!(warnings(&all), [""; 0], "{members}");
    method(&all.definition, "POST", "/a").integration.clone().expect("an integration")
}

fn told(members: &str) -> Vec<String> {
    warnings(&imported_of(&format!(
        "paths: {{/a: {{post: {{x-amazon-apigateway-integration: {{{members}}}}}}}}}"
    )))
}

#[test]
fn types_are_read_in_either_case() {
    for (text, kind) in [
        ("aws", IntegrationType::Aws),
        ("AWS_PROXY", IntegrationType::AwsProxy),
        ("http", IntegrationType::Http),
        ("HTTP_PROXY", IntegrationType::HttpProxy),
        ("mock", IntegrationType::Mock),
    ] {
        assert_eq!(integration(&format!("type: {text}")).integration_type, kind, "{text}");
    }
}

#[test]
fn every_field_is_kept() {
    let own = integration(
        "type: http, httpMethod: post, uri: 'http://x/', credentials: c, connectionType: VPC_LINK, connectionId: l, \
         timeoutInMillis: '5000', contentHandling: CONVERT_TO_TEXT, cacheNamespace: n, cacheKeyParameters: [a], \
         tlsConfig: {insecureSkipVerification: true}, passthroughBehavior: NEVER, payloadFormatVersion: '1.0', \
         requestParameters: {integration.request.querystring.p: method.request.querystring.q, \
         integration.request.header.X: \"'True'\"}, requestTemplates: {application/json: '{}', text/xml: null}, \
         responses: {default: {statusCode: 200}, '4\\d{2}': {statusCode: '400', responseParameters: \
         {method.response.header.X: integration.response.header.Y}, responseTemplates: {application/json: ''}, \
         contentHandling: convert_to_binary}}",
    );
    assert_eq!(own.http_method, Some(ModelVerb::Post));
    assert_eq!((own.uri.as_deref(), own.credentials.as_deref()), (Some("http://x/"), Some("c")));
    assert_eq!(
        (own.connection_type, own.connection_id.as_deref()),
        (Some(ConnectionType::VpcLink), Some("l"))
    );
    assert_eq!((own.timeout.as_millis(), own.content_handling), (5000, Some(ContentHandling::ConvertToText)));
    assert_eq!((own.cache_namespace.as_deref(), own.cache_key_parameters.len()), (Some("n"), 1));
    assert!(own.insecure_skip_verification && own.passthrough_behavior == PassthroughBehavior::Never);
    let mapped: Vec<_> = own.request_parameters.iter().map(|(to, from)| format!("{to}={from}")).collect();
    assert_eq!(mapped, ["header.X='True'", "querystring.p=method.request.querystring.q"]);
    assert_eq!(own.request_templates.values().collect::<Vec<_>>(), ["{}", ""]);
    let ok = &own.responses[&"200".parse().expect("a status")];
    let bad = &own.responses[&"400".parse().expect("a status")];
    assert_eq!((ok.selection_pattern.as_deref(), bad.selection_pattern.as_deref()), (None, Some("4\\d{2}")));
    assert_eq!(bad.content_handling, Some(ContentHandling::ConvertToBinary));
    assert_eq!((bad.response_parameters.len(), bad.response_templates.len()), (1, 1));
}

#[test]
fn a_mock_has_neither_verb_nor_address() {
    let own = integration("type: MOCK, httpMethod: GET, uri: 'http://x'");
    assert_eq!((own.http_method, own.uri), (None, None));
    assert_eq!(own.passthrough_behavior, PassthroughBehavior::WhenNoMatch);
}

#[test]
fn a_proxy_without_answers_has_no_integration_response() {
    assert!(integration("type: http_proxy, httpMethod: ANY, uri: 'http://x'").responses.is_empty());
}

#[test]
fn what_is_left_out_is_told() {
    let got = told("type: mock, requestParameters: {integration.request.header.X: true}");
    assert_eq!(
        got,
        ["paths[/a].post: Invalid format for 'requestParameters'. Expected type string for property \
          'integration.request.header.X' of resource '/a' and method 'POST' but got 'true'"]
    );
    for (members, part) in [
        (
            "type: mock, requestParameters: {integration.request.header.X: method.request.querystring.gone}",
            "Parameter 'querystring.gone' of the mapping is not found in method.request",
        ),
        (
            "type: mock, responses: {default: {statusCode: 200}, x: {statusCode: 200}}",
            "has the status 200, too",
        ),
        ("type: mock, novelty: 1", "unknown part of an integration"),
    ] {
        let got = told(members);
        assert!(got.len() == 1 && got[0].contains(part), "{members}: {got:?}");
    }
}

#[test]
fn what_cannot_be_meant_is_refused() {
    for (members, part) in [
        ("uri: x", "an integration has a type"),
        ("type: https_proxy", "expected one of MOCK"),
        ("type: http, httpMethod: FETCH", "FETCH"),
        ("type: http, timeoutInMillis: 10", "\"10\" is not a valid timeout"),
        ("type: mock, responses: {default: {}}", "has a statusCode"),
        ("type: mock, responses: {default: {statusCode: abc}}", "\"abc\" is not a valid status code"),
        ("type: mock, requestParameters: {X: 'a'}", "integration.request.header|path|querystring.NAME"),
        ("type: mock, requestTemplates: {json: 'a'}", "media type"),
        ("type: mock, passthroughBehavior: maybe", "expected one of WHEN_NO_MATCH"),
    ] {
        let got =
            errors(&format!("paths: {{/a: {{post: {{x-amazon-apigateway-integration: {{{members}}}}}}}}}"));
        assert!(got[0].contains(part), "{members}: {got:?}");
    }
}

#[test]
fn integrations_may_be_shared() {
    let all = imported_of(
        "paths: {/a: {get: {x-amazon-apigateway-integration: {$ref: \
         '#/components/x-amazon-apigateway-integrations/one'}}}}\ncomponents: {x-amazon-apigateway-integrations: \
         {one: {type: mock}}}",
    );
    assert!(method(&all.definition, "GET", "/a").integration.is_some());
}
