//! Schemas, bodies, and what is said of them.

use serde_json::{Value, json};

use super::{BodySchema, Models};
use crate::model::{ApiId, Model};

fn api() -> ApiId {
    "abcde12345".parse().expect("an id")
}

fn model(name: &str, schema: &impl ToString) -> Model {
    Model {
        id: "abc123".parse().expect("an id"),
        name: name.parse().expect("a name"),
        content_type: "application/json".parse().expect("a media type"),
        description: None,
        schema: schema.to_string(),
    }
}

fn compile(models: &[Model]) -> Result<BodySchema, String> {
    let read = Models::read(api(), models);
    let faults = |issues: Vec<crate::model::Issue>| {
        issues.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
    };
    read.compile(&models[0].name).map_err(faults)
}

fn schema(schema: &Value) -> BodySchema {
    compile(&[model("Pet", schema)]).expect("a schema")
}

/// What is said of a body; empty when it fits.
fn said(schema_of: &Value, body: &Value) -> String {
    schema(schema_of).check(body).err().unwrap_or_default()
}

#[test]
fn each_keyword_has_the_text_that_callers_know() {
    for (schema, body, text) in [
        (
            json!({"required": ["b", "a", "c"]}),
            json!({"c": 1}),
            r#"object has missing required properties (["a","b"])"#,
        ),
        (
            json!({"type": "integer"}),
            json!("x"),
            r#"instance type (string) does not match any allowed primitive type (allowed: ["integer"])"#,
        ),
        (
            json!({"type": "number"}),
            json!("100"),
            r#"instance type (string) does not match any allowed primitive type (allowed: ["integer","number"])"#,
        ),
        (
            json!({"type": ["string", "null"]}),
            json!(1.5),
            r#"instance type (number) does not match any allowed primitive type (allowed: ["null","string"])"#,
        ),
        (
            json!({"type": "integer"}),
            json!(1.0),
            r#"instance type (number) does not match any allowed primitive type (allowed: ["integer"])"#,
        ),
        (
            json!({"enum": ["dog", "cat", 1]}),
            json!("bird"),
            r#"instance value ("bird") not found in enum (possible values: ["dog","cat",1])"#,
        ),
        (
            json!({"minimum": 25}),
            json!(2),
            "numeric instance is lower than the required minimum (minimum: 25, found: 2)",
        ),
        (
            json!({"minimum": 25, "exclusiveMinimum": true}),
            json!(25),
            "numeric instance is not strictly greater than the required minimum 25",
        ),
        (
            json!({"minimum": 25, "exclusiveMinimum": true}),
            json!(24),
            "numeric instance is lower than the required minimum (minimum: 25, found: 24)",
        ),
        (
            json!({"maximum": 500}),
            json!(500.5),
            "numeric instance is greater than the required maximum (maximum: 500, found: 500.5)",
        ),
        (
            json!({"maximum": 5, "exclusiveMaximum": true}),
            json!(5),
            "numeric instance is not strictly lower than the required maximum 5",
        ),
        (json!({"multipleOf": 3}), json!(7), "remainder of division is not zero (7 / 3)"),
        (json!({"minLength": 3}), json!("é"), r#"string "é" is too short (length: 1, required minimum: 3)"#),
        (
            json!({"maxLength": 3}),
            json!("abcd"),
            r#"string "abcd" is too long (length: 4, maximum allowed: 3)"#,
        ),
        (
            json!({"pattern": "^[a-z]+$"}),
            json!("A1"),
            r#"ECMA 262 regex "^[a-z]+$" does not match input string "A1""#,
        ),
        (
            json!({"minItems": 2}),
            json!([1]),
            "array is too short: must have at least 2 elements but instance has 1 elements",
        ),
        (
            json!({"maxItems": 1}),
            json!([1, 2]),
            "array is too long: must have at most 1 elements but instance has 2 elements",
        ),
        (
            json!({"items": [{}, {}], "additionalItems": false}),
            json!([1, 2, 3]),
            "schema only allows 2 elements in array but instance has 3 elements",
        ),
        (json!({"uniqueItems": true}), json!([1, 1]), "array must not contain duplicate elements"),
        (
            json!({"minProperties": 2}),
            json!({"a": 1}),
            "object has too few properties (found 1 but schema requires at least 2)",
        ),
        (
            json!({"maxProperties": 1}),
            json!({"a": 1, "b": 2}),
            "object has too many properties (found 2 but schema requires at most 1)",
        ),
        (
            json!({"properties": {"a": {}}, "patternProperties": {"^x-": {}}, "additionalProperties": false}),
            json!({"c": 1, "x-y": 1, "b": 2, "a": 3}),
            r#"object instance has properties which are not allowed by the schema: ["b","c"]"#,
        ),
        (
            json!({"dependencies": {"card": ["name", "address"]}}),
            json!({"card": 1, "name": 2}),
            r#"property "card" of object has missing property dependencies (schema requires ["address","name"]; missing: ["address"])"#,
        ),
        (
            json!({"dependencies": {"card": {"required": ["name"]}}}),
            json!({"card": 1}),
            r#"object has missing required properties (["name"])"#,
        ),
        (
            json!({"allOf": [{"type": "integer"}, {"minimum": 5}, {"maximum": 9}]}),
            json!(3),
            "instance failed to match all required schemas (matched only 2 out of 3)",
        ),
        (
            json!({"anyOf": [{"type": "string"}, {"type": "null"}]}),
            json!(3),
            "instance failed to match at least one required schema among 2",
        ),
        (
            json!({"oneOf": [{"type": "integer"}, {"minimum": 2}, {"type": "null"}]}),
            json!(3),
            "instance failed to match exactly one schema (matched 2 out of 3)",
        ),
        (json!({"not": {"type": "integer"}}), json!(3), "instance matched a schema which it should not have"),
        (json!({"format": "email"}), json!("x"), r#"string "x" is not a valid email address"#),
        (json!({"format": "ipv4"}), json!("1.2.3"), r#"string "1.2.3" is not a valid IPv4 address"#),
        (json!({"format": "uuid"}), json!("1-2"), r#"input string "1-2" is not a valid UUID"#),
        (
            json!({"format": "date-time"}),
            json!("today"),
            "string \"today\" is invalid against requested date format(s) [yyyy-MM-dd'T'HH:mm:ssZ, yyyy-MM-dd'T'HH:mm:ss.[0-9]{1,12}Z]",
        ),
    ] {
        assert_eq!(said(&schema, &body), format!("[{text}]"), "{schema} {body}");
    }
}

#[test]
fn what_fits_is_let_through() {
    for (schema, body) in [
        (json!({}), json!(null)),
        (json!({"type": "object"}), json!({})),
        (json!({"pattern": "b"}), json!("abc")),
        (json!({"format": "date"}), json!("today")),
        (json!({"format": "int64"}), json!(7)),
        (json!({"oneOf": [{"type": "null"}, {"type": "string"}]}), json!(null)),
        (json!({"type": "number"}), json!(7)),
        (json!({"properties": {"a": {"default": 1, "readOnly": true}}}), json!({"a": "x"})),
        (json!({"minimum": 5}), json!("not a number")),
        (json!({"required": ["a"]}), json!([1])),
        (json!({"format": "uuid"}), json!("123e4567-E89b-12d3-a456-426614174000")),
    ] {
        assert_eq!(said(&schema, &body), "", "{schema} {body}");
    }
}

#[test]
fn a_value_is_looked_into_only_while_nothing_is_wrong() {
    let pet = json!({
        "type": "object",
        "required": ["name"],
        "properties": {
            "name": {"type": "string", "maxLength": 3},
            "age": {"type": "integer", "minimum": 0},
            "tags": {"type": "array", "minItems": 1, "items": {"type": "string"}},
        },
    });
    // Its own fault hides those of its members.
    assert_eq!(said(&pet, &json!({"age": "x"})), r#"[object has missing required properties (["name"])]"#);
    // Members in the order of their names, keywords in the order of theirs.
    assert_eq!(
        said(&pet, &json!({"name": "Rex!", "age": -1, "tags": []})),
        "[numeric instance is lower than the required minimum (minimum: 0, found: -1), string \"Rex!\" is too long \
         (length: 4, maximum allowed: 3), array is too short: must have at least 1 elements but instance has 0 elements]"
    );
    // After a fault nothing deeper is looked into, before it is.
    assert_eq!(
        said(&pet, &json!({"name": "Rex!", "tags": [1]})),
        "[string \"Rex!\" is too long (length: 4, maximum allowed: 3)]"
    );
    assert_eq!(
        said(&pet, &json!({"name": "Rex", "tags": ["a", 1, 2]})),
        "[instance type (integer) does not match any allowed primitive type (allowed: [\"string\"]), instance type \
         (integer) does not match any allowed primitive type (allowed: [\"string\"])]"
    );
}

#[test]
fn models_refer_to_each_other_and_to_themselves() {
    let address = |name: &str| format!("https://apigateway.amazonaws.com/restapis/{}/models/{name}", api());
    let node = model(
        "Node",
        &json!({
            "type": "object",
            "required": ["value"],
            "properties": {
                "value": {"$ref": address("Value")},
                "next": {"oneOf": [{"type": "null"}, {"$ref": address("Node")}]},
                "other": {"$ref": "Value#/definitions/small"},
            },
        }),
    );
    let value = model(
        "Value",
        &json!({"$ref": "#/definitions/small", "definitions": {"small": {"type": "integer", "maximum": 9}}}),
    );
    let list = compile(&[node.clone(), value.clone()]).expect("both are there");
    assert_eq!(list.check(&json!({"value": 1, "next": {"value": 2, "next": null}})), Ok(()));
    let said = list.check(&json!({"value": 10})).expect_err("10 is more than 9");
    assert_eq!(said, "[numeric instance is greater than the required maximum (maximum: 9, found: 10)]");
    let said = list.check(&json!({"value": 1, "next": {"value": 2, "next": {}}})).expect_err("no value");
    assert_eq!(said, "[instance failed to match exactly one schema (matched 0 out of 2)]");

    let read = Models::read(api(), [&node, &value]);
    let names: Vec<_> = read.references_of(&node.name).iter().map(ToString::to_string).collect();
    assert_eq!(names, ["Node", "Value"]);
    let missing = compile(&[node]).expect_err("there is no model Value");
    assert!(missing.contains("there is no model Value"), "{missing}");
}

#[test]
fn what_cannot_be_a_schema_is_refused_with_the_reason() {
    for (text, says) in [
        ("{", "schema: it is not JSON: EOF while parsing an object at line 1 column 1"),
        ("[]", "schema: a schema is a JSON object"),
        (r#"{"type": "animal"}"#, "schema: /type: "),
        (r#"{"properties": {"a": {"minLength": -1}}}"#, "schema: /properties/a/minLength: "),
        (r#"{"required": []}"#, "schema: /required: "),
        (r#"{"pattern": "(?=a)"}"#, "schema: "),
        (r#"{"properties": {"a": {"pattern": "(a)\\1"}}}"#, "schema: "),
        (r##"{"$ref": "#/definitions/x"}"##, "model Pet has nothing at \"/definitions/x\""),
        (r#"{"$ref": "http://example.com/x.json"}"#, "is no model of this API: expected https://apigateway"),
        (r#"{"$ref": "file:///etc/passwd"}"#, "is no model of this API"),
        (
            r#"{"$ref": "https://apigateway.amazonaws.com/restapis/other12345/models/Pet"}"#,
            "is no model of this API",
        ),
    ] {
        let fault = compile(&[model("Pet", &text)]).expect_err(text);
        assert!(fault.contains(says), "{text}: {fault}");
    }
}

/// Each ends, and ends soon.
#[test]
fn schemas_and_bodies_that_go_round_or_deep_do_no_harm() {
    let twice = json!({"anyOf": [
        {"type": "object", "properties": {"a": {"$ref": "#"}}, "required": ["a"]},
        {"type": "object", "properties": {"a": {"$ref": "#"}}, "required": ["a"], "maxProperties": 2},
    ]});
    let mut deep = json!(1);
    for _ in 0..120 {
        deep = json!({"a": deep});
    }
    assert_eq!(said(&twice, &deep), "[instance failed to match at least one required schema among 2]");
    let round = json!({"allOf": [{"$ref": "#"}], "type": "object"});
    assert_eq!(said(&round, &json!({})), "");
    assert!(said(&round, &json!(1)).starts_with("[instance"), "it is no object");
    let fault = compile(&[model("Pet", &json!({"$ref": "#"}))]).err();
    assert!(fault.is_none_or(|fault| fault.contains("circle")), "a circle is refused or means nothing");

    let many = json!({"items": {"type": "string"}});
    let said = said(&many, &Value::from(vec![1; 200_000]));
    assert_eq!(said.matches("instance type").count(), 100);
}
