//! Stages.

use std::collections::BTreeMap;

use super::{pb, time};
use crate::model::{Canary, Stage, StageVariables};

/// A stage as a message has it.
#[must_use]
pub fn into_pb(stage: &Stage) -> pb::Stage {
    pb::Stage {
        api_id: stage.api_id.to_string(),
        name: stage.name.to_string(),
        revision: stage.revision.0,
        description: stage.description.clone(),
        deployment_id: stage.target.deployment.to_string(),
        canary: stage.target.canary.as_ref().map(canary_into_pb),
        variables: variables_into_pb(&stage.variables),
        tags: stage.tags.clone(),
        settings: stage.settings.clone(),
        created_at: Some(time::into_pb(stage.created_at)),
        updated_at: Some(time::into_pb(stage.updated_at)),
    }
}

fn canary_into_pb(canary: &Canary) -> pb::Canary {
    pb::Canary {
        deployment_id: canary.deployment.to_string(),
        percent_traffic: canary.percent_traffic,
        variables: variables_into_pb(&canary.variables),
    }
}

fn variables_into_pb(variables: &StageVariables) -> BTreeMap<String, String> {
    variables.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}
