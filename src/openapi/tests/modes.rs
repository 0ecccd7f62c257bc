//! Merge and overwrite; what becomes of the base path.

use std::sync::Arc;

use super::*;
use crate::openapi::{BasePath, Mode};

const FIRST: &str = "openapi: 3.0.1\ninfo: {title: first, description: one, version: '1'}\n\
    x-amazon-apigateway-binary-media-types: [image/png, text/a]\n\
    x-amazon-apigateway-request-validators: {all: {validateRequestBody: true}, old: {}}\n\
    x-amazon-apigateway-gateway-responses: {THROTTLED: {statusCode: 503}}\n\
    paths:\n  /keep/{id}: {get: {operationId: a, x-amazon-apigateway-integration: {type: mock}}, \
    delete: {x-amazon-apigateway-integration: {type: mock}}}\n  \
    /gone/deep: {get: {x-amazon-apigateway-integration: {type: mock}}}\n\
    components: {schemas: {Pet: {type: object}, Old: {type: string}}}\n";

const SECOND: &str = "openapi: 3.0.1\ninfo: {title: second, version: 2}\n\
    x-amazon-apigateway-binary-media-types: [text/a, text/b]\n\
    x-amazon-apigateway-request-validators: {all: {}}\n\
    paths:\n  /keep/{id}: {get: {operationId: b, x-amazon-apigateway-integration: {type: mock}}}\n  \
    /new: {get: {x-amazon-apigateway-integration: {type: mock}}}\n\
    components: {schemas: {Pet: {type: array}}}\n";

fn both(mode: Mode) -> (Definition, Definition) {
    let first = imported(FIRST).definition;
    let again = put(SECOND, &first, ImportOptions { mode, ..ImportOptions::default() }).expect("an import");
    assert_eq!(warnings(&again), [""; 0]);
    (first, again.definition)
}

#[test]
fn merge_replaces_methods_and_leaves_the_rest() {
    let (first, second) = both(Mode::Merge);
    assert_eq!(paths(&second), ["/", "/gone", "/gone/deep", "/keep", "/keep/{id}", "/new"]);
    assert_eq!(method(&second, "GET", "/keep/{id}").operation_name.as_deref(), Some("b"));
    assert_eq!(method(&second, "DELETE", "/keep/{id}"), method(&first, "DELETE", "/keep/{id}"));
    let api = &second.api;
    assert_eq!((api.name.as_str(), api.version.as_deref()), ("second", Some("2")));
    assert_eq!(api.description.as_deref(), Some("one"));
    let types: Vec<_> = api.binary_media_types.iter().map(ToString::to_string).collect();
    assert_eq!(types, ["image/png", "text/a", "text/b"], "old ones first");
    assert_eq!(second.models.len(), 2);
    assert_eq!(second.request_validators.len(), 2);
    assert_eq!(second.gateway_responses.len(), 1);
}

#[test]
fn overwrite_deletes_what_the_file_has_not_and_keeps_ids() {
    let (first, second) = both(Mode::Overwrite);
    assert_eq!(paths(&second), ["/", "/keep", "/keep/{id}", "/new"]);
    let id = |d: &Definition, path: &str| d.find(&path.parse().expect("a path")).expect("there").id;
    for path in ["/", "/keep", "/keep/{id}"] {
        assert_eq!(id(&first, path), id(&second, path), "{path}");
    }
    assert!(first.resource(id(&second, "/new")).is_none(), "no id of what went is given again");
    assert_eq!(second.find(&"/keep/{id}".parse().expect("a path")).expect("there").methods.len(), 1);
    let types: Vec<_> = second.api.binary_media_types.iter().map(ToString::to_string).collect();
    assert_eq!(types, ["text/a", "text/b"]);
    assert_eq!(second.api.description, None);
    let pet = "Pet".parse().expect("a name");
    assert_eq!(second.models.keys().collect::<Vec<_>>(), [&pet]);
    assert_eq!(second.models[&pet].id, first.models[&pet].id);
    assert_ne!(second.models[&pet].schema, first.models[&pet].schema);
    let all =
        |d: &Definition| d.request_validators.values().find(|v| v.name == "all").cloned().expect("there");
    assert_eq!(all(&first).id, all(&second).id);
    assert_eq!((second.request_validators.len(), all(&second).validate_request_body), (1, false));
    assert!(second.gateway_responses.is_empty());
}

#[test]
fn neither_mode_touches_what_no_document_says() {
    let mut first = imported(FIRST).definition;
    let api = Arc::make_mut(&mut first.api);
    api.tags.insert("team".into(), "a".into());
    api.endpoint_type = crate::model::EndpointType::Regional;
    for mode in [Mode::Merge, Mode::Overwrite] {
        let again =
            put(SECOND, &first, ImportOptions { mode, ..ImportOptions::default() }).expect("an import");
        assert_eq!(again.definition.api.tags.len(), 1);
        assert_eq!(again.definition.api.endpoint_type, crate::model::EndpointType::Regional);
        assert_eq!(again.definition.api.id, first.api.id);
    }
}

#[test]
fn the_same_again_changes_nothing() {
    let first = imported(FIRST).definition;
    for mode in [Mode::Merge, Mode::Overwrite] {
        let again =
            put(FIRST, &first, ImportOptions { mode, ..ImportOptions::default() }).expect("an import");
        assert_eq!(again.definition, first, "{mode:?}");
    }
}

#[test]
fn base_paths_are_ignored_prepended_or_split() {
    use BasePath::{Ignore, Prepend, Split};
    let oas = |server: &str| {
        format!(
            "openapi: 3.0.1\ninfo: {{title: t, version: '1'}}\nservers: [{server}]\npaths: {{/e: {{}}, /f: {{}}}}"
        )
    };
    let swagger = "swagger: '2.0'\ninfo: {title: t, version: '1'}\nbasePath: /a/b/c\npaths: {/e: {}, /f: {}}"
        .to_owned();
    let long = oas("{url: 'https://x/{basePath}', variables: {basePath: {default: /a/b/c}}}");
    let unused = oas("{url: 'https://x/other', variables: {basePath: {default: a/b/c}}}");
    let from_url = oas("{url: 'https://x/a/b/c/'}");
    let one = oas("{url: /base}");
    let none = oas("{url: 'https://x'}");
    for (text, base_path, expected) in [
        (&long, Ignore, "/ /e /f"),
        (&long, Prepend, "/ /a /a/b /a/b/c /a/b/c/e /a/b/c/f"),
        (&long, Split, "/ /b /b/c /b/c/e /b/c/f"),
        (&swagger, Ignore, "/ /e /f"),
        (&swagger, Prepend, "/ /a /a/b /a/b/c /a/b/c/e /a/b/c/f"),
        (&swagger, Split, "/ /b /b/c /b/c/e /b/c/f"),
        (&unused, Split, "/ /b /b/c /b/c/e /b/c/f"),
        (&from_url, Prepend, "/ /a /a/b /a/b/c /a/b/c/e /a/b/c/f"),
        (&one, Split, "/ /e /f"),
        (&one, Prepend, "/ /base /base/e /base/f"),
        (&none, Prepend, "/ /e /f"),
    ] {
        let options = ImportOptions { base_path, ..ImportOptions::default() };
        let tree = put(text, &blank(), options).expect(text).definition;
        assert_eq!(paths(&tree).join(" "), expected, "{text} {base_path:?}");
    }
}
