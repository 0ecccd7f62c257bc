//! Labels of APIs, stages and of what carries labels beside them, by ARN.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::call::Call;
use super::error::Exception;
use super::kept;
use super::show::{Fields, object};
use super::stages::no_stage;
use crate::control::Options;
use crate::model::{Api, ApiId, KeptKind, Stage, StageName};

/// What carries labels.
enum Tagged {
    Api(ApiId),
    Stage(ApiId, StageName),
    Kept(KeptKind, String),
}

pub(super) async fn get(call: &Call) -> Result<Value, Exception> {
    let tags = match tagged(call)? {
        Tagged::Kept(kind, id) => {
            let thing = kept::get(call, kept::of_account(kind), &id).await?;
            let tags = thing.get("tags").cloned().unwrap_or_else(|| Value::Object(Map::new()));
            return Ok(Fields::new().put("tags", tags).into_value());
        }
        Tagged::Api(api) => call.control.api(api).await.map_err(|error| call.fail(error))?.api.tags.clone(),
        Tagged::Stage(api, name) => {
            call.control.stage(api, &name).await.map_err(|error| call.fail(error))?.tags
        }
    };
    Ok(Fields::new().put("tags", object(tags)).into_value())
}

pub(super) async fn put(call: &Call) -> Result<(), Exception> {
    let given = call.input().map("tags")?.unwrap_or_default();
    change(call, |tags| {
        tags.extend(given.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())))
    })
    .await
}

pub(super) async fn delete(call: &Call) -> Result<(), Exception> {
    let keys: Vec<_> = call.all_asked("tagKeys").collect();
    change(call, |tags| tags.retain(|key, _| !keys.contains(&key.as_str()))).await
}

async fn change(
    call: &Call,
    change: impl Fn(&mut BTreeMap<String, String>) + Send + Sync,
) -> Result<(), Exception> {
    let written = match tagged(call)? {
        Tagged::Kept(kind, id) => {
            let changed = kept::update(call, kept::of_account(kind), &id, |thing| {
                let mut tags: BTreeMap<String, String> = thing
                    .get("tags")
                    .and_then(|tags| serde_json::from_value(tags.clone()).ok())
                    .unwrap_or_default();
                change(&mut tags);
                thing.insert("tags".to_owned(), Value::Object(object(tags)));
                Ok(())
            });
            return changed.await.map(drop);
        }
        Tagged::Api(api) => {
            let change = |api: &mut Api| {
                change(&mut api.tags);
                Ok(())
            };
            call.control.update_api(api, change, Options::default()).await.map(drop)
        }
        Tagged::Stage(api, name) => {
            let change = |stage: &mut Stage| {
                change(&mut stage.tags);
                Ok(())
            };
            call.control.update_stage(api, &name, change, Options::keeping_unserved()).await.map(drop)
        }
    };
    written.map_err(|error| call.fail(error))
}

/// What an ARN such as `arn:aws:apigateway:us-east-1::/restapis/abcdefghij/stages/prod` names.
fn tagged(call: &Call) -> Result<Tagged, Exception> {
    let refuse = || Exception::bad_request("Invalid ARN specified in the request");
    let parts: Vec<_> = call.named(0).splitn(6, ':').collect();
    let ["arn", _, "apigateway", _, _, rest] = parts.as_slice() else { return Err(refuse()) };
    let path: Vec<_> = rest.trim_matches('/').split('/').collect();
    let api = |id: &str| {
        id.parse().map_err(|_| {
            Exception::not_found(format!("Invalid API identifier specified {}:{id}", call.partition.account))
        })
    };
    match path.as_slice() {
        ["restapis", id] => Ok(Tagged::Api(api(id)?)),
        ["restapis", id, "stages", name] => {
            Ok(Tagged::Stage(api(id)?, name.parse().map_err(|_| no_stage())?))
        }
        [collection, id] => {
            let kind = match *collection {
                "apikeys" => KeptKind::ApiKey,
                "usageplans" => KeptKind::UsagePlan,
                "clientcertificates" => KeptKind::ClientCertificate,
                "vpclinks" => KeptKind::VpcLink,
                "domainnames" => KeptKind::DomainName,
                _ => return Err(refuse()),
            };
            Ok(Tagged::Kept(kind, (*id).to_owned()))
        }
        _ => Err(refuse()),
    }
}
