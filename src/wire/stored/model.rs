//! The shapes that bodies are declared to have.

use super::field::{self, InvalidRecord};
use super::pb;
use crate::model::Model;

impl From<&Model> for pb::Model {
    fn from(model: &Model) -> Self {
        Self {
            id: model.id.to_string(),
            name: model.name.to_string(),
            content_type: model.content_type.to_string(),
            description: model.description.clone(),
            schema: model.schema.clone(),
        }
    }
}

impl TryFrom<pb::Model> for Model {
    type Error = InvalidRecord;

    fn try_from(stored: pb::Model) -> Result<Self, InvalidRecord> {
        Ok(Self {
            id: field::parse("id", &stored.id)?,
            name: field::parse("name", &stored.name)?,
            content_type: field::parse("content_type", &stored.content_type)?,
            description: stored.description,
            schema: stored.schema,
        })
    }
}
