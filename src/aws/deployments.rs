//! `Deployment`: a frozen copy of an API.

use serde_json::Value;

use super::call::{Call, list as page_of};
use super::canary;
use super::error::Exception;
use super::input::Input;
use super::patch::Replaceable;
use super::show::{Fields, date, object};
use super::stages::{settings, stage_name, variables};
use crate::control::{DeploymentRef, NewDeployment, Options, StageChoice};
use crate::model::{ApiId, AuthorizationType, Definition, Deployment, DeploymentId, StageName};

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
    let stage = match stage.filter(|name| !name.is_empty()) {
        Some(name) => Some(choice(stage_name(name)?, input, canary)?),
        None => None,
    };
    let new = NewDeployment { description, stage };
    let made = call.control.create_deployment(api, new, Options::default()).await;
    Ok(show(&made.map_err(|error| call.fail(error))?.value.deployment, None))
}

/// What the stage is told. A canary is all that it is told where there is one; what is not said stays.
fn choice(name: StageName, input: Input<'_>, canary: Option<Input<'_>>) -> Result<StageChoice, Exception> {
    let mut choice = StageChoice::new(name);
    if let Some(given) = canary {
        let (share, shares_cache) = canary::share(given)?;
        choice.canary = Some(share);
        choice.settings.insert(canary::USE_STAGE_CACHE.to_owned(), shares_cache.to_string());
        return Ok(choice);
    }
    choice.description = input.some_text("stageDescription")?.map(str::to_owned);
    choice.variables = input.map("variables")?.map(variables).transpose()?;
    choice.settings = settings(input, &["cacheClusterSize"])?;
    Ok(choice)
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
