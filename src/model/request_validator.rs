//! Request validators: what of a request is checked before the integration is called.

use super::RequestValidatorId;

/// A request validator (API Gateway: `RequestValidator`). A method refers to one by its id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestValidator {
    /// Its id.
    pub id: RequestValidatorId,
    /// Its name, for people; need not be unique.
    pub name: String,
    /// Whether the parameters that the method declares as required must be there.
    pub validate_request_parameters: bool,
    /// Whether the body must fit the model that the method has for its media type.
    pub validate_request_body: bool,
}
