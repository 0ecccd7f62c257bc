//! What of a request is checked before the integration is called.

use super::field::{self, InvalidRecord};
use super::pb;
use crate::model::RequestValidator;

impl From<&RequestValidator> for pb::RequestValidator {
    fn from(validator: &RequestValidator) -> Self {
        Self {
            id: validator.id.to_string(),
            name: validator.name.clone(),
            validate_request_parameters: validator.validate_request_parameters,
            validate_request_body: validator.validate_request_body,
        }
    }
}

impl TryFrom<pb::RequestValidator> for RequestValidator {
    type Error = InvalidRecord;

    fn try_from(stored: pb::RequestValidator) -> Result<Self, InvalidRecord> {
        Ok(Self {
            id: field::parse("id", &stored.id)?,
            name: stored.name,
            validate_request_parameters: stored.validate_request_parameters,
            validate_request_body: stored.validate_request_body,
        })
    }
}
