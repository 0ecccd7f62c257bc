//! What a caller gets when the gateway itself answers an error.

use super::field::{self, InvalidRecord};
use super::pb;
use crate::model::{GatewayResponse, Status};

impl From<&GatewayResponse> for pb::GatewayResponse {
    fn from(response: &GatewayResponse) -> Self {
        Self {
            status: response.status.map(|status| u32::from(status.as_u16())),
            response_parameters: field::texts(&response.response_parameters),
            response_templates: field::texts(&response.response_templates),
        }
    }
}

impl TryFrom<pb::GatewayResponse> for GatewayResponse {
    type Error = InvalidRecord;

    fn try_from(stored: pb::GatewayResponse) -> Result<Self, InvalidRecord> {
        let status = stored.status.map(Status::try_from).transpose();
        Ok(Self {
            status: status.map_err(|error| InvalidRecord::new("status", error))?,
            response_parameters: field::keyed("response_parameters", stored.response_parameters)?,
            response_templates: field::keyed("response_templates", stored.response_templates)?,
        })
    }
}
