//! What becomes of a body on its way across the gateway: text, bytes, or one written as the other (API Gateway,
//! *Content type conversions in API Gateway*).

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use base64::engine::{DecodePaddingMode, general_purpose};
use bytes::Bytes;

use crate::model::{ContentHandling, MediaType};

/// The media types of an API whose bodies are bytes.
///
/// An entry matches the same type exactly, `type/*` all of its subtypes, and `*/*` everything. Parameters are
/// ignored. `*/test` matches nothing, and a range in a request matches only the same range (recorded).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BinaryTypes {
    everything: bool,
    /// In lower case: `image/png`, and `image/*`.
    entries: Box<[Box<str>]>,
}

impl BinaryTypes {
    /// The types of an API.
    #[must_use]
    pub fn parse(types: &[MediaType]) -> Self {
        let entries = types.iter().map(|own| essence(own.as_str()).to_ascii_lowercase());
        let entries = entries.filter(|entry| !entry.starts_with("*/")).map(String::into_boxed_str).collect();
        Self { everything: types.iter().any(|own| essence(own.as_str()) == "*/*"), entries }
    }

    /// Whether no body is binary, so that none has to be looked at.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        !self.everything && self.entries.is_empty()
    }

    /// Whether a body is bytes: by its `Content-Type`, or by the first media type of an `Accept`. Without such a
    /// header it is `application/json`.
    #[must_use]
    pub fn is_binary(&self, header: Option<&[u8]>) -> bool {
        if self.everything || self.entries.is_empty() {
            return self.everything;
        }
        let text = header.and_then(|value| std::str::from_utf8(value).ok()).unwrap_or("application/json");
        let own = essence(text);
        let kind = own.split_once('/').map_or(own, |(kind, _)| kind);
        self.entries.iter().any(|entry| {
            entry.eq_ignore_ascii_case(own)
                || entry.strip_suffix("/*").is_some_and(|range| range.eq_ignore_ascii_case(kind))
        })
    }
}

/// The first media type of a list, without its parameters.
fn essence(text: &str) -> &str {
    text.split([',', ';']).next().unwrap_or_default().trim_matches([' ', '\t'])
}

/// What is done to a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conversion {
    /// It is text: what is no UTF-8 becomes U+FFFD.
    Text,
    /// It passes as it is.
    Raw,
    /// Bytes become base64 text.
    Encode,
    /// Base64 text becomes bytes.
    Decode,
}

/// A body that was to be decoded and is no base64. The answer is then 500 (recorded).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the body is no base64")]
pub struct ConversionFault;

impl Conversion {
    /// What is done to a request's body on its way to the integration.
    #[must_use]
    pub fn of_request(handling: Option<ContentHandling>, is_binary: bool) -> Self {
        match (handling, is_binary) {
            (None | Some(ContentHandling::ConvertToText), false) => Self::Text,
            (Some(ContentHandling::ConvertToBinary), false) => Self::Decode,
            (None | Some(ContentHandling::ConvertToBinary), true) => Self::Raw,
            (Some(ContentHandling::ConvertToText), true) => Self::Encode,
        }
    }

    /// What is done to an answer's body on its way to the caller, who accepts bytes or text.
    #[must_use]
    pub fn of_response(handling: Option<ContentHandling>, is_binary: bool, accepts_binary: bool) -> Self {
        match (handling, is_binary, accepts_binary) {
            (None, false, false) | (Some(ContentHandling::ConvertToText), false, _) => Self::Text,
            (None, false, true) | (Some(ContentHandling::ConvertToBinary), false, _) => Self::Decode,
            (None, true, false) | (Some(ContentHandling::ConvertToText), true, _) => Self::Encode,
            (None, true, true) | (Some(ContentHandling::ConvertToBinary), true, _) => Self::Raw,
        }
    }

    /// What is done to the body that a Lambda function gives to `AWS_PROXY`. Its `Content-Type` plays no part
    /// (recorded).
    #[must_use]
    pub fn of_lambda_proxy(is_base64_encoded: bool, accepts_binary: bool) -> Self {
        if is_base64_encoded && accepts_binary { Self::Decode } else { Self::Raw }
    }

    /// Does it. Text that is text, and what passes, is not copied.
    ///
    /// # Errors
    /// When the body is to be decoded and is no base64.
    pub fn apply(self, body: &Bytes) -> Result<Bytes, ConversionFault> {
        match self {
            Self::Raw => Ok(body.clone()),
            Self::Text => Ok(match String::from_utf8_lossy(body) {
                Cow::Borrowed(_) => body.clone(),
                Cow::Owned(text) => text.into(),
            }),
            Self::Encode => Ok(general_purpose::STANDARD.encode(body).into()),
            Self::Decode => LENIENT.decode(body.trim_ascii()).map(Bytes::from).map_err(|_| ConversionFault),
        }
    }
}

/// Base64 with or without its padding.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

#[cfg(test)]
mod tests {
    use super::*;

