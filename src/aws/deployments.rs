//! `Deployment`: a frozen copy of an API.

use std::collections::BTreeMap;

use serde_json::Value;

use super::call::{Call, list as page_of};
use super::canary;
use super::error::Exception;
use super::input::Input;
use super::patch::Replaceable;
use super::show::{Fields, date, object};
use super::stages::{stage_name, variables};
use crate::control::{DeploymentRef, NewDeployment, Options, StageChoice};
use crate::model::{ApiId, AuthorizationType, Definition, Deployment, DeploymentId, Stage};

/// What can be patched.
const PATCHES: Replaceable = Replaceable(&["/description"]);

pub(super) async fn create(call: &Call) -> Result<Value, Exception> {
    let api = call.api()?;
    let draft = call.control.draft_of(api).await.map_err(|error| call.fail(error))?;
    let input = call.input();
    let canary = input.object("canarySettings")?;
    let stage = input.text("stageName")?;
    if canary.is_some() {
        canary::check_stage(call, api, stage).await?;
    }
    check_methods(&draft)?;
    let description = input.some_text("description")?.map(str::to_owned);
    let choice = match stage.filter(|name| !name.is_empty() && canary.is_none()) {
        Some(name) => Some(StageChoice {
            name: stage_name(name)?,
            description: input.some_text("stageDescription")?.map(str::to_owned),
            variables: input.map("variables")?.map(variables).transpose()?,
        }),
        None => None,
    };
    let new = NewDeployment { description, stage: choice };
    let made = call.control.create_deployment(api, new, Options::default()).await;
    let deployed = made.map_err(|error| call.fail(error))?.value;
    if let Some(canary) = canary {
        canary::begin(call, api, stage.unwrap_or_default(), deployed.deployment.id, canary).await?;
    } else if let Some(stage) = &deployed.stage {
        keep_settings(call, api, stage, input).await?;
    }
    Ok(show(&deployed.deployment, None))
}

pub(super) async fn get(call: &Call) -> Result<Value, Exception> {
    let (api, at) = named(call)?;
    let deployment = there(call.control.deployment(api, at).await.map_err(|error| call.fail(error))?)?;
    let content = if call.embeds("apisummary") || call.embeds("apiSummary") {
        Some(call.control.frozen(api, at).await.map_err(|error| call.fail(error))?)
    } else {
        None
    };
    Ok(show(&deployment, content.as_deref()))
}

pub(super) async fn list(call: &Call) -> Result<Value, Exception> {
    let api = call.api()?;
    let mut before = call.position().and_then(|number| number.parse().ok());
    let limit = call.limit();
    let mut found = Vec::new();
    // Numbers whose content was deleted are kept; nobody here has a use for them.
    let next = loop {
        let page = call.control.deployments(api, before, limit).await.map_err(|error| call.fail(error))?;
        before = page.next;
        found.extend(page.items.into_iter().filter(|deployment| !deployment.deleted));
        if found.len() > limit {
            found.truncate(limit);
            break found.last().map(|deployment| deployment.number);
        }
        if before.is_none() || found.len() == limit {
            break before;
        }
    };
    Ok(page_of(found.iter().map(|deployment| show(deployment, None)), next.map(|number| number.to_string())))
}

pub(super) async fn update(call: &Call) -> Result<Value, Exception> {
    let (api, at) = named(call)?;
    let before = there(call.control.deployment(api, at).await.map_err(|error| call.fail(error))?)?;
    let mut description = before.description;
    for patch in call.patches("updateDeployment")? {
        PATCHES.check(&patch)?;
        description = patch.some_value();
    }
    let written = call.control.update_deployment(api, at, description, Options::default()).await;
    Ok(show(&written.map_err(|error| call.fail(error))?.value, None))
}

pub(super) async fn delete(call: &Call) -> Result<(), Exception> {
    let (api, at) = named(call)?;
    let deleted = call.control.delete_deployment(api, at, Options::default()).await;
    deleted.map(drop).map_err(|error| call.fail(error))
}

/// What the stage is told beside what it serves; what is not said stays.
async fn keep_settings(call: &Call, api: ApiId, stage: &Stage, input: Input<'_>) -> Result<(), Exception> {
    let mut said = BTreeMap::new();
    for field in ["cacheClusterEnabled", "tracingEnabled"] {
        if let Some(value) = input.boolean(field)? {
            said.insert(field.to_owned(), value.to_string());
        }
    }
    if let Some(size) = input.some_text("cacheClusterSize")? {
        said.insert("cacheClusterSize".to_owned(), size.to_owned());
    }
    if said.is_empty() {
        return Ok(());
    }
    let change = |stage: &mut Stage| {
        stage.settings.extend(said.clone());
        Ok(())
    };
    let written = call.control.update_stage(api, &stage.name, change, Options::keeping_unserved()).await;
    written.map(drop).map_err(|error| call.fail(error))
}

/// What AWS looks at before it freezes an API.
fn check_methods(draft: &Definition) -> Result<(), Exception> {
    let mut methods = draft.resources().flat_map(|resource| resource.methods.values()).peekable();
    if methods.peek().is_none() {
        return Err(Exception::bad_request("The REST API doesn't contain any methods"));
    }
    if methods.any(|method| method.integration.is_none()) {
        return Err(Exception::bad_request("No integration defined for method"));
    }
    Ok(())
}

fn named(call: &Call) -> Result<(ApiId, DeploymentRef), Exception> {
    let id: DeploymentId = call.named(1).parse().map_err(|_| no_deployment())?;
    Ok((call.api()?, DeploymentRef::Id(id)))
}

/// What is left of a deleted deployment is for nobody here.
fn there(deployment: Deployment) -> Result<Deployment, Exception> {
    if deployment.deleted { Err(no_deployment()) } else { Ok(deployment) }
}

fn no_deployment() -> Exception {
    Exception::not_found("Invalid Deployment identifier specified")
}

fn show(deployment: &Deployment, content: Option<&Definition>) -> Value {
    Fields::new()
        .put("id", deployment.id.to_string())
        .some("description", deployment.description.clone())
        .put("createdDate", date(deployment.created_at))
        .some("apiSummary", content.map(summary))
        .into_value()
}

fn summary(content: &Definition) -> Value {
    let paths = content.walk().into_iter().filter(|(_, resource)| !resource.methods.is_empty());
    let paths = paths.map(|(path, resource)| {
        let methods = resource.methods.iter().map(|(verb, method)| {
            let kind = match method.authorization_type {
                AuthorizationType::None => "NONE",
                AuthorizationType::AwsIam => "AWS_IAM",
                AuthorizationType::Custom => "CUSTOM",
                AuthorizationType::CognitoUserPools => "COGNITO_USER_POOLS",
            };
            let fields = Fields::new()
                .put("authorizationType", kind)
                .put("apiKeyRequired", method.api_key_required)
                .into_value();
            (verb, fields)
        });
        (path, object(methods))
    });
    Value::Object(object(paths))
}
