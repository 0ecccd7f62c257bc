//! `x-postern-cors`: the settings of `EnableCors` in a document, at its root, on a path or on an operation.
//!
//! The names are those of `x-amazon-apigateway-cors`, which is read the same way, and a few more.

use serde_json::{Map, Value, json};

use super::node::Node;
use crate::cors::enable::Replace;
use crate::cors::{CorsInput, ErrorsChoice, FormChoice, allow_headers, expose_headers};
use crate::model::{CorsHeaders, CorsMethods, CorsPolicy, GatewayErrors, Origins, ProxyCors};

/// Where ours stands.
pub(super) const OURS: &str = "x-postern-cors";
/// Where Amazon's stands: at the root only, and there for HTTP APIs.
pub(super) const AMAZONS: &str = "x-amazon-apigateway-cors";

/// What is asked for, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CorsWish {
    pub(super) place: String,
    pub(super) input: CorsInput,
    pub(super) form: FormChoice,
    pub(super) replace: Replace,
}

/// The wish at a root, a path item or an operation.
pub(super) fn read(node: &Node<'_>) -> Option<CorsWish> {
    let wish = node.get(OURS).or_else(|| node.get(AMAZONS))?;
    let mut input = CorsInput::default();
    let (mut form, mut replace) = (FormChoice::default(), Replace::default());
    // `true` is short for everything at its default.
    let members = if wish.value.as_bool() == Some(true) { Vec::new() } else { wish.members() };
    for (key, member) in members {
        match key {
            "allowOrigins" => input.allow_origins = texts(&member),
            "allowMethods" => input.allow_methods = texts(&member),
            "allowHeaders" => input.allow_headers = texts(&member),
            "exposeHeaders" => input.expose_headers = texts(&member),
            "allowCredentials" => input.allow_credentials = member.truth().unwrap_or_default(),
            "maxAge" => input.max_age_seconds = member.number().map(i64::from),
            "proxy" => input.proxy = choice(&member, &PROXY).unwrap_or_default(),
            "gatewayErrors" => input.gateway_errors = choice(&member, &ERRORS).unwrap_or_default(),
            "form" => form = choice(&member, &FORMS).unwrap_or_default(),
            "replaceExisting" if member.truth() == Some(true) => replace = Replace::Existing,
            "replaceExisting" => {}
            _ => member.error(
                "no such setting: there are allowOrigins, allowMethods, allowHeaders, exposeHeaders, \
                 allowCredentials, maxAge, proxy, gatewayErrors, form and replaceExisting",
            ),
        }
    }
    Some(CorsWish { place: wish.place.clone(), input, form, replace })
}

const PROXY: [(&str, ProxyCors); 2] = [("backEnd", ProxyCors::LeftToBackEnd), ("own", ProxyCors::Own)];
const ERRORS: [(&str, ErrorsChoice); 4] = [
    ("withCors", ErrorsChoice::WithCors),
    ("bare", ErrorsChoice::Bare),
    ("default4xx", ErrorsChoice::Default4xx),
    ("default5xx", ErrorsChoice::Default5xx),
];
const FORMS: [(&str, FormChoice); 3] =
    [("automatic", FormChoice::Automatic), ("static", FormChoice::Static), ("policy", FormChoice::Policy)];

fn choice<T: Copy>(node: &Node<'_>, choices: &[(&str, T)]) -> Option<T> {
    let text = node.text()?;
    let found = choices.iter().find(|(name, _)| name.eq_ignore_ascii_case(text)).map(|(_, value)| *value);
    if found.is_none() {
        let names: Vec<_> = choices.iter().map(|(name, _)| *name).collect();
        node.error(format!("expected one of {}, not {text:?}", names.join(", ")));
    }
    found
}

/// One text, or a list of them.
fn texts(node: &Node<'_>) -> Vec<String> {
    match node.value {
        Value::String(text) => vec![text.clone()],
        _ => node.items().iter().filter_map(Node::text).map(str::to_owned).collect(),
    }
}

/// A policy as its wish: importing it makes the same policy again.
pub(super) fn write(policy: &CorsPolicy) -> Value {
    let mut wish = Map::new();
    wish.insert("form".into(), json!("policy"));
    let origins = match policy.origins() {
        Origins::Any => json!(["*"]),
        Origins::Listed(patterns) => patterns.iter().map(ToString::to_string).collect(),
    };
    wish.insert("allowOrigins".into(), origins);
    if let CorsMethods::Listed(methods) = policy.methods() {
        wish.insert("allowMethods".into(), methods.iter().map(http::Method::as_str).collect());
    }
    if let Some(names) = allow_headers::value(policy.allow_headers()).and(list(policy.allow_headers())) {
        wish.insert("allowHeaders".into(), names);
    }
    if let Some(names) = expose_headers::value(policy.expose_headers()).and(list(policy.expose_headers())) {
        wish.insert("exposeHeaders".into(), names);
    }
    if policy.credentials() {
        wish.insert("allowCredentials".into(), json!(true));
    }
    if let Some(age) = policy.max_age() {
        wish.insert("maxAge".into(), json!(age));
    }
    if policy.proxy == ProxyCors::Own {
        wish.insert("proxy".into(), json!("own"));
    }
    if policy.gateway_errors == GatewayErrors::Bare {
        wish.insert("gatewayErrors".into(), json!("bare"));
    }
    Value::Object(wish)
}

fn list(headers: &CorsHeaders) -> Option<Value> {
    Some(match headers {
        CorsHeaders::Any => json!(["*"]),
        CorsHeaders::Listed(names) => names.iter().map(|name| name.as_str().to_owned()).collect(),
    })
}
