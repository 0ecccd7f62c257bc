//! Mapped values on their way into a message.

use std::borrow::Cow;

use http::{HeaderMap, HeaderName, HeaderValue};

use super::{Facts, Source};

/// A header that is given the value of a source.
#[derive(Clone, Debug)]
pub struct HeaderMapping {
    /// The header.
    pub name: HeaderName,
    /// Where its value comes from.
    pub source: Source,
}

/// A query parameter that is given the values of a source.
#[derive(Clone, Debug)]
pub struct QueryMapping {
    /// The parameter's name, percent-encoded.
    pub name: Box<str>,
    /// Where its values come from.
    pub source: Source,
}

impl QueryMapping {
    /// A parameter's name as it stands in a query.
    #[must_use]
    pub fn encode(name: &str) -> Box<str> {
        super::uri_plan::query_name(name)
    }
}

/// A mapped value that would break out of its place: it holds a CR, LF, NUL or another control character.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a mapped value holds control characters")]
pub struct UnsafeValue;

/// The one way from a mapped value to a header value (RFC 9110 section 5.5).
///
/// # Errors
/// When the value holds a control character other than a tab.
pub fn header_value(value: &[u8]) -> Result<HeaderValue, UnsafeValue> {
    HeaderValue::from_bytes(value).map_err(|_| UnsafeValue)
}

/// Sets each mapped header that has a value, replacing what was there; one without a value is left alone.
///
/// # Errors
/// When a value is not fit for a header.
pub fn map_headers<F: Facts + ?Sized>(
    mappings: &[HeaderMapping],
    facts: &F,
    headers: &mut HeaderMap,
) -> Result<(), UnsafeValue> {
    for HeaderMapping { name, source } in mappings {
        let value = match source {
            // Checked when it was compiled, and shared rather than copied.
            Source::Constant(bytes) => {
                HeaderValue::from_maybe_shared(bytes.clone()).map_err(|_| UnsafeValue)?
            }
            Source::RequestHeader(..)
            | Source::Querystring(..)
            | Source::Path(_)
            | Source::ResponseHeader(..)
            | Source::Context(_) => match source.evaluate(facts) {
                Some(Cow::Borrowed(bytes)) => header_value(bytes)?,
                Some(Cow::Owned(bytes)) => {
                    HeaderValue::from_maybe_shared(bytes::Bytes::from(bytes)).map_err(|_| UnsafeValue)?
                }
                None => continue,
            },
        };
        headers.insert(name.clone(), value);
    }
    Ok(())
}
