//! Stages.

use std::collections::BTreeMap;

use super::{pb, read, time};
use crate::model::{AwsEndpoint, Canary, DeploymentId, Issue, Issues, Stage, StageVariables};

/// What a caller may write of a stage; its deployment is a reference of its own kind and not among it.
#[derive(Clone, Debug, PartialEq)]
pub struct StageSettings {
    /// Free text.
    pub description: Option<String>,
    /// A share for another deployment.
    pub canary: Option<Canary>,
    /// Its variables.
    pub variables: StageVariables,
    /// Where it invokes functions.
    pub lambda_endpoint: Option<AwsEndpoint>,
    /// Labels.
    pub tags: BTreeMap<String, String>,
    /// Settings without effect so far.
    pub settings: BTreeMap<String, String>,
}

impl StageSettings {
    /// Reads what was sent; fields that only the gateway gives are ignored.
    ///
    /// # Errors
    /// Every fault, by field.
    pub fn try_from_pb(stage: pb::Stage) -> Result<Self, Vec<Issue>> {
        let mut issues = Issues::new();
        let canary = match stage.canary.map(canary_try_from_pb).transpose() {
            Ok(canary) => canary,
            Err(faults) => {
                issues.extend_at("canary", faults);
                None
            }
        };
        let variables = read_variables(&mut issues, stage.variables);
        let lambda_endpoint = stage
            .lambda_endpoint
            .filter(|text| !text.is_empty())
            .and_then(|text| read::required::<AwsEndpoint>(&mut issues, "lambda_endpoint", &text));
        issues.into_result(Self {
            description: stage.description,
            canary,
            variables,
            lambda_endpoint,
            tags: stage.tags,
            settings: stage.settings,
        })
    }
}

fn canary_try_from_pb(canary: pb::Canary) -> Result<Canary, Vec<Issue>> {
    let mut issues = Issues::new();
    let deployment = read::required::<DeploymentId>(&mut issues, "deployment_id", &canary.deployment_id);
    if !(0.0..=100.0).contains(&canary.percent_traffic) {
        issues.push("percent_traffic", "is a share in percent: 0 to 100");
    }
    let variables = read_variables(&mut issues, canary.variables);
    issues.into_result(())?;
    let deployment = deployment.ok_or_else(Vec::new)?;
    Ok(Canary { deployment, percent_traffic: canary.percent_traffic, variables })
}

fn read_variables(issues: &mut Issues, variables: BTreeMap<String, String>) -> StageVariables {
    StageVariables::parse(variables).unwrap_or_else(|faults| {
        issues.extend_at("variables", faults);
        StageVariables::default()
    })
}

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
        lambda_endpoint: stage.lambda_endpoint.as_ref().map(ToString::to_string),
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
