//! Models.

use super::pb;
use crate::model::Model;

/// A model as a message has it.
#[must_use]
pub fn into_pb(model: &Model) -> pb::Model {
    pb::Model {
        id: model.id.to_string(),
        name: model.name.to_string(),
        content_type: model.content_type.to_string(),
        description: model.description.clone(),
        schema: model.schema.clone(),
    }
}
