//! What a function answers (API Gateway, *Output format of a Lambda function for proxy integration*; what is refused
//! is as recorded).

use std::fmt;
use std::marker::PhantomData;

use http::StatusCode;
use http::header::{HeaderMap, HeaderName, HeaderValue};
use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};

use crate::gateway::headers::is_hop_by_hop;
use crate::mapping::headers::{ResponseTarget, lambda_response_target};

/// A function's answer.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Output {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: String,
    pub(super) is_base64_encoded: bool,
}

/// A function's answer that is none: 502.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("Malformed Lambda proxy response: {0}")]
pub(super) struct Malformed(String);

/// The answer's fields. There are no others: one more makes it malformed.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Fields {
    status_code: Option<Number>,
    headers: Option<Pairs<Text>>,
    multi_value_headers: Option<Pairs<Vec<Text>>>,
    body: Option<String>,
    is_base64_encoded: Option<bool>,
}

/// A whole number, or a text of one.
#[derive(serde::Deserialize)]
#[serde(untagged)]
enum Number {
    Number(i64),
    Text(String),
}

/// A header's value: a text, or a Boolean.
#[derive(serde::Deserialize)]
#[serde(untagged)]
enum Text {
    Text(String),
    Boolean(bool),
}

impl Text {
    fn as_str(&self) -> &str {
        match self {
            Self::Text(text) => text,
            Self::Boolean(true) => "true",
            Self::Boolean(false) => "false",
        }
    }
}

impl Output {
    /// Reads what a function returned.
    ///
    /// # Errors
    /// When it is no JSON object, holds a field or a type that is not expected, or a header that cannot be sent.
    pub(super) fn parse(json: &[u8]) -> Result<Self, Malformed> {
        let refuse = |what: &dyn fmt::Display| Malformed(what.to_string());
        if json.trim_ascii().first() != Some(&b'{') {
            return Err(refuse(&"it is no JSON object"));
        }
        let fields: Fields = serde_json::from_slice(json).map_err(|error| refuse(&error))?;
        let number = match fields.status_code {
            None => Some(200),
            Some(Number::Number(number)) => u16::try_from(number).ok(),
            Some(Number::Text(text)) => text.parse().ok(),
        };
        let status = number
            .filter(|number| (200..=599).contains(number))
            .and_then(|number| StatusCode::from_u16(number).ok())
            .ok_or_else(|| refuse(&"statusCode is no status from 200 to 599"))?;
        let mut headers = HeaderMap::new();
        for (name, values) in fields.multi_value_headers.into_iter().flat_map(|pairs| pairs.0) {
            for value in &values {
                append(&mut headers, &name, value.as_str())?;
            }
        }
        for (name, value) in fields.headers.into_iter().flat_map(|pairs| pairs.0) {
            append(&mut headers, &name, value.as_str())?;
        }
        Ok(Self {
            status,
            headers,
            body: fields.body.unwrap_or_default(),
            is_base64_encoded: fields.is_base64_encoded.unwrap_or_default(),
        })
    }
}

/// Adds a header that a function names.
fn append(headers: &mut HeaderMap, name: &str, value: &str) -> Result<(), Malformed> {
    let unfit = || Malformed(format!("the header {name:?} cannot be sent"));
    let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| unfit())?;
    let value = HeaderValue::from_bytes(value.as_bytes()).map_err(|_| unfit())?;
    put(headers, name, value);
    Ok(())
}

/// Adds a header under the name that it leaves with; what belongs to one connection is left out.
pub(super) fn put(headers: &mut HeaderMap, name: HeaderName, value: HeaderValue) {
    match lambda_response_target(&name) {
        ResponseTarget::Sent if is_hop_by_hop(&name) => false,
        ResponseTarget::Sent => headers.append(name, value),
        ResponseTarget::Renamed(renamed) => headers.append(renamed, value),
        ResponseTarget::Dropped => false,
    };
}

/// A JSON object's pairs in their own order; nothing else is taken for one.
struct Pairs<T>(Vec<(String, T)>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Pairs<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collect<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Collect<T> {
            type Value = Pairs<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of headers")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs<T>, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    if pairs.len() >= MOST_HEADERS {
                        return Err(A::Error::custom("it has too many headers"));
                    }
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }

        deserializer.deserialize_map(Collect(PhantomData))
    }
}

