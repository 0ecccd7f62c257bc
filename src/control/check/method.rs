//! A method and its method responses.

use std::collections::BTreeMap;

use crate::control::Limits;
use crate::cors::mistakes;
use crate::model::{AuthorizationType, Definition, Issue, Issues, MediaType, Method, MethodResponse, Verb};

use super::{check_integration, warn_integration};

/// Checks a method with everything it holds.
pub(in crate::control) fn check_method(method: &Method, limits: &Limits) -> Issues {
    let mut issues = check_method_request(method);
    for (status, response) in &method.responses {
        issues.extend_at(&format!("responses[{status}]"), check_method_response(response));
    }
    if let Some(integration) = &method.integration {
        issues.extend_at("integration", check_integration(integration, method, limits));
    }
    issues
}

/// Checks that there is what a method refers to by name or id.
pub(in crate::control) fn check_references(definition: &Definition, method: &Method) -> Issues {
    let mut issues = Issues::new();
    if let Some(id) = &method.request_validator_id {
        let known = id.parse().is_ok_and(|id| definition.request_validators.contains_key(&id));
        if !known {
            let message =
                format!("invalid Request Validator identifier specified: there is none with id {id:?}");
            issues.push("request_validator_id", message);
        }
    }
    check_models_exist(definition, "request_models", &method.request_models, &mut issues);
    for (status, response) in &method.responses {
        issues.extend_at(&format!("responses[{status}]"), check_response_references(definition, response));
    }
    issues
}

/// Checks that there are the models that a method response refers to.
pub(in crate::control) fn check_response_references(
    definition: &Definition,
    response: &MethodResponse,
) -> Issues {
    let mut issues = Issues::new();
    check_models_exist(definition, "response_models", &response.response_models, &mut issues);
    issues
}

/// Checks what a method asks of a request.
pub(in crate::control) fn check_method_request(method: &Method) -> Issues {
    let mut issues = Issues::new();
    let needs_authorizer = match method.authorization_type {
        AuthorizationType::Custom | AuthorizationType::CognitoUserPools => true,
        AuthorizationType::None | AuthorizationType::AwsIam => false,
    };
    if needs_authorizer && method.authorizer_id.as_deref().is_none_or(str::is_empty) {
        issues.push(
            "authorizer_id",
            "invalid authorizer ID specified: setting the authorization type to CUSTOM or COGNITO_USER_POOLS \
             requires a valid authorizer",
        );
    }
    let mut places = BTreeMap::new();
    for parameter in method.request_parameters.keys() {
        if let Some(other) = places.insert(&parameter.name, parameter) {
            issues.push(
                format!("request_parameters[method.request.{parameter}]"),
                format!(
                    "parameter names must be unique across querystring, header and path: method.request.{other} \
                     has this name, too"
                ),
            );
        }
    }
    check_models("request_models", &method.request_models, &mut issues);
    issues
}

/// What a method as it stands will keep from working.
pub(in crate::control) fn warn_method(verb: Verb, method: &Method) -> Vec<Issue> {
    let answers_preflights = verb == Verb::Options;
    let mut warnings =
        if answers_preflights { mistakes::preflight_warnings(verb, method) } else { Vec::new() };
    if let Some(integration) = &method.integration {
        warnings.extend(warn_integration(integration).into_iter().map(|issue| issue.at("integration")));
    }
    warnings
}

/// Checks a method response.
pub(in crate::control) fn check_method_response(response: &MethodResponse) -> Issues {
    let mut issues = Issues::new();
    check_models("response_models", &response.response_models, &mut issues);
    issues
}

/// Model names are alphanumeric (API Gateway, *Model*).
fn check_models(field: &str, models: &BTreeMap<MediaType, String>, issues: &mut Issues) {
    for (media_type, model) in models {
        if model.is_empty() || !model.bytes().all(|b| b.is_ascii_alphanumeric()) {
            issues.push(
                format!("{field}[{media_type}]"),
                format!("invalid model identifier specified: {model:?}; a model's name has only a-z A-Z 0-9"),
            );
        }
    }
}

/// A name that is none is found elsewhere.
fn check_models_exist(
    definition: &Definition,
    field: &str,
    models: &BTreeMap<MediaType, String>,
    issues: &mut Issues,
) {
    for (media_type, model) in models {
        if model.parse().is_ok_and(|name| !definition.models.contains_key(&name)) {
            issues.push(
                format!("{field}[{media_type}]"),
                format!("invalid model identifier specified: {model}: there is no such model"),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn method(parameters: &[&str]) -> Method {
        let mut method = Method::default();
        for text in parameters {
            method.request_parameters.insert(text.parse().expect("a parameter"), false);
        }
        method
    }

    #[test]
    fn a_parameters_name_stands_in_one_location_only() {
        let names = |m: &Method| check_method_request(m).into_iter().map(|i| i.field).collect::<Vec<_>>();
        assert!(names(&method(&["path.id", "header.X-Id", "querystring.page"])).is_empty());
        assert_eq!(
            names(&method(&["header.id", "querystring.id"])),
            ["request_parameters[method.request.querystring.id]"]
        );
    }

    #[test]
    fn authorizers_and_models_are_named() {
        let mut m = method(&[]);
        m.authorization_type = AuthorizationType::Custom;
        m.request_models.insert("application/json".parse().expect("a media type"), "pet-model".into());
        let fields: Vec<_> = check_method_request(&m).into_iter().map(|i| i.field).collect();
        assert_eq!(fields, ["authorizer_id", "request_models[application/json]"]);
        m.authorizer_id = Some("abc123".into());
        m.request_models.clear();
        assert!(check_method_request(&m).is_empty());
    }
}
