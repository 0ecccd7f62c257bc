//! `RestApi`: an API's own settings.

use std::collections::BTreeMap;

use serde_json::Value;

use super::call::{Call, list as page_of};
use super::endpoint::{self, Endpoint};
use super::error::Exception;
use super::patch::{Op, Patch, invalid_path, must_be_one_of};
use super::policy;
use super::show::{Fields, date, object};
use crate::control::{ApiState, NewApi, Options};
use crate::model::{Api, ApiId, ApiKeySource, MediaType};

/// The largest size below which nothing is compressed (API Gateway, *CreateRestApi*).
const MOST_COMPRESSION: i64 = 10_485_760;

pub(super) async fn create(call: &Call) -> Result<Value, Exception> {
    let input = call.input();
    let name = input.required("name", "createRestApiInput")?.to_owned();
    let endpoint = endpoint::read(input, "createRestApiInput")?;
    let description = input.text("description")?;
    if description == Some("") {
        return Err(Exception::bad_request("Description cannot be an empty string"));
    }
    let types = input.texts("binaryMediaTypes")?;
    let said = Said {
        name,
        description: description.map(str::to_owned),
        version: input.some_text("version")?.map(str::to_owned),
        api_key_source: input.some_text("apiKeySource")?.map(key_source).transpose()?,
        binary_media_types: types
            .map(|types| types.into_iter().map(media_type).collect::<Result<_, _>>())
            .transpose()?,
        minimum_compression_size: input
            .integer("minimumCompressionSize")
            .map_err(|_| compression_out_of_range())?
            .map(compression)
            .transpose()?,
        endpoint,
        disable_execute_api_endpoint: input.boolean("disableExecuteApiEndpoint")?,
        policy: input.some_text("policy")?.map(str::to_owned),
        tags: input.map("tags")?.unwrap_or_default().into_iter().map(owned).collect(),
    };
    let made = match input.some_text("cloneFrom")? {
        Some(from) => {
            let from: ApiId = from.parse().map_err(|_| call.no_api_of(from))?;
            let change = |api: &mut Api| {
                said.clone().put(api);
                Ok(())
            };
            call.control.clone_api(from, change, Options::default()).await
        }
        None => call.control.create_api(said.into_new(), Options::default()).await,
    };
    Ok(show(call, &made.map_err(|error| call.fail(error))?.value, false))
}

/// What is said of an API that is to be made. A clone has the rest from the other API.
#[derive(Clone)]
struct Said {
    name: String,
    description: Option<String>,
    version: Option<String>,
    api_key_source: Option<ApiKeySource>,
    binary_media_types: Option<Vec<MediaType>>,
    minimum_compression_size: Option<u32>,
    endpoint: Option<Endpoint>,
    disable_execute_api_endpoint: Option<bool>,
    policy: Option<String>,
    tags: BTreeMap<String, String>,
}

impl Said {
    fn into_new(self) -> NewApi {
        let endpoint = self.endpoint.unwrap_or_default();
        NewApi {
            name: self.name,
            description: self.description,
            version: self.version,
            api_key_source: self.api_key_source.unwrap_or(ApiKeySource::Header),
            binary_media_types: self.binary_media_types.unwrap_or_default(),
            minimum_compression_size: self.minimum_compression_size,
            endpoint_type: endpoint.kind,
            dualstack: endpoint.dualstack,
            vpc_endpoint_ids: endpoint.vpc_endpoint_ids,
            disable_execute_api_endpoint: self.disable_execute_api_endpoint.unwrap_or_default(),
            policy: self.policy,
            tags: self.tags,
        }
    }

    fn put(self, api: &mut Api) {
        api.name = self.name;
        api.tags = self.tags;
        if let Some(Endpoint { kind, dualstack, vpc_endpoint_ids }) = self.endpoint {
            (api.endpoint_type, api.dualstack, api.vpc_endpoint_ids) = (kind, dualstack, vpc_endpoint_ids);
        }
        api.api_key_source = self.api_key_source.unwrap_or(api.api_key_source);
        if let Some(types) = self.binary_media_types {
            api.binary_media_types = types;
        }
        api.disable_execute_api_endpoint =
            self.disable_execute_api_endpoint.unwrap_or(api.disable_execute_api_endpoint);
        api.minimum_compression_size = self.minimum_compression_size.or(api.minimum_compression_size);
        for (said, own) in [
            (self.description, &mut api.description),
            (self.version, &mut api.version),
            (self.policy, &mut api.policy),
        ] {
            if said.is_some() {
                *own = said;
            }
        }
    }
}

pub(super) async fn get(call: &Call) -> Result<Value, Exception> {
    let state = call.control.api(call.api()?).await.map_err(|error| call.fail(error))?;
    Ok(show(call, &state, true))
}

pub(super) async fn list(call: &Call) -> Result<Value, Exception> {
    let after = call.position().and_then(|id| id.parse().ok());
    let page = call.control.apis(after, call.limit()).await.map_err(|error| call.fail(error))?;
    let items: Vec<_> = page.items.iter().map(|state| show(call, state, true)).collect();
    Ok(page_of(items, page.next.map(|id| id.to_string())))
}

pub(super) async fn update(call: &Call) -> Result<Value, Exception> {
    let api = call.api()?;
    call.control.api(api).await.map_err(|error| call.fail(error))?;
    let patches = call.patches("updateRestApi")?;
    let mut refusal = None;
    let change = |api: &mut Api| {
        patches.iter().try_for_each(|patch| apply(patch, api)).map_err(|error| {
            refusal = Some(error);
            Vec::new()
        })
    };
    let written = call.control.update_api(api, change, Options::default()).await;
    let written = written.map_err(|error| refusal.take().unwrap_or_else(|| call.fail(error)))?;
    Ok(show(call, &written.value, true))
}

