//! The policy form of CORS.

use super::pb;
use crate::model::{CorsHeaders, CorsMethods, CorsPolicy, GatewayErrors, Origins, ProxyCors};

/// A policy as the settings that make it.
#[must_use]
pub fn into_pb(policy: &CorsPolicy) -> pb::CorsSettings {
    let any = || vec!["*".to_owned()];
    let headers = |headers: &CorsHeaders| match headers {
        CorsHeaders::Any => any(),
        CorsHeaders::Listed(names) => names.iter().map(ToString::to_string).collect(),
    };
    let proxy = match policy.proxy {
        ProxyCors::LeftToBackEnd => pb::ProxyCors::LeftToBackEnd,
        ProxyCors::Own => pb::ProxyCors::Own,
    };
    let gateway_errors = match policy.gateway_errors {
        GatewayErrors::WithCors => pb::GatewayErrors::WithCors,
        GatewayErrors::Bare => pb::GatewayErrors::Bare,
    };
    pb::CorsSettings {
        allow_origins: match policy.origins() {
            Origins::Any => any(),
            Origins::Listed(patterns) => patterns.iter().map(ToString::to_string).collect(),
        },
        allow_headers: headers(policy.allow_headers()),
        allow_methods: match policy.methods() {
            CorsMethods::OfResource => Vec::new(),
            CorsMethods::Listed(methods) => methods.iter().map(ToString::to_string).collect(),
        },
        allow_credentials: policy.credentials(),
        expose_headers: headers(policy.expose_headers()),
        max_age_seconds: policy.max_age(),
        proxy: proxy.into(),
        gateway_errors: gateway_errors.into(),
    }
}
