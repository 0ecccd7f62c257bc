//! `UsagePlan` and its keys: kept, without effect on calls so far.

use serde_json::{Map, Value};

use super::call::Call;
use super::error::Exception;
use super::input::Input;
use super::kept;
use super::patch::{Op, Patch, names_of};
use super::show::{Fields, object};
use super::usage;
use crate::control::KeptWrite;
use crate::model::KeptKind;

const KIND: KeptKind = KeptKind::UsagePlan;
const KEY: KeptKind = KeptKind::UsagePlanKey;

pub(super) async fn create(call: &Call) -> Result<Value, Exception> {
    let input = call.input();
    let mut stages = Vec::new();
    for stage in input.objects("apiStages")?.unwrap_or_default() {
        let (api, name) =
            (stage.some_text("apiId")?.unwrap_or_default(), stage.some_text("stage")?.unwrap_or_default());
        check_stage(call, api, name).await?;
        let mut throttles = Map::new();
        if let Some(given) = stage.object("throttle")? {
            for name in given.names() {
                let one = given.object(name)?.unwrap_or(given);
                throttles.insert(name.to_owned(), throttle(one)?.into_value());
            }
        }
        let fields = Fields::new().put("apiId", api).put("stage", name).map("throttle", throttles);
        stages.push(fields.into_value());
    }
    let id = kept::new_id(6);
    let plan = Fields::new()
        .put("id", id.clone())
        .put("name", input.required("name", "createUsagePlanInput")?)
        .some("description", input.some_text("description")?)
        .put("apiStages", stages)
        .some("throttle", input.object("throttle")?.map(throttle).transpose()?)
        .some("quota", input.object("quota")?.map(quota).transpose()?)
        .map("tags", object(input.map("tags")?.unwrap_or_default()));
    kept::create(call, kept::of_account(KIND), &id, plan.into_value()).await
}

pub(super) async fn list(call: &Call) -> Result<Value, Exception> {
    let mut plans = kept::all(call, kept::of_account(KIND)).await?;
    if let Some(key) = call.asked("keyId") {
        let keys = kept::all(call, kept::of_account(KEY)).await?;
        let has = |plan: &str| {
            keys.iter().any(|one| kept::text(one, "plan") == plan && kept::text(one, "id") == key)
        };
        plans.retain(|plan| has(kept::text(plan, "id")));
    }
    Ok(kept::page(call, plans, "id"))
}

pub(super) async fn get(call: &Call) -> Result<Value, Exception> {
    kept::get(call, kept::of_account(KIND), call.named(0)).await
}

pub(super) async fn update(call: &Call) -> Result<Value, Exception> {
    let of = kept::of_account(KIND);
    kept::get(call, of, call.named(0)).await?;
    let patches = call.patches("updateUsagePlan")?;
    for patch in &patches {
        if patch.path() == "/apiStages" && patch.op == Op::Add {
            let (api, stage) = patch.value().split_once(':').ok_or_else(invalid_stage)?;
            check_stage(call, api, stage).await?;
        }
    }
    kept::update(call, of, call.named(0), |plan| {
        patches.iter().try_for_each(|patch| apply(patch, plan, call.named(0)))
    })
    .await
}

pub(super) async fn delete(call: &Call) -> Result<(), Exception> {
    let plan = call.named(0);
    kept::get(call, kept::of_account(KIND), plan).await?;
    let mut writes: Vec<_> = kept::all(call, kept::of_account(KEY))
        .await?
        .iter()
        .filter(|key| kept::text(key, "plan") == plan)
        .map(|key| KeptWrite::Gone(kept::of_account(KEY), key_id(plan, kept::text(key, "id"))))
        .collect();
    writes.push(KeptWrite::Gone(kept::of_account(KIND), plan.to_owned()));
    call.control.keep_all(&writes).await.map_err(|error| call.fail(error))
}

