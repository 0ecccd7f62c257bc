//! `ApiKey`: kept. A method that asks for one cannot be deployed yet, and says so.

use std::time::SystemTime;

use serde_json::Value;

use super::call::Call;
use super::error::Exception;
use super::kept;
use super::patch::{Op, Patch};
use super::show::{Fields, date, object};
use crate::model::KeptKind;

const KIND: KeptKind = KeptKind::ApiKey;
/// The most characters of a name, and of a description.
const MOST: (usize, usize) = (1024, 125_000);
/// The characters that a value may have.
const VALUE: std::ops::RangeInclusive<usize> = 20..=128;

pub(super) async fn create(call: &Call) -> Result<Value, Exception> {
    let input = call.input();
    let new = NewKey {
        name: input.some_text("name")?,
        value: input.some_text("value")?,
        description: input.some_text("description")?,
        enabled: input.boolean("enabled")?.unwrap_or_default(),
    };
    let (id, fields) = new.made()?;
    let key = fields
        .some("customerId", input.some_text("customerId")?)
        .put("stageKeys", stage_keys(call)?)
        .map("tags", object(input.map("tags")?.unwrap_or_default()))
        .into_value();
    let value = kept::text(&key, "value");
    if kept::all(call, kept::of_account(KIND)).await?.iter().any(|one| kept::text(one, "value") == value) {
        return Err(Exception::conflict("API Key already exists"));
    }
    kept::create(call, kept::of_account(KIND), &id, key).await
}

/// What is said of a key that is to be made.
pub(super) struct NewKey<'a> {
    pub(super) name: Option<&'a str>,
    pub(super) value: Option<&'a str>,
    pub(super) description: Option<&'a str>,
    pub(super) enabled: bool,
}

impl NewKey<'_> {
    /// Its id, and what is kept of it.
    pub(super) fn made(&self) -> Result<(String, Fields), Exception> {
        check(self.name, self.description)?;
        let value = match self.value.map(|value| (value, value.chars().count())) {
            Some((_, length)) if length < *VALUE.start() => {
                return Err(Exception::bad_request("API Key value should be at least 20 characters"));
            }
            Some((_, length)) if length > *VALUE.end() => {
                return Err(Exception::bad_request("API Key value exceeds maximum size of 128 characters"));
            }
            Some((value, _)) => value.to_owned(),
            None => kept::new_id(40),
        };
        let (id, now) = (kept::new_id(10), date(SystemTime::now()));
        let fields = Fields::new()
            .put("id", id.clone())
            .put("value", value)
            .some("name", self.name)
            .some("description", self.description)
            .put("enabled", self.enabled)
            .put("createdDate", now)
            .put("lastUpdatedDate", now);
        Ok((id, fields))
    }
}

pub(super) async fn list(call: &Call) -> Result<Value, Exception> {
    let mut keys = kept::all(call, kept::of_account(KIND)).await?;
    if let Some(start) = call.asked("name") {
        keys.retain(|key| kept::text(key, "name").starts_with(start));
    }
    if let Some(customer) = call.asked("customerId") {
        keys.retain(|key| kept::text(key, "customerId") == customer);
    }
    let with_values = call.asked("includeValues") == Some("true");
    Ok(call.page(keys, |key| kept::text(key, "id").to_owned(), |key| show(key.clone(), with_values)))
}

pub(super) async fn get(call: &Call) -> Result<Value, Exception> {
    let key = kept::get(call, kept::of_account(KIND), call.named(0)).await?;
    Ok(show(key, call.asked("includeValue") == Some("true")))
}

pub(super) async fn update(call: &Call) -> Result<Value, Exception> {
    let of = kept::of_account(KIND);
    kept::get(call, of, call.named(0)).await?;
    let patches = call.patches("updateApiKey")?;
    patches.iter().try_for_each(check_patch)?;
    let changed = kept::update(call, of, call.named(0), |key| {
        for patch in &patches {
            let field = patch.path().trim_start_matches('/');
            match field {
                "enabled" => drop(key.insert(field.to_owned(), patch.is_true().into())),
                "name" | "description" | "customerId" => kept::set(key, field, patch.some_value()),
                "stages" => {
                    if let Some(Value::Array(stages)) = key.get_mut("stageKeys") {
                        stages.retain(|stage| stage != patch.value());
                        if patch.op == Op::Add {
                            stages.push(patch.value().into());
                        }
                    }
                }
                _ => {}
            }
        }
        key.insert("lastUpdatedDate".to_owned(), date(SystemTime::now()).into());
        Ok(())
    })
    .await?;
    Ok(show(changed, false))
}

pub(super) async fn delete(call: &Call) -> Result<(), Exception> {
    kept::delete(call, kept::of_account(KIND), call.named(0)).await
}

fn check_patch(patch: &Patch) -> Result<(), Exception> {
    let (path, op) = (patch.path(), patch.op.as_str());
    match (path, patch.op) {
        ("/stages" | "/labels", Op::Add | Op::Remove) => Ok(()),
        ("/description" | "/enabled" | "/name" | "/customerId", Op::Replace) => match path {
            "/name" => check(patch.value.as_deref(), None),
            "/description" => check(None, patch.value.as_deref()),
            _ => Ok(()),
        },
        ("/description" | "/enabled" | "/name" | "/customerId", _) => Err(Exception::bad_request(format!(
            "Invalid patch path  '{path}' specified for op '{op}'. Please choose supported operations"
        ))),
        _ => Err(Exception::bad_request(format!(
            "Invalid patch path  '{path}' specified for op '{op}'. Must be one of: [/description, /enabled, /name, \
             /customerId]"
        ))),
    }
}

fn check(name: Option<&str>, description: Option<&str>) -> Result<(), Exception> {
    if name.is_some_and(|name| name.chars().count() > MOST.0) {
        return Err(Exception::bad_request("Invalid API Key name, can be at most 1024 characters."));
    }
    if description.is_some_and(|text| text.chars().count() > MOST.1) {
        return Err(Exception::bad_request("Invalid API Key description specified."));
    }
    Ok(())
}

/// `{restApiId, stageName}` are read back as `{restApiId}/{stageName}`.
fn stage_keys(call: &Call) -> Result<Vec<String>, Exception> {
    let keys = call.input().objects("stageKeys")?.unwrap_or_default();
    keys.into_iter()
        .map(|key| {
            let api = key.some_text("restApiId")?.unwrap_or_default();
            Ok(format!("{api}/{}", key.some_text("stageName")?.unwrap_or_default()))
        })
        .collect()
}

fn show(mut key: Value, with_value: bool) -> Value {
    if let (Value::Object(fields), false) = (&mut key, with_value) {
        fields.remove("value");
    }
    key
}
