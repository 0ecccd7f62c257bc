//! The text of a document: JSON or YAML to values and back.

use std::fmt;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use crate::openapi::Notation;

/// The largest document, in bytes (API Gateway, *Quotas*: 6 MB).
pub const MAX_DOCUMENT_BYTES: usize = 6 * 1024 * 1024;

/// How deep values may stand within one another.
const MAX_DEPTH: usize = 120;

/// A text that is no OpenAPI document. It begins with API Gateway's own words and goes on with the place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Invalid OpenAPI input. {0}")]
pub struct InvalidDocument(pub(super) String);

/// Reads JSON if the text begins as JSON does, else YAML. A key that stands twice in one object is refused, so that
/// no operation gets lost; keys that YAML would take for numbers are text.
pub(super) fn parse(text: &str) -> Result<Value, InvalidDocument> {
    if text.len() > MAX_DOCUMENT_BYTES {
        return Err(InvalidDocument(format!(
            "A document has at most {MAX_DOCUMENT_BYTES} bytes, not {}",
            text.len()
        )));
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let value = if text.trim_start().starts_with('{') {
        match serde_json::from_str(text) {
            Ok(Strict(value)) => value,
            // What begins with a brace may be YAML's flow style.
            Err(error) => yaml(text).map_err(|_| InvalidDocument(error.to_string()))?,
        }
    } else {
        yaml(text).map_err(|error| InvalidDocument(first_line(&error.to_string())))?
    };
    Ok(value)
}

fn yaml(text: &str) -> Result<Value, serde_saphyr::Error> {
    let mut options = serde_saphyr::Options::default();
    // As YAML 1.2 has it: `NO` and `on` are words.
    options.strict_booleans = true;
    options.duplicate_keys = serde_saphyr::options::DuplicateKeyPolicy::PassThrough;
    // A document of 6 MB has more nodes than a configuration file; how much aliases may add stays bounded.
    options.budget =
        serde_saphyr::budget! { max_events: 8_000_000, max_nodes: 4_000_000, max_depth: MAX_DEPTH };
    serde_saphyr::from_str_with_options(text, options).map(|AsWritten(value)| value)
}

/// The message without the word before it and the excerpt after it.
fn first_line(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    line.strip_prefix("error: ").unwrap_or(line).to_owned()
}

/// Writes a document, with a line break at the end.
#[must_use]
pub fn write(document: &Value, notation: Notation) -> String {
    let mut text = match notation {
        Notation::Json => serde_json::to_string_pretty(document).expect("a value always has a JSON form"),
        Notation::Yaml => serde_saphyr::to_string(document).expect("a value always has a YAML form"),
    };
    if !text.ends_with('\n') {
        text.push('\n');
    }
    text
}

/// A value in which no object has a key twice.
struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Seed { depth: 0, at: At::Elsewhere }.deserialize(deserializer).map(Self)
    }
}

/// The same of YAML, where `version: 1.10` is the text that it is written as.
struct AsWritten(Value);

impl<'de> Deserialize<'de> for AsWritten {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Seed { depth: 0, at: At::Root }.deserialize(deserializer).map(Self)
    }
}

/// How deep the value to come stands, and where.
#[derive(Clone, Copy)]
struct Seed {
    depth: usize,
    at: At,
}

/// Where a value stands, as far as that says what it is.
#[derive(Clone, Copy)]
enum At {
    Root,
    /// In an object whose `title`, `description` and `version` are texts, whatever they look like.
    Information,
    /// Where a text stands.
    Text,
    Elsewhere,
}

impl At {
    fn below(self, key: &str) -> Self {
        match (self, key) {
            (Self::Root, "info" | "x-amazon-apigateway-documentation") => Self::Information,
            (Self::Information, "title" | "description" | "version") => Self::Text,
            _ => Self::Elsewhere,
        }
    }
}

impl<'de> DeserializeSeed<'de> for Seed {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        match self.at {
            At::Text => deserializer.deserialize_option(self),
            At::Root | At::Information | At::Elsewhere => deserializer.deserialize_any(self),
        }
    }
}

impl<'de> Visitor<'de> for Seed {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        match self.at {
            At::Text => deserializer.deserialize_string(self),
            At::Root | At::Information | At::Elsewhere => self.deserialize(deserializer),
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let below = Self { depth: self.deeper()?, at: At::Elsewhere };
        let mut items = Vec::new();
        while let Some(item) = seq.next_element_seed(below)? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let depth = self.deeper()?;
        let mut object = Map::new();
        while let Some(key) = map.next_key::<String>()? {
            if object.contains_key(&key) {
                return Err(A::Error::custom(format_args!("the key {key:?} stands twice in one object")));
            }
            let value = map.next_value_seed(Self { depth, at: self.at.below(&key) })?;
            object.insert(key, value);
        }
        Ok(Value::Object(object))
    }
}

