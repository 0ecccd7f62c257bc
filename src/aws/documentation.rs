//! `DocumentationPart` and `DocumentationVersion`: kept.

use std::time::SystemTime;

use serde_json::Value;

use super::call::Call;
use super::error::Exception;
use super::kept;
use super::patch::Replaceable;
use super::show::{Fields, date};
use super::stages::stage_name;
use crate::control::{KeptOf, KeptWrite, Options};
use crate::model::{KeptKind, Stage};

const PART: KeptKind = KeptKind::DocumentationPart;
const VERSION: KeptKind = KeptKind::DocumentationVersion;

/// What a part can be about, in the order in which the service lists them.
const TYPES: [&str; 12] = [
    "RESPONSE_BODY",
    "RESPONSE",
    "METHOD",
    "MODEL",
    "AUTHORIZER",
    "RESPONSE_HEADER",
    "RESOURCE",
    "PATH_PARAMETER",
    "REQUEST_BODY",
    "QUERY_PARAMETER",
    "API",
    "REQUEST_HEADER",
];

/// What can be patched of a part, and of a version.
const PATCHES: (Replaceable, Replaceable) = (Replaceable(&["/properties"]), Replaceable(&["/description"]));

pub(super) async fn create_part(call: &Call) -> Result<Value, Exception> {
    let of = kept::of_api(call, PART)?;
    let input = call.input();
    let location = input.object("location")?.ok_or_else(|| {
        Exception::validation(&[
            "Value null at 'createDocumentationPartInput.location' failed to satisfy constraint: \
             Member must not be null"
                .to_owned(),
        ])
    })?;
    let id = kept::new_id(6);
    let place = Fields::new()
        .put("type", part_type(location.required("type", "createDocumentationPartInput.location")?)?)
        .some("path", location.some_text("path")?)
        .some("method", location.some_text("method")?)
        .some("statusCode", location.some_text("statusCode")?)
        .some("name", location.some_text("name")?);
    let part = Fields::new()
        .put("id", id.clone())
        .put("location", place)
        .put("properties", properties(input.text("properties")?)?);
    kept::create(call, of, &id, part.into_value()).await
}

pub(super) async fn list_parts(call: &Call) -> Result<Value, Exception> {
    let mut parts = kept::all(call, kept::of_api(call, PART)?).await?;
    for (asked, field) in [("type", "type"), ("name", "name"), ("path", "path")] {
        if let Some(wanted) = call.asked(asked) {
            parts.retain(|part| part.get("location").is_some_and(|place| kept::text(place, field) == wanted));
        }
    }
    Ok(kept::page(call, parts, "id"))
}

pub(super) async fn get_part(call: &Call) -> Result<Value, Exception> {
    kept::get(call, part(call)?, call.named(1)).await.map_err(as_part)
}

pub(super) async fn update_part(call: &Call) -> Result<Value, Exception> {
    let of = part(call)?;
    kept::get(call, of, call.named(1)).await.map_err(as_part)?;
    let patches = call.patches("updateDocumentationPart")?;
    kept::update(call, of, call.named(1), |part| {
        for patch in &patches {
            PATCHES.0.check(patch)?;
            part.insert("properties".to_owned(), properties(patch.value.as_deref())?.into());
        }
        Ok(())
    })
    .await
}

/// Here an API that is not there is told of as one.
pub(super) async fn delete_part(call: &Call) -> Result<(), Exception> {
    kept::delete(call, kept::of_api(call, PART)?, call.named(1)).await
}

pub(super) async fn create_version(call: &Call) -> Result<Value, Exception> {
    let of = kept::of_api(call, VERSION)?;
    let input = call.input();
    let name = input.required("documentationVersion", "createDocumentationVersionInput")?;
    let version = Fields::new()
        .put("version", name)
        .put("createdDate", date(SystemTime::now()))
        .some("description", input.some_text("description")?);
    let version = version.into_value();
    let Some(stage) = input.some_text("stageName")? else {
        return kept::create(call, of, name, version).await;
    };
    let change = |stage: &mut Stage| {
        stage.settings.insert("documentationVersion".to_owned(), name.to_owned());
        Ok(())
    };
    let (api, stage) = (call.api()?, stage_name(stage)?);
    let also = [KeptWrite::New(of, name.to_owned(), version.to_string())];
    let written =
        call.control.update_stage_and_keep(api, &stage, change, &also, Options::keeping_unserved()).await;
    written.map_err(|error| call.fail(error))?;
    Ok(version)
}

pub(super) async fn list_versions(call: &Call) -> Result<Value, Exception> {
    Ok(kept::page(call, kept::all(call, kept::of_api(call, VERSION)?).await?, "version"))
}

pub(super) async fn get_version(call: &Call) -> Result<Value, Exception> {
    kept::get(call, kept::of_api(call, VERSION)?, call.named(1)).await
}

pub(super) async fn update_version(call: &Call) -> Result<Value, Exception> {
    let of = kept::of_api(call, VERSION)?;
    kept::get(call, of, call.named(1)).await?;
    let patches = call.patches("updateDocumentationVersion")?;
    kept::update(call, of, call.named(1), |version| {
        for patch in &patches {
            PATCHES.1.check(patch)?;
            kept::set(version, "description", patch.some_value());
        }
        Ok(())
    })
    .await
}

pub(super) async fn delete_version(call: &Call) -> Result<(), Exception> {
    kept::delete(call, kept::of_api(call, VERSION)?, call.named(1)).await
}

fn part_type(text: &str) -> Result<&str, Exception> {
    if TYPES.contains(&text) {
        return Ok(text);
    }
    Err(Exception::validation(&[format!(
        "Value '{text}' at 'createDocumentationPartInput.location.type' failed to satisfy constraint: Member must \
         satisfy enum value set: [{}]",
        TYPES.join(", ")
    )]))
}

fn properties(text: Option<&str>) -> Result<String, Exception> {
    let text = text.filter(|text| !text.is_empty());
    text.map(str::to_owned)
        .ok_or_else(|| Exception::bad_request("Documentation part properties must be non-empty"))
}

fn part(call: &Call) -> Result<KeptOf, Exception> {
    kept::of_api(call, PART).map_err(as_part)
}

/// Getting and updating tell of an API that is not there as of the part.
fn as_part(exception: Exception) -> Exception {
    if exception.name == "NotFoundException" {
        return Exception::not_found("Invalid Documentation part identifier specified");
    }
    exception
}
