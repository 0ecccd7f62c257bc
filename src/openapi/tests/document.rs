//! What stands where in a document, row by row.

use super::*;
use crate::model::{ApiKeySource, GatewayResponseType, Issue};

#[test]
fn a_document_says_what_it_follows() {
    for (text, part) in [
        ("[]", "A document is an object"),
        ("hello", "A document is an object"),
        ("{}", "\"openapi\" or \"swagger\" is missing"),
        ("openapi: 3.1.0", "\"3.1.0\" is not supported"),
        ("openapi: 4", "is not supported"),
        ("swagger: '1.2'", "\"1.2\" is not supported"),
        ("{swagger: '2.0', openapi: 3.0.1}", "both"),
    ] {
        let error = read(text).expect_err(text).to_string();
        assert!(error.starts_with("Invalid OpenAPI input. ") && error.contains(part), "{text}: {error}");
    }
    for text in ["openapi: 3.0.0", "openapi: 3.0.3", "openapi: 3.0", "swagger: '2.0'", "swagger: 2.0"] {
        assert!(read(text).is_ok(), "{text}");
    }
}

#[test]
fn information_is_the_apis() {
    let of = |text: &str| imported(text).definition.api;
    let api = of("{openapi: 3.0.1, info: {title: pets, description: all of them, version: 7}, paths: {}}");
    assert_eq!((api.name.as_str(), api.description.as_deref()), ("pets", Some("all of them")));
    assert_eq!(api.version.as_deref(), Some("7"), "a version is text, whatever it looks like");
    let api = of("{swagger: '2.0', info: {title: pets, version: '1.0'}, paths: {}}");
    assert_eq!((api.version.as_deref(), api.description.as_deref()), (Some("1.0"), None));
    let nameless = read("{openapi: 3.0.1, info: {version: '1'}, paths: {}}").expect("a document");
    let refused = import(&nameless, &blank(), ImportOptions::default(), &mut draw());
    assert!(matches!(refused, Err(Refused::Errors(issues)) if issues[0].field == "info.title"));
}

#[test]
fn paths_are_chains_of_resources() {
    let tree = imported_of(
        "paths: {/: {}, /pets/: {}, '//pets//{id}': {}, '/a:b/c,d/e.f_g-h': {}, '/x/{rest+}': {}}",
    );
    assert_eq!(
        paths(&tree.definition),
        ["/", "/a:b", "/a:b/c,d", "/a:b/c,d/e.f_g-h", "/pets", "/pets/{id}", "/x", "/x/{rest+}"]
    );
    for (path, place) in [
        ("pets", "paths.pets"),
        ("/pets/a{id}", "paths[/pets/a{id}]"),
        ("/p ts", "paths[/p ts]"),
        ("/{a+}/b", "paths[/{a+}/b]"),
        ("/é", "paths[/é]"),
    ] {
        let found = errors(&format!("paths: {{{:?}: {{get: {{}}}}}}", path));
        assert!(found[0].starts_with(place), "{path}: {found:?}");
    }
    assert!(errors("paths: {'/{a}': {}, '/{b}': {}}")[0].contains("already has a variable path part"));
    assert!(errors("paths: {/a: {get: {}}, /a/: {get: {}}}")[0].contains("another path of the document"));
    assert!(errors("x-other: 1")[0].contains("\"paths\" is missing"));
}

