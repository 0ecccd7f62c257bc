//! What `UpdateStage` takes: the target, variables, a canary and its promotion, and settings that are kept without
//! effect.

use super::call::Call;
use super::canary;
use super::error::Exception;
use super::method_settings;
use super::patch::{Op, Patch};
use super::stages::variables;
use crate::model::{DeploymentId, Stage, StageVariables};

/// The paths as the service lists them, its own slips of commas among them.
const PATHS: &str = "/deploymentId, /description, /cacheClusterEnabled, /cacheClusterSize, /clientCertificateId, \
    /accessLogSettings, /accessLogSettings/destinationArn, /accessLogSettings/format, \
    /{resourcePath}/{httpMethod}/metrics/enabled, /{resourcePath}/{httpMethod}/logging/dataTrace, \
    /{resourcePath}/{httpMethod}/logging/loglevel, \
    /{resourcePath}/{httpMethod}/throttling/burstLimit/{resourcePath}/{httpMethod}/throttling/rateLimit\
    /{resourcePath}/{httpMethod}/caching/ttlInSeconds, /{resourcePath}/{httpMethod}/caching/enabled, \
    /{resourcePath}/{httpMethod}/caching/dataEncrypted, \
    /{resourcePath}/{httpMethod}/caching/requireAuthorizationForCacheControl, \
    /{resourcePath}/{httpMethod}/caching/unauthorizedCacheControlHeaderStrategy, /*/*/metrics/enabled, \
    /*/*/logging/dataTrace, /*/*/logging/loglevel, /*/*/throttling/burstLimit /*/*/throttling/rateLimit \
    /*/*/caching/ttlInSeconds, /*/*/caching/enabled, /*/*/caching/dataEncrypted, \
    /*/*/caching/requireAuthorizationForCacheControl, /*/*/caching/unauthorizedCacheControlHeaderStrategy, \
    /variables/{variable_name}, /tracingEnabled";

/// Where a promotion may copy from, and to.
const COPIES: ([&str; 2], [&str; 2]) = (
    ["/canarySettings/deploymentId", "/canarySettings/stageVariableOverrides"],
    ["/deploymentId", "/variables"],
);

/// Patches of which each fits its path, with the deployments that they name.
pub(super) struct Checked(Vec<(Patch, Option<DeploymentId>)>);

/// Checks all patches against the stage as it is.
pub(super) async fn checked(call: &Call, stage: &Stage, patches: Vec<Patch>) -> Result<Checked, Exception> {
    let mut checked = Vec::new();
    for patch in patches {
        let mut deployment = None;
        if patch.op == Op::Copy {
            check_copy(&patch)?;
        } else {
            check_path(&patch)?;
            if patch.op == Op::Replace
                && matches!(patch.path(), "/deploymentId" | "/canarySettings/deploymentId")
            {
                deployment = Some(canary::existing(call, stage.api_id, patch.value()).await?);
            }
        }
        checked.push((patch, deployment));
    }
    Ok(Checked(checked))
}

impl Checked {
    /// Applies all to a stage.
    pub(super) fn apply(&self, stage: &mut Stage) -> Result<(), Exception> {
        self.0.iter().try_for_each(|(patch, deployment)| apply(patch, stage, *deployment))
    }
}

fn check_copy(patch: &Patch) -> Result<(), Exception> {
    let (from, to) = (patch.from.as_deref().unwrap_or("null"), patch.path());
    if COPIES.0.contains(&from) && COPIES.1.contains(&to) {
        return Ok(());
    }
    Err(Exception::bad_request(format!(
        "Invalid copy operation with path: {to} and from {from}. Valid copy:path are [{}] and valid copy:from are [{}]",
        COPIES.1.join(", "),
        COPIES.0.join(", ")
    )))
}

