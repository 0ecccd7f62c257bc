//! `Authorizer`: kept. A method that asks for one cannot be deployed yet, and says so.

use serde_json::Value;

use super::call::Call;
use super::error::Exception;
use super::kept;
use super::patch::{Op, Replaceable};
use super::show::Fields;
use crate::model::KeptKind;

const KIND: KeptKind = KeptKind::Authorizer;

/// What can be replaced.
const PATCHES: Replaceable = Replaceable(&[
    "/authType",
    "/authorizerCredentials",
    "/authorizerResultTtlInSeconds",
    "/authorizerUri",
    "/identitySource",
    "/identityValidationExpression",
    "/name",
    "/providerARNs",
    "/type",
]);

pub(super) async fn create(call: &Call) -> Result<Value, Exception> {
    // An API that is not there is a conflict here, as recorded.
    let conflict = || {
        Exception::conflict(
            "Unable to complete operation due to concurrent modification. Please try again later.",
        )
    };
    let api = call.api().map_err(|_| conflict())?;
    call.control.api(api).await.map_err(|_| conflict())?;
    let input = call.input();
    let kind = kind(input.required("type", "createAuthorizerInput")?)?;
    let id = kept::new_id(6);
    let auth_type = if kind == "COGNITO_USER_POOLS" { "cognito_user_pools" } else { "custom" };
    let authorizer = Fields::new()
        .put("id", id.clone())
        .put("name", input.required("name", "createAuthorizerInput")?)
        .put("type", kind)
        .list("providerARNs", input.texts("providerARNs")?.unwrap_or_default())
        .put("authType", input.some_text("authType")?.unwrap_or(auth_type))
        .some("authorizerUri", input.some_text("authorizerUri")?)
        .some("authorizerCredentials", input.some_text("authorizerCredentials")?)
        .some("identitySource", input.some_text("identitySource")?)
        .some("identityValidationExpression", input.some_text("identityValidationExpression")?)
        .some(
            "authorizerResultTtlInSeconds",
            input.integer("authorizerResultTtlInSeconds")?.map(ttl).transpose()?,
        );
    kept::create(call, kept::of_api(call, KIND)?, &id, authorizer.into_value()).await
}

pub(super) async fn list(call: &Call) -> Result<Value, Exception> {
    Ok(kept::page(call, kept::all(call, kept::of_api(call, KIND)?).await?, "id"))
}

pub(super) async fn get(call: &Call) -> Result<Value, Exception> {
    kept::get(call, kept::of_api(call, KIND)?, call.named(1)).await
}

pub(super) async fn update(call: &Call) -> Result<Value, Exception> {
    let of = kept::of_api(call, KIND)?;
    kept::get(call, of, call.named(1)).await?;
    let patches = call.patches("updateAuthorizer")?;
    kept::update(call, of, call.named(1), |authorizer| {
        for patch in &patches {
            if patch.path() == "/providerARNs" && matches!(patch.op, Op::Add | Op::Remove) {
                let arns = authorizer.entry("providerARNs").or_insert_with(|| Value::Array(Vec::new()));
                if let Value::Array(arns) = arns {
                    arns.retain(|arn| arn != patch.value());
                    if patch.op == Op::Add {
                        arns.push(patch.value().into());
                    }
                }
                continue;
            }
            PATCHES.check(patch)?;
            let field = patch.path().trim_start_matches('/');
            match field {
                "type" => drop(authorizer.insert(field.to_owned(), kind(patch.value())?.into())),
                "authorizerResultTtlInSeconds" => {
                    let seconds = patch.value().parse().map_err(|_| bad_ttl())?;
                    authorizer.insert(field.to_owned(), ttl(seconds)?.into());
                }
                _ => kept::set(authorizer, field, patch.some_value()),
            }
        }
        Ok(())
    })
    .await
}

pub(super) async fn delete(call: &Call) -> Result<(), Exception> {
    kept::delete(call, kept::of_api(call, KIND)?, call.named(1)).await
}

fn kind(text: &str) -> Result<&str, Exception> {
    if matches!(text, "TOKEN" | "REQUEST" | "COGNITO_USER_POOLS") {
        return Ok(text);
    }
    Err(Exception::validation(&[format!(
        "Value '{text}' at 'createAuthorizerInput.type' failed to satisfy constraint: Member must satisfy enum value \
         set: [COGNITO_USER_POOLS, TOKEN, REQUEST]"
    )]))
}

fn ttl(seconds: i64) -> Result<i64, Exception> {
    if (0..=3600).contains(&seconds) { Ok(seconds) } else { Err(bad_ttl()) }
}

fn bad_ttl() -> Exception {
    Exception::bad_request("Authorizer result TTL must be between 0 and 3600 seconds")
}
