//! Where a mapped value comes from while a request is served.

use std::borrow::Cow;
use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;

use super::headers::is_signature;
use super::{ContextVariable, Found, InvalidJson, JsonPath, Payload, Query, Values};

/// What a request, and later the back end's answer, has to say. The data plane implements it over what it holds;
/// nothing is copied to ask.
pub trait Facts {
    /// The request's headers.
    fn headers(&self) -> &HeaderMap;
    /// The request's raw query, without the `?`.
    fn query(&self) -> Option<&str>;
    /// A path parameter, as it was sent.
    fn path_parameter(&self, name: &str) -> Option<&str>;
    /// A context variable; `None` when it has no value.
    fn context(&self, variable: ContextVariable) -> Option<Cow<'_, str>>;
    /// The headers of the back end's answer, once there is one.
    fn answer_headers(&self) -> Option<&HeaderMap> {
        None
    }
    /// The request's body, when it is held.
    fn payload(&self) -> Option<&Payload> {
        None
    }
    /// The body of the back end's answer, when it is held.
    fn answer_payload(&self) -> Option<&Payload> {
        None
    }
}

/// A mapping expression on a stage: an [`Expression`](super::Expression) whose stage variables are constants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// The same bytes for every request; not empty.
    Constant(Bytes),
    /// A request header.
    RequestHeader(HeaderName, Values),
    /// A query parameter, decoded. Names compare with regard to case.
    Querystring(Box<str>, Values),
    /// A path parameter, as it was sent.
    Path(Box<str>),
    /// A header of the back end's answer.
    ResponseHeader(HeaderName, Values),
    /// A context variable.
    Context(ContextVariable),
    /// The request's body, or what a path leads to in it.
    RequestBody(Option<Arc<JsonPath>>),
    /// The body of the back end's answer, or what a path leads to in it.
    ResponseBody(Option<Arc<JsonPath>>),
}

impl Source {
    /// The value as one text; several values are joined by commas. `None` when it is missing or empty: the target
    /// is then left out.
    ///
    /// # Errors
    /// When a body looks like JSON and is none.
    pub fn evaluate<'a, F: Facts + ?Sized>(
        &'a self,
        facts: &'a F,
    ) -> Result<Option<Cow<'a, [u8]>>, InvalidJson> {
        let value = match self {
            Self::RequestBody(path) => body(facts.payload(), path.as_deref())?,
            Self::ResponseBody(path) => body(facts.answer_payload(), path.as_deref())?,
            Self::Constant(_)
            | Self::RequestHeader(..)
            | Self::Querystring(..)
            | Self::Path(_)
            | Self::ResponseHeader(..)
            | Self::Context(_) => self.of_head(facts),
        };
        Ok(value.filter(|value| !value.is_empty()))
    }

    /// The value of a source that is no body.
    fn of_head<'a, F: Facts + ?Sized>(&'a self, facts: &'a F) -> Option<Cow<'a, [u8]>> {
        match self {
            Self::Constant(bytes) => Some(Cow::Borrowed(&bytes[..])),
            Self::RequestHeader(name, values) => request_header(facts.headers(), name, *values),
            Self::ResponseHeader(name, values) => header(facts.answer_headers()?, name, *values),
            Self::Querystring(name, Values::Last) => Query::new(facts.query()).last(name),
            Self::Querystring(name, Values::All) => joined(Query::new(facts.query()).all(name)),
            Self::Path(name) => Some(Cow::Borrowed(facts.path_parameter(name)?.as_bytes())),
            Self::Context(variable) => Some(match facts.context(*variable)? {
                Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
                Cow::Owned(text) => Cow::Owned(text.into_bytes()),
            }),
            Self::RequestBody(_) | Self::ResponseBody(_) => None,
        }
    }

    /// Whether the request's body must be held for it.
    #[must_use]
    pub fn needs_payload(&self) -> bool {
        matches!(self, Self::RequestBody(_))
    }

    /// Whether the body of the back end's answer must be held for it.
    #[must_use]
    pub fn needs_answer_payload(&self) -> bool {
        matches!(self, Self::ResponseBody(_))
    }

    /// Each value by itself, for a target that may be repeated. Empty ones are left out.
    ///
    /// # Errors
    /// When a body looks like JSON and is none.
    pub fn for_each<F: Facts + ?Sized>(
        &self,
        facts: &F,
        mut take: impl FnMut(&[u8]),
    ) -> Result<(), InvalidJson> {
        if let Self::Querystring(name, Values::All) = self {
            Query::new(facts.query())
                .all(name)
                .filter(|value| !value.is_empty())
                .for_each(|value| take(&value));
        } else if let Some(value) = self.evaluate(facts)? {
            take(&value);
        }
        Ok(())
    }
}

/// A body, trimmed, or what a path leads to in it: a text as it is, anything else as compact JSON, and nothing for
/// null. An absent body is `{}`.
fn body<'a>(
    payload: Option<&'a Payload>,
    path: Option<&JsonPath>,
) -> Result<Option<Cow<'a, [u8]>>, InvalidJson> {
    let Some(payload) = payload else { return Ok(None) };
    let json = payload.mapped_json()?;
    let Some(path) = path else {
        let text = payload.bytes().trim_ascii();
        return Ok(Some(Cow::Borrowed(if text.is_empty() { b"{}" } else { text })));
    };
    let list = |values: Vec<Cow<'_, Value>>| {
        let elements: Vec<_> = values.iter().map(|value| value.to_string()).collect();
        Some(Cow::Owned(format!("[{}]", elements.join(",")).into_bytes()))
    };
    Ok(match json.map(|json| path.find(json)) {
        None | Some(Found::Nothing) => None,
        Some(Found::Many(values)) => list(values),
        Some(Found::One(Cow::Borrowed(Value::String(text)))) => Some(Cow::Borrowed(text.as_bytes())),
        Some(Found::One(value)) => match &*value {
            Value::Null => None,
            Value::String(text) => Some(Cow::Owned(text.clone().into_bytes())),
            other => Some(Cow::Owned(other.to_string().into_bytes())),
        },
    })
}

/// A header of the caller's; a signature is not for mappings to see.
fn request_header<'a>(headers: &'a HeaderMap, name: &HeaderName, values: Values) -> Option<Cow<'a, [u8]>> {
    let is_signed = |value: &HeaderValue| is_signature(name, value);
    if headers.get(name).is_some_and(is_signed) { None } else { header(headers, name, values) }
}

fn header<'a>(headers: &'a HeaderMap, name: &HeaderName, values: Values) -> Option<Cow<'a, [u8]>> {
    match values {
        Values::Last => headers.get_all(name).iter().next_back().map(|value| Cow::Borrowed(value.as_bytes())),
        Values::All => joined(headers.get_all(name).iter().map(HeaderValue::as_bytes).map(Cow::Borrowed)),
    }
}

/// The values joined by commas, borrowed if there is only one.
fn joined<'a>(mut values: impl Iterator<Item = Cow<'a, [u8]>>) -> Option<Cow<'a, [u8]>> {
    let first = values.next()?;
    let Some(second) = values.next() else { return Some(first) };
    let mut all = first.into_owned();
    for value in [second].into_iter().chain(values) {
        all.push(b',');
        all.extend_from_slice(&value);
    }
    Some(Cow::Owned(all))
}
