//! Documents without extensions of Amazon's, and CORS as settings.

use super::*;
use crate::model::{IntegrationType, ManagedBy, Status};
use crate::openapi::Servers;

#[test]
fn servers_are_the_back_end() {
    let text = |servers: &str| {
        format!(
            "openapi: 3.0.1\ninfo: {{title: t, version: '1'}}\nservers: {servers}\npaths: {{'/pets/{{id}}': {{get: {{}}, \
             put: {{servers: [{{url: 'http://own:1/'}}]}}}}, '/files/{{path+}}': {{get: {{}}}}}}"
        )
    };
    let address = |servers: &str, verb: &str, path: &str| {
        let all = imported(&text(servers));
        let own = method(&all.definition, verb, path).integration.clone()?;
        assert_eq!(own.integration_type, IntegrationType::HttpProxy);
        let mapped: Vec<_> = own.request_parameters.iter().map(|(to, from)| format!("{to}={from}")).collect();
        Some(format!(
            "{} {} {}",
            own.http_method.expect("a verb"),
            own.uri.expect("an address"),
            mapped.join(" ")
        ))
    };
    let get = "/pets/{id}";
    for (servers, verb, path, expected) in [
        (
            "[{url: 'https://a.example.com/v1/'}]",
            "GET",
            get,
            Some("GET https://a.example.com/v1/pets/{id} path.id=method.request.path.id"),
        ),
        (
            "[{url: 'https://a.example.com'}]",
            "PUT",
            get,
            Some("PUT http://own:1/pets/{id} path.id=method.request.path.id"),
        ),
        (
            "[{url: 'http://a/'}]",
            "GET",
            "/files/{path+}",
            Some("GET http://a/files/{path} path.path=method.request.path.path"),
        ),
        (
            "[{url: '{scheme}://{host}/{base}', variables: {scheme: {default: http}, host: {default: 'h:8'}, base: {default: /b}}}]",
            "GET",
            get,
            Some("GET http://h:8/b/pets/{id} path.id=method.request.path.id"),
        ),
        (
            "[{url: /v1}, {url: 'http://second'}]",
            "GET",
            get,
            Some("GET http://second/pets/{id} path.id=method.request.path.id"),
        ),
        ("[{url: /v1}]", "GET", get, None),
        ("[{url: 'https://abcdefghij.execute-api.us-east-1.amazonaws.com/prod'}]", "GET", get, None),
        ("[{url: 'http://a', x-postern-server: gateway}]", "GET", get, None),
        ("[]", "GET", get, None),
    ] {
        assert_eq!(address(servers, verb, path).as_deref(), expected, "{servers} {verb} {path}");
    }
    let swagger = "{swagger: '2.0', info: {title: t, version: '1'}, host: 'h.example.com', basePath: /v1, schemes: \
                   [http], paths: {/a: {get: {}}}}";
    let own = method(&imported(swagger).definition, "GET", "/a").integration.clone().expect("a back end");
    assert_eq!(own.uri.as_deref(), Some("http://h.example.com/v1/a"));
}

#[test]
fn servers_say_nothing_beside_extensions_or_when_told_so() {
    let text = "{openapi: 3.0.1, info: {title: t, version: '1'}, servers: [{url: 'http://a'}], paths: {/a: {get: {}, \
                put: {x-amazon-apigateway-integration: {type: mock}}}}}";
    assert_eq!(method(&imported(text).definition, "GET", "/a").integration, None);
    let plain = text.replace("x-amazon-apigateway-integration", "x-other");
    let options = ImportOptions { servers: Servers::SayNothing, ..ImportOptions::default() };
    let quiet = put(&plain, &blank(), options).expect("an import").definition;
    assert_eq!(method(&quiet, "GET", "/a").integration, None);
    assert!(method(&imported(&plain).definition, "GET", "/a").integration.is_some());
}

const MOCKS: &str = "paths:\n  /a:\n    get: {responses: {200: {description: ok}}, x-amazon-apigateway-integration: \
    {type: mock, responses: {default: {statusCode: 200}}}}\n    put: {responses: {200: {description: ok}}, \
    x-amazon-apigateway-integration: {type: mock, responses: {default: {statusCode: 200}}}}\n  /b:\n    get: \
    {responses: {200: {description: ok}}, x-amazon-apigateway-integration: {type: mock, responses: {default: \
    {statusCode: 200}}}}\n";

