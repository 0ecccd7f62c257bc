//! What a part of a draft must keep to before it is stored. Field paths are relative to the part.
//!
//! These are API Gateway's own rules for stored things; whether the whole can be served is asked at deployment.

mod api;
mod expression;
mod gateway_response;
mod integration;
mod method;

pub(super) use api::{check_api, check_description, check_tags};
pub(super) use gateway_response::{check_gateway_response, warn_gateway_response};
pub(super) use integration::{
    check_integration, check_integration_response, warn_integration, warn_integration_response,
};
pub(super) use method::{
    check_method, check_method_response, check_references, check_response_references, warn_method,
};
