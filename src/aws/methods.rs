//! `Method`: what a verb of a resource asks of a request.

use std::collections::BTreeSet;

use serde_json::Value;

use super::call::Call;
use super::error::Exception;
use super::integrations;
use super::method_responses;
use super::patch::{NO_MEDIA_TYPE, NO_PARAMETER, Op, Patch, entry, invalid_path, must_be_one_of};
use super::references::References;
use super::show::{Fields, object};
use crate::control::{MethodRef, Options};
use crate::model::{AuthorizationType, MediaType, Method, MethodParameter, ResourceId, Verb};

pub(super) async fn put(call: &Call) -> Result<Value, Exception> {
    let (api, resource) = call.resource()?;
    let references = References::of(call, api, &resource).await?;
    let verb: Verb = call.named(2).parse().map_err(|_| {
        Exception::bad_request(
            "Invalid HttpMethod specified. Valid options are GET,PUT,POST,DELETE,PATCH,OPTIONS,HEAD,ANY",
        )
    })?;
    let input = call.input();
    let parameters = input.map_of_booleans("requestParameters")?.unwrap_or_default();
    let names: BTreeSet<_> =
        parameters.iter().map(|(key, _)| key.rsplit('.').next().unwrap_or_default()).collect();
    if names.len() != parameters.len() {
        return Err(Exception::bad_request(
            "Parameter names must be unique across querystring, header and path",
        ));
    }
    let authorization_type = authorization(input.required("authorizationType", "putMethodInput")?)?;
    let authorizer_id = input.some_text("authorizerId")?.map(str::to_owned);
    if needs_authorizer(authorization_type) && !references.has_authorizer(authorizer_id.as_deref()) {
        return Err(no_authorizer());
    }
    let request_validator_id = input.some_text("requestValidatorId")?.map(str::to_owned);
    if let Some(id) = &request_validator_id {
        references.validator(id)?;
    }
    let mut request_models = std::collections::BTreeMap::new();
    for (kind, model) in input.map("requestModels")?.unwrap_or_default() {
        references.model(model)?;
        request_models.insert(media_type(kind)?, model.to_owned());
    }
    let scopes = input.texts("authorizationScopes")?.unwrap_or_default();
    let method = Method {
        authorization_type,
        authorizer_id: authorizer_id.filter(|_| needs_authorizer(authorization_type)),
        authorization_scopes: scopes.into_iter().map(str::to_owned).collect(),
        api_key_required: input.boolean("apiKeyRequired")?.unwrap_or_default(),
        operation_name: input.some_text("operationName")?.map(str::to_owned),
        request_validator_id,
        request_parameters: parameters
            .into_iter()
            .map(|(key, required)| Ok((parameter(key)?, required)))
            .collect::<Result<_, Exception>>()?,
        request_models,
        ..Method::default()
    };
    let at = MethodRef { resource: resource.clone(), verb };
    if call.control.method(api, at.clone()).await.is_ok() {
        return Err(Exception::conflict("Method already exists for this resource"));
    }
    let written = call.control.put_method(api, at, method, Options::default()).await;
    let state = written.map_err(|error| call.fail_below(error))?.value;
    Ok(show(state.resource_id, verb, &state.method))
}

pub(super) async fn get(call: &Call) -> Result<Value, Exception> {
    let (api, at) = call.method()?;
    let verb = at.verb;
    let state = call.control.method(api, at).await.map_err(|error| call.fail_below(error))?.value;
    Ok(show(state.resource_id, verb, &state.method))
}

pub(super) async fn update(call: &Call) -> Result<Value, Exception> {
    let (api, at) = call.method()?;
    let verb = at.verb;
    call.control.method(api, at.clone()).await.map_err(|error| call.fail_below(error))?;
    let patches = call.patches("updateMethod")?;
    let references = References::of(call, api, &at.resource).await?;
    let change = |method: &mut Method| apply(&patches, method, &references);
    let state = call.update_method(api, at, change, |error, ()| call.fail_below(error)).await?;
    Ok(show(state.resource_id, verb, &state.method))
}

pub(super) async fn delete(call: &Call) -> Result<(), Exception> {
    let (api, at) = call.method()?;
    let deleted = call.control.delete_method(api, at, Options::default()).await;
    deleted.map(drop).map_err(|error| call.fail_below(error))
}

/// The operations that a path takes; `None` for a path that there is not.
fn operations_at(path: &str) -> Option<&'static [Op]> {
    const REPLACE: &[Op] = &[Op::Replace];
    const ANY: &[Op] = &[Op::Add, Op::Replace, Op::Remove];
    match path {
        "/authorizationType"
        | "/authorizerId"
        | "/apiKeyRequired"
        | "/operationName"
        | "/requestValidatorId" => Some(REPLACE),
        "/authorizationScopes" => Some(&[Op::Add, Op::Remove]),
        _ if path.split('/').count() > 3 => None,
        _ if path.starts_with("/requestParameters/") || path.starts_with("/requestModels/") => Some(ANY),
        _ => None,
    }
}

