//! `Stage`: a name under which a deployment is served.

use std::collections::BTreeMap;

use serde_json::Value;

use super::call::Call;
use super::canary;
use super::error::Exception;
use super::input::Input;
use super::method_settings;
use super::show::{Fields, date};
use super::stage_patches;
use crate::control::{DeploymentRef, Error, NewStage, Noun, Options};
use crate::model::{DeploymentId, Stage, StageName, StageVariables};

pub(super) async fn create(call: &Call) -> Result<Value, Exception> {
    let api = call.api()?;
    call.control.api(api).await.map_err(|error| call.fail(error))?;
    let input = call.input();
    let name = stage_name(input.required("stageName", "createStageInput")?)?;
    let deployment = input.required("deploymentId", "createStageInput")?;
    let missing = || Exception::not_found("Invalid Deployment identifier specified");
    let deployment: DeploymentId = deployment.parse().map_err(|_| missing())?;
    let mut settings = settings(input, &["cacheClusterSize", "documentationVersion"])?;
    let canary = match input.object("canarySettings")? {
        Some(given) => {
            let (canary, shares_cache) = canary::read(call, api, deployment, given).await?;
            settings.insert(canary::USE_STAGE_CACHE.to_owned(), shares_cache.to_string());
            Some(canary)
        }
        None => None,
    };
    let new = NewStage {
        name,
        deployment: DeploymentRef::Id(deployment),
        canary,
        description: input.some_text("description")?.map(str::to_owned),
        variables: input.map("variables")?.map_or(Ok(StageVariables::default()), variables)?,
        tags: input
            .map("tags")?
            .unwrap_or_default()
            .into_iter()
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .collect(),
        settings,
        lambda_endpoint: None,
    };
    let made = call.control.create_stage(api, new, Options::default()).await;
    Ok(show(&made.map_err(|error| call.fail(error))?.value))
}

pub(super) async fn get(call: &Call) -> Result<Value, Exception> {
    Ok(show(&found(call).await?))
}

/// Not paged, and the list is `item` for clients, too.
pub(super) async fn list(call: &Call) -> Result<Value, Exception> {
    let stages = call.control.stages(call.api()?).await.map_err(|error| call.fail(error))?;
    let wanted = call.asked("deploymentId");
    let of = |stage: &&Stage| wanted.is_none_or(|id| stage.target.deployment.as_str() == id);
    let items: Vec<_> = stages.iter().filter(of).map(show).collect();
    Ok(Fields::new().put("item", items).into_value())
}

pub(super) async fn update(call: &Call) -> Result<Value, Exception> {
    let before = found(call).await?;
    let patches = call.patches("updateStage")?;
    let plan = stage_patches::checked(call, &before, patches).await?;
    let mut refusal = None;
    let change = |stage: &mut Stage| {
        plan.apply(stage).map_err(|error| {
            refusal = Some(error);
            Vec::new()
        })
    };
    let written =
        call.control.update_stage(before.api_id, &before.name, change, Options::keeping_unserved()).await;
    let written = written.map_err(|error| refusal.take().unwrap_or_else(|| call.fail(error)))?;
    Ok(show(&written.value))
}

pub(super) async fn delete(call: &Call) -> Result<(), Exception> {
    let name = call.named(1).parse().map_err(|_| no_stage())?;
    let deleted = call.control.delete_stage(call.api()?, &name, Options::default()).await;
    deleted.map(drop).map_err(|error| match error {
        Error::InUse { noun: Noun::Stage, .. } => Exception::bad_request(
            "Deleting stage is not allowed: a base path mapping leads to it. Delete the mapping first.",
        ),
        other => call.fail(other),
    })
}

/// Nothing is cached, so nothing is left to be flushed.
pub(super) async fn flush(call: &Call) -> Result<(), Exception> {
    found(call).await.map(drop)
}

async fn found(call: &Call) -> Result<Stage, Exception> {
    let api = call.api()?;
    call.control.api(api).await.map_err(|error| call.fail(error))?;
    let name = call.named(1).parse().map_err(|_| no_stage())?;
    call.control.stage(api, &name).await.map_err(|error| call.fail(error))
}

pub(super) fn no_stage() -> Exception {
    Exception::not_found("Invalid Stage identifier specified")
}

/// A name for a new stage.
pub(super) fn stage_name(text: &str) -> Result<StageName, Exception> {
    text.parse().map_err(|_| Exception::bad_request("Stage name only allows a-zA-Z0-9_-"))
}

/// Settings that are kept: whether there is a cache and tracing, and the texts of `more`.
pub(super) fn settings(input: Input<'_>, more: &[&str]) -> Result<BTreeMap<String, String>, Exception> {
    let mut settings = BTreeMap::new();
    for field in ["cacheClusterEnabled", "tracingEnabled"] {
        if let Some(value) = input.boolean(field)? {
            settings.insert(field.to_owned(), value.to_string());
        }
    }
    for field in more {
        if let Some(value) = input.some_text(field)? {
            settings.insert((*field).to_owned(), value.to_owned());
        }
    }
    Ok(settings)
}

/// Variables as they were sent.
pub(super) fn variables(pairs: Vec<(&str, &str)>) -> Result<StageVariables, Exception> {
    let owned = pairs.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
    StageVariables::parse(owned).map_err(|issues| {
        let faults: Vec<_> = issues.into_iter().map(|issue| issue.message).collect();
        Exception::bad_request(format!("Invalid stage variable: {}", faults.join("; ")))
    })
}

fn show(stage: &Stage) -> Value {
    let setting = |name: &str| stage.settings.get(name).cloned();
    let is_on = |name: &str| setting(name).is_some_and(|value| value == "true");
    let cache = is_on("cacheClusterEnabled");
    let log = Fields::new()
        .some("destinationArn", setting("accessLogSettings/destinationArn"))
        .some("format", setting("accessLogSettings/format"))
        .into_value();
    let has_log = log.as_object().is_some_and(|fields| !fields.is_empty());
    Fields::new()
        .put("deploymentId", stage.target.deployment.to_string())
        .some("clientCertificateId", setting("clientCertificateId"))
        .put("stageName", stage.name.to_string())
        .some("description", stage.description.clone())
        .put("cacheClusterEnabled", cache)
        .some("cacheClusterSize", setting("cacheClusterSize"))
        .put("cacheClusterStatus", if cache { "AVAILABLE" } else { "NOT_AVAILABLE" })
        .put("methodSettings", method_settings::show(&stage.settings))
        .map("variables", stage.variables.iter())
        .some("documentationVersion", setting("documentationVersion"))
        .some("accessLogSettings", has_log.then_some(log))
        .some("canarySettings", canary::show(stage))
        .put("tracingEnabled", is_on("tracingEnabled"))
        .map("tags", stage.tags.clone())
        .put("createdDate", date(stage.created_at))
        .put("lastUpdatedDate", date(stage.updated_at))
        .into_value()
}
