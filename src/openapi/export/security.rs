//! Who may call: `security` of operations and the schemes they name.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::root::Names;
use super::{Object, Work};
use crate::model::{AuthorizationType, Issue, KeptKind, Method, ResourcePath, Verb};
use crate::openapi::kept;

/// The scheme of methods that need an API key.
const API_KEY: &str = "api_key";
/// The scheme of methods that need a signature.
const SIGNATURE: &str = "sigv4";
/// What an authorizer begins with that takes a header of the request.
pub(in crate::openapi) const OF_HEADER: &str = "method.request.header.";
/// The header of a scheme that takes none, or more than one.
pub(in crate::openapi) const UNUSED: &str = "Unused";

/// The scheme of each authorizer, by id: its own name, made unique where another scheme has it.
pub(super) fn names(work: &Work<'_>) -> BTreeMap<String, String> {
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    for (id, authorizer) in kept::all(work.definition, KeptKind::Authorizer) {
        let name = kept::text(&authorizer, "name").unwrap_or(id);
        let taken = [API_KEY, SIGNATURE].contains(&name) || names.values().any(|other| other == name);
        names.insert(id.to_owned(), if taken { format!("{name}_{id}") } else { name.to_owned() });
    }
    names
}

/// The operation's `security`, if it asks for anything, and its `x-amazon-apigateway-auth`.
pub(super) fn write(
    work: &mut Work<'_>,
    path: &ResourcePath,
    verb: Verb,
    method: &Method,
    names: &Names,
    operation: &mut Object,
) {
    let mut asked = Object::default();
    let mut extension = None;
    match (method.authorization_type, &method.authorizer_id) {
        (AuthorizationType::None, _) => {}
        (AuthorizationType::AwsIam, _) => {
            asked.put(SIGNATURE, json!([]));
            extension = Some("AWS_IAM");
        }
        (AuthorizationType::Custom | AuthorizationType::CognitoUserPools, Some(authorizer)) => {
            let name = names.authorizers.get(authorizer).unwrap_or(authorizer);
            asked.put(name.as_str(), method.authorization_scopes.clone());
            if !names.authorizers.contains_key(authorizer) {
                let message = format!("there is no authorizer {authorizer}: an empty one stands for it");
                work.warnings.push(Issue::new(format!("method {verb} {path}"), message));
            }
        }
        // It names nobody, and yet it must not come back open.
        (AuthorizationType::Custom, None) => extension = Some("CUSTOM"),
        (AuthorizationType::CognitoUserPools, None) => extension = Some("COGNITO_USER_POOLS"),
    }
    if method.api_key_required {
        asked.put(API_KEY, json!([]));
    }
    if !asked.0.is_empty() {
        operation.put("security", vec![Value::from(asked)]);
    }
    if work.extensions().authorizers
        && let Some(kind) = extension
    {
        operation.put("x-amazon-apigateway-auth", json!({"type": kind}));
    }
}

/// Every scheme that an operation names; with extensions every authorizer, too.
pub(super) fn schemes(work: &Work<'_>, names: &Names) -> Object {
    let mut schemes = Object::default();
    let extended = work.extensions().authorizers;
    let authorizers: BTreeMap<_, _> = kept::all(work.definition, KeptKind::Authorizer).collect();
    if extended {
        for (id, authorizer) in &authorizers {
            schemes.put(names.authorizers[*id].as_str(), authorizer_scheme(authorizer, true));
        }
    }
    for method in work.definition.resources().flat_map(|resource| resource.methods.values()) {
        if method.api_key_required {
            schemes.put(API_KEY, json!({"type": "apiKey", "name": "x-api-key", "in": "header"}));
        }
        match (method.authorization_type, &method.authorizer_id) {
            (AuthorizationType::AwsIam, _) => {
                let mut scheme = header("Authorization");
                if extended {
                    scheme.put("x-amazon-apigateway-authtype", "awsSigv4");
                }
                schemes.put(SIGNATURE, scheme);
            }
            (kind @ (AuthorizationType::Custom | AuthorizationType::CognitoUserPools), Some(id)) => {
                let name = names.authorizers.get(id).unwrap_or(id);
                if !schemes.0.contains_key(name) {
                    let empty = Map::from_iter([("type".to_owned(), json!(type_of(kind)))]);
                    let own = authorizers.get(id.as_str()).unwrap_or(&empty);
                    schemes.put(name.as_str(), authorizer_scheme(own, extended));
                }
            }
            (
                AuthorizationType::None | AuthorizationType::Custom | AuthorizationType::CognitoUserPools,
                _,
            ) => {}
        }
    }
    schemes
}

fn type_of(kind: AuthorizationType) -> &'static str {
    if kind == AuthorizationType::CognitoUserPools { "COGNITO_USER_POOLS" } else { "TOKEN" }
}

fn header(name: &str) -> Object {
    let mut scheme = Object::default();
    scheme.put("type", "apiKey");
    scheme.put("name", name);
    scheme.put("in", "header");
    scheme
}

/// An authorizer as a scheme: the one header that it takes is the scheme's own.
fn authorizer_scheme(authorizer: &Map<String, Value>, extended: bool) -> Object {
    let kind = kept::text(authorizer, "type").unwrap_or("TOKEN").to_ascii_lowercase();
    let source = kept::text(authorizer, "identitySource");
    let of_header =
        source.and_then(|source| source.strip_prefix(OF_HEADER)).filter(|name| !name.contains(','));
    let mut scheme = header(of_header.unwrap_or(if extended { UNUSED } else { "Authorization" }));
    if !extended {
        return scheme;
    }
    scheme.put_some("x-amazon-apigateway-authtype", kept::text(authorizer, "authType"));
    let mut own = Object::default();
    own.put("type", kind.as_str());
    for field in ["authorizerUri", "authorizerCredentials", "identityValidationExpression"] {
        own.put_some(field, kept::text(authorizer, field));
    }
    // The scheme's header says it already, where it is that alone.
    let is_said = kind != "request" && of_header.is_some();
    own.put_some("identitySource", source.filter(|_| !is_said));
    for field in ["authorizerResultTtlInSeconds", "providerARNs"] {
        own.put_some(field, authorizer.get(field).filter(|value| !value.is_null()).cloned());
    }
    scheme.put("x-amazon-apigateway-authorizer", own);
    scheme
}