pub(super) async fn create_key(call: &Call) -> Result<Value, Exception> {
    let plan = call.named(0);
    kept::get(call, kept::of_account(KIND), plan).await?;
    let input = call.input();
    let id = input.required("keyId", "createUsagePlanKeyInput")?;
    if input.required("keyType", "createUsagePlanKeyInput")? != "API_KEY" {
        return Err(Exception::bad_request("Usage Plan Key type must be API_KEY"));
    }
    let key = kept::get(call, kept::of_account(KeptKind::ApiKey), id).await?;
    kept::create(call, kept::of_account(KEY), &key_id(plan, id), key_of(plan, &key)).await.map(shown_key)
}

/// A key as it is kept for a plan.
pub(super) fn key_of(plan: &str, key: &Value) -> Value {
    let field = |name| Some(kept::text(key, name)).filter(|text| !text.is_empty());
    Fields::new()
        .put("plan", plan)
        .put("id", kept::text(key, "id"))
        .put("type", "API_KEY")
        .some("value", field("value"))
        .some("name", field("name"))
        .into_value()
}

pub(super) async fn list_keys(call: &Call) -> Result<Value, Exception> {
    let plan = call.named(0);
    kept::get(call, kept::of_account(KIND), plan).await?;
    let mut keys = kept::all(call, kept::of_account(KEY)).await?;
    keys.retain(|key| kept::text(key, "plan") == plan);
    if let Some(start) = call.asked("name") {
        keys.retain(|key| kept::text(key, "name").starts_with(start));
    }
    Ok(kept::page(call, keys.into_iter().map(shown_key).collect(), "id"))
}

pub(super) async fn get_key(call: &Call) -> Result<Value, Exception> {
    let id = key_id(call.named(0), call.named(1));
    let found = call.control.kept(kept::of_account(KEY), &id).await;
    found.map_err(|_| missing_key(call.named(1)))?;
    kept::get(call, kept::of_account(KEY), &id).await.map(shown_key)
}

pub(super) async fn delete_key(call: &Call) -> Result<(), Exception> {
    let id = key_id(call.named(0), call.named(1));
    kept::delete(call, kept::of_account(KEY), &id).await.map_err(|_| missing_key(call.named(1)))
}

/// 404 for a key of a plan.
pub(super) fn missing_key(id: &str) -> Exception {
    Exception::not_found(format!("Invalid API Key identifier specified: {id}"))
}

/// What a key of a plan is kept under.
pub(super) fn key_id(plan: &str, key: &str) -> String {
    format!("{plan}/{key}")
}

fn shown_key(mut key: Value) -> Value {
    if let Value::Object(fields) = &mut key {
        for name in ["plan", usage::REMAINING] {
            fields.remove(name);
        }
    }
    key
}

fn throttle(input: Input<'_>) -> Result<Fields, Exception> {
    let fields = Fields::new().put("burstLimit", input.integer("burstLimit")?.unwrap_or_default());
    Ok(fields.put("rateLimit", input.number("rateLimit")?.unwrap_or_default()))
}

fn quota(input: Input<'_>) -> Result<Fields, Exception> {
    let period = input.some_text("period")?.unwrap_or("DAY");
    Ok(Fields::new()
        .put("limit", input.integer("limit")?.unwrap_or_default())
        .put("offset", input.integer("offset")?.unwrap_or_default())
        .put("period", self::period(period, "createUsagePlanInput")?))
}

/// `place` names the call.
fn period<'a>(text: &'a str, place: &str) -> Result<&'a str, Exception> {
    if matches!(text, "DAY" | "WEEK" | "MONTH") {
        return Ok(text);
    }
    Err(Exception::validation(&[format!(
        "Value '{text}' at '{place}.quota.period' failed to satisfy constraint: Member must satisfy enum \
         value set: [WEEK, MONTH, DAY]"
    )]))
}

fn invalid_stage() -> Exception {
    Exception::bad_request("Invalid API Stage specified")
}

async fn check_stage(call: &Call, api: &str, stage: &str) -> Result<(), Exception> {
    let (Ok(api), Ok(stage)) = (api.parse(), stage.parse()) else { return Err(invalid_stage()) };
    call.control.stage(api, &stage).await.map(drop).map_err(|_| invalid_stage())
}

