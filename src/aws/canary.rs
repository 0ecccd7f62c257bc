//! A stage's canary: a share of its traffic for another deployment. Stored and read back; all traffic goes to the stage's
//! own deployment so far.

use serde_json::Value;

use super::call::Call;
use super::error::Exception;
use super::input::Input;
use super::patch::{Op, Patch};
use super::show::{Fields, object};
use super::stages::variables;
use crate::control::{CanaryShare, DeploymentRef};
use crate::model::{ApiId, Canary, DeploymentId, Stage, StageVariables};

/// Where it is kept whether the canary shares the stage's cache.
pub(super) const USE_STAGE_CACHE: &str = "canarySettings/useStageCache";

/// Refuses a canary deployment for a stage that is not there.
pub(super) async fn check_stage(call: &Call, api: ApiId, stage: Option<&str>) -> Result<(), Exception> {
    let Some(name) = stage.filter(|name| !name.is_empty()) else {
        return Err(Exception::bad_request(format!(
            "Invalid deployment content specified.Non null and non empty stageName must be provided for canary \
             deployment. Provided value is {}",
            stage.unwrap_or("null")
        )));
    };
    let there = match name.parse() {
        Ok(name) => call.control.stage(api, &name).await.is_ok(),
        Err(_) => false,
    };
    if there {
        return Ok(());
    }
    Err(Exception::bad_request(format!(
        "Invalid deployment content specified.Stage {name} must already be created before making a canary release \
         deployment"
    )))
}

/// How much traffic a canary is to have, with which variables, and whether it shares the stage's cache.
pub(super) fn share(settings: Input<'_>) -> Result<(CanaryShare, bool), Exception> {
    let overrides = settings.map("stageVariableOverrides")?;
    let share = CanaryShare {
        percent_traffic: percent(Some(settings.number("percentTraffic")?.unwrap_or_default()))?,
        variables: overrides.map_or(Ok(StageVariables::default()), variables)?,
    };
    Ok((share, settings.boolean("useStageCache")?.unwrap_or_default()))
}

/// Reads the canary of a new stage that serves `stage`, and whether it shares the stage's cache.
pub(super) async fn read(
    call: &Call,
    api: ApiId,
    stage: DeploymentId,
    settings: Input<'_>,
) -> Result<(Canary, bool), Exception> {
    let deployment = match settings.some_text("deploymentId")? {
        Some(id) => existing(call, api, id).await?,
        None => stage,
    };
    let (CanaryShare { percent_traffic, variables }, shares_cache) = share(settings)?;
    Ok((Canary { deployment, percent_traffic, variables }, shares_cache))
}

/// The deployment of an id that a stage is to serve.
pub(super) async fn existing(call: &Call, api: ApiId, id: &str) -> Result<DeploymentId, Exception> {
    let missing = || Exception::bad_request("Deployment id does not exist");
    let id: DeploymentId = id.parse().map_err(|_| missing())?;
    let found = call.control.deployment(api, DeploymentRef::Id(id)).await;
    if found.is_ok_and(|deployment| !deployment.deleted) { Ok(id) } else { Err(missing()) }
}

/// Whether a path below `/canarySettings` can be patched so. `Ok(false)` for one that there is not.
pub(super) fn check(patch: &Patch) -> Result<bool, Exception> {
    let names = patch.names();
    let known = matches!(
        names.as_slice(),
        ["canarySettings", "percentTraffic" | "deploymentId" | "useStageCache"]
            | ["canarySettings", "stageVariableOverrides", _]
    );
    match (patch.op, names.len()) {
        (Op::Remove, 1) => Ok(true),
        (Op::Remove, _) => Err(Exception::bad_request(format!(
            "Cannot remove method setting {} because there is no method setting for this method ",
            patch.path().trim_start_matches('/')
        ))),
        (Op::Replace, _) => Ok(known),
        (Op::Add | Op::Move | Op::Copy | Op::Test, _) => Err(Exception::bad_request(format!(
            "Invalid {} operation with path: {}",
            patch.op.as_str(),
            patch.path()
        ))),
    }
}

/// Applies a patch that was checked. The first one makes the canary. `deployment` is what the value names, where it
/// names one.
pub(super) fn apply(
    patch: &Patch,
    stage: &mut Stage,
    deployment: Option<DeploymentId>,
) -> Result<(), Exception> {
    if patch.op == Op::Remove {
        stage.target.canary = None;
        stage.settings.remove(USE_STAGE_CACHE);
        return Ok(());
    }
    let of_stage = stage.target.deployment;
    let canary = stage.target.canary.get_or_insert_with(|| Canary {
        deployment: of_stage,
        percent_traffic: 0.0,
        variables: StageVariables::default(),
    });
    match patch.names().as_slice() {
        [_, "percentTraffic"] => {
            canary.percent_traffic = percent(patch.value().parse().ok())?;
        }
        [_, "deploymentId"] => canary.deployment = deployment.unwrap_or(of_stage),
        [_, "useStageCache"] => {
            stage.settings.insert(USE_STAGE_CACHE.to_owned(), patch.is_true().to_string());
        }
        [_, "stageVariableOverrides", name] => {
            canary.variables = canary.variables.with(&variables(vec![(name, patch.value())])?);
        }
        _ => {}
    }
    Ok(())
}

fn percent(share: Option<f64>) -> Result<f64, Exception> {
    let share = share.filter(|share| (0.0..=100.0).contains(share));
    share.ok_or_else(|| Exception::bad_request("Canary percentTraffic must be between 0.0 and 100.0"))
}

/// As it is read back, if there is one.
pub(super) fn show(stage: &Stage) -> Option<Value> {
    let canary = stage.target.canary.as_ref()?;
    let shares_cache = stage.settings.get(USE_STAGE_CACHE).is_some_and(|value| value == "true");
    let fields = Fields::new()
        .put("percentTraffic", canary.percent_traffic)
        .put("deploymentId", canary.deployment.to_string())
        .some("stageVariableOverrides", some_object(&canary.variables))
        .put("useStageCache", shares_cache);
    Some(fields.into_value())
}

fn some_object(variables: &StageVariables) -> Option<Value> {
    let fields = object(variables.iter());
    (!fields.is_empty()).then_some(Value::Object(fields))
}
