//! A customised gateway response.

use crate::control::Limits;
use crate::cors::mistakes;
use crate::model::{GatewayResponse, HeaderParameter, Issue, Issues};

use super::expression::check_gateway_expression;
use super::integration::check_length;

/// Checks a customisation of any type.
pub(in crate::control) fn check_gateway_response(response: &GatewayResponse, limits: &Limits) -> Issues {
    let mut issues = Issues::new();
    for (header, expression) in &response.response_parameters {
        let field = field_of(header);
        check_length(&field, expression, limits.expression_bytes, &mut issues);
        issues.extend_at(&field, check_gateway_expression(expression));
    }
    for (media_type, template) in &response.response_templates {
        let field = format!("response_templates[{media_type}]");
        check_length(&field, template, limits.template_bytes, &mut issues);
    }
    if let Err(faults) = mistakes::check(&response.response_parameters) {
        issues.extend_at("", faults.into_iter().map(named));
    }
    issues
}

/// What browsers will make useless.
pub(in crate::control) fn warn_gateway_response(response: &GatewayResponse) -> Vec<Issue> {
    mistakes::warnings(&response.response_parameters).into_iter().map(named).collect()
}

/// The rules of CORS name a header; here it is a mapping's target.
fn named(issue: Issue) -> Issue {
    let target = |header: &str| format!("response_parameters[gatewayresponse.header.{header}");
    match issue.field.strip_prefix("response_parameters[") {
        Some(header) => Issue { field: target(header), ..issue },
        None => issue,
    }
}

fn field_of(header: &HeaderParameter) -> String {
    format!("response_parameters[gatewayresponse.header.{header}]")
}
