//! Operations: what a method is, with names where the model has ids.

use super::security::Schemes;
use super::{Operation, integration, parameters, responses, servers};
use crate::model::{AuthorizationType, Method, PathPart};
use crate::openapi::cors;
use crate::openapi::node::Node;

pub(super) fn read(
    node: &Node<'_>,
    path: &Node<'_>,
    root: &Node<'_>,
    parts: &[PathPart],
    schemes: &Schemes,
) -> Operation {
    let mut method =
        Method { operation_name: node.text_of("operationId").map(str::to_owned), ..Method::default() };
    parameters::read(node, path, root, parts, &mut method);
    if let Some(declared) = node.get("responses") {
        responses::read(&declared, node, root, &mut method);
    }
    schemes.apply(node, &mut method);
    let (mut validator, mut untexted) = (None, Vec::new());
    for (key, member) in node.members() {
        match key {
            "x-amazon-apigateway-integration" => {
                method.integration =
                    member.resolved().and_then(|member| integration::read(&member, &method, &mut untexted));
            }
            "x-amazon-apigateway-request-validator" => validator = member.text().map(str::to_owned),
            "x-amazon-apigateway-auth" => auth(&member, &mut method),
            _ if key == cors::OURS => {}
            _ if key.starts_with("x-amazon-") || key.starts_with("x-postern-") => {
                member.warn("unknown extension: it is left out");
            }
            _ => {}
        }
    }
    // Swagger has one host for the whole document.
    let own = [node, path].into_iter().find(|node| node.get("servers").is_some());
    Operation {
        place: node.place.clone(),
        method,
        validator,
        untexted,
        back_end: own.and_then(servers::back_end),
        cors: cors::read(node),
    }
}

/// `x-amazon-apigateway-auth`: `{type: NONE | AWS_IAM}`. Our exports say `CUSTOM` and `COGNITO_USER_POOLS`, too, of
/// methods that ask for an authorizer and name none, so that they do not come back open.
fn auth(node: &Node<'_>, method: &mut Method) {
    match node.text_of("type").map(str::to_ascii_uppercase).as_deref() {
        Some("NONE") => method.authorization_type = AuthorizationType::None,
        Some("AWS_IAM") => method.authorization_type = AuthorizationType::AwsIam,
        Some("CUSTOM") => method.authorization_type = AuthorizationType::Custom,
        Some("COGNITO_USER_POOLS") => method.authorization_type = AuthorizationType::CognitoUserPools,
        Some(other) => node.error(format!("expected the type NONE or AWS_IAM, not {other:?}")),
        None => node.error("expected {type: NONE} or {type: AWS_IAM}"),
    }
}
