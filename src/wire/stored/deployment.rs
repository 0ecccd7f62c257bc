//! Immutable copies of a draft.

use super::field::{self, InvalidRecord};
use super::pb;
use crate::model::{Deployment, Revision};

impl From<&Deployment> for pb::Deployment {
    fn from(deployment: &Deployment) -> Self {
        Self {
            id: deployment.id.to_string(),
            api_id: deployment.api_id.to_string(),
            number: deployment.number,
            revision: deployment.revision.0,
            created_at_ms: field::millis(deployment.created_at),
            description: deployment.description.clone(),
            content_hash: deployment.content_hash.0.to_vec(),
            chain_hash: deployment.chain_hash.0.to_vec(),
            deleted: deployment.deleted,
        }
    }
}

impl TryFrom<pb::Deployment> for Deployment {
    type Error = InvalidRecord;

    fn try_from(stored: pb::Deployment) -> Result<Self, InvalidRecord> {
        Ok(Self {
            id: field::parse("id", &stored.id)?,
            api_id: field::parse("api_id", &stored.api_id)?,
            number: stored.number,
            revision: Revision(stored.revision),
            created_at: field::time("created_at_ms", stored.created_at_ms)?,
            description: stored.description,
            content_hash: field::hash("content_hash", &stored.content_hash)?,
            chain_hash: field::hash("chain_hash", &stored.chain_hash)?,
            deleted: stored.deleted,
        })
    }
}
