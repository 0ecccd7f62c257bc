//! Bodies against a model, beside what it takes to parse them. The ratio of the two is what a validator adds to a
//! method that reads its body anyway.

#![expect(clippy::unwrap_used, reason = "what a bench needs is there, or the bench is wrong")]

use divan::{Bencher, black_box};
use postern::model::{ApiId, Model};
use postern::validation::{BodySchema, Models};
use serde_json::{Value, json};

fn main() {
    divan::main();
}

const KIB: [usize; 3] = [1, 10, 100];

fn schema() -> BodySchema {
    let schema = json!({
        "type": "object",
        "required": ["pets"],
        "properties": {"pets": {"type": "array", "items": {"$ref": "#/definitions/pet"}}},
        "definitions": {"pet": {
            "type": "object",
            "required": ["id", "name", "kind"],
            "additionalProperties": false,
            "properties": {
                "id": {"type": "integer", "minimum": 0},
                "name": {"type": "string", "maxLength": 40, "pattern": "^[A-Z][a-z]+$"},
                "kind": {"enum": ["dog", "cat", "fish"]},
                "tags": {"type": "array", "items": {"type": "string"}},
            },
        }},
    });
    let model = Model {
        id: "bench0".parse().unwrap(),
        name: "Pets".parse().unwrap(),
        content_type: "application/json".parse().unwrap(),
        description: None,
        schema: schema.to_string(),
    };
    let api: ApiId = "benchbench".parse().unwrap();
    Models::read(api, [&model]).compile(&model.name).unwrap()
}

/// A body of about so many KiB.
fn body(kib: usize) -> String {
    let pet = |id: usize| json!({"id": id, "name": "Rex", "kind": "dog", "tags": ["good", "old"]});
    let each = pet(1_000).to_string().len() + 1;
    json!({"pets": (0..kib * 1024 / each).map(pet).collect::<Vec<_>>()}).to_string()
}

#[divan::bench(args = KIB)]
fn parse(bencher: Bencher<'_, '_>, kib: usize) {
    let body = body(kib);
    bencher.bench(|| serde_json::from_slice::<Value>(black_box(body.as_bytes())).unwrap());
}

#[divan::bench(args = KIB)]
fn check(bencher: Bencher<'_, '_>, kib: usize) {
    let (schema, value) = (schema(), serde_json::from_str::<Value>(&body(kib)).unwrap());
    assert_eq!(schema.check(&value), Ok(()));
    bencher.bench(|| schema.check(black_box(&value)));
}

/// The last pet of the list has a fault.
#[divan::bench(args = KIB)]
fn explain(bencher: Bencher<'_, '_>, kib: usize) {
    let (schema, mut value) = (schema(), serde_json::from_str::<Value>(&body(kib)).unwrap());
    *value["pets"].as_array_mut().unwrap().last_mut().unwrap() =
        json!({"id": 1, "name": "Rex", "kind": "cow"});
    assert!(schema.check(&value).is_err());
    bencher.bench(|| schema.check(black_box(&value)));
}
