//! What calls on kept things have in common: JSON objects under an id, with everything that was said of them.

use serde_json::{Map, Value};

use super::call::Call;
use super::error::Exception;
use crate::control::{Error, KeptOf};
use crate::model::{ID_ALPHABET, KeptKind};

/// Things of the caller's account and region.
pub(super) fn of_account(kind: KeptKind) -> KeptOf {
    KeptOf { kind, api: None }
}

/// Things of the API that the path names.
pub(super) fn of_api(call: &Call, kind: KeptKind) -> Result<KeptOf, Exception> {
    Ok(KeptOf { kind, api: Some(call.api()?) })
}

/// An id as the gateway gives them.
pub(super) fn new_id(length: usize) -> String {
    (0..length).map(|_| char::from(ID_ALPHABET[fastrand::usize(..ID_ALPHABET.len())])).collect()
}

/// Keeps something new.
pub(super) async fn create(call: &Call, of: KeptOf, id: &str, thing: Value) -> Result<Value, Exception> {
    call.control.keep(of, id.to_owned(), thing.to_string()).await.map_err(|error| call.fail(error))?;
    Ok(thing)
}

/// Something that is kept.
pub(super) async fn get(call: &Call, of: KeptOf, id: &str) -> Result<Value, Exception> {
    let kept = call.control.kept(of, id).await.map_err(|error| call.fail(error))?;
    Ok(Value::Object(parsed(&kept.text)?))
}

/// All that is kept of a kind.
pub(super) async fn all(call: &Call, of: KeptOf) -> Result<Vec<Value>, Exception> {
    let all = call.control.all_kept(of).await.map_err(|error| call.fail(error))?;
    all.iter().map(|kept| Ok(Value::Object(parsed(&kept.text)?))).collect()
}

/// Changes something that is kept; `change` may run more than once.
pub(super) async fn update(
    call: &Call,
    of: KeptOf,
    id: &str,
    change: impl Fn(&mut Map<String, Value>) -> Result<(), Exception> + Send + Sync,
) -> Result<Value, Exception> {
    let changed = |text: &str| -> Result<String, Failure> {
        let mut fields = parsed(text)?;
        change(&mut fields)?;
        Ok(Value::Object(fields).to_string())
    };
    match call.control.update_kept(of, id, changed).await {
        Ok(kept) => Ok(Value::Object(parsed(&kept.text)?)),
        Err(Failure::Refused(exception)) => Err(exception),
        Err(Failure::Failed(error)) => Err(call.fail(error)),
    }
}

/// Lets go of something.
pub(super) async fn delete(call: &Call, of: KeptOf, id: &str) -> Result<(), Exception> {
    call.control.delete_kept(of, id).await.map_err(|error| call.fail(error))
}

/// A page of things, by a text field.
pub(super) fn page(call: &Call, items: Vec<Value>, field: &str) -> Value {
    call.page(items, |item| text(item, field).to_owned(), Value::clone)
}

/// A text field of something kept; empty if it has none.
pub(super) fn text<'a>(thing: &'a Value, field: &str) -> &'a str {
    thing.get(field).and_then(Value::as_str).unwrap_or_default()
}

/// Sets a text, or takes it away when there is none.
pub(super) fn set(fields: &mut Map<String, Value>, name: &str, value: Option<String>) {
    match value {
        Some(value) => drop(fields.insert(name.to_owned(), Value::String(value))),
        None => drop(fields.remove(name)),
    }
}

fn parsed(text: &str) -> Result<Map<String, Value>, Exception> {
    serde_json::from_str(text).map_err(|error| {
        tracing::error!(%error, "something that is kept is no JSON object");
        Exception::internal("What is stored cannot be read")
    })
}

/// Why a change was not made.
enum Failure {
    Refused(Exception),
    Failed(Error),
}

impl From<Exception> for Failure {
    fn from(exception: Exception) -> Self {
        Self::Refused(exception)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}
