//! Exported documents, to the letter.

use serde_json::json;

use super::*;
use crate::openapi::{Notation, write};

const PETS: &str = "openapi: 3.0.1\ninfo: {title: pets, description: all, version: '1.0'}\n\
    x-amazon-apigateway-request-validators: {all: {validateRequestBody: true, validateRequestParameters: true}}\n\
    x-amazon-apigateway-binary-media-types: [image/png]\n\
    x-amazon-apigateway-gateway-responses: {THROTTLED: {statusCode: 503, responseParameters: \
    {gatewayresponse.header.X: \"'1'\"}}}\n\
    paths:\n  /pets/{id}:\n    put:\n      operationId: putPet\n      \
    parameters: [{name: page, in: query}, {name: X-T, in: header, required: true}]\n      \
    requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Pet'}}}}\n      \
    responses:\n        200: {headers: {X-Total: {}}, content: {application/json: {schema: {$ref: \
    '#/components/schemas/Pet'}}}}\n        404: {}\n      x-amazon-apigateway-request-validator: all\n      \
    x-amazon-apigateway-integration: {type: HTTP, httpMethod: PUT, uri: 'http://b/{id}', timeoutInMillis: 29000, \
    passthroughBehavior: NEVER, requestParameters: {integration.request.path.id: method.request.path.id}, \
    requestTemplates: {text/plain: x}, responses: {default: {statusCode: 200}, '404': {statusCode: 404, \
    responseTemplates: {application/json: '{}'}}}}\n\
    components: {schemas: {Pet: {type: object, properties: {friend: {$ref: '#/components/schemas/Pet'}}}}}\n";

fn without(format: Format) -> Export {
    Export { extensions: Extensions::default(), ..whole(format) }
}

#[test]
fn an_openapi_document_with_every_extension() {
    assert_eq!(
        exported(&imported(PETS).definition, &whole(Format::OpenApi3)),
        json!({
            "openapi": "3.0.1",
            "info": {"title": "pets", "description": "all", "version": "1.0"},
            "servers": [{
                "url": "https://abc.execute-api.us-east-1.amazonaws.com/{basePath}",
                "variables": {"basePath": {"default": "prod"}},
            }],
            "paths": {"/pets/{id}": {"put": {
                "operationId": "putPet",
                "parameters": [
                    {"name": "X-T", "in": "header", "required": true, "schema": {"type": "string"}},
                    {"name": "id", "in": "path", "required": true, "schema": {"type": "string"}},
                    {"name": "page", "in": "query", "schema": {"type": "string"}},
                ],
                "requestBody": {
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Pet"}}},
                    "required": true,
                },
                "responses": {
                    "200": {
                        "description": "200 response",
                        "headers": {"X-Total": {"schema": {"type": "string"}}},
                        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Pet"}}},
                    },
                    "404": {"description": "404 response", "content": {}},
                },
                "x-amazon-apigateway-request-validator": "all",
                "x-amazon-apigateway-integration": {
                    "type": "http",
                    "httpMethod": "PUT",
                    "uri": "http://b/{id}",
                    "responses": {
                        "default": {"statusCode": "200"},
                        "404": {"statusCode": "404", "responseTemplates": {"application/json": "{}"}},
                    },
                    "requestParameters": {"integration.request.path.id": "method.request.path.id"},
                    "requestTemplates": {"text/plain": "x"},
                    "passthroughBehavior": "never",
                },
            }}},
            "components": {"schemas": {"Pet": {
                "type": "object", "properties": {"friend": {"$ref": "#/components/schemas/Pet"}},
            }}},
            "x-amazon-apigateway-request-validators": {
                "all": {"validateRequestBody": true, "validateRequestParameters": true},
            },
            "x-amazon-apigateway-gateway-responses": {
                "THROTTLED": {"statusCode": "503", "responseParameters": {"gatewayresponse.header.X": "'1'"}},
            },
            "x-amazon-apigateway-binary-media-types": ["image/png"],
        })
    );
}

#[test]
fn a_swagger_document_without_extensions() {
    assert_eq!(
        exported(&imported(PETS).definition, &without(Format::Swagger2)),
        json!({
            "swagger": "2.0",
            "info": {"title": "pets", "description": "all", "version": "1.0"},
            "host": "abc.execute-api.us-east-1.amazonaws.com",
            "basePath": "/prod",
            "schemes": ["https"],
            "paths": {"/pets/{id}": {"put": {
                "operationId": "putPet",
                "consumes": ["application/json", "text/plain"],
                "produces": ["application/json"],
                "parameters": [
                    {"name": "X-T", "in": "header", "required": true, "type": "string"},
                    {"name": "id", "in": "path", "required": true, "type": "string"},
                    {"name": "page", "in": "query", "required": false, "type": "string"},
                    {"in": "body", "name": "Pet", "required": true, "schema": {"$ref": "#/definitions/Pet"}},
                ],
                "responses": {
                    "200": {
                        "description": "200 response",
                        "headers": {"X-Total": {"type": "string"}},
                        "schema": {"$ref": "#/definitions/Pet"},
                    },
                    "404": {"description": "404 response"},
                },
            }}},
            "definitions": {"Pet": {"type": "object", "properties": {"friend": {"$ref": "#/definitions/Pet"}}}},
        })
    );
}