    fn types(list: &[&str]) -> BinaryTypes {
        let parse = |text: &&str| text.parse().unwrap_or_else(|error| panic!("{text}: {error}"));
        BinaryTypes::parse(&list.iter().map(parse).collect::<Vec<_>>())
    }

    #[test]
    fn types_match_exactly_or_by_range() {
        for (list, header, expected) in [
            (&[][..], Some("image/png"), false),
            (&["image/png"], Some("image/png"), true),
            (&["image/png"], Some("IMAGE/PNG; q=1"), true),
            (&["image/png"], Some("image/gif"), false),
            (&["image/png"], Some("image/png, text/html"), true),
            (&["image/png"], Some("text/html, image/png"), false),
            (&["image/png"], Some("image/*"), false),
            (&["image/png"], Some("*/*"), false),
            (&["image/png"], None, false),
            (&["image/*"], Some("image/png"), true),
            (&["application/*"], Some("application/*"), true),
            (&["application/*"], None, true),
            (&["application/json"], None, true),
            (&["application/*"], Some("applications/x"), false),
            (&["*/*"], Some("text/plain"), true),
            (&["*/*"], None, true),
            (&["*/test"], Some("a/test"), false),
            (&["*/test"], Some("*/test"), false),
        ] {
            let found = types(list).is_binary(header.map(str::as_bytes));
            assert_eq!(found, expected, "{list:?} on {header:?}");
        }
        assert!(types(&[]).is_empty() && types(&["*/test"]).is_empty());
        assert!(!types(&["*/*"]).is_empty() && !types(&["a/b"]).is_empty());
    }

    const TO_TEXT: Option<ContentHandling> = Some(ContentHandling::ConvertToText);
    const TO_BINARY: Option<ContentHandling> = Some(ContentHandling::ConvertToBinary);

    #[test]
    fn requests_are_converted_by_the_table() {
        for (is_binary, handling, expected) in [
            (false, None, Conversion::Text),
            (false, TO_TEXT, Conversion::Text),
            (false, TO_BINARY, Conversion::Decode),
            (true, None, Conversion::Raw),
            (true, TO_TEXT, Conversion::Encode),
            (true, TO_BINARY, Conversion::Raw),
        ] {
            assert_eq!(Conversion::of_request(handling, is_binary), expected, "{is_binary} {handling:?}");
        }
    }

    #[test]
    fn answers_are_converted_by_the_table() {
        for (is_binary, accepts_binary, undefined, to_text, to_binary) in [
            (false, false, Conversion::Text, Conversion::Text, Conversion::Decode),
            (false, true, Conversion::Decode, Conversion::Text, Conversion::Decode),
            (true, false, Conversion::Encode, Conversion::Encode, Conversion::Raw),
            (true, true, Conversion::Raw, Conversion::Encode, Conversion::Raw),
        ] {
            for (handling, expected) in [(None, undefined), (TO_TEXT, to_text), (TO_BINARY, to_binary)] {
                let found = Conversion::of_response(handling, is_binary, accepts_binary);
                assert_eq!(found, expected, "{is_binary} {accepts_binary} {handling:?}");
            }
        }
        for (encoded, accepts_binary, expected) in [
            (true, true, Conversion::Decode),
            (true, false, Conversion::Raw),
            (false, true, Conversion::Raw),
            (false, false, Conversion::Raw),
        ] {
            assert_eq!(Conversion::of_lambda_proxy(encoded, accepts_binary), expected);
        }
    }

    #[test]
    fn conversions_change_what_they_should() {
        for (conversion, body, expected) in [
            (Conversion::Text, &b"caf\xc3\xa9"[..], Some("caf\u{e9}".as_bytes())),
            (Conversion::Text, b"a\xff\xfeb", Some("a\u{fffd}\u{fffd}b".as_bytes())),
            (Conversion::Raw, b"\xff\x00", Some(b"\xff\x00")),
            (Conversion::Encode, b"\xff\x00", Some(b"/wA=")),
            (Conversion::Encode, b"", Some(b"")),
            (Conversion::Decode, b"/wA=", Some(b"\xff\x00")),
            (Conversion::Decode, b" /wA\r\n", Some(b"\xff\x00")),
            (Conversion::Decode, b"", Some(b"")),
            (Conversion::Decode, b"_w==", None),
            (Conversion::Decode, b"plain text", None),
            (Conversion::Decode, b"\xff", None),
        ] {
            let found = conversion.apply(&Bytes::copy_from_slice(body)).ok();
            assert_eq!(found.as_deref(), expected, "{conversion:?} of {body:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn what_is_encoded_can_be_decoded(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..64)) {
            let body = Bytes::from(bytes);
            let text = Conversion::Encode.apply(&body).expect("anything can be encoded");
            proptest::prop_assert_eq!(Conversion::Text.apply(&text), Ok(text.clone()));
            proptest::prop_assert_eq!(Conversion::Decode.apply(&text), Ok(body));
        }
    }
}
