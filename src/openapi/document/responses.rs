//! The answers that an operation declares.

use super::parameters::{media_types, model_of};
use crate::model::{HeaderParameter, Method, MethodResponse, Status};
use crate::openapi::Format;
use crate::openapi::node::Node;

pub(super) fn read(responses: &Node<'_>, operation: &Node<'_>, root: &Node<'_>, method: &mut Method) {
    for (key, node) in responses.members() {
        if key.starts_with("x-") {
            continue;
        }
        let status: Status = match key.parse() {
            Ok(status) => status,
            // It declares no answer, unless it says something about one.
            Err(_)
                if key == "default"
                    && ["headers", "content", "schema"].iter().all(|part| node.get(part).is_none()) =>
            {
                continue;
            }
            Err(_) => {
                node.warn(format!("{key:?} is no status code of a method response: it is left out"));
                continue;
            }
        };
        let Some(node) = node.resolved() else { continue };
        let mut response = MethodResponse::default();
        for (name, header) in node.get("headers").map(|headers| headers.members()).unwrap_or_default() {
            match name.parse::<HeaderParameter>() {
                Ok(name) => {
                    response.response_parameters.insert(name, false);
                }
                Err(error) => header.error(error.to_string()),
            }
        }
        match root.format() {
            Format::OpenApi3 => {
                for (media_type, entry) in
                    node.get("content").map(|content| content.members()).unwrap_or_default()
                {
                    response.response_models.extend(model_of(media_type, &entry));
                }
            }
            Format::Swagger2 if node.get("schema").is_some() => {
                for media_type in media_types("produces", operation, root) {
                    response.response_models.extend(model_of(&media_type, &node));
                }
            }
            Format::Swagger2 => {}
        }
        method.responses.insert(status, response);
    }
}
