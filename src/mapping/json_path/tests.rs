//! Paths and what they lead to, as tables of cases.

use serde_json::{Value, json};

use super::{Found, JsonPath};

fn found(path: &str, document: &Value) -> Option<Value> {
    match JsonPath::parse(path).unwrap_or_else(|error| panic!("{error}")).find(document) {
        Found::Nothing => None,
        Found::One(value) => Some(value.into_owned()),
        Found::Many(values) => Some(values.into_iter().map(std::borrow::Cow::into_owned).collect()),
    }
}

#[test]
fn definite_paths_lead_to_a_value_or_nowhere() {
    let document = json!({"a": {"b-c": [1, {"d": null}], "e f": true}, "": 0});
    for (path, expected) in [
        ("$", Some(document.clone())),
        ("$.a.b-c[0]", Some(json!(1))),
        ("a.b-c[0]", Some(json!(1))),
        ("$['a']['b-c'][-1]", Some(json!({"d": null}))),
        ("$.a[\"e f\"]", Some(json!(true))),
        ("$.a.b-c[1].d", Some(Value::Null)),
        ("$.a.b-c[2]", None),
        ("$.a.b-c[-3]", None),
        ("$.none.x", None),
        ("$.a.b-c.x", None),
    ] {
        assert_eq!(found(path, &document), expected, "{path}");
    }
}