fn origin(definition: &Definition, verb: &str, path: &str) -> Option<String> {
    let integration = method(definition, verb, path).integration.clone()?;
    let name = "Access-Control-Allow-Origin".parse().expect("a name");
    integration.responses.get(&Status::OK)?.response_parameters.get(&name).cloned()
}

#[test]
fn cors_at_the_root_a_path_or_an_operation_is_enable_cors() {
    let everywhere = imported_of(&format!(
        "{MOCKS}x-postern-cors: {{allowOrigins: ['https://a.example.com'], maxAge: 60}}"
    ));
    for (verb, path) in [("GET", "/a"), ("PUT", "/a"), ("OPTIONS", "/a"), ("GET", "/b"), ("OPTIONS", "/b")] {
        assert_eq!(
            origin(&everywhere.definition, verb, path).as_deref(),
            Some("'https://a.example.com'"),
            "{verb} {path}"
        );
    }
    let amazons =
        MOCKS.to_owned() + "x-amazon-apigateway-cors: {allowOrigins: ['https://a.example.com'], maxAge: 60}";
    assert_eq!(imported_of(&amazons).definition, everywhere.definition);

    let path =
        MOCKS.replace("  /b:\n", "  /b:\n    x-postern-cors: {allowOrigins: 'https://b.example.com'}\n");
    let path = imported_of(&path).definition;
    assert_eq!(origin(&path, "GET", "/b").as_deref(), Some("'https://b.example.com'"));
    assert_eq!(origin(&path, "GET", "/a"), None);
    assert!(!path.find(&"/a".parse().expect("a path")).expect("there").methods.contains_key(&Verb::Options));

    let operation =
        MOCKS.replacen("put: {", "put: {x-postern-cors: {allowOrigins: ['https://c.example.com']}, ", 1);
    let operation = imported_of(&operation).definition;
    assert_eq!(origin(&operation, "PUT", "/a").as_deref(), Some("'https://c.example.com'"));
    assert_eq!(origin(&operation, "GET", "/a"), None);
    assert_eq!(origin(&operation, "OPTIONS", "/a").as_deref(), Some("'https://c.example.com'"));
}

#[test]
fn several_origins_are_a_policy_and_a_path_takes_itself_out() {
    let text = MOCKS.replace("  /b:\n", "  /b:\n    x-postern-cors: {allowOrigins: '*', form: policy}\n")
        + "x-postern-cors: {allowOrigins: ['https://a.example.com', 'https://*.example.org'], allowCredentials: true}";
    let all = imported_of(&text).definition;
    assert!(all.api.cors_policy.as_ref().is_some_and(|policy| policy.credentials()));
    let own = |path: &str| all.find(&path.parse().expect("a path")).expect("there").cors_policy.is_some();
    assert_eq!((own("/a"), own("/b")), (false, true));
    assert_eq!(method(&all, "OPTIONS", "/a").managed_by, ManagedBy::CorsPolicy);
}

#[test]
fn cors_that_cannot_be_meant_is_refused_at_its_place() {
    for (wish, place) in [
        ("{allowOrigins: ['*'], allowCredentials: true}", "x-postern-cors.allowCredentials"),
        ("{allowOrigins: [nonsense]}", "x-postern-cors.allowOrigins[0]"),
        ("{maxAge: 86400}", "x-postern-cors.maxAge"),
        ("{origins: ['*']}", "x-postern-cors.origins"),
        ("{form: other}", "x-postern-cors.form"),
        ("{form: static, allowOrigins: ['https://a.example', 'https://b.example']}", "x-postern-cors.form"),
    ] {
        let found = errors(&format!("{MOCKS}x-postern-cors: {wish}"));
        assert!(found[0].starts_with(&format!("{place}: ")), "{wish}: {found:?}");
    }
    assert!(imported_of(&format!("{MOCKS}x-postern-cors: true")).definition.resource_count() == 3);
}
