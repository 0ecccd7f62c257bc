//! A body that is held in memory.

use std::cell::OnceCell;
use std::str::Utf8Error;

use bytes::Bytes;
use serde_json::Value;

/// A request's or an answer's whole body. It is parsed as JSON at most once, and only if somebody asks.
#[derive(Clone, Debug, Default)]
pub struct Payload {
    bytes: Bytes,
    json: OnceCell<Option<Value>>,
}

/// A body that a mapping reads and that looks like JSON, but is none.
///
/// The data plane answers 400 `Invalid JSON in request body` for a request's body, and 500 for an answer's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Invalid JSON in request body")]
pub struct InvalidJson;

impl Payload {
    /// A body that was read to its end.
    #[must_use]
    pub fn new(bytes: Bytes) -> Self {
        Self { bytes, json: OnceCell::new() }
    }

    /// The bytes as they came.
    #[must_use]
    pub fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// The bytes as text.
    ///
    /// # Errors
    /// When they are not UTF-8.
    pub fn text(&self) -> Result<&str, Utf8Error> {
        std::str::from_utf8(&self.bytes)
    }

    /// The body as JSON, whatever kind of value it is; an empty one is `{}`. `None` if it is no JSON, or is nested
    /// more than 127 deep.
    #[must_use]
    pub fn json(&self) -> Option<&Value> {
        let parse = || {
            if self.bytes.trim_ascii().is_empty() {
                return Some(Value::Object(serde_json::Map::new()));
            }
            serde_json::from_slice(&self.bytes).ok()
        };
        self.json.get_or_init(parse).as_ref()
    }

    /// The body as JSON for a parameter mapping: only a text that starts with `{`, `[`, `"` or `'` is taken for
    /// JSON. `None` for any other text, which has nothing that a path could lead to.
    ///
    /// # Errors
    /// When the text starts so and is no JSON.
    pub fn mapped_json(&self) -> Result<Option<&Value>, InvalidJson> {
        match self.bytes.trim_ascii().first() {
            None | Some(b'{' | b'[' | b'"' | b'\'') => self.json().map(Some).ok_or(InvalidJson),
            Some(_) => Ok(None),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn payload(text: &'static str) -> Payload {
        Payload::new(Bytes::from_static(text.as_bytes()))
    }

    #[test]
    fn bodies_are_parsed_when_asked() {
        for (text, expected) in [
            ("", Some(json!({}))),
            (" \r\n", Some(json!({}))),
            (r#" {"a":1} "#, Some(json!({"a": 1}))),
            ("[1,2]", Some(json!([1, 2]))),
            ("12", Some(json!(12))),
            (r#""x""#, Some(json!("x"))),
            ("x", None),
            ("'x'", None),
            (r#"{"a":1"#, None),
        ] {
            assert_eq!(payload(text).json(), expected.as_ref(), "{text:?}");
        }
        let deep = Payload::new(Bytes::from("[".repeat(100_000)));
        assert_eq!(deep.json(), None);
    }

    #[test]
    fn a_mapping_takes_only_some_texts_for_json() {
        for (text, expected) in [
            ("", Ok(Some(json!({})))),
            (r#" {"a":1}"#, Ok(Some(json!({"a": 1})))),
            ("12", Ok(None)),
            ("plain", Ok(None)),
            ("true", Ok(None)),
            ("{", Err(InvalidJson)),
            ("  [1", Err(InvalidJson)),
            (r#""x"#, Err(InvalidJson)),
            ("'x'", Err(InvalidJson)),
        ] {
            let found = payload(text).mapped_json().map(Option::<&Value>::cloned);
            assert_eq!(found, expected, "{text:?}");
        }
    }

    #[test]
    fn text_is_utf_8() {
        assert_eq!(payload("é").text(), Ok("é"));
        assert!(Payload::new(Bytes::from_static(b"\xff")).text().is_err());
    }
}
