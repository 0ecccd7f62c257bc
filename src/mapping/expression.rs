//! Mapping expressions as an owner writes them.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use bytes::Bytes;

use crate::model::{ParameterName, StageVariables};

use super::{ContextVariable, InvalidJsonPath, JsonPath, Source, headers};

/// Where an expression stands, which decides what it may name (API Gateway, *Request and response data mapping
/// reference*).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The value of an `integration.request.*` parameter.
    IntegrationRequest,
    /// The value of a `method.response.header.*` parameter.
    MethodResponse,
    /// The value of a `gatewayresponse.header.*` parameter, or a reference in a gateway response's template.
    GatewayResponse,
}

/// Which of several values of the same name an expression takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Values {
    /// The last one.
    Last,
    /// All, joined by commas where one text is needed.
    All,
}

/// What an expression names of the request.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum RequestSource {
    /// `method.request.header.NAME` and `method.request.multivalueheader.NAME`.
    Header(ParameterName, Values),
    /// `method.request.querystring.NAME` and `method.request.multivaluequerystring.NAME`.
    Querystring(ParameterName, Values),
    /// `method.request.path.NAME`.
    Path(ParameterName),
    /// `method.request.body` and `method.request.body.JSONPATH`.
    Body(Option<Box<str>>),
}

/// What an expression names of the back end's answer.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ResponseSource {
    /// `integration.response.header.NAME` and `integration.response.multivalueheader.NAME`.
    Header(ParameterName, Values),
    /// `integration.response.body` and `integration.response.body.JSONPATH`.
    Body(Option<Box<str>>),
}

/// A mapping expression. Its text form and this one are the same: what [`parse`](Self::parse) takes,
/// [`Display`](fmt::Display) gives back.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Expression {
    /// `'text'`: the text, whatever the request. Its characters are fit for a header.
    Static(Box<str>),
    /// Something of the request.
    Request(RequestSource),
    /// Something of the back end's answer.
    Response(ResponseSource),
    /// `context.X`.
    Context(ContextVariable),
    /// `context.X` that has a good form and a name unknown here; gives nothing.
    UnknownContext(Box<str>),
    /// `stageVariables.NAME`.
    StageVariable(Box<str>),
}

/// A text that is no mapping expression, or none that may stand where it does.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "Invalid mapping expression specified: Validation Result: warnings : [], errors : [Invalid mapping expression \
     specified: {text}]{hint}"
)]
pub struct InvalidExpression {
    text: String,
    hint: Cow<'static, str>,
}

impl Expression {
    /// Reads an expression that stands in `scope`.
    ///
    /// # Errors
    /// API Gateway's own message, followed by a hint where the mistake is a common one.
    pub fn parse(text: &str, scope: Scope) -> Result<Self, InvalidExpression> {
        let refuse = |hint: &'static str| InvalidExpression { text: text.to_owned(), hint: hint.into() };
        if let Some(inner) = text.strip_prefix('\'') {
            let inner =
                inner.strip_suffix('\'').ok_or_else(|| refuse("; a static value ends with a quote"))?;
            if http::HeaderValue::from_str(inner).is_err() {
                return Err(refuse("; a static value holds no control characters"));
            }
            return Ok(Self::Static(inner.into()));
        }
        if let Some(name) = text.strip_prefix("stageVariables.") {
            let fits = (1..=64).contains(&name.len())
                && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
            return if fits { Ok(Self::StageVariable(name.into())) } else { Err(refuse("")) };
        }
        if let Some(name) = text.strip_prefix("context.") {
            let known = ContextVariable::from_name(name).map(Self::Context);
            let part = |part: &str| !part.is_empty() && part.bytes().all(is_name_byte);
            return match known {
                Some(expression) => Ok(expression),
                None if name.split('.').all(part) => Ok(Self::UnknownContext(name.into())),
                None => Err(refuse("")),
            };
        }
        let body = ["method.request.body.", "integration.response.body."].iter();
        if let Some(path) = body.filter_map(|prefix| text.strip_prefix(prefix)).next()
            && let Err(error) = json_path(path)
        {
            return Err(InvalidExpression { text: text.to_owned(), hint: format!("; {error}").into() });
        }
        if let Some(rest) = text.strip_prefix("method.request.") {
            return match scope {
                Scope::IntegrationRequest | Scope::GatewayResponse => {
                    let source = RequestSource::parse(rest).ok_or_else(|| refuse(""))?;
                    let body = matches!(source, RequestSource::Body(_));
                    if body && scope == Scope::GatewayResponse {
                        Err(refuse(""))
                    } else {
                        Ok(Self::Request(source))
                    }
                }
                Scope::MethodResponse => {
                    Err(refuse("; an answer's header cannot be mapped from the request"))
                }
            };
        }
        if let Some(rest) = text.strip_prefix("integration.response.") {
            return match scope {
                Scope::MethodResponse => {
                    ResponseSource::parse(rest).map(Self::Response).ok_or_else(|| refuse(""))
                }
                Scope::IntegrationRequest | Scope::GatewayResponse => Err(refuse("")),
            };
        }
        Err(refuse("; a static value is written in single quotes, such as '*'"))
    }

