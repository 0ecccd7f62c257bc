//! Where a mapped value comes from while a request is served.

use std::borrow::Cow;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};

use super::{ContextVariable, Payload, Query, Values};

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
}

impl Source {
    /// The value as one text; several values are joined by commas. `None` when it is missing or empty: the target
    /// is then left out.
    #[must_use]
    pub fn evaluate<'a, F: Facts + ?Sized>(&'a self, facts: &'a F) -> Option<Cow<'a, [u8]>> {
        let value = match self {
            Self::Constant(bytes) => Cow::Borrowed(&bytes[..]),
            Self::RequestHeader(name, values) => header(facts.headers(), name, *values)?,
            Self::ResponseHeader(name, values) => header(facts.answer_headers()?, name, *values)?,
            Self::Querystring(name, Values::Last) => Query::new(facts.query()).last(name)?,
            Self::Querystring(name, Values::All) => joined(Query::new(facts.query()).all(name))?,
            Self::Path(name) => Cow::Borrowed(facts.path_parameter(name)?.as_bytes()),
            Self::Context(variable) => match facts.context(*variable)? {
                Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
                Cow::Owned(text) => Cow::Owned(text.into_bytes()),
            },
        };
        (!value.is_empty()).then_some(value)
    }

    /// Each value by itself, for a target that may be repeated. Empty ones are left out.
    pub fn for_each<F: Facts + ?Sized>(&self, facts: &F, mut take: impl FnMut(&[u8])) {
        if let Self::Querystring(name, Values::All) = self {
            Query::new(facts.query())
                .all(name)
                .filter(|value| !value.is_empty())
                .for_each(|value| take(&value));
        } else if let Some(value) = self.evaluate(facts) {
            take(&value);
        }
    }
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