impl Seed {
    fn deeper<E: serde::de::Error>(self) -> Result<usize, E> {
        if self.depth < MAX_DEPTH {
            Ok(self.depth + 1)
        } else {
            Err(E::custom("values stand too deep within one another"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn json_and_yaml_read_alike() {
        let expected = json!({"responses": {"200": {"x": [1, true, null, "NO", "on"]}}, "v": "1"});
        for text in [
            r#"{"responses": {"200": {"x": [1, true, null, "NO", "on"]}}, "v": "1"}"#,
            "responses:\n  200:\n    x: [1, true, null, NO, on]\nv: \"1\"\n",
            "{responses: {200: {x: [1, true, ~, NO, on]}}, v: '1'}",
            "\u{feff}{\"responses\": {\"200\": {\"x\": [1, true, null, \"NO\", \"on\"]}}, \"v\": \"1\"}",
        ] {
            assert_eq!(parse(text).expect(text), expected, "{text}");
        }
    }

    #[test]
    fn information_is_text_as_it_is_written() {
        for (written, text) in [
            ("1.10", json!("1.10")),
            ("7", json!("7")),
            ("0x10", json!("0x10")),
            ("true", json!("true")),
            ("'1.10'", json!("1.10")),
            ("1.1.0", json!("1.1.0")),
            ("~", json!(null)),
            ("", json!(null)),
        ] {
            for key in ["title", "description", "version"] {
                let value = parse(&format!("info:\n  {key}: {written}\n  other: 1.10\n")).expect(written);
                assert_eq!(value, json!({"info": {key: text, "other": 1.1}}), "{key}: {written}");
            }
        }
        assert_eq!(
            parse("x: {info: {version: 1.10}}").expect("YAML"),
            json!({"x": {"info": {"version": 1.1}}})
        );
        assert!(parse("info: {title: [a]}").is_err());
    }

    #[test]
    fn what_cannot_be_read_is_told_with_its_place() {
        for (text, part) in [
            ("{\"a\": 1,\n \"b\" 2}", "line 2 column 6"),
            ("{\"a\": {\"get\": 1, \"get\": 2}}", "the key \"get\" stands twice"),
            ("a:\n  get: 1\n  get: 2\n", "the key \"get\" stands twice"),
            ("a: [1, 2\nb: 3", "line"),
            ("\u{0}", ""),
        ] {
            let error = parse(text).expect_err(text).to_string();
            assert!(error.starts_with("Invalid OpenAPI input. ") && !error.contains("error:"), "{error}");
            assert!(error.contains(part) && !error.contains('\n'), "{text:?}: {error}");
        }
    }

    #[test]
    fn no_document_takes_more_than_it_may() {
        let nested = format!("{{\"a\": {}1{}}}", "[".repeat(10_000), "]".repeat(10_000));
        assert!(parse(&nested).is_err());
        assert!(parse(&"x".repeat(MAX_DOCUMENT_BYTES + 1)).is_err());
        let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x]\n".to_owned();
        for n in 1..12 {
            let one = format!("*a{}, ", n - 1);
            bomb.push_str(&format!("a{n}: &a{n} [{}]\n", one.repeat(8).trim_end_matches(", ")));
        }
        assert!(parse(&bomb).is_err());
    }

    #[test]
    fn what_is_written_reads_back() {
        let value = json!({
            "a": {"200": "1", "x": "true", "y": "NO", "": "null", "~": " lead", "n": 1.5},
            "b": "two\nlines\n", "c": [], "d": {}, "e": "# no comment: really", "f": "'*'", "g": "1e3", "h": "0x1F",
            "i": "\t", "j": "trail ", "k": "a\r\nb", "l": "\u{1}", "m": [{"x": []}, [[1]], {}], "n": "---", "o": "*",
            "p": "{\"statusCode\": 200}", "q": "2\\d{2}", "r": "=", "s": "<<", "t": "2024-01-01", "u": "\u{85}",
        });
        for notation in [Notation::Json, Notation::Yaml] {
            let text = write(&value, notation);
            assert_eq!(parse(&text).expect(&text), value, "{text}");
        }
    }
}
