//! Deployments.

use super::{pb, time};
use crate::model::{Deployment, DeploymentSummary};

/// A deployment as a message has it.
#[must_use]
pub fn into_pb(deployment: &Deployment) -> pb::Deployment {
    pb::Deployment {
        id: deployment.id.to_string(),
        api_id: deployment.api_id.to_string(),
        number: deployment.number,
        draft_revision: deployment.revision.0,
        created_at: Some(time::into_pb(deployment.created_at)),
        description: deployment.description.clone(),
        content_hash: deployment.content_hash.to_string(),
        chain_hash: deployment.chain_hash.to_string(),
        deleted: deployment.deleted,
    }
}

/// Which methods a deployment has, as messages have it.
#[must_use]
pub fn summary_into_pb(summary: &DeploymentSummary) -> Vec<pb::PathSummary> {
    let verbs = |verbs: &[crate::model::Verb]| verbs.iter().map(ToString::to_string).collect();
    let paths = summary.methods.iter();
    paths.map(|(path, of)| pb::PathSummary { path: path.to_string(), http_methods: verbs(of) }).collect()
}
