//! `$util`.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde_json::Value as Json;

use crate::template::eval::{Exit, Render};
use crate::template::value::{Map, Text, Value};

use super::Method;

/// What `java.net.URLEncoder` leaves as it is, and the space, which becomes a plus.
const FORM: &AsciiSet = &NON_ALPHANUMERIC.remove(b'.').remove(b'-').remove(b'*').remove(b'_').remove(b' ');

/// As `java.util.Base64`: padding may be left away.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

impl<'d> Render<'d> {
    pub(super) fn call_util(&mut self, method: Method, arguments: &[Value<'d>]) -> Result<Value<'d>, Exit> {
        let [value] = arguments else { return Ok(Value::Null) };
        if value.is_null() {
            return Ok(match method {
                Method::EscapeJavaScript => Value::borrowed("null"),
                _ => Value::Null,
            });
        }
        let text = self.text(value)?;
        let text = text.as_str();
        self.charge_text(text.len())?;
        match method {
            Method::EscapeJavaScript => self.made(escape_java_script(text)),
            Method::UrlEncode => self.made(utf8_percent_encode(text, FORM).to_string().replace(' ', "+")),
            Method::UrlDecode => match url_decode(text) {
                Some(decoded) => self.made(decoded),
                None => Err(self.fault("$util.urlDecode: a % is followed by two hexadecimal digits")),
            },
            Method::Base64Encode => self.made(BASE64.encode(text)),
            Method::Base64Decode => match BASE64.decode(text) {
                Ok(bytes) => self.made(String::from_utf8_lossy(&bytes).into_owned()),
                Err(error) => Err(self.fault(format!("$util.base64Decode: {error}"))),
            },
            Method::ParseJson => match serde_json::from_str(text) {
                Ok(json) => self.owned(json),
                Err(error) => Err(self.fault(format!("$util.parseJson: {error}"))),
            },
            _ => Ok(Value::Null),
        }
    }

    /// A parsed value that nothing else holds. It nests as deep as its parser allows.
    pub(in crate::template) fn owned(&mut self, json: Json) -> Result<Value<'d>, Exit> {
        self.charge(1)?;
        Ok(match json {
            Json::String(text) => Value::made(text),
            Json::Array(items) => {
                let mut list = Vec::with_capacity(items.len());
                for item in items {
                    list.push(self.owned(item)?);
                }
                self.heap.new_list(true, list)
            }
            Json::Object(entries) => {
                let mut map = Map::default();
                for (key, value) in entries {
                    map.put(Text::Shared(key.into()), self.owned(value)?);
                }
                Value::Map(self.heap.new_map(map))
            }
            Json::Null => Value::Null,
            Json::Bool(value) => Value::Bool(value),
            Json::Number(number) => Value::number(&number),
        })
    }
}

/// A text for between the quotes of a JavaScript string. A single quote is escaped, too, which JSON does not allow:
/// API Gateway's documentation has templates undo that.
fn escape_java_script(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '"' | '\\' | '\'' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            c if c < ' ' => {
                // Writing to a string cannot fail.
                let _ = write!(out, "\\u{:04X}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out
}

/// Form decoding; `None` for a `%` without two digits behind it.
fn url_decode(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let good = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'%').all(|(at, _)| {
        matches!(bytes.get(at + 1..at + 3), Some([a, b]) if a.is_ascii_hexdigit() && b.is_ascii_hexdigit())
    });
    let spaced = text.replace('+', " ");
    good.then(|| percent_decode_str(&spaced).decode_utf8_lossy().into_owned())
}
