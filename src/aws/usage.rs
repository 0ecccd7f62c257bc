//! `Usage`: how much of a plan's quota each key has used and may still use, for each day.
//!
//! Quotas have no effect so far and calls are not counted, so the only thing to tell of is what `UpdateUsage` granted.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Map, Value};

use super::calendar::{day_of, text_of};
use super::call::Call;
use super::error::Exception;
use super::kept;
use super::patch::{Op, invalid_path, must_be_one_of};
use super::show::Fields;
use super::usage_plans::{key_id, missing_key};
use crate::model::KeptKind;

/// What a key of a plan was granted beyond its quota.
pub(super) const REMAINING: &str = "remaining";

/// The most days that are told of at once: as many as Amazon remembers.
const MOST_DAYS: i64 = 90;

const SECONDS_PER_DAY: u64 = 24 * 60 * 60;

pub(super) async fn get(call: &Call) -> Result<Value, Exception> {
    kept::get(call, kept::of_account(KeptKind::UsagePlan), call.named(0)).await?;
    let (start, end) = (asked(call, "startDate")?, asked(call, "endDate")?);
    if end < start || end - start >= MOST_DAYS {
        return Err(Exception::bad_request(format!(
            "Invalid date range specified: endDate must be within {MOST_DAYS} days after startDate"
        )));
    }
    shown(call, start, end, call.asked("keyId")).await
}

pub(super) async fn update(call: &Call) -> Result<Value, Exception> {
    kept::get(call, kept::of_account(KeptKind::UsagePlan), call.named(0)).await?;
    let patches = call.patches("updateUsage")?;
    let (of, id) = (kept::of_account(KeptKind::UsagePlanKey), key_id(call.named(0), call.named(1)));
    call.control.kept(of, &id).await.map_err(|_| missing_key(call.named(1)))?;
    kept::update(call, of, &id, |key| {
        for patch in &patches {
            match (patch.path(), patch.op) {
                ("/remaining", Op::Replace) => {
                    let count: Option<u32> = patch.value().parse().ok();
                    let count = count.ok_or_else(|| {
                        Exception::bad_request(format!("Invalid value for remaining: {}", patch.value()))
                    })?;
                    key.insert(REMAINING.to_owned(), count.into());
                }
                ("/remaining", _) => return Err(must_be_one_of(&[Op::Replace])),
                _ => return Err(invalid_path(patch)),
            }
        }
        Ok(())
    })
    .await?;
    let today = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs() / SECONDS_PER_DAY;
    let today = i64::try_from(today).unwrap_or_default();
    shown(call, today, today, Some(call.named(1))).await
}

/// For each day a pair: used, remaining.
async fn shown(call: &Call, start: i64, end: i64, only: Option<&str>) -> Result<Value, Exception> {
    let plan = call.named(0);
    let mut values = Map::new();
    for key in kept::all(call, kept::of_account(KeptKind::UsagePlanKey)).await? {
        let id = kept::text(&key, "id");
        let is_asked = kept::text(&key, "plan") == plan && only.is_none_or(|only| only == id);
        if let (true, Some(remaining)) = (is_asked, key.get(REMAINING).and_then(Value::as_u64)) {
            let days: Vec<_> = (start..=end).map(|_| vec![0, remaining]).collect();
            values.insert(id.to_owned(), days.into());
        }
    }
    let fields = Fields::new().put("usagePlanId", plan).put("startDate", text_of(start));
    Ok(fields.put("endDate", text_of(end)).put("values", values).into_value())
}

fn asked(call: &Call, name: &str) -> Result<i64, Exception> {
    let text = call.asked(name).ok_or_else(|| {
        Exception::validation(&[format!(
            "Value null at 'getUsageInput.{name}' failed to satisfy constraint: Member must not be null"
        )])
    })?;
    day_of(text).ok_or_else(|| Exception::bad_request(format!("Invalid {name} specified: {text}")))
}
