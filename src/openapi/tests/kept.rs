//! Authorizers and documentation to try round trips with.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use proptest::option;
use proptest::prelude::*;
use proptest::sample::subsequence;
use serde_json::{Value, json};

use super::kept_of;
use crate::model::{Definition, KeptKind, KeptName};

/// The ids of authorizers that are always there, for methods to name: one that takes tokens, one of user pools.
pub(super) const TOKENS: &str = "auth00";
pub(super) const POOL: &str = "auth01";

/// Where the parts of a documentation may belong.
fn places() -> Vec<Value> {
    vec![
        json!({"type": "API"}),
        json!({"type": "METHOD", "path": "/pets", "method": "GET"}),
        json!({"type": "RESPONSE", "path": "/", "method": "*", "statusCode": "404"}),
        json!({"type": "MODEL", "name": "Pet"}),
    ]
}

/// What an API may keep.
pub(super) fn things() -> impl Strategy<Value = BTreeMap<KeptName, Arc<str>>> {
    let tokens = (
        option::of("[a-z]{1,5}"),
        option::of(0u32..=3600),
        prop_oneof![Just(None), Just(Some("method.request.header.X-T")), Just(Some("other.source"))],
    );
    let request = option::of(option::of(prop_oneof![
        Just("method.request.header.A"),
        Just("method.request.header.A, context.identity.sourceIp"),
    ]));
    let parts = (subsequence(places(), 0..4), proptest::collection::vec("[ -~é]{1,9}", 4));
    let version = option::of((0u64..4_000_000_000, option::of("[a-z ]{1,9}")));
    (tokens, request, parts, version).prop_map(|((expression, ttl, source), request, (places, texts), version)| {
        let mut all: BTreeMap<KeptName, Arc<str>> = BTreeMap::new();
        let mut keep = |kind, id: &str, mut fields: Value| {
            fields.as_object_mut().expect("an object").retain(|_, value| !value.is_null());
            all.insert((kind, id.to_owned()), fields.to_string().into());
        };
        keep(
            KeptKind::Authorizer,
            TOKENS,
            json!({
                "id": TOKENS, "name": "lambda", "type": "TOKEN", "authType": "custom", "authorizerUri": "arn:f",
                "identitySource": source, "identityValidationExpression": expression,
                "authorizerResultTtlInSeconds": ttl,
            }),
        );
        keep(
            KeptKind::Authorizer,
            POOL,
            json!({
                "id": POOL, "name": "pool", "type": "COGNITO_USER_POOLS", "authType": "cognito_user_pools",
                "providerARNs": ["arn:p"], "identitySource": "method.request.header.Authorization",
            }),
        );
        if let Some(source) = request {
            let fields = json!({"id": "auth02", "name": "sigv4_", "type": "REQUEST", "authType": "custom",
                "authorizerCredentials": "arn:c", "identitySource": source});
            keep(KeptKind::Authorizer, "auth02", fields);
        }
        for (n, (place, text)) in places.into_iter().zip(texts).enumerate() {
            let id = format!("part{n:02}");
            let properties = json!({"description": text}).to_string();
            keep(KeptKind::DocumentationPart, &id, json!({"id": id, "location": place, "properties": properties}));
        }
        if let Some((date, description)) = version {
            let fields = json!({"version": "1.10", "createdDate": date, "description": description});
            keep(KeptKind::DocumentationVersion, "1.10", fields);
        }
        all
    })
}

/// What a definition keeps, without ids.
pub(super) fn without_ids(definition: &Definition) -> BTreeSet<String> {
    let all = KeptKind::ALL.into_iter().flat_map(|kind| kept_of(definition, kind).into_values());
    all.map(|mut thing| {
        let fields = thing.as_object_mut().expect("an object");
        fields.shift_remove("id");
        fields.sort_keys();
        thing.to_string()
    })
    .collect()
}