/// The most headers of a function: far above what a caller takes.
const MOST_HEADERS: usize = 1_000;

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(output: &Output) -> Vec<(&str, &str)> {
        output.headers.iter().map(|(name, value)| (name.as_str(), value.to_str().unwrap_or("?"))).collect()
    }

    #[test]
    fn answers_may_leave_out_everything() {
        for (json, status, body, encoded) in [
            ("{}", 200, "", false),
            (r#" {"statusCode":201} "#, 201, "", false),
            (r#"{"statusCode":"404","body":"gone"}"#, 404, "gone", false),
            (
                r#"{"body":null,"headers":null,"multiValueHeaders":null,"isBase64Encoded":null}"#,
                200,
                "",
                false,
            ),
            (r#"{"body":"aGk=","isBase64Encoded":true,"statusCode":null}"#, 200, "aGk=", true),
            (r#"{"body":"\u00e9"}"#, 200, "é", false),
        ] {
            let output = Output::parse(json.as_bytes()).unwrap_or_else(|error| panic!("{json}: {error}"));
            assert_eq!(
                (output.status.as_u16(), output.body.as_str(), output.is_base64_encoded),
                (status, body, encoded),
                "{json}"
            );
            assert!(output.headers.is_empty(), "{json}");
        }
    }

    #[test]
    fn headers_of_both_maps_are_sent_the_many_first() {
        for (json, expected) in [
            (
                r#"{"headers":{"X-A":"1","B":true,"C":false}}"#,
                &[("x-a", "1"), ("b", "true"), ("c", "false")][..],
            ),
            (r#"{"multiValueHeaders":{"X-A":["1","2"],"Y":[]}}"#, &[("x-a", "1"), ("x-a", "2")]),
            (
                r#"{"headers":{"x-a":"3","Z":"4"},"multiValueHeaders":{"X-A":["1","2"]}}"#,
                &[("x-a", "1"), ("x-a", "2"), ("x-a", "3"), ("z", "4")],
            ),
            (
                r#"{"headers":{"Date":"d","Server":"s","Connection":"c","Content-Length":"1"}}"#,
                &[
                    ("x-amzn-remapped-date", "d"),
                    ("x-amzn-remapped-server", "s"),
                    ("x-amzn-remapped-connection", "c"),
                    ("x-amzn-remapped-content-length", "1"),
                ],
            ),
            (r#"{"headers":{"Transfer-Encoding":"chunked","Keep-Alive":"x","Via":"v"}}"#, &[("via", "v")]),
        ] {
            let output = Output::parse(json.as_bytes()).unwrap_or_else(|error| panic!("{json}: {error}"));
            assert_eq!(lines(&output), expected, "{json}");
        }
    }

    #[test]
    fn anything_else_is_malformed() {
        for json in [
            "",
            "null",
            r#""a text""#,
            "[]",
            "[200]",
            "12",
            "{",
            "{} x",
            r#"{"statusCode":200,"unknown":1}"#,
            r#"{"errorMessage":"boom","errorType":"Exception"}"#,
            r#"{"cookies":[]}"#,
            r#"{"statusCode":"ok"}"#,
            r#"{"statusCode":200.5}"#,
            r#"{"statusCode":99}"#,
            r#"{"statusCode":101}"#,
            r#"{"statusCode":600}"#,
            r#"{"statusCode":-1}"#,
            r#"{"statusCode":true}"#,
            r#"{"headers":[]}"#,
            r#"{"headers":"x"}"#,
            r#"{"headers":{"a":1}}"#,
            r#"{"headers":{"a":null}}"#,
            r#"{"headers":{"a":["1"]}}"#,
            r#"{"headers":{"a b":"1"}}"#,
            r#"{"headers":{"a":"1\r\nb: 2"}}"#,
            r#"{"multiValueHeaders":{"a":"1"}}"#,
            r#"{"multiValueHeaders":{"a":[1]}}"#,
            r#"{"body":{"a":1}}"#,
            r#"{"body":12}"#,
            r#"{"isBase64Encoded":"true"}"#,
        ] {
            assert!(Output::parse(json.as_bytes()).is_err(), "{json}");
        }
    }
}
