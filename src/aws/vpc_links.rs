//! `VpcLink`: kept. Connections through one are made as any other.

use serde_json::Value;

use super::call::Call;
use super::error::Exception;
use super::kept;
use super::patch::Replaceable;
use super::show::{Fields, object};
use crate::model::KeptKind;

const KIND: KeptKind = KeptKind::VpcLink;

/// What can be patched.
const PATCHES: Replaceable = Replaceable(&["/description", "/name"]);

pub(super) async fn create(call: &Call) -> Result<Value, Exception> {
    let input = call.input();
    let id = kept::new_id(6);
    let link = Fields::new()
        .put("id", id.clone())
        .put("name", input.required("name", "createVpcLinkInput")?)
        .some("description", input.some_text("description")?)
        .put("targetArns", input.texts("targetArns")?.unwrap_or_default())
        .put("status", "AVAILABLE")
        .map("tags", object(input.map("tags")?.unwrap_or_default()));
    let made = kept::create(call, kept::of_account(KIND), &id, link.into_value()).await?;
    // The service says so first; the next call finds it available.
    Ok(match made {
        Value::Object(mut fields) => {
            kept::set(&mut fields, "status", Some("PENDING".to_owned()));
            Value::Object(fields)
        }
        other => other,
    })
}

pub(super) async fn list(call: &Call) -> Result<Value, Exception> {
    Ok(kept::page(call, kept::all(call, kept::of_account(KIND)).await?, "id"))
}

pub(super) async fn get(call: &Call) -> Result<Value, Exception> {
    kept::get(call, kept::of_account(KIND), call.named(0)).await
}

pub(super) async fn update(call: &Call) -> Result<Value, Exception> {
    let of = kept::of_account(KIND);
    kept::get(call, of, call.named(0)).await?;
    let patches = call.patches("updateVpcLink")?;
    kept::update(call, of, call.named(0), |link| {
        for patch in &patches {
            PATCHES.check(patch)?;
            kept::set(link, patch.path().trim_start_matches('/'), patch.some_value());
        }
        Ok(())
    })
    .await
}

pub(super) async fn delete(call: &Call) -> Result<(), Exception> {
    kept::delete(call, kept::of_account(KIND), call.named(0)).await
}
