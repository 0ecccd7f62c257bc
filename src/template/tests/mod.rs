//! Templates as tables of cases: template, expected text.

mod context;
mod differences;
mod errors;
mod examples;
mod input;
mod limits;
mod methods;
mod overrides;
mod printing;
mod properties;
mod syntax;
mod util;

use std::borrow::Cow;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};

use super::{Budget, Environment, Overrides, Template};
use crate::mapping::{ContextVariable, Facts, Payload};

/// A request in memory.
#[derive(Debug, Default)]
struct Request {
    body: Option<Payload>,
    query: Option<&'static str>,
    path: Vec<(&'static str, &'static str)>,
    /// Names as they were sent.
    sent: Vec<(&'static str, HeaderValue)>,
    headers: HeaderMap,
    context: Vec<(ContextVariable, &'static str)>,
    stage: Vec<(&'static str, &'static str)>,
}

/// The body of the reference's worked examples.
const BODY: &str = r#"{"user":{"name":"Ann","tags":["a","b"]},"n":2}"#;

impl Request {
    fn with_body(body: &str) -> Self {
        Self { body: Some(Payload::new(Bytes::copy_from_slice(body.as_bytes()))), ..Self::default() }
    }

    /// With everything that a template can ask for.
    fn full() -> Self {
        use ContextVariable as V;
        let mut request = Self {
            query: Some("q=x&q=y&sp=a+b%21"),
            path: vec![("id", "7"), ("both", "path")],
            context: vec![
                (V::RequestId, "c6af9ac6-7b61-11e6-9a41-93e8deadbeef"),
                (V::HttpMethod, "GET"),
                (V::ResourcePath, "/pets/{child}"),
                (V::RequestTimeEpoch, "1795496400000"),
                (V::IdentitySourceIp, "127.0.0.1"),
                (V::Stage, "prod"),
            ],
            stage: vec![("url", "example.com"), ("na-me", "dash")],
            ..Self::with_body(BODY)
        };
        for (name, value) in
            [("Accept", "a/b"), ("X-Many", "1"), ("X-Many", "2"), ("both", "header"), ("Connection", "close")]
        {
            let value = HeaderValue::from_static(value);
            request.headers.append(HeaderName::from_bytes(name.as_bytes()).expect("a name"), value.clone());
            request.sent.push((name, value));
        }
        request
    }

    fn render(&self, template: &str) -> Result<String, String> {
        self.render_with(template, &mut Overrides::default(), &Budget::default())
    }

    fn render_with(
        &self,
        template: &str,
        overrides: &mut Overrides,
        budget: &Budget,
    ) -> Result<String, String> {
        let template = Template::parse(template).map_err(|error| error.to_string())?;
        template.render(self, overrides, budget).map_err(|error| error.to_string())
    }

    fn check(&self, cases: &[(&str, &str)]) {
        for (template, expected) in cases {
            assert_eq!(self.render(template).as_deref(), Ok(*expected), "{template}");
        }
    }
}

/// Templates that need no request.
fn check(cases: &[(&str, &str)]) {
    Request::default().check(cases);
}

impl Facts for Request {
    fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    fn query(&self) -> Option<&str> {
        self.query
    }

    fn path_parameter(&self, name: &str) -> Option<&str> {
        self.path.iter().find(|(own, _)| *own == name).map(|(_, value)| *value)
    }

    fn context(&self, variable: ContextVariable) -> Option<Cow<'_, str>> {
        self.context.iter().find(|(own, _)| *own == variable).map(|(_, value)| Cow::Borrowed(*value))
    }
}

impl Environment for Request {
    fn input(&self) -> Option<&Payload> {
        self.body.as_ref()
    }

    fn path_parameters<'a>(&'a self, take: &mut dyn FnMut(&'a str, &'a str)) {
        self.path.iter().for_each(|(name, value)| take(name, value));
    }

    fn headers_as_sent<'a>(&'a self, take: &mut dyn FnMut(&'a str, &'a HeaderValue)) {
        self.sent.iter().for_each(|(name, value)| take(name, value));
    }

    fn stage_variable(&self, name: &str) -> Option<&str> {
        self.stage.iter().find(|(own, _)| *own == name).map(|(_, value)| *value)
    }

    fn stage_variables<'a>(&'a self, take: &mut dyn FnMut(&'a str, &'a str)) {
        self.stage.iter().for_each(|(name, value)| take(name, value));
    }
}
