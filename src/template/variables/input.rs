//! `$input`: the payload, and the request's parameters.

use std::borrow::Cow;
use std::sync::LazyLock;

use http::HeaderName;
use serde_json::Value as Json;

use crate::mapping::{Found, JsonPath, Query, headers};
use crate::template::eval::{Exit, Render};
use crate::template::methods::Method;
use crate::template::program::Compiled;
use crate::template::value::{Map, MapId, Text, Value};

/// What no payload at all is read as.
const NO_PAYLOAD: &str = "{}";
static EMPTY_OBJECT: LazyLock<Json> = LazyLock::new(|| Json::Object(serde_json::Map::new()));

impl<'d> Render<'d> {
    /// Whether the payload is text at all. A template over anything else is answered 500, whatever it reads:
    /// recorded of API Gateway.
    pub(in crate::template) fn check_payload(&self) -> Result<(), Exit> {
        match self.environment.input().map(|payload| payload.text()) {
            None | Some(Ok(_)) => Ok(()),
            Some(Err(_)) => Err(self.fault("the payload is not UTF-8")),
        }
    }

    /// `$input.body`
    pub(in crate::template) fn input_body(&mut self) -> Result<Value<'d>, Exit> {
        let text = self.environment.input().and_then(|payload| payload.text().ok()).unwrap_or_default();
        Ok(Value::borrowed(if text.is_empty() { NO_PAYLOAD } else { text }))
    }

    pub(in crate::template) fn call_input(
        &mut self,
        method: Method,
        arguments: &[Value<'d>],
        compiled: &Compiled,
    ) -> Result<Value<'d>, Exit> {
        match (method, arguments) {
            (Method::Path, [path]) => {
                self.input_path(path, compiled).map(|found| found.unwrap_or(Value::Null))
            }
            (Method::Json, [path]) => {
                let Some(found) = self.input_path(path, compiled)? else {
                    return Ok(Value::borrowed("\"\""));
                };
                let mut out = String::new();
                self.print_json(&found, 0, &mut out)?;
                self.made(out)
            }
            (Method::Params, []) => self.params().map(Value::Map),
            (Method::Params, [name]) => {
                let name = self.text(name)?;
                Ok(self.param(name.as_str()).unwrap_or(Value::borrowed("")))
            }
            _ => Ok(Value::Null),
        }
    }

    /// What a path finds in the payload; nothing if that is no JSON.
    fn input_path(&mut self, path: &Value<'d>, compiled: &Compiled) -> Result<Option<Value<'d>>, Exit> {
        let Some(body) = self.input_json()? else { return Ok(None) };
        let dynamic;
        let path = match compiled {
            Compiled::Path(path) => path,
            Compiled::Nothing | Compiled::Regex(_) => {
                let text = self.text(path)?;
                self.charge_text(text.as_str().len())?;
                dynamic = JsonPath::parse(text.as_str()).map_err(|error| self.fault(error.to_string()))?;
                &dynamic
            }
        };
        Ok(match path.find(body) {
            Found::Nothing => None,
            Found::One(value) => Some(self.found(value)?),
            Found::Many(values) => {
                // It may have looked at everything there is.
                self.charge_text(self.environment.input().map_or(0, |payload| payload.bytes().len()))?;
                self.charge(values.len())?;
                let mut list = Vec::with_capacity(values.len());
                for value in values {
                    list.push(self.found(value)?);
                }
                Some(self.heap.new_list(true, list))
            }
        })
    }

    fn found(&mut self, value: Cow<'d, Json>) -> Result<Value<'d>, Exit> {
        match value {
            Cow::Borrowed(json) => Ok(Value::json(json)),
            Cow::Owned(json) => self.owned(json),
        }
    }

    /// The payload, parsed when it is first asked for.
    fn input_json(&mut self) -> Result<Option<&'d Json>, Exit> {
        let environment = self.environment;
        let payload = environment.input().filter(|payload| !payload.bytes().is_empty());
        let Some(payload) = payload else { return Ok(Some(&EMPTY_OBJECT)) };
        if !std::mem::replace(&mut self.parsed, true) {
            self.charge_text(payload.bytes().len())?;
        }
        Ok(payload.json())
    }

    /// The first of the path's, the query's and the header's parameter of a name, the last value of each. Names of
    /// headers compare without regard to case.
    fn param(&self, name: &str) -> Option<Value<'d>> {
        let environment = self.environment;
        if let Some(value) = environment.path_parameter(name) {
            return Some(Value::borrowed(value));
        }
        if let Some(value) = Query::new(environment.query()).last(name) {
            return Some(Value::Text(lossy(value)));
        }
        let header = HeaderName::from_bytes(name.as_bytes()).ok().filter(|name| !headers::is_hidden(name))?;
        let value = environment.headers().get_all(&header).iter().next_back()?;
        if headers::is_signature(&header, value) {
            return None;
        }
        Some(Value::Text(lossy(Cow::Borrowed(value.as_bytes()))))
    }

    /// `$input.params()`: maps named `path`, `querystring` and `header`.
    fn params(&mut self) -> Result<MapId, Exit> {
        if let Some(params) = self.params {
            return Ok(params);
        }
        let environment = self.environment;
        let (mut path, mut query, mut header) = (Map::default(), Map::default(), Map::default());
        environment.path_parameters(&mut |name, value| {
            path.put(Text::Borrowed(name), Value::borrowed(value));
        });
        for (name, value) in Query::new(environment.query()).pairs() {
            query.put(lossy(name), Value::Text(lossy(value)));
        }
        environment.headers_as_sent(&mut |name, value| {
            if !HeaderName::from_bytes(name.as_bytes()).is_ok_and(|name| headers::is_hidden(&name)) {
                header.put(Text::Borrowed(name), Value::Text(lossy(Cow::Borrowed(value.as_bytes()))));
            }
        });
        let mut params = Map::default();
        for (name, map) in [("path", path), ("querystring", query), ("header", header)] {
            self.charge(map.len() + 1)?;
            params.put(Text::Borrowed(name), Value::Map(self.heap.new_map(map)));
        }
        let params = self.heap.new_map(params);
        self.params = Some(params);
        Ok(params)
    }
}

/// Bytes as text; what is no UTF-8 becomes U+FFFD.
fn lossy(bytes: Cow<'_, [u8]>) -> Text<'_> {
    match bytes {
        Cow::Borrowed(bytes) => Text::from(String::from_utf8_lossy(bytes)),
        Cow::Owned(bytes) => Text::Shared(String::from_utf8_lossy(&bytes).into()),
    }
}
