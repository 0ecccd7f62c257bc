//! Request validators.

use super::pb;
use crate::model::RequestValidator;

/// A request validator as a message has it.
#[must_use]
pub fn into_pb(validator: &RequestValidator) -> pb::RequestValidator {
    pb::RequestValidator {
        id: validator.id.to_string(),
        name: validator.name.clone(),
        validate_request_parameters: validator.validate_request_parameters,
        validate_request_body: validator.validate_request_body,
    }
}