pub(super) async fn delete(call: &Call) -> Result<(), Exception> {
    let deleted = call.control.delete_api(call.api()?, Options::default()).await;
    deleted.map(drop).map_err(|error| call.fail(error))
}

fn apply(patch: &Patch, api: &mut Api) -> Result<(), Exception> {
    match patch.names().as_slice() {
        ["binaryMediaTypes", name] => return binary_media_type(patch, name, api),
        ["endpointConfiguration", ..] => return endpoint::apply(patch, api),
        _ => {}
    }
    let replace_only = |patch: &Patch| {
        if patch.op == Op::Replace { Ok(()) } else { Err(must_be_one_of(&[Op::Replace])) }
    };
    match patch.path() {
        "/description" if patch.op == Op::Remove => api.description = None,
        "/description" => {
            replace_only(patch)?;
            let description = patch.some_value();
            api.description = Some(
                description.ok_or_else(|| Exception::bad_request("Description cannot be an empty string"))?,
            );
        }
        "/name" => {
            replace_only(patch)?;
            patch.value().clone_into(&mut api.name);
        }
        "/version" => {
            replace_only(patch)?;
            api.version = patch.some_value();
        }
        "/policy" => {
            if patch.op != Op::Remove {
                replace_only(patch)?;
            }
            api.policy = patch.some_value().filter(|_| patch.op == Op::Replace);
        }
        "/apiKeySource" => {
            replace_only(patch)?;
            api.api_key_source = key_source(patch.value())?;
        }
        "/disableExecuteApiEndpoint" => {
            replace_only(patch)?;
            api.disable_execute_api_endpoint = patch.is_true();
        }
        "/minimumCompressionSize" => {
            replace_only(patch)?;
            let size = patch.some_value().map(|text| text.parse().map_err(|_| compression_out_of_range()));
            api.minimum_compression_size = size.transpose()?.map(compression).transpose()?;
        }
        _ => return Err(invalid_path(patch)),
    }
    Ok(())
}

/// A media type is named by the path. Replacing one removes it and appends itself anew, as recorded.
fn binary_media_type(patch: &Patch, name: &str, api: &mut Api) -> Result<(), Exception> {
    let named = media_type(name)?;
    let at = api.binary_media_types.iter().position(|one| *one == named);
    match (patch.op, at) {
        (Op::Add, Some(_)) => {}
        (Op::Add, None) => api.binary_media_types.push(named),
        (Op::Remove, Some(at)) => {
            api.binary_media_types.remove(at);
        }
        (Op::Replace, Some(at)) => {
            let new = patch.some_value().map_or(Ok(named), |value| media_type(&value))?;
            api.binary_media_types.remove(at);
            api.binary_media_types.retain(|one| *one != new);
            api.binary_media_types.push(new);
        }
        (Op::Remove | Op::Replace, None) => {
            return Err(Exception::not_found("Content-Type specified was not found"));
        }
        (Op::Move | Op::Copy | Op::Test, _) => {
            return Err(must_be_one_of(&[Op::Add, Op::Remove, Op::Replace]));
        }
    }
    Ok(())
}

fn media_type(text: &str) -> Result<MediaType, Exception> {
    text.parse().map_err(|_| {
        Exception::bad_request(format!(
            "Validation Result: warnings : [], errors : [Invalid content type specified: {text}]"
        ))
    })
}

fn key_source(text: &str) -> Result<ApiKeySource, Exception> {
    match text {
        "HEADER" => Ok(ApiKeySource::Header),
        "AUTHORIZER" => Ok(ApiKeySource::Authorizer),
        other => Err(Exception::validation(&[format!(
            "Value '{other}' at 'createRestApiInput.apiKeySource' failed to satisfy constraint: Member must satisfy \
             enum value set: [AUTHORIZER, HEADER]"
        )])),
    }
}

fn compression(size: i64) -> Result<u32, Exception> {
    let size = Some(size).filter(|size| (0..=MOST_COMPRESSION).contains(size));
    size.and_then(|size| u32::try_from(size).ok()).ok_or_else(compression_out_of_range)
}

fn compression_out_of_range() -> Exception {
    Exception::bad_request("Invalid minimum compression size, must be between 0 and 10485760")
}

fn owned((name, value): (&str, &str)) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

/// `tags` without entries are shown by all but the call that makes the API.
pub(super) fn show(call: &Call, state: &ApiState, with_no_tags: bool) -> Value {
    let api = &*state.api;
    let source = match api.api_key_source {
        ApiKeySource::Header => "HEADER",
        ApiKeySource::Authorizer => "AUTHORIZER",
    };
    let tags = object(api.tags.clone());
    Fields::new()
        .put("id", api.id.to_string())
        .put("name", api.name.clone())
        .some("description", api.description.clone())
        .put("createdDate", date(api.created_at))
        .some("version", api.version.clone())
        .list("binaryMediaTypes", api.binary_media_types.iter().map(ToString::to_string))
        .some("minimumCompressionSize", api.minimum_compression_size)
        .put("apiKeySource", source)
        .put("endpointConfiguration", endpoint::show(api))
        .some("policy", api.policy.as_deref().map(|text| policy::expanded(text, &call.partition, api.id)))
        .some("tags", (with_no_tags || !tags.is_empty()).then_some(tags))
        .put("disableExecuteApiEndpoint", api.disable_execute_api_endpoint)
        .put("rootResourceId", state.root_resource_id.to_string())
        .into_value()
}
