//! Domain bindings.

use super::pb;
use crate::model::DomainBinding;

/// A binding as a message has it.
#[must_use]
pub fn into_pb(binding: &DomainBinding) -> pb::DomainBinding {
    pb::DomainBinding {
        host: binding.host.to_string(),
        base_path: binding.base_path.as_str().to_owned(),
        api_id: binding.api_id.to_string(),
        stage_name: binding.stage.to_string(),
        revision: binding.revision.0,
    }
}