#[test]
fn an_empty_api_has_components_and_a_version() {
    let empty = exported(&blank(), &without(Format::OpenApi3));
    assert_eq!(empty["components"], json!({}));
    assert_eq!(empty["info"], json!({"title": "blank", "version": "1970-01-01T00:00:00Z"}));
    assert_eq!(empty["paths"], json!({}));
}

#[test]
fn a_gateways_own_address_is_marked_so_that_it_is_nobodys_back_end() {
    let own = |format| {
        let mut how = without(format);
        how.address.host = "api.example.com".to_owned();
        exported(&blank(), &how)
    };
    let (oas, swagger) = (own(Format::OpenApi3), own(Format::Swagger2));
    assert_eq!(oas["servers"][0]["url"], "https://api.example.com/{basePath}");
    assert_eq!(oas["servers"][0]["x-postern-server"], "gateway");
    assert_eq!(
        (&swagger["host"], &swagger["x-postern-server"]),
        (&json!("api.example.com"), &json!("gateway"))
    );
}

#[test]
fn kinds_of_extensions_are_chosen() {
    let pets = imported(PETS).definition;
    let keys = |names: &str| {
        let how =
            Export { extensions: Extensions::parse([names]).expect("names"), ..whole(Format::OpenApi3) };
        let text = exported(&pets, &how).to_string();
        ["-integration\"", "-validators\"", "-validator\"", "-gateway-responses\"", "-binary-media-types\""]
            .map(|key| text.contains(key))
    };
    assert_eq!(keys(""), [false; 5]);
    assert_eq!(keys("integrations"), [true, false, false, false, false]);
    assert_eq!(keys("validators,authorizers"), [false, true, true, false, false]);
    assert_eq!(keys("documentation, postman"), [false; 5]);
    assert_eq!(keys("apigateway"), [true; 5]);
    let unknown = Extensions::parse(["integrations,other"]).expect_err("no such kind");
    assert!(unknown[0].message.contains("\"other\""));
}

#[test]
fn a_method_without_declared_answers_declares_that_any_may_come() {
    let all = imported_of(
        "paths: {/a: {get: {x-amazon-apigateway-integration: {type: http_proxy, uri: 'http://a'}}}}",
    );
    let document = exported(&all.definition, &whole(Format::OpenApi3));
    assert_eq!(
        document["paths"]["/a"]["get"]["responses"],
        json!({"default": {"description": "Any response"}})
    );
}

#[test]
fn swagger_refuses_bodies_that_are_not_json() {
    let all = imported_of(
        "paths: {/a: {put: {requestBody: {content: {text/xml: {schema: {$ref: '#/components/schemas/A'}}}}}}}\n\
         components: {schemas: {A: {type: object}}}",
    );
    let refused = export(&all.definition, &whole(Format::Swagger2)).expect_err("no JSON");
    assert_eq!(refused[0].message, "Only found non-JSON body models for PUT /a");
    assert!(export(&all.definition, &whole(Format::OpenApi3)).is_ok());
}

#[test]
fn a_pattern_is_exported_once() {
    let mut all =
        imported_of("paths: {/a: {get: {x-amazon-apigateway-integration: {type: mock}}}}").definition;
    let id = all.find(&"/a".parse().expect("a path")).expect("there").id;
    all.edit(id, |resource| {
        let method = resource.methods.values_mut().next().expect("one");
        let responses = &mut method.integration.as_mut().expect("one").responses;
        for status in ["200", "400"] {
            responses.insert(status.parse().expect("a status"), Default::default());
        }
    })
    .expect("it is there");
    let exported = export(&all, &whole(Format::OpenApi3)).expect("a document");
    assert_eq!(exported.warnings[0].field, "method GET /a, integration response 400");
}

#[test]
fn files_are_named_by_kind_and_version() {
    for (format, version, notation, expected) in [
        (Format::OpenApi3, "1.0", Notation::Json, "oas30_1.0.json"),
        (Format::Swagger2, "2", Notation::Yaml, "swagger_2.yaml"),
        (Format::OpenApi3, "a/\"b", Notation::Json, "oas30_a__b.json"),
    ] {
        assert_eq!(format.file_name(version, notation), expected);
    }
}

#[test]
fn both_notations_read_back() {
    let document = exported(&imported(PETS).definition, &whole(Format::OpenApi3));
    for notation in [Notation::Json, Notation::Yaml] {
        let text = write(&document, notation);
        assert_eq!(super::super::text::parse(&text).expect(&text), document);
        assert_eq!(imported(&text).definition, imported(PETS).definition);
    }
}