fn apply(patch: &Patch, plan: &mut Map<String, Value>, id: &str) -> Result<(), Exception> {
    let names = patch.names();
    match (names.as_slice(), patch.op) {
        (["name" | "description" | "productCode"], Op::Replace) => {
            kept::set(plan, names[0], patch.some_value());
        }
        (["quota" | "throttle"], Op::Remove) => drop(plan.remove(names[0])),
        (
            ["quota", field @ ("limit" | "offset")] | ["throttle", field @ "burstLimit"],
            Op::Add | Op::Replace,
        ) => {
            let number: i64 = patch.value().parse().map_err(|_| not_a_number(patch))?;
            inner(plan, names[0]).insert((*field).to_owned(), number.into());
        }
        (["throttle", "rateLimit"], Op::Add | Op::Replace) => {
            let number: f64 = patch.value().parse().map_err(|_| not_a_number(patch))?;
            inner(plan, names[0]).insert("rateLimit".to_owned(), number.into());
        }
        (["quota", "period"], Op::Add | Op::Replace) => {
            let period = period(patch.value(), "updateUsagePlanInput")?.to_owned();
            inner(plan, names[0]).insert("period".to_owned(), period.into());
        }
        (["apiStages"], Op::Add | Op::Remove) => api_stage(patch, plan, id)?,
        (["apiStages", of, "throttle", method, limit], Op::Add | Op::Replace) => {
            let (api, stage) = of.split_once(':').ok_or_else(invalid_stage)?;
            let stage = find_stage(plan, api, stage).ok_or_else(|| no_such_stage(api, stage, id))?;
            let number: f64 = patch.value().parse().map_err(|_| not_a_number(patch))?;
            let value = if *limit == "burstLimit" { (number as i64).into() } else { number.into() };
            inner(inner(stage, "throttle"), method).insert((*limit).to_owned(), value);
        }
        _ => {
            return Err(Exception::bad_request(format!(
                "Invalid patch path  '{}' specified for op '{}'. Please choose supported operations",
                patch.path(),
                patch.op.as_str()
            )));
        }
    }
    Ok(())
}

fn api_stage(patch: &Patch, plan: &mut Map<String, Value>, id: &str) -> Result<(), Exception> {
    let (api, name) = patch.value().split_once(':').ok_or_else(invalid_stage)?;
    let there = find_stage(plan, api, name).is_some();
    let Some(Value::Array(stages)) = plan.get_mut("apiStages") else { return Ok(()) };
    match (patch.op, there) {
        (Op::Add, false) => stages.push(Fields::new().put("apiId", api).put("stage", name).into_value()),
        (Op::Remove, true) => stages.retain(|stage| !is_stage(stage, api, name)),
        (Op::Remove, false) => return Err(no_such_stage(api, name, id)),
        _ => {}
    }
    Ok(())
}

fn find_stage<'a>(
    plan: &'a mut Map<String, Value>,
    api: &str,
    name: &str,
) -> Option<&'a mut Map<String, Value>> {
    let stages = plan.get_mut("apiStages")?.as_array_mut()?;
    stages.iter_mut().find(|stage| is_stage(stage, api, name))?.as_object_mut()
}

fn is_stage(stage: &Value, api: &str, name: &str) -> bool {
    kept::text(stage, "apiId") == api && kept::text(stage, "stage") == name
}

fn no_such_stage(api: &str, stage: &str, plan: &str) -> Exception {
    Exception::not_found(format!(
        "Invalid API Stage {{api: {api}, stage: {stage}}} specified for usageplan {plan}"
    ))
}

fn not_a_number(patch: &Patch) -> Exception {
    let field = names_of(patch.path()).pop().unwrap_or_default();
    Exception::bad_request(format!("Invalid value for {field}: {}", patch.value()))
}

/// An object inside another, made if it is not there.
fn inner<'a>(fields: &'a mut Map<String, Value>, name: &str) -> &'a mut Map<String, Value> {
    let slot = fields.entry(name).or_insert_with(|| Value::Object(Map::new()));
    if !slot.is_object() {
        *slot = Value::Object(Map::new());
    }
    slot.as_object_mut().expect("it was made one above")
}
