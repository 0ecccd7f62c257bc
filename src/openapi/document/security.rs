//! Security schemes and who asks for them.

use std::collections::BTreeMap;

use crate::model::{AuthorizationType, Method};
use crate::openapi::Format;
use crate::openapi::node::Node;

/// The schemes of a document by name, and what it asks of operations that say nothing themselves.
#[derive(Debug, Default)]
pub(super) struct Schemes {
    by_name: BTreeMap<String, Scheme>,
    of_root: Vec<Requirement>,
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
        let mut by_name = BTreeMap::new();
        for (name, node) in schemes.map(|schemes| schemes.members()).unwrap_or_default() {
            if let Some(node) = node.resolved() {
                by_name.insert(name.to_owned(), scheme(name, &node));
            }
        }
        // The page says that it is not used; what was recorded is that it is.
        let of_root = root.get("security").map(|node| requirements(&node)).unwrap_or_default();
        Self { by_name, of_root }
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

fn scheme(name: &str, node: &Node<'_>) -> Scheme {
    let auth_type = node.text_of("x-amazon-apigateway-authtype").unwrap_or_default();
    if let Some(authorizer) = node.get("x-amazon-apigateway-authorizer") {
        // What is asked for stays on the methods, which then cannot be deployed: better than to leave them open.
        authorizer.warn(format!(
            "authorizers are not supported yet: {name:?} is left out, and methods that ask for it cannot be deployed"
        ));
        return Scheme::Authorizer(
            match authorizer.text_of("type").map(str::to_ascii_lowercase).as_deref() {
                Some("cognito_user_pools") => AuthorizationType::CognitoUserPools,
                _ => AuthorizationType::Custom,
            },
        );
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