fn check_path(patch: &Patch) -> Result<(), Exception> {
    let path = patch.path();
    let names = patch.names();
    let known = match names.as_slice() {
        ["canarySettings", ..] => canary::check(patch)?,
        ["accessLogSettings", ..] => return check_access_log(patch),
        _ if patch.op == Op::Remove
            && method_settings::is_whole(path)
            && !path.starts_with("/variables/") =>
        {
            true
        }
        ["variables", _] => true,
        [
            "deploymentId"
            | "description"
            | "cacheClusterEnabled"
            | "cacheClusterSize"
            | "clientCertificateId"
            | "tracingEnabled"
            | "documentationVersion",
        ] => patch.op == Op::Replace || patch.op == Op::Add,
        _ => method_settings::is_setting(path),
    };
    if known {
        return Ok(());
    }
    Err(Exception::bad_request(format!("Invalid method setting path: {path}. Must be one of: [{PATHS}]")))
}

fn check_access_log(patch: &Patch) -> Result<(), Exception> {
    let names = patch.names();
    match (patch.op, names.as_slice()) {
        (Op::Remove, [_]) => Ok(()),
        (Op::Remove, _) => Err(Exception::bad_request(format!(
            "Cannot remove method setting {} because there is no method setting for this method ",
            patch.path().trim_start_matches('/')
        ))),
        (_, [_, field @ ("destinationArn" | "format")]) => {
            if patch.value().is_empty() {
                return Err(Exception::bad_request("Access Log value must not be empty"));
            }
            if *field == "destinationArn" && !patch.value().starts_with("arn:") {
                return Err(Exception::bad_request("Invalid ARN specified in the request"));
            }
            Ok(())
        }
        _ => Err(Exception::bad_request(
            "Invalid accessLogSettings path. Must be one of : [/accessLogSettings/destinationArn, \
             /accessLogSettings/format]",
        )),
    }
}

fn apply(patch: &Patch, stage: &mut Stage, deployment: Option<DeploymentId>) -> Result<(), Exception> {
    if patch.op == Op::Copy {
        return promote(patch, stage);
    }
    let path = patch.path();
    let key = path.trim_start_matches('/');
    match patch.names().as_slice() {
        ["canarySettings", ..] => canary::apply(patch, stage, deployment)?,
        ["accessLogSettings"] => stage.settings.retain(|key, _| !key.starts_with("accessLogSettings/")),
        ["accessLogSettings", _] => {
            stage.settings.insert(key.to_owned(), patch.value().to_owned());
        }
        ["variables", name] if patch.op == Op::Remove => {
            let kept = stage.variables.iter().filter(|(one, _)| one != name);
            stage.variables = variables(kept.collect())?;
        }
        ["variables", name] => {
            stage.variables = stage.variables.with(&variables(vec![(name, patch.value())])?)
        }
        ["deploymentId"] => stage.target.deployment = deployment.unwrap_or(stage.target.deployment),
        ["description"] => stage.description = patch.some_value(),
        ["cacheClusterEnabled" | "tracingEnabled"] => {
            stage.settings.insert(key.to_owned(), patch.is_true().to_string());
        }
        ["cacheClusterSize" | "clientCertificateId" | "documentationVersion"] => match patch.some_value() {
            Some(value) => drop(stage.settings.insert(key.to_owned(), value)),
            None => drop(stage.settings.remove(key)),
        },
        _ if patch.op == Op::Remove => method_settings::remove(patch, &mut stage.settings)?,
        _ => method_settings::set(patch, &mut stage.settings)?,
    }
    Ok(())
}

/// Makes what the canary has the stage's own. The canary stays until it is removed.
fn promote(patch: &Patch, stage: &mut Stage) -> Result<(), Exception> {
    let Some(canary) = &stage.target.canary else {
        return Err(Exception::bad_request("Promotion not available. Canary does not exist."));
    };
    if patch.path() == "/deploymentId" {
        stage.target.deployment = canary.deployment;
    } else {
        let overrides: StageVariables = canary.variables.clone();
        stage.variables = stage.variables.with(&overrides);
    }
    Ok(())
}
