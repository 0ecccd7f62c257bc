//! What API Gateway was seen to do, and its own examples.

use super::*;

/// The example of the guides: an API with CORS written out, a validator and gateway responses.
pub(super) const NOTES: &str = include_str!("../../../tests/openapi/notes.yaml");

#[test]
fn the_example_with_cors_imports_without_a_warning() {
    let all = imported(NOTES);
    assert_eq!(warnings(&all), [""; 0]);
    let tree = &all.definition;
    assert_eq!(paths(tree), ["/", "/notes", "/notes/{id}"]);
    let put = method(tree, "PUT", "/notes/{id}");
    assert!(put.request_validator_id.is_some());
    assert_eq!(put.request_models.values().collect::<Vec<_>>(), ["Note"]);
    let integration = put.integration.as_ref().expect("an integration");
    assert_eq!(integration.uri.as_deref(), Some("http://${stageVariables.backend}/notes/{noteId}"));
    let options = method(tree, "OPTIONS", "/notes/{id}").integration.as_ref().expect("an integration");
    assert_eq!(options.responses.values().next().expect("one").response_parameters.len(), 4);
    assert_eq!(tree.gateway_responses.len(), 2);
    assert_eq!(tree.models.len(), 1, "a new API gets no models that nobody asked for");
}

#[test]
fn models_may_refer_to_one_another_in_a_circle() {
    let all = imported(
        "{swagger: '2.0', info: {title: t, version: '1'}, paths: {}, definitions: {A: {properties: {b: {$ref: \
         '#/definitions/B'}}}, B: {properties: {a: {$ref: '#/definitions/A'}, own: {$ref: '#/definitions/B'}}}}}",
    );
    assert_eq!(warnings(&all), [""; 0]);
    assert_eq!(all.definition.models.len(), 2);
}

#[test]
fn a_mapping_that_is_no_text_is_told_with_the_whole_path() {
    let text = "{openapi: 3.0.1, info: {title: t, version: '1'}, servers: [{url: /base}], paths: {/test: {get: \
                {x-amazon-apigateway-integration: {type: http, httpMethod: GET, uri: 'http://x', requestParameters: \
                {integration.request.header.a: true, integration.request.header.b: \"'True'\"}}}}}}";
    let options = ImportOptions { base_path: crate::openapi::BasePath::Prepend, ..ImportOptions::default() };
    let all = put(text, &blank(), options).expect("an import");
    assert_eq!(
        all.warnings[0].message,
        "Invalid format for 'requestParameters'. Expected type string for property 'integration.request.header.a' of \
         resource '/base/test' and method 'GET' but got 'true'"
    );
    let kept =
        &method(&all.definition, "GET", "/base/test").integration.as_ref().expect("there").request_parameters;
    assert_eq!(kept.len(), 1);
}
