//! Mapped values on their way into a message.

use std::borrow::Cow;

use http::{HeaderMap, HeaderName, HeaderValue};

use super::headers::{RequestTarget, ResponseTarget};
use super::{Facts, InvalidJson, Source};

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

/// Why mapped values cannot be put into a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MappingFault {
    /// A value would break out of its place. On the way to a back end the caller is at fault (400).
    #[error(transparent)]
    Unsafe(#[from] UnsafeValue),
    /// A body looks like JSON and is none: 400 for a request's, 500 for an answer's.
    #[error(transparent)]
    Json(#[from] InvalidJson),
    /// A template sets a header that is the gateway's own, or a name that is none: 500.
    #[error("a header that may not be set")]
    Forbidden,
}

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
/// When a value is not fit for a header, or a body that is needed is no JSON.
pub fn map_headers<F: Facts + ?Sized>(
    mappings: &[HeaderMapping],
    facts: &F,
    headers: &mut HeaderMap,
) -> Result<(), MappingFault> {
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
            | Source::RequestBody(_)
            | Source::ResponseBody(_)
            | Source::Context(_) => match source.evaluate(facts)? {
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

/// Puts what a template set in `requestOverride.header` over the mapped headers. A list comes joined by commas, and
/// an empty value takes the header away. `target` is the table of the integration's type: what it drops is left
/// out, what it calls fatal ends the call.
///
/// # Errors
/// When a name is none or may not be set, or a value is not fit for a header.
pub fn override_request_headers<'o>(
    overrides: impl IntoIterator<Item = (&'o str, &'o str)>,
    target: impl Fn(&HeaderName) -> RequestTarget,
    headers: &mut HeaderMap,
) -> Result<(), MappingFault> {
    for (name, value) in overrides {
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| MappingFault::Forbidden)?;
        match target(&name) {
            RequestTarget::Sent => put(name, value, headers)?,
            RequestTarget::Dropped => {}
            RequestTarget::Fatal => return Err(MappingFault::Forbidden),
        }
    }
    Ok(())
}

/// Puts what a template set in `responseOverride.header` over the mapped headers of an answer, as
/// [`override_request_headers`] does. A header that is the gateway's own gets the name that it is renamed to.
///
/// # Errors
/// When a name is none, or a value is not fit for a header.
pub fn override_response_headers<'o>(
    overrides: impl IntoIterator<Item = (&'o str, &'o str)>,
    headers: &mut HeaderMap,
) -> Result<(), MappingFault> {
    for (name, value) in overrides {
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| MappingFault::Forbidden)?;
        match super::headers::response_target(&name) {
            ResponseTarget::Sent => put(name, value, headers)?,
            ResponseTarget::Renamed(renamed) => put(renamed, value, headers)?,
            ResponseTarget::Dropped => {}
        }
    }
    Ok(())
}

fn put(name: HeaderName, value: &str, headers: &mut HeaderMap) -> Result<(), UnsafeValue> {
    if value.is_empty() {
        headers.remove(name);
    } else {
        headers.insert(name, header_value(value.as_bytes())?);
    }
    Ok(())
}