    /// The expression with stage variables as constants; `None` if it gives nothing for any request.
    #[must_use]
    pub fn bind(&self, variables: &StageVariables) -> Option<Source> {
        let constant = |text: &str| {
            (!text.is_empty()).then(|| Source::Constant(Bytes::copy_from_slice(text.as_bytes())))
        };
        match self {
            Self::Static(text) => constant(text),
            Self::StageVariable(name) => variables.get(name).and_then(constant),
            Self::Context(variable) => Some(Source::Context(*variable)),
            Self::Request(RequestSource::Header(name, values)) => {
                let name = http::HeaderName::from_bytes(name.as_str().as_bytes()).ok()?;
                (!headers::is_hidden(&name)).then_some(Source::RequestHeader(name, *values))
            }
            Self::Request(RequestSource::Querystring(name, values)) => {
                Some(Source::Querystring(name.as_str().into(), *values))
            }
            Self::Request(RequestSource::Path(name)) => Some(Source::Path(name.as_str().into())),
            Self::Response(ResponseSource::Header(name, values)) => {
                let name = http::HeaderName::from_bytes(name.as_str().as_bytes()).ok()?;
                Some(Source::ResponseHeader(name, *values))
            }
            Self::Request(RequestSource::Body(path)) => compiled(path.as_deref()).map(Source::RequestBody),
            Self::Response(ResponseSource::Body(path)) => compiled(path.as_deref()).map(Source::ResponseBody),
            Self::UnknownContext(_) => None,
        }
    }

    /// Whether it names a stage variable, so that its value is known only on a stage.
    #[must_use]
    pub fn is_stage_variable(&self) -> bool {
        matches!(self, Self::StageVariable(_))
    }

    /// Whether it names a body, which must then be read before the call or the answer.
    #[must_use]
    pub fn is_body(&self) -> bool {
        matches!(self, Self::Request(RequestSource::Body(_)) | Self::Response(ResponseSource::Body(_)))
    }
}

/// The path of a body; a bad one was refused when the expression was read.
fn compiled(path: Option<&str>) -> Option<Option<Arc<JsonPath>>> {
    path.map(|path| json_path(path).map(Arc::new)).transpose().ok()
}

/// The path behind `body.`, which goes on from the document.
fn json_path(path: &str) -> Result<JsonPath, InvalidJsonPath> {
    if path.starts_with('$') { JsonPath::parse(path) } else { JsonPath::parse(&format!("$.{path}")) }
}

impl RequestSource {
    /// Reads what follows `method.request.`.
    fn parse(rest: &str) -> Option<Self> {
        if let Some(path) = body(rest) {
            return path.map(Self::Body);
        }
        let (location, name) = rest.split_once('.')?;
        match location {
            "header" => Some(Self::Header(header(name)?, Values::Last)),
            "multivalueheader" => Some(Self::Header(header(name)?, Values::All)),
            "querystring" => Some(Self::Querystring(parameter(name)?, Values::Last)),
            "multivaluequerystring" => Some(Self::Querystring(parameter(name)?, Values::All)),
            "path" => Some(Self::Path(name.parse().ok()?)),
            _ => None,
        }
    }
}

impl ResponseSource {
    /// Reads what follows `integration.response.`.
    fn parse(rest: &str) -> Option<Self> {
        if let Some(path) = body(rest) {
            return path.map(Self::Body);
        }
        let (location, name) = rest.split_once('.')?;
        match location {
            "header" => Some(Self::Header(header(name)?, Values::Last)),
            "multivalueheader" => Some(Self::Header(header(name)?, Values::All)),
            _ => None,
        }
    }
}

/// `body` or `body.JSONPATH`; the inner `None` is a body without a path after its dot.
fn body(rest: &str) -> Option<Option<Option<Box<str>>>> {
    match rest.strip_prefix("body")? {
        "" => Some(Some(None)),
        path => {
            let path = path.strip_prefix('.')?;
            let fits = !path.is_empty() && !path.bytes().any(|byte| byte.is_ascii_control());
            Some(fits.then(|| Some(path.into())))
        }
    }
}

/// A parameter name as expressions take it: `^[a-zA-Z0-9._$-]+$`.
fn parameter(name: &str) -> Option<ParameterName> {
    if name.bytes().all(is_name_byte) { name.parse().ok() } else { None }
}

fn header(name: &str) -> Option<ParameterName> {
    http::HeaderName::from_bytes(name.as_bytes()).ok().and_then(|_| parameter(name))
}

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"._$-".contains(&byte)
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = |f: &mut fmt::Formatter<'_>, root: &str, path: &Option<Box<str>>| match path {
            None => f.write_str(root),
            Some(path) => write!(f, "{root}.{path}"),
        };
        match self {
            Self::Static(text) => write!(f, "'{text}'"),
            Self::StageVariable(name) => write!(f, "stageVariables.{name}"),
            Self::Context(variable) => write!(f, "context.{}", variable.as_str()),
            Self::UnknownContext(name) => write!(f, "context.{name}"),
            Self::Request(source) => match source {
                RequestSource::Header(name, Values::Last) => write!(f, "method.request.header.{name}"),
                RequestSource::Header(name, Values::All) => {
                    write!(f, "method.request.multivalueheader.{name}")
                }
                RequestSource::Querystring(name, Values::Last) => {
                    write!(f, "method.request.querystring.{name}")
                }
                RequestSource::Querystring(name, Values::All) => {
                    write!(f, "method.request.multivaluequerystring.{name}")
                }
                RequestSource::Path(name) => write!(f, "method.request.path.{name}"),
                RequestSource::Body(json) => path(f, "method.request.body", json),
            },
            Self::Response(source) => match source {
                ResponseSource::Header(name, Values::Last) => write!(f, "integration.response.header.{name}"),
                ResponseSource::Header(name, Values::All) => {
                    write!(f, "integration.response.multivalueheader.{name}")
                }
                ResponseSource::Body(json) => path(f, "integration.response.body", json),
            },
        }
    }
}
