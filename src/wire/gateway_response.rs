//! Gateway responses.

use super::{pb, read};
use crate::model::{GatewayResponse, GatewayResponseType, Issue, Issues};

/// What the key of a gateway response's parameter starts with.
const TARGET: &str = "gatewayresponse.header.";

/// Reads a customisation; its type is named by the request.
///
/// # Errors
/// Every fault, by field.
pub fn try_from_pb(response: pb::GatewayResponse) -> Result<GatewayResponse, Vec<Issue>> {
    let mut issues = Issues::new();
    let status = response.status_code.and_then(|code| read::status(&mut issues, "status_code", code));
    let response_parameters =
        read::keyed(&mut issues, "response_parameters", TARGET, response.response_parameters);
    let response_templates = read::keyed(&mut issues, "response_templates", "", response.response_templates);
    issues.into_result(GatewayResponse { status, response_parameters, response_templates })
}

/// A gateway response as a message has it.
#[must_use]
pub fn into_pb(
    kind: GatewayResponseType,
    response: &GatewayResponse,
    customized: bool,
) -> pb::GatewayResponse {
    let parameters = &response.response_parameters;
    let templates = &response.response_templates;
    pb::GatewayResponse {
        response_type: kind.to_string(),
        status_code: response.status.map(|status| status.as_u16().into()),
        response_parameters: parameters.iter().map(|(k, v)| (format!("{TARGET}{k}"), v.clone())).collect(),
        response_templates: templates.iter().map(|(k, v)| (k.to_string(), v.clone())).collect(),
        customized,
    }
}
