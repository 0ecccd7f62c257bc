//! `BasePathMapping`: a domain binding, host and base path, that leads to a stage.

use serde_json::Value;

use super::call::Call;
use super::domain_names::{bindings, find, host};
use super::error::Exception;
use super::patch::{Op, Replaceable};
use super::show::Fields;
use crate::control::{Error, NewDomain, Options};
use crate::model::{ApiId, BasePath, DomainBinding, HostName, StageName};

/// What stands for the empty base path.
const NONE: &str = "(none)";

/// What can be patched.
const PATCHES: Replaceable = Replaceable(&["/basePath", "/restapiId", "/stage"]);

pub(super) async fn create(call: &Call) -> Result<Value, Exception> {
    find(call, call.named(0)).await?;
    let input = call.input();
    let base_path = base_path(input.text("basePath")?.unwrap_or_default())?;
    let api_id = api(call, input.required("restApiId", "createBasePathMappingInput")?).await?;
    let stage = stage(call, api_id, input.text("stage")?.unwrap_or_default()).await?;
    let new = NewDomain { host: host(call.named(0))?, base_path, api_id, stage };
    let made = call.control.create_domain(new, Options::default()).await;
    Ok(show(&made.map_err(|error| call.fail(error))?.value))
}

pub(super) async fn list(call: &Call) -> Result<Value, Exception> {
    find(call, call.named(0)).await?;
    let wanted = host(call.named(0))?;
    let mine: Vec<_> = bindings(call).await?.into_iter().filter(|binding| binding.host == wanted).collect();
    Ok(call.page(mine, |binding| binding.base_path.to_string(), show))
}

pub(super) async fn get(call: &Call) -> Result<Value, Exception> {
    Ok(show(&found(call).await?))
}

pub(super) async fn update(call: &Call) -> Result<Value, Exception> {
    let before = found(call).await?;
    let mut after = before.clone();
    for patch in call.patches("updateBasePathMapping")? {
        if patch.op != Op::Replace {
            return Err(super::patch::must_be_one_of(&[Op::Replace]));
        }
        PATCHES.check(&patch)?;
        match patch.path() {
            "/basePath" => after.base_path = base_path(patch.value())?,
            "/restapiId" => after.api_id = api(call, patch.value()).await?,
            _ => after.stage = stage(call, after.api_id, patch.value()).await?,
        }
    }
    let (api, name) = (after.api_id, after.stage.clone());
    stage(call, api, name.as_str()).await?;
    let change = |binding: &mut DomainBinding| {
        (binding.api_id, binding.stage) = (api, name.clone());
        binding.base_path.clone_from(&after.base_path);
        Ok(())
    };
    let written =
        call.control.update_domain(&before.host, &before.base_path, change, Options::default()).await;
    Ok(show(&written.map_err(|error| call.fail(error))?.value))
}

pub(super) async fn delete(call: &Call) -> Result<(), Exception> {
    let (host, base_path) = named(call)?;
    let deleted = call.control.delete_domain(&host, &base_path, Options::default()).await;
    deleted.map(drop).map_err(|error| missing_mapping(call, error))
}

async fn found(call: &Call) -> Result<DomainBinding, Exception> {
    let (host, base_path) = named(call)?;
    call.control.domain(&host, &base_path).await.map_err(|error| missing_mapping(call, error))
}

fn missing_mapping(call: &Call, error: Error) -> Exception {
    match error {
        Error::NotFound { .. } => Exception::not_found("Invalid base path mapping identifier specified"),
        other => call.fail(other),
    }
}

fn named(call: &Call) -> Result<(HostName, BasePath), Exception> {
    let missing = || Exception::not_found("Invalid base path mapping identifier specified");
    let host = call
        .named(0)
        .parse()
        .map_err(|_| Exception::not_found("Invalid domain name identifier specified"))?;
    let text = if call.named(1) == NONE { "" } else { call.named(1) };
    Ok((host, text.parse().map_err(|_| missing())?))
}

fn base_path(text: &str) -> Result<BasePath, Exception> {
    let text = if text == NONE { "" } else { text };
    if text.contains('/') {
        return Err(Exception::bad_request(
            "API Gateway V1 doesn't support the slash character (/) in base path mappings. To create a multi-level base \
             path mapping, use API Gateway V2.",
        ));
    }
    text.parse().map_err(|_| Exception::bad_request("Invalid characters in the base path"))
}

async fn api(call: &Call, id: &str) -> Result<ApiId, Exception> {
    let missing = || Exception::bad_request("Invalid REST API identifier specified");
    let id = id.parse().map_err(|_| missing())?;
    call.control.api(id).await.map(|_| id).map_err(|_| missing())
}

/// A binding leads to one stage: the form without one, where the stage is in the path, is the default host's.
async fn stage(call: &Call, api: ApiId, name: &str) -> Result<StageName, Exception> {
    let missing = || Exception::bad_request("Invalid stage identifier specified");
    let name: StageName = name.parse().map_err(|_| missing())?;
    call.control.stage(api, &name).await.map_err(|_| missing())?;
    Ok(name)
}

fn show(binding: &DomainBinding) -> Value {
    let base_path = binding.base_path.as_str();
    Fields::new()
        .put("basePath", if base_path.is_empty() { NONE } else { base_path })
        .put("restApiId", binding.api_id.to_string())
        .put("stage", binding.stage.to_string())
        .into_value()
}
