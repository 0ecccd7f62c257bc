//! What CORS is to allow.

use crate::cors::FormChoice;
use crate::cors::settings::{CorsInput, ErrorsChoice};
use crate::model::{Issue, Issues, ProxyCors};
use crate::wire::{pb, read};

/// Reads what a caller sent; `CorsSettings::parse` is what judges it.
pub(super) fn try_from_pb(settings: pb::CorsSettings) -> Result<CorsInput, Vec<Issue>> {
    let mut issues = Issues::new();
    let proxy = read::enumeration(&mut issues, "proxy", settings.proxy);
    let errors = read::enumeration(&mut issues, "gateway_errors", settings.gateway_errors);
    issues.into_result(CorsInput {
        allow_origins: settings.allow_origins,
        allow_methods: settings.allow_methods,
        allow_headers: settings.allow_headers,
        expose_headers: settings.expose_headers,
        allow_credentials: settings.allow_credentials,
        max_age_seconds: settings.max_age_seconds.map(i64::from),
        proxy: match proxy.unwrap_or_default() {
            pb::ProxyCors::Unspecified | pb::ProxyCors::LeftToBackEnd => ProxyCors::LeftToBackEnd,
            pb::ProxyCors::Own => ProxyCors::Own,
        },
        gateway_errors: match errors.unwrap_or_default() {
            pb::GatewayErrors::Unspecified => ErrorsChoice::Unsaid,
            pb::GatewayErrors::WithCors => ErrorsChoice::WithCors,
            pb::GatewayErrors::Bare => ErrorsChoice::Bare,
            pb::GatewayErrors::Default4xx => ErrorsChoice::Default4xx,
            pb::GatewayErrors::Default5xx => ErrorsChoice::Default5xx,
        },
    })
}

/// The form a caller wants.
pub(super) fn form_from_pb(form: pb::CorsForm) -> FormChoice {
    match form {
        pb::CorsForm::Unspecified => FormChoice::Automatic,
        pb::CorsForm::Static => FormChoice::Static,
        pb::CorsForm::Policy => FormChoice::Policy,
    }
}