fn apply(patches: &[Patch], method: &mut Method, references: &References) -> Result<(), Exception> {
    let (mut new_type, mut new_authorizer) = (None, None);
    for patch in patches {
        let operations = operations_at(patch.path()).ok_or_else(|| invalid_path(patch))?;
        if !operations.contains(&patch.op) {
            return Err(must_be_one_of(operations));
        }
        match patch.names().as_slice() {
            ["authorizationType"] => new_type = Some(authorization(patch.value())?),
            ["authorizerId"] => new_authorizer = Some(patch.some_value()),
            ["apiKeyRequired"] => method.api_key_required = patch.is_true(),
            ["operationName"] => method.operation_name = patch.some_value(),
            ["requestValidatorId"] => {
                if let Some(id) = patch.some_value() {
                    references.validator(&id)?;
                }
                method.request_validator_id = patch.some_value();
            }
            ["authorizationScopes"] => {
                method.authorization_scopes.retain(|scope| scope != patch.value());
                if patch.op == Op::Add {
                    method.authorization_scopes.push(patch.value().to_owned());
                }
            }
            ["requestParameters", name] => {
                let (key, is_required) = (parameter(name)?, patch.is_true());
                entry(patch, &mut method.request_parameters, key, is_required, NO_PARAMETER)?;
            }
            ["requestModels", name] => {
                let (key, models) = (media_type(name)?, &mut method.request_models);
                if patch.op == Op::Add || patch.op == Op::Replace && models.contains_key(&key) {
                    references.model(patch.value())?;
                }
                entry(patch, models, key, patch.value().to_owned(), NO_MEDIA_TYPE)?;
            }
            _ => return Err(invalid_path(patch)),
        }
    }
    match (new_type, new_authorizer) {
        (Some(kind), authorizer) if needs_authorizer(kind) => {
            let authorizer = authorizer.flatten();
            if !references.has_authorizer(authorizer.as_deref()) {
                return Err(no_authorizer());
            }
            (method.authorization_type, method.authorizer_id) = (kind, authorizer);
        }
        (Some(kind), _) => (method.authorization_type, method.authorizer_id) = (kind, None),
        // Ignored where no authorizer is asked, as recorded.
        (None, Some(_)) if !needs_authorizer(method.authorization_type) => {}
        (None, Some(authorizer)) => {
            if !references.has_authorizer(authorizer.as_deref()) {
                return Err(no_authorizer());
            }
            method.authorizer_id = authorizer;
        }
        (None, None) => {}
    }
    Ok(())
}

fn needs_authorizer(kind: AuthorizationType) -> bool {
    matches!(kind, AuthorizationType::Custom | AuthorizationType::CognitoUserPools)
}

fn no_authorizer() -> Exception {
    Exception::bad_request(
        "Invalid authorizer ID specified. Setting the authorization type to CUSTOM or COGNITO_USER_POOLS requires a \
         valid authorizer.",
    )
}

/// Written in any case.
fn authorization(text: &str) -> Result<AuthorizationType, Exception> {
    match text.to_ascii_uppercase().as_str() {
        "NONE" => Ok(AuthorizationType::None),
        "AWS_IAM" => Ok(AuthorizationType::AwsIam),
        "CUSTOM" => Ok(AuthorizationType::Custom),
        "COGNITO_USER_POOLS" => Ok(AuthorizationType::CognitoUserPools),
        _ => Err(Exception::bad_request(
            "Invalid Authorization Type specified. Valid options are NONE, AWS_IAM, CUSTOM, COGNITO_USER_POOLS",
        )),
    }
}

/// A media type in the words of the calls that take one.
pub(super) fn media_type(text: &str) -> Result<MediaType, Exception> {
    let parsed = if text == "-" { None } else { text.parse().ok() };
    parsed.ok_or_else(|| {
        Exception::bad_request(format!(
            "Validation Result: warnings : [], errors : [Invalid content type specified: {text}]"
        ))
    })
}

fn parameter(key: &str) -> Result<MethodParameter, Exception> {
    let parsed = key.strip_prefix("method.request.").and_then(|rest| rest.parse().ok());
    parsed.ok_or_else(|| {
        Exception::bad_request(format!(
            "Invalid mapping expression specified: Validation Result: warnings : [], errors : [Invalid mapping \
             expression parameter specified: {key}]"
        ))
    })
}

pub(super) fn show(resource: ResourceId, verb: Verb, method: &Method) -> Value {
    let kind = match method.authorization_type {
        AuthorizationType::None => "NONE",
        AuthorizationType::AwsIam => "AWS_IAM",
        AuthorizationType::Custom => "CUSTOM",
        AuthorizationType::CognitoUserPools => "COGNITO_USER_POOLS",
    };
    let responses =
        method.responses.iter().map(|(status, response)| (status, method_responses::show(*status, response)));
    let integration =
        method.integration.as_ref().map(|integration| integrations::show(resource, integration));
    Fields::new()
        .put("httpMethod", verb.as_str())
        .put("authorizationType", kind)
        .some("authorizerId", method.authorizer_id.clone())
        .list("authorizationScopes", method.authorization_scopes.clone())
        .put("apiKeyRequired", method.api_key_required)
        .some("operationName", method.operation_name.clone())
        .some("requestValidatorId", method.request_validator_id.clone())
        .map(
            "requestParameters",
            method.request_parameters.iter().map(|(k, v)| (format!("method.request.{k}"), *v)),
        )
        .map("requestModels", method.request_models.iter().map(|(k, v)| (k, v.clone())))
        .map("methodResponses", object(responses))
        .some("methodIntegration", integration)
        .into_value()
}
