//! Mapping expressions: their form, and that what they name of the request is declared on the method.

use crate::mapping::{Expression, RequestSource, Scope};
use crate::model::{Issue, Method, ParameterLocation, ParameterName};

/// Checks the value of an `integration.request.*` parameter.
pub(super) fn check_request_expression(expression: &str, method: &Method) -> Vec<Issue> {
    match Expression::parse(expression, Scope::IntegrationRequest) {
        Err(error) => vec![Issue::new("", error.to_string())],
        Ok(Expression::Request(source)) => undeclared(&source, method).into_iter().collect(),
        Ok(
            Expression::Static(_)
            | Expression::Response(_)
            | Expression::Context(_)
            | Expression::UnknownContext(_)
            | Expression::StageVariable(_),
        ) => Vec::new(),
    }
}

/// Checks the value of a `method.response.header.*` parameter.
pub(super) fn check_response_expression(expression: &str) -> Vec<Issue> {
    check_form(expression, Scope::MethodResponse)
}

/// Checks the value of a `gatewayresponse.header.*` parameter.
pub(super) fn check_gateway_expression(expression: &str) -> Vec<Issue> {
    check_form(expression, Scope::GatewayResponse)
}

fn check_form(expression: &str, scope: Scope) -> Vec<Issue> {
    Expression::parse(expression, scope)
        .err()
        .map(|error| Issue::new("", error.to_string()))
        .into_iter()
        .collect()
}

/// A parameter must be declared on the method before an integration may use it. Header names compare without
/// regard to case, as HTTP has it.
fn undeclared(source: &RequestSource, method: &Method) -> Option<Issue> {
    let (location, name) = match source {
        RequestSource::Header(name, _) => (ParameterLocation::Header, name),
        RequestSource::Querystring(name, _) => (ParameterLocation::Querystring, name),
        RequestSource::Path(name) => (ParameterLocation::Path, name),
        RequestSource::Body(_) => return None,
    };
    let same = |declared: &ParameterName| match location {
        ParameterLocation::Header => declared.as_str().eq_ignore_ascii_case(name.as_str()),
        ParameterLocation::Path | ParameterLocation::Querystring => declared == name,
    };
    let declared = method.request_parameters.keys().any(|p| p.location == location && same(&p.name));
    let key = format!("method.request.{}.{name}", location.as_str());
    (!declared).then(|| {
        Issue::new(
            "",
            format!(
                "Invalid mapping expression specified: Validation Result: warnings : [], errors : [Invalid mapping \
                 expression parameter specified: {key}]; declare {key} among the method's request parameters first"
            ),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_named_of_the_request_must_be_declared() {
        let mut method = Method::default();
        for key in ["path.id", "header.X-Token", "querystring.page"] {
            method.request_parameters.insert(key.parse().expect("a parameter"), false);
        }
        for (expression, ok) in [
            ("method.request.path.id", true),
            ("method.request.path.ID", false),
            ("method.request.path.other", false),
            ("method.request.header.x-token", true),
            ("method.request.multivalueheader.X-Token", true),
            ("method.request.header.id", false),
            ("method.request.querystring.page", true),
            ("method.request.multivaluequerystring.page", true),
            ("method.request.querystring.Page", false),
            ("method.request.body", true),
            ("context.requestId", true),
            ("stageVariables.host", true),
            ("'static'", true),
            ("static", false),
            ("integration.response.header.X", false),
            ("true", false),
        ] {
            let issues = check_request_expression(expression, &method);
            assert_eq!(issues.is_empty(), ok, "{expression}: {issues:?}");
        }
    }

    #[test]
    fn an_answer_is_never_mapped_from_the_request() {
        for (expression, response, gateway) in [
            ("'*'", true, true),
            ("*", false, false),
            ("integration.response.header.X", true, false),
            ("method.request.header.Origin", false, true),
            ("context.error.responseType", true, true),
            ("stageVariables.origin", true, true),
        ] {
            assert_eq!(check_response_expression(expression).is_empty(), response, "{expression}");
            assert_eq!(check_gateway_expression(expression).is_empty(), gateway, "{expression}");
        }
    }
}
