//! Methods and method responses.

use super::{integration, pb, read};
use crate::model::{
    AuthorizationType, Issue, Issues, ManagedBy, Method, MethodResponse, ResourceId, ResourcePath, Status,
    Verb,
};

/// What the key of a method's request parameter starts with.
const SOURCE: &str = "method.request.";

/// What the key of a method response's parameter starts with.
const ANSWER: &str = "method.response.header.";

/// Reads a method; where it is and who manages it are not the caller's to say and are ignored.
///
/// # Errors
/// Every fault, by field.
pub fn try_from_pb(method: pb::Method) -> Result<Method, Vec<Issue>> {
    let mut issues = Issues::new();
    let authorization = read::enumeration(&mut issues, "authorization_type", method.authorization_type);
    let request_parameters =
        read::keyed(&mut issues, "request_parameters", SOURCE, method.request_parameters);
    let request_models = read::keyed(&mut issues, "request_models", "", method.request_models);
    let responses = method.responses.into_iter().map(|response| (response.status_code, response)).collect();
    let responses = read::by_status(&mut issues, "responses", responses, response_try_from_pb);
    let integration = match method.integration.map(integration::try_from_pb).transpose() {
        Ok(integration) => integration,
        Err(faults) => {
            issues.extend_at("integration", faults);
            None
        }
    };
    issues.into_result(Method {
        authorization_type: match authorization.unwrap_or_default() {
            pb::AuthorizationType::Unspecified | pb::AuthorizationType::None => AuthorizationType::None,
            pb::AuthorizationType::AwsIam => AuthorizationType::AwsIam,
            pb::AuthorizationType::Custom => AuthorizationType::Custom,
            pb::AuthorizationType::CognitoUserPools => AuthorizationType::CognitoUserPools,
        },
        authorizer_id: method.authorizer_id,
        authorization_scopes: method.authorization_scopes,
        api_key_required: method.api_key_required,
        operation_name: method.operation_name,
        request_validator_id: method.request_validator_id,
        request_parameters,
        request_models,
        responses,
        integration,
        managed_by: ManagedBy::Nobody,
    })
}

/// Reads a method response and the status it is kept under.
///
/// # Errors
/// Every fault, by field.
pub fn response_try_from_pb(response: pb::MethodResponse) -> Result<(Status, MethodResponse), Vec<Issue>> {
    let mut issues = Issues::new();
    let status = read::status(&mut issues, "status_code", response.status_code);
    let read = MethodResponse {
        response_parameters: read::keyed(
            &mut issues,
            "response_parameters",
            ANSWER,
            response.response_parameters,
        ),
        response_models: read::keyed(&mut issues, "response_models", "", response.response_models),
    };
    issues.into_result((status.unwrap_or(Status::OK), read))
}

/// A method as a message has it.
#[must_use]
pub fn into_pb(method: &Method, path: &ResourcePath, resource: ResourceId, verb: Verb) -> pb::Method {
    let managed_by = match method.managed_by {
        ManagedBy::Nobody => pb::ManagedBy::Unspecified,
        ManagedBy::CorsPolicy => pb::ManagedBy::CorsPolicy,
    };
    pb::Method {
        path: path.to_string(),
        resource_id: resource.to_string(),
        http_method: verb.to_string(),
        managed_by: managed_by.into(),
        ..fields_into_pb(method)
    }
}

/// What a caller may write of a method, as a message has it.
#[must_use]
pub fn fields_into_pb(method: &Method) -> pb::Method {
    let authorization = match method.authorization_type {
        AuthorizationType::None => pb::AuthorizationType::None,
        AuthorizationType::AwsIam => pb::AuthorizationType::AwsIam,
        AuthorizationType::Custom => pb::AuthorizationType::Custom,
        AuthorizationType::CognitoUserPools => pb::AuthorizationType::CognitoUserPools,
    };
    let parameters = &method.request_parameters;
    let responses = &method.responses;
    pb::Method {
        authorization_type: authorization.into(),
        authorizer_id: method.authorizer_id.clone(),
        authorization_scopes: method.authorization_scopes.clone(),
        api_key_required: method.api_key_required,
        operation_name: method.operation_name.clone(),
        request_validator_id: method.request_validator_id.clone(),
        request_parameters: parameters.iter().map(|(k, v)| (format!("{SOURCE}{k}"), *v)).collect(),
        request_models: method.request_models.iter().map(|(k, v)| (k.to_string(), v.clone())).collect(),
        responses: responses.iter().map(|(status, response)| response_into_pb(*status, response)).collect(),
        integration: method.integration.as_ref().map(integration::into_pb),
        ..pb::Method::default()
    }
}

/// A method response as a message has it.
#[must_use]
pub fn response_into_pb(status: Status, response: &MethodResponse) -> pb::MethodResponse {
    let parameters = &response.response_parameters;
    let models = &response.response_models;
    pb::MethodResponse {
        status_code: status.as_u16().into(),
        response_parameters: parameters.iter().map(|(k, v)| (format!("{ANSWER}{k}"), *v)).collect(),
        response_models: models.iter().map(|(k, v)| (k.to_string(), v.clone())).collect(),
    }
}
