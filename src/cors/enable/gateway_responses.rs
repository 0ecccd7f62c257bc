//! CORS headers on the gateway's own errors, in the static form: `DEFAULT_4XX` and `DEFAULT_5XX` as ordinary
//! gateway responses.

use std::sync::Arc;

use super::EnableCors;
use super::headers::set;
use crate::cors::change::{Ledger, What};
use crate::cors::header::CorsHeader;
use crate::cors::settings::ErrorsChoice;
use crate::cors::{allow_credentials, allow_headers, allow_origin};
use crate::model::{Definition, GatewayResponse, GatewayResponseType, Issue};

pub(super) fn plan(
    definition: &mut Definition,
    request: &EnableCors,
    allow_methods: &str,
    ledger: &mut Ledger,
    warnings: &mut Vec<Issue>,
) {
    let families: &[GatewayResponseType] = match request.settings.errors() {
        ErrorsChoice::Unsaid | ErrorsChoice::Bare => &[],
        ErrorsChoice::WithCors => &[GatewayResponseType::Default4xx, GatewayResponseType::Default5xx],
        ErrorsChoice::Default4xx => &[GatewayResponseType::Default4xx],
        ErrorsChoice::Default5xx => &[GatewayResponseType::Default5xx],
    };
    for family in families.iter().copied() {
        set_headers(definition, family, request, allow_methods, ledger);
        warn_of_uncovered(definition, family, warnings);
    }
}

fn set_headers(
    definition: &mut Definition,
    family: GatewayResponseType,
    request: &EnableCors,
    allow_methods: &str,
    ledger: &mut Ledger,
) {
    let policy = request.settings.policy();
    let headers = [
        (CorsHeader::AllowHeaders, allow_headers::value(policy.allow_headers())),
        (CorsHeader::AllowMethods, Some(allow_methods.to_owned())),
        (CorsHeader::AllowOrigin, allow_origin::constant(policy.origins())),
        (CorsHeader::AllowCredentials, allow_credentials::value(policy.credentials())),
    ];
    let mut mark = definition.api.cors_marks.get(&family).cloned().unwrap_or_default();
    let mut record = match definition.gateway_responses.get(&family) {
        Some(record) => GatewayResponse::clone(record),
        None => {
            mark.created = true;
            mark.headers.clear();
            ledger.created(What::GatewayResponse(family), None);
            GatewayResponse::default()
        }
    };
    for (header, value) in headers {
        let name = |header| What::GatewayResponseHeader(family, header);
        let parameters = &mut record.response_parameters;
        set(parameters, &mut mark, header, value.as_deref(), request.replace, name, ledger);
    }
    definition.gateway_responses.insert(family, Arc::new(record));
    Arc::make_mut(&mut definition.api).cors_marks.insert(family, mark);
}

/// A type that is customised itself takes nothing from its family (API Gateway, *Gateway responses*).
fn warn_of_uncovered(definition: &Definition, family: GatewayResponseType, warnings: &mut Vec<Issue>) {
    let allow_origin = CorsHeader::AllowOrigin.parameter();
    for (kind, record) in &definition.gateway_responses {
        let inherits = *kind == family || kind.family_type() != family;
        if !inherits && !record.response_parameters.contains_key(&allow_origin) {
            warnings.push(Issue::new(
                "",
                format!(
                    "gateway response {kind} is customised itself and takes nothing from {family}: add {allow_origin} to it with PutGatewayResponse"
                ),
            ));
        }
    }
}
