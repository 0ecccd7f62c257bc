//! A name under which a deployment is served.

use std::collections::BTreeMap;

use super::field::{self, InvalidRecord};
use super::pb;
use crate::model::{Canary, Revision, Stage, StageTarget, StageVariables};

impl From<&Stage> for pb::Stage {
    fn from(stage: &Stage) -> Self {
        Self {
            api_id: stage.api_id.to_string(),
            name: stage.name.to_string(),
            revision: stage.revision.0,
            description: stage.description.clone(),
            deployment_id: stage.target.deployment.to_string(),
            canary: stage.target.canary.as_ref().map(Into::into),
            variables: stored_variables(&stage.variables),
            lambda_endpoint: stage.lambda_endpoint.as_ref().map(ToString::to_string),
            tags: stage.tags.clone(),
            settings: stage.settings.clone(),
            created_at_ms: field::millis(stage.created_at),
            updated_at_ms: field::millis(stage.updated_at),
        }
    }
}

impl TryFrom<pb::Stage> for Stage {
    type Error = InvalidRecord;

    fn try_from(stored: pb::Stage) -> Result<Self, InvalidRecord> {
        Ok(Self {
            api_id: field::parse("api_id", &stored.api_id)?,
            name: field::parse("name", &stored.name)?,
            revision: Revision(stored.revision),
            description: stored.description,
            target: StageTarget {
                deployment: field::parse("deployment_id", &stored.deployment_id)?,
                canary: field::inner("canary", stored.canary)?,
            },
            variables: variables("variables", stored.variables)?,
            lambda_endpoint: stored
                .lambda_endpoint
                .map(|text| field::parse("lambda_endpoint", &text))
                .transpose()?,
            tags: stored.tags,
            settings: stored.settings,
            created_at: field::time("created_at_ms", stored.created_at_ms)?,
            updated_at: field::time("updated_at_ms", stored.updated_at_ms)?,
        })
    }
}

impl From<&Canary> for pb::Canary {
    fn from(canary: &Canary) -> Self {
        Self {
            deployment_id: canary.deployment.to_string(),
            percent_traffic: canary.percent_traffic,
            variables: stored_variables(&canary.variables),
        }
    }
}

impl TryFrom<pb::Canary> for Canary {
    type Error = InvalidRecord;

    fn try_from(stored: pb::Canary) -> Result<Self, InvalidRecord> {
        Ok(Self {
            deployment: field::parse("deployment_id", &stored.deployment_id)?,
            percent_traffic: stored.percent_traffic,
            variables: variables("variables", stored.variables)?,
        })
    }
}

fn stored_variables(variables: &StageVariables) -> BTreeMap<String, String> {
    variables.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

fn variables(field: &str, map: BTreeMap<String, String>) -> Result<StageVariables, InvalidRecord> {
    StageVariables::parse(map).map_err(|issues| {
        let faults: Vec<_> = issues.iter().map(ToString::to_string).collect();
        InvalidRecord::new(field, faults.join("; "))
    })
}
