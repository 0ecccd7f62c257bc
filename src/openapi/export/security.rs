//! Who may call: `security` of operations and the schemes they name.

use serde_json::{Value, json};

use super::{Object, Work};
use crate::model::{AuthorizationType, Method};

/// The scheme of methods that need an API key.
const API_KEY: &str = "api_key";
/// The scheme of methods that need a signature.
const SIGNATURE: &str = "sigv4";

/// The operation's `security`, if it asks for anything.
pub(super) fn write(method: &Method, operation: &mut Object) {
    let mut asked = Object::default();
    match (method.authorization_type, &method.authorizer_id) {
        (AuthorizationType::AwsIam, _) => asked.put(SIGNATURE, json!([])),
        (AuthorizationType::Custom | AuthorizationType::CognitoUserPools, Some(authorizer)) => {
            asked.put(authorizer.as_str(), method.authorization_scopes.clone());
        }
        (AuthorizationType::None | AuthorizationType::Custom | AuthorizationType::CognitoUserPools, _) => {}
    }
    if method.api_key_required {
        asked.put(API_KEY, json!([]));
    }
    if !asked.0.is_empty() {
        operation.put("security", vec![Value::from(asked)]);
    }
}

/// The operation's `x-amazon-apigateway-auth`.
pub(super) fn write_extension(method: &Method, operation: &mut Object) {
    if method.authorization_type == AuthorizationType::AwsIam {
        operation.put("x-amazon-apigateway-auth", json!({"type": "AWS_IAM"}));
    }
}

/// Every scheme that an operation names.
pub(super) fn schemes(work: &Work<'_>) -> Object {
    let mut schemes = Object::default();
    let extended = work.extensions().authorizers;
    for method in work.definition.resources().flat_map(|resource| resource.methods.values()) {
        if method.api_key_required {
            schemes.put(API_KEY, json!({"type": "apiKey", "name": "x-api-key", "in": "header"}));
        }
        let mut scheme = Object::default();
        scheme.put("type", "apiKey");
        scheme.put("name", "Authorization");
        scheme.put("in", "header");
        match (method.authorization_type, &method.authorizer_id) {
            (AuthorizationType::AwsIam, _) => {
                if extended {
                    scheme.put("x-amazon-apigateway-authtype", "awsSigv4");
                }
                schemes.put(SIGNATURE, scheme);
            }
            (kind @ (AuthorizationType::Custom | AuthorizationType::CognitoUserPools), Some(authorizer)) => {
                if extended {
                    let cognito = kind == AuthorizationType::CognitoUserPools;
                    let name = if cognito { "cognito_user_pools" } else { "token" };
                    scheme.put("x-amazon-apigateway-authtype", if cognito { name } else { "custom" });
                    scheme.put("x-amazon-apigateway-authorizer", json!({"type": name}));
                }
                schemes.put(authorizer.as_str(), scheme);
            }
            (
                AuthorizationType::None | AuthorizationType::Custom | AuthorizationType::CognitoUserPools,
                _,
            ) => {}
        }
    }
    schemes
}
