//! `Account`: the throttle that Amazon has for an account, and the role that logs are written with. Read back, without
//! effect.

use serde_json::Value;

use super::call::Call;
use super::error::Exception;
use super::kept;
use super::patch::{Op, invalid_path, must_be_one_of};
use super::show::Fields;
use crate::control::Error;
use crate::model::KeptKind;

const KIND: KeptKind = KeptKind::Account;
/// There is one in each partition.
const ID: &str = "account";

pub(super) async fn get(call: &Call) -> Result<Value, Exception> {
    match call.control.kept(kept::of_account(KIND), ID).await {
        Ok(kept) => Ok(serde_json::from_str(&kept.text).unwrap_or_else(|_| untouched())),
        Err(Error::NotFound { .. }) => Ok(untouched()),
        Err(error) => Err(call.fail(error)),
    }
}

pub(super) async fn update(call: &Call) -> Result<Value, Exception> {
    let patches = call.patches("updateAccount")?;
    for patch in &patches {
        match patch.path() {
            "/cloudwatchRoleArn" if patch.op == Op::Replace => {}
            "/cloudwatchRoleArn" => return Err(must_be_one_of(&[Op::Replace])),
            _ => return Err(invalid_path(patch)),
        }
    }
    let of = kept::of_account(KIND);
    if call.control.kept(of, ID).await.is_err() {
        // Another call may have been first, which is as good.
        let made = call.control.keep(of, ID.to_owned(), untouched().to_string()).await;
        match made {
            Ok(_) | Err(Error::AlreadyExists { .. }) => {}
            Err(error) => return Err(call.fail(error)),
        }
    }
    kept::update(call, of, ID, |account| {
        for patch in &patches {
            kept::set(account, "cloudwatchRoleArn", patch.some_value());
        }
        Ok(())
    })
    .await
}

fn untouched() -> Value {
    Fields::new()
        .put("throttleSettings", Fields::new().put("burstLimit", 5000).put("rateLimit", 10_000.0))
        .put("features", vec!["UsagePlans"])
        .put("apiKeyVersion", "4")
        .into_value()
}