#[test]
fn operations_are_methods() {
    let verbs = "{get: {}, put: {}, post: {}, delete: {}, options: {}, head: {}, patch: {}, \
                 x-amazon-apigateway-any-method: {operationId: rest}, trace: {}, summary: s, parameters: []}";
    let all = imported_of(&format!("paths: {{/a: {verbs}}}"));
    let resource = all.definition.find(&"/a".parse().expect("a path")).expect("there");
    let found: Vec<_> = resource.methods.keys().map(|verb| verb.as_str()).collect();
    assert_eq!(found, ["ANY", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"]);
    assert_eq!(method(&all.definition, "ANY", "/a").operation_name.as_deref(), Some("rest"));
    assert!(warnings(&all)[0].contains("paths[/a].trace"), "{:?}", warnings(&all));
    assert!(warnings(&all).iter().any(|w| w.contains("no integration")));
}

#[test]
fn parameters_are_declared_once_and_those_of_the_path_always() {
    let all = imported_of(
        "paths:\n  /a/{id}/{other}:\n    parameters:\n      - {name: page, in: query, required: true}\n      \
         - {name: shared, in: header}\n    get:\n      parameters:\n        - {name: page, in: query}\n        \
         - {name: X-Token, in: header, required: true, schema: {type: string}}\n        \
         - {name: id, in: path, required: true}\n        - {name: c, in: cookie}\n        \
         - {$ref: '#/components/parameters/Limit'}\n        - {name: 'f[x]', in: query}\n\
         components: {parameters: {Limit: {name: limit, in: query}}}",
    );
    let found: Vec<_> = method(&all.definition, "GET", "/a/{id}/{other}")
        .request_parameters
        .iter()
        .map(|(parameter, required)| format!("{parameter}={required}"))
        .collect();
    assert_eq!(
        found,
        [
            "header.X-Token=true",
            "header.shared=false",
            "path.id=true",
            "path.other=true",
            "querystring.limit=false",
            "querystring.page=false",
        ]
    );
    assert!(warnings(&all)[0].contains("f[x]"), "{:?}", warnings(&all));
    let greedy = imported_of("paths: {'/{proxy+}': {get: {}, put: {parameters: [{name: proxy, in: path}]}}}");
    assert!(method(&greedy.definition, "GET", "/{proxy+}").request_parameters.is_empty());
    assert_eq!(method(&greedy.definition, "PUT", "/{proxy+}").request_parameters.len(), 1);
    assert!(errors("paths: {/a: {get: {parameters: [{name: x, in: nowhere}]}}}")[0].contains("nowhere"));
    assert!(
        errors("paths: {/a: {get: {parameters: [{$ref: 'other.yaml#/x'}]}}}")[0].contains("another file")
    );
    assert!(errors("paths: {/a: {get: {parameters: [{$ref: '#/nothing'}]}}}")[0].contains("nothing at"));
}

#[test]
fn bodies_and_answers_name_models() {
    let oas = "openapi: 3.0.1\ninfo: {title: t, version: '1'}\npaths:\n  /a:\n    put:\n      requestBody:\n        \
               content: {application/json: {schema: {$ref: '#/components/schemas/Pet'}}}\n      responses:\n        \
               200:\n          headers: {X-Total: {schema: {type: string}}}\n          \
               content: {application/json: {schema: {$ref: '#/components/schemas/Pet'}}}\n        \
               '404': {description: none}\ncomponents: {schemas: {Pet: {type: object}}}\n";
    let swagger = "swagger: '2.0'\ninfo: {title: t, version: '1'}\npaths:\n  /a:\n    put:\n      parameters:\n        \
                   - {in: body, name: Pet, schema: {$ref: '#/definitions/Pet'}}\n      responses:\n        \
                   200:\n          headers: {X-Total: {type: string}}\n          \
                   schema: {$ref: '#/definitions/Pet'}\n        '404': {description: none}\n\
                   definitions: {Pet: {type: object}}\n";
    let (a, b) = (imported(oas).definition, imported(swagger).definition);
    assert_eq!(a, b, "both say the same");
    let put = method(&a, "PUT", "/a");
    let json = "application/json".parse().expect("a media type");
    assert_eq!(put.request_models[&json], "Pet");
    let ok = &put.responses[&"200".parse().expect("a status")];
    assert_eq!((ok.response_models[&json].as_str(), ok.response_parameters.len()), ("Pet", 1));
    assert!(ok.response_parameters.values().all(|required| !required));
    assert_eq!(put.responses.len(), 2);

    let swagger = swagger.replace("put:\n", "put:\n      consumes: [text/xml, application/json]\n");
    assert_eq!(method(&imported(&swagger).definition, "PUT", "/a").request_models.len(), 2);

    let odd = imported_of(
        "paths: {/a: {put: {requestBody: {content: {application/json: {schema: {type: object}}}}, responses: \
         {default: {description: any}, 2XX: {description: x}, 200: {content: {application/json: {schema: {$ref: \
         '#/components/schemas/Gone'}}}}}}}}",
    );
    let told = warnings(&odd);
    for part in ["without a name", "\"2XX\" is no status", "no model Gone"] {
        assert!(told.iter().any(|w| w.contains(part)), "{part}: {told:?}");
    }
    assert!(!told.iter().any(|w| w.contains("default")), "it says nothing: {told:?}");
    assert_eq!(method(&odd.definition, "PUT", "/a").responses.len(), 1);
}

#[test]
fn schemas_are_models() {
    let all = imported_of(
        "paths: {}\ncomponents:\n  schemas:\n    Pet:\n      description: a pet\n      \
         properties: {friend: {$ref: '#/components/schemas/Person'}, x: {example: 1}}\n    \
         Person: {properties: {pets: {items: {$ref: '#/components/schemas/Pet'}}}}\n    \
         pet_list: {type: array, items: {$ref: '#/components/schemas/Gone'}}\n",
    );
    let models = &all.definition.models;
    assert_eq!(models.keys().map(|name| name.as_str()).collect::<Vec<_>>(), ["Person", "Pet", "petlist"]);
    let pet = &models[&"Pet".parse().expect("a name")];
    assert_eq!(pet.description.as_deref(), Some("a pet"));
    let id = all.definition.api.id;
    let schema: serde_json::Value = serde_json::from_str(&pet.schema).expect("JSON");
    assert_eq!(
        schema["properties"]["friend"]["$ref"],
        format!("https://apigateway.amazonaws.com/restapis/{id}/models/Person")
    );
    assert_eq!(schema["description"], "a pet", "it stays");
    let told = warnings(&all);
    for part in ["without effect in a model: example", "it becomes petlist", "no model Gone"] {
        assert!(told.iter().any(|w| w.contains(part)), "{part}: {told:?}");
    }
    assert!(
        errors("paths: {}\ncomponents: {schemas: {a_b: {}, ab: {}}}")[0].contains("becomes the model ab")
    );
    assert!(errors("paths: {}\ncomponents: {schemas: {a: 1}}")[0].contains("expected an object"));
}

#[test]
fn extensions_at_the_root_are_settings() {
    let all = imported_of(
        "paths: {}\nservers:\n  - url: https://a.example.com\n    x-amazon-apigateway-endpoint-configuration: \
         {disableExecuteApiEndpoint: true, vpcEndpointIds: [vpce-1], ipAddressType: dualstack, types: [PRIVATE]}\nx-amazon-apigateway-api-key-source: AUTHORIZER\n\
         x-amazon-apigateway-binary-media-types: [image/png, '*/*', image/png]\n\
         x-amazon-apigateway-minimum-compression-size: 1024\nx-amazon-apigateway-policy: {Version: '2012-10-17'}\n\
         x-amazon-apigateway-gateway-responses:\n  DEFAULT_4XX:\n    statusCode: 404\n    responseParameters: \
         {gatewayresponse.header.X-A: \"'1'\"}\n    responseTemplates: {application/json: '{}'}\n\
         x-amazon-apigateway-request-validators: {all: {validateRequestBody: true, validateRequestParameters: false}}\n\
         x-amazon-apigateway-importexport-version: '1.0'\nx-amazon-apigateway-documentation: {version: '1'}\n\
         x-amazon-apigateway-security-policy: TLS_1_2\nx-amazon-apigateway-new: 1\nx-postern-new: 1\nx-other: 1\n",
    );
    let api = &all.definition.api;
    assert_eq!(api.api_key_source, ApiKeySource::Authorizer);
    let types: Vec<_> = api.binary_media_types.iter().map(ToString::to_string).collect();
    assert_eq!(types, ["image/png", "*/*"]);
    assert_eq!(api.minimum_compression_size, Some(1024));
    assert_eq!(api.policy.as_deref(), Some("{\"Version\":\"2012-10-17\"}"));
    assert!(api.disable_execute_api_endpoint && api.dualstack);
    assert_eq!(api.vpc_endpoint_ids, ["vpce-1"]);
    let response = &all.definition.gateway_responses[&GatewayResponseType::Default4xx];
    assert_eq!(response.status.map(|s| s.as_u16()), Some(404));
    assert_eq!((response.response_parameters.len(), response.response_templates.len()), (1, 1));
    let validator = all.definition.request_validators.values().next().expect("one");
    assert!(
        validator.name == "all" && validator.validate_request_body && !validator.validate_request_parameters
    );
    let places: Vec<_> = all.warnings.iter().map(|Issue { field, .. }| field.as_str()).collect();
    assert_eq!(
        places,
        [
            "servers[0].x-amazon-apigateway-endpoint-configuration.types",
            "x-amazon-apigateway-security-policy",
            "x-amazon-apigateway-new",
            "x-postern-new",
        ]
    );
    let swagger = "{swagger: '2.0', info: {title: t, version: '1'}, paths: {}, \
                   x-amazon-apigateway-endpoint-configuration: {disableExecuteApiEndpoint: true}}";
    assert!(imported(swagger).definition.api.disable_execute_api_endpoint);
    for (text, place) in [
        ("x-amazon-apigateway-api-key-source: QUERY", "x-amazon-apigateway-api-key-source"),
        ("x-amazon-apigateway-minimum-compression-size: -1", "x-amazon-apigateway-minimum-compression-size"),
        ("x-amazon-apigateway-binary-media-types: [png]", "x-amazon-apigateway-binary-media-types[0]"),
        ("x-amazon-apigateway-gateway-responses: {NEW: {}}", "x-amazon-apigateway-gateway-responses.NEW"),
        (
            "x-amazon-apigateway-gateway-responses: {DEFAULT_4XX: {responseParameters: {X: '1'}}}",
            "x-amazon-apigateway-gateway-responses.DEFAULT_4XX.responseParameters.X",
        ),
    ] {
        let found = errors(&format!("paths: {{}}\n{text}"));
        assert!(found[0].starts_with(place), "{text}: {found:?}");
    }
}

#[test]
fn validators_are_named_by_operations_and_for_all() {
    let all = imported_of(
        "x-amazon-apigateway-request-validators: {all: {validateRequestBody: true}, none: {}}\n\
         x-amazon-apigateway-request-validator: all\npaths: {/a: {get: {}, put: \
         {x-amazon-apigateway-request-validator: none}, post: {x-amazon-apigateway-request-validator: gone}}}",
    );
    let named = |verb: &str| {
        let id = method(&all.definition, verb, "/a").request_validator_id.clone()?;
        Some(all.definition.request_validators[&id.parse().expect("an id")].name.clone())
    };
    assert_eq!(
        (named("GET").as_deref(), named("PUT").as_deref(), named("POST")),
        (Some("all"), Some("none"), None)
    );
    assert!(warnings(&all).iter().any(|w| w.contains("no request validator \"gone\"")));
}

#[test]
fn warnings_refuse_a_document_only_when_they_are_to() {
    let text = "{openapi: 3.0.1, info: {title: t, version: '1'}, paths: {/a: {get: {}}}}";
    let strict = ImportOptions { fail_on_warnings: true, ..ImportOptions::default() };
    assert!(put(text, &blank(), ImportOptions::default()).is_ok());
    assert!(matches!(put(text, &blank(), strict), Err(Refused::Warnings(issues)) if issues.len() == 1));
}
