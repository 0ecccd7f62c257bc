//! Documentation in a document: its parts, each at its place, and its version.

use serde_json::{Value, json};

use super::*;
use crate::openapi::Mode;

const DOCUMENTED: &str = "openapi: 3.0.1\ninfo: {title: t, version: '1'}\npaths: {}\n\
    x-amazon-apigateway-documentation:\n  version: 1.10\n  createdDate: '2026-11-24T05:00:00Z'\n  \
    description: first\n  documentationParts:\n    - location: {type: API}\n      properties: {info: {description: \
    all of it}}\n    - location: {type: RESPONSE, path: /a, method: GET, statusCode: 200}\n      \
    properties: '{\"description\": \"fine\"}'\n";

#[test]
fn parts_and_versions_are_kept_as_the_control_plane_shows_them() {
    let all = imported(DOCUMENTED);
    assert_eq!(warnings(&all), [""; 0]);
    let mut parts: Vec<Value> = kept_of(&all.definition, KeptKind::DocumentationPart).into_values().collect();
    for part in &mut parts {
        assert!(part.as_object_mut().expect("an object").shift_remove("id").is_some());
    }
    assert_eq!(
        parts,
        [
            json!({"location": {"type": "API"}, "properties": "{\"info\":{\"description\":\"all of it\"}}"}),
            json!({
                "location": {"type": "RESPONSE", "path": "/a", "method": "GET", "statusCode": "200"},
                "properties": "{\"description\": \"fine\"}",
            }),
        ]
    );
    assert_eq!(
        kept_of(&all.definition, KeptKind::DocumentationVersion)["1.10"],
        json!({"version": "1.10", "createdDate": 1_795_496_400, "description": "first"})
    );
    let document = exported(&all.definition, &whole(Format::OpenApi3));
    assert_eq!(
        document["x-amazon-apigateway-documentation"],
        json!({
            "version": "1.10", "createdDate": "2026-11-24T05:00:00Z", "description": "first",
            "documentationParts": [
                {"location": {"type": "API"}, "properties": {"info": {"description": "all of it"}}},
                {
                    "location": {"type": "RESPONSE", "path": "/a", "method": "GET", "statusCode": "200"},
                    "properties": {"description": "fine"},
                },
            ],
        })
    );
    let again = put(&document.to_string(), &all.definition, ImportOptions::default()).expect("an import");
    assert_eq!(again.definition, all.definition, "what says the same stays as it is written");
}

#[test]
fn parts_are_told_apart_by_their_places() {
    let first = imported(DOCUMENTED).definition;
    let second = DOCUMENTED.replace("all of it", "some of it").replace("/a,", "/b,").replace("1.10", "2");
    let of = |definition: &Definition| {
        let parts = kept_of(definition, KeptKind::DocumentationPart);
        let mut places: Vec<_> =
            parts.values().map(|part| format!("{}{}", part["location"], part["properties"])).collect();
        places.sort();
        (places, parts.keys().cloned().collect::<Vec<_>>())
    };
    for (mode, count) in [(Mode::Merge, 3), (Mode::Overwrite, 2)] {
        let options = ImportOptions { mode, ..ImportOptions::default() };
        let after = put(&second, &first, options).expect("an import").definition;
        let (places, ids) = of(&after);
        assert_eq!(places.len(), count, "{places:?}");
        assert!(places[0].contains("some of it"), "{places:?}");
        assert!(ids.iter().any(|id| of(&first).1.contains(id)), "the part of the API keeps its id");
        let versions = kept_of(&after, KeptKind::DocumentationVersion);
        assert_eq!(versions.keys().collect::<Vec<_>>(), ["1.10", "2"], "stages may name what was published");
    }
}

#[test]
fn the_version_of_an_export_is_the_one_that_was_asked_for_else_the_newest() {
    let first = imported(DOCUMENTED).definition;
    let newer = DOCUMENTED.replace("2026-11-24", "2026-11-25").replace("1.10", "1.9");
    let both = put(&newer, &first, ImportOptions::default()).expect("an import").definition;
    for (asked, expected) in [(None, "1.9"), (Some("1.10"), "1.10"), (Some("gone"), "1.9")] {
        let how = Export { documentation_version: asked.map(str::to_owned), ..whole(Format::Swagger2) };
        assert_eq!(exported(&both, &how)["x-amazon-apigateway-documentation"]["version"], expected);
    }
    let only = Export {
        extensions: Extensions::parse(["documentation"]).expect("a name"),
        ..whole(Format::OpenApi3)
    };
    assert!(exported(&both, &only).get("x-amazon-apigateway-documentation").is_some());
    let none = Export {
        extensions: Extensions::parse(["integrations"]).expect("a name"),
        ..whole(Format::OpenApi3)
    };
    assert!(exported(&both, &none).get("x-amazon-apigateway-documentation").is_none());
}

#[test]
fn what_is_wrong_is_told_at_its_place() {
    for (part, place) in [
        ("{location: {type: OTHER}, properties: {}}", "documentationParts[0].location: "),
        ("{location: {type: API}}", "documentationParts[0]: "),
        ("{location: {type: API}, properties: ''}", "documentationParts[0].properties: "),
        ("{location: {type: API}, properties: 1}", "documentationParts[0].properties: "),
    ] {
        let found = errors(&format!(
            "paths: {{}}\nx-amazon-apigateway-documentation: {{documentationParts: [{part}]}}"
        ));
        assert!(
            found[0].starts_with(&format!("x-amazon-apigateway-documentation.{place}")),
            "{part}: {found:?}"
        );
    }
}
