//! What a definition may hold and the data plane does not run yet.
//!
//! What would open a method or answer wrongly if it were ignored is refused; what would only be missing is a
//! warning. An entry leaves this file with the change that builds it.

use crate::model::{Api, AuthorizationType, Definition, IntegrationType, Method, Stage};

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
    let Api { binary_media_types, policy, .. } = &*definition.api;
    if policy.is_some() {
        findings.unbuilt("API, policy", "resource policies");
    }
    if !binary_media_types.is_empty() && converts_payloads(definition) {
        findings.unbuilt("API, binary media types", "binary media types on MOCK and HTTP integrations");
    }
}

/// Whether any method's payload would be converted for its media type; `HTTP_PROXY` passes bytes as they are.
fn converts_payloads(definition: &Definition) -> bool {
    let methods = definition.resources().flat_map(|resource| resource.methods.values());
    let mut kinds = methods.filter_map(|method| method.integration.as_ref()).map(|own| own.integration_type);
    kinds.any(|kind| match kind {
        IntegrationType::Mock | IntegrationType::Http => true,
        IntegrationType::HttpProxy | IntegrationType::Aws | IntegrationType::AwsProxy => false,
    })
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
