//! What a definition may hold and the data plane does not run yet.
//!
//! What would open a method or answer wrongly if it were ignored is refused; what would only be missing is a
//! warning. An entry leaves this file with the change that builds it.

use crate::model::{AuthorizationType, Definition, Method, Stage};

use super::findings::Findings;

/// Checks a method's own settings.
pub(super) fn check_method(method: &Method, findings: &mut Findings) {
    let authorizer = match method.authorization_type {
        AuthorizationType::None => None,
        AuthorizationType::AwsIam => Some("authorization type AWS_IAM"),
        AuthorizationType::Custom => Some("Lambda authorizers (authorization type CUSTOM)"),
        AuthorizationType::CognitoUserPools => Some("authorization type COGNITO_USER_POOLS"),
    };
    if let Some(what) = authorizer {
        findings.unbuilt("authorization type", what);
    }
    if method.api_key_required {
        findings.unbuilt("API key required", "API keys");
    }
}

/// Checks an API's own settings.
pub(super) fn check_api(definition: &Definition, findings: &mut Findings) {
    if definition.api.policy.is_some() {
        findings.unbuilt("API, policy", "resource policies");
    }
}

/// Warns of the settings of a stage that are stored and have no effect yet.
pub(super) fn check_stage(stage: &Stage, findings: &mut Findings) {
    for (path, value) in &stage.settings {
        let what = match path.trim_start_matches('/').split('/').collect::<Vec<_>>()[..] {
            _ if matches!(value.as_str(), "false" | "" | "OFF") => None,
            ["cacheClusterEnabled" | "cacheClusterSize"] | [.., "caching", _] => Some("caching"),
            ["tracingEnabled"] => Some("tracing"),
            ["accessLogSettings", _] => Some("access logs"),
            ["clientCertificateId"] => Some("client certificates toward back ends"),
            [.., "metrics", _] => Some("detailed metrics"),
            [.., "logging", _] => Some("execution logs"),
            [.., "throttling", _] => Some("throttling"),
            _ => Some("this setting"),
        };
        if let Some(what) = what {
            findings.warning(
                format!("stage {}, {path}", stage.name),
                format_args!("not supported yet: {what}; it has no effect"),
            );
        }
    }
}
