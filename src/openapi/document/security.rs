//! Security schemes and who asks for them.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::model::{AuthorizationType, Method};
use crate::openapi::Format;
use crate::openapi::export::{OF_HEADER, UNUSED};
use crate::openapi::node::Node;

/// The schemes of a document by name, and what it asks of operations that say nothing themselves.
#[derive(Debug, Default)]
pub(super) struct Schemes {
    by_name: BTreeMap<String, Scheme>,
    of_root: Vec<Requirement>,
    /// The authorizers among them, as API Gateway's control plane shows them but for their ids.
    pub(super) authorizers: Vec<Map<String, Value>>,
}

#[derive(Debug)]
enum Scheme {
    /// An API key in `x-api-key`.
    ApiKey,
    /// A signature by Amazon's rules.
    Signature,
    /// An authorizer, named like the scheme.
    Authorizer(AuthorizationType),
    /// One that nothing checks.
    Unchecked,
}

/// A scheme's name and the scopes that are asked for.
#[derive(Clone, Debug)]
struct Requirement {
    scheme: String,
    scopes: Vec<String>,
}

impl Schemes {
    pub(super) fn read(root: &Node<'_>) -> Self {
        let schemes = match root.format() {
            Format::OpenApi3 => {
                root.get("components").and_then(|components| components.get("securitySchemes"))
            }
            Format::Swagger2 => root.get("securityDefinitions"),
        };
        let (mut by_name, mut authorizers) = (BTreeMap::new(), Vec::new());
        for (name, node) in schemes.map(|schemes| schemes.members()).unwrap_or_default() {
            if let Some(node) = node.resolved() {
                by_name.insert(name.to_owned(), scheme(name, &node, &mut authorizers));
            }
        }
        // The page says that it is not used; what was recorded is that it is.
        let of_root = root.get("security").map(|node| requirements(&node)).unwrap_or_default();
        Self { by_name, of_root, authorizers }
    }

    /// What an operation asks of its callers.
    pub(super) fn apply(&self, operation: &Node<'_>, method: &mut Method) {
        let own = operation.get("security").map(|node| requirements(&node));
        for requirement in own.as_ref().unwrap_or(&self.of_root) {
            match self.by_name.get(&requirement.scheme) {
                Some(Scheme::ApiKey) => method.api_key_required = true,
                Some(Scheme::Signature) => method.authorization_type = AuthorizationType::AwsIam,
                Some(Scheme::Authorizer(kind)) if method.authorizer_id.is_none() => {
                    method.authorization_type = *kind;
                    method.authorizer_id = Some(requirement.scheme.clone());
                    method.authorization_scopes.clone_from(&requirement.scopes);
                }
                Some(Scheme::Authorizer(_)) => operation
                    .warn(format!("a method has one authorizer: {:?} is left out", requirement.scheme)),
                Some(Scheme::Unchecked) => {}
                None => operation.warn(format!("there is no security scheme {:?}", requirement.scheme)),
            }
        }
    }
}

fn scheme(name: &str, node: &Node<'_>, authorizers: &mut Vec<Map<String, Value>>) -> Scheme {
    let auth_type = node.text_of("x-amazon-apigateway-authtype").unwrap_or_default();
    if let Some(own) = node.get("x-amazon-apigateway-authorizer").and_then(Node::resolved) {
        return match own.text_of("type").map(str::to_ascii_uppercase).as_deref() {
            Some(kind @ ("TOKEN" | "REQUEST" | "COGNITO_USER_POOLS")) => {
                authorizers.push(authorizer(name, kind, node, &own));
                Scheme::Authorizer(match kind {
                    "COGNITO_USER_POOLS" => AuthorizationType::CognitoUserPools,
                    _ => AuthorizationType::Custom,
                })
            }
            // What is asked for stays on the methods, which then cannot be deployed: better than to leave them open.
            Some("JWT") => {
                own.warn(format!(
                    "authorizers of the type jwt are HTTP APIs': {name:?} is left out, and methods that ask for it \
                     cannot be deployed"
                ));
                Scheme::Authorizer(AuthorizationType::Custom)
            }
            Some(_) | None => {
                own.error("an authorizer has a type: token, request or cognito_user_pools");
                Scheme::Authorizer(AuthorizationType::Custom)
            }
        };
    }
    if auth_type.to_ascii_lowercase().starts_with("aws") {
        return Scheme::Signature;
    }
    let is_key = node.text_of("type") == Some("apiKey")
        && node.text_of("in") == Some("header")
        && node.text_of("name").is_some_and(|header| header.eq_ignore_ascii_case("x-api-key"));
    if is_key {
        return Scheme::ApiKey;
    }
    node.warn(format!(
        "nothing checks the security scheme {name:?}, which has no x-amazon-apigateway-authorizer: it is left out"
    ));
    Scheme::Unchecked
}

/// An authorizer of the scheme `name` (API Gateway, *x-amazon-apigateway-authorizer object*).
fn authorizer(name: &str, kind: &str, scheme: &Node<'_>, own: &Node<'_>) -> Map<String, Value> {
    let mut written = Map::new();
    let mut put = |field: &str, value: Value| drop(written.insert(field.to_owned(), value));
    put("name", name.into());
    put("type", kind.into());
    let usual = if kind == "COGNITO_USER_POOLS" { "cognito_user_pools" } else { "custom" };
    put("authType", scheme.text_of("x-amazon-apigateway-authtype").unwrap_or(usual).into());
    // A token comes in the scheme's own header.
    let header = scheme.text_of("name").filter(|header| kind != "REQUEST" && *header != UNUSED);
    if let Some(header) = header.filter(|_| own.get("identitySource").is_none()) {
        put("identitySource", format!("{OF_HEADER}{header}").into());
    }
    for (key, member) in own.members() {
        match key {
            "type" => {}
            "authorizerUri" | "authorizerCredentials" | "identitySource" | "identityValidationExpression" => {
                if let Some(text) = member.text() {
                    put(key, text.into());
                }
            }
            "authorizerResultTtlInSeconds" => match member.number() {
                Some(seconds) if seconds > 3600 => {
                    member.error("Authorizer result TTL must be between 0 and 3600 seconds");
                }
                seconds => drop(seconds.map(|seconds| put(key, seconds.into()))),
            },
            "providerARNs" => {
                let arns: Vec<Value> =
                    member.items().iter().filter_map(Node::text).map(Value::from).collect();
                if !arns.is_empty() {
                    put(key, arns.into());
                }
            }
            _ => member.warn("unknown part of an authorizer: it is left out"),
        }
    }
    written
}

fn requirements(node: &Node<'_>) -> Vec<Requirement> {
    let mut found = Vec::new();
    for alternative in node.items() {
        for (scheme, scopes) in alternative.members() {
            let scopes = scopes.items().iter().filter_map(Node::text).map(str::to_owned).collect();
            found.push(Requirement { scheme: scheme.to_owned(), scopes });
        }
    }
    found
}
