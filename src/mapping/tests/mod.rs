//! Expressions, their values, and the targets of calls, as tables of cases.

mod expressions;
mod overrides;
mod targets;
mod values;

use std::borrow::Cow;
use std::collections::BTreeMap;

use http::HeaderMap;

use super::{ContextVariable, Facts, Payload};

/// A request as a table.
#[derive(Default)]
pub(super) struct Request {
    pub(super) headers: HeaderMap,
    pub(super) query: Option<String>,
    pub(super) path: BTreeMap<&'static str, String>,
    pub(super) answer: Option<HeaderMap>,
    pub(super) payload: Option<Payload>,
    pub(super) answer_payload: Option<Payload>,
}

impl Facts for Request {
    fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    fn query(&self) -> Option<&str> {
        self.query.as_deref()
    }

    fn path_parameter(&self, name: &str) -> Option<&str> {
        self.path.get(name).map(String::as_str)
    }

    fn context(&self, variable: ContextVariable) -> Option<Cow<'_, str>> {
        match variable {
            ContextVariable::Stage => Some(Cow::Borrowed("prod")),
            ContextVariable::RequestId => Some(Cow::Owned("r-1".to_owned())),
            ContextVariable::ErrorMessage => Some(Cow::Borrowed("")),
            _ => None,
        }
    }

    fn answer_headers(&self) -> Option<&HeaderMap> {
        self.answer.as_ref()
    }

    fn payload(&self) -> Option<&Payload> {
        self.payload.as_ref()
    }

    fn answer_payload(&self) -> Option<&Payload> {
        self.answer_payload.as_ref()
    }
}
