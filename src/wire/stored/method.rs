//! What a method asks of a request and what it may answer.

use std::collections::BTreeMap;

use super::field::{self, ClosedSet, InvalidRecord, closed_set};
use super::pb;
use crate::model::{AuthorizationType, ManagedBy, Method, MethodResponse, Status};

closed_set!(AuthorizationType {
    None = None,
    AwsIam = AwsIam,
    Custom = Custom,
    CognitoUserPools = CognitoUserPools,
});
closed_set!(ManagedBy { Nobody = Nobody, CorsPolicy = CorsPolicy });

impl From<&Method> for pb::Method {
    fn from(method: &Method) -> Self {
        Self {
            authorization_type: pb::AuthorizationType::from(method.authorization_type).into(),
            authorizer_id: method.authorizer_id.clone(),
            authorization_scopes: method.authorization_scopes.clone(),
            api_key_required: method.api_key_required,
            operation_name: method.operation_name.clone(),
            request_validator_id: method.request_validator_id.clone(),
            request_parameters: field::texts(&method.request_parameters),
            request_models: field::texts(&method.request_models),
            responses: by_status_stored(&method.responses),
            integration: method.integration.as_ref().map(Into::into),
            managed_by: pb::ManagedBy::from(method.managed_by).into(),
        }
    }
}

impl TryFrom<pb::Method> for Method {
    type Error = InvalidRecord;

    fn try_from(stored: pb::Method) -> Result<Self, InvalidRecord> {
        Ok(Self {
            authorization_type: AuthorizationType::read("authorization_type", stored.authorization_type)?,
            authorizer_id: stored.authorizer_id,
            authorization_scopes: stored.authorization_scopes,
            api_key_required: stored.api_key_required,
            operation_name: stored.operation_name,
            request_validator_id: stored.request_validator_id,
            request_parameters: field::keyed("request_parameters", stored.request_parameters)?,
            request_models: field::keyed("request_models", stored.request_models)?,
            responses: by_status("responses", stored.responses)?,
            integration: field::inner("integration", stored.integration)?,
            managed_by: ManagedBy::read("managed_by", stored.managed_by)?,
        })
    }
}

impl From<&MethodResponse> for pb::MethodResponse {
    fn from(response: &MethodResponse) -> Self {
        Self {
            response_parameters: field::texts(&response.response_parameters),
            response_models: field::texts(&response.response_models),
        }
    }
}

impl TryFrom<pb::MethodResponse> for MethodResponse {
    type Error = InvalidRecord;

    fn try_from(stored: pb::MethodResponse) -> Result<Self, InvalidRecord> {
        Ok(Self {
            response_parameters: field::keyed("response_parameters", stored.response_parameters)?,
            response_models: field::keyed("response_models", stored.response_models)?,
        })
    }
}

/// A map by status, for storing.
pub(super) fn by_status_stored<'a, M: 'a, P: From<&'a M>>(map: &'a BTreeMap<Status, M>) -> BTreeMap<u32, P> {
    map.iter().map(|(status, value)| (u32::from(status.as_u16()), value.into())).collect()
}

/// A stored map by status.
pub(super) fn by_status<P, M: TryFrom<P, Error = InvalidRecord>>(
    field: &str,
    map: BTreeMap<u32, P>,
) -> Result<BTreeMap<Status, M>, InvalidRecord> {
    map.into_iter()
        .map(|(code, value)| {
            let status = Status::try_from(code).map_err(|error| InvalidRecord::new(field, error))?;
            let value = M::try_from(value).map_err(|error| error.at(format_args!("{field}[{code}]")))?;
            Ok((status, value))
        })
        .collect()
}
