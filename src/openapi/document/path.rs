//! Paths and what stands under them.

use super::security::Schemes;
use super::{Operation, PathItem, operation};
use crate::model::{PathPart, Verb};
use crate::openapi::cors;
use crate::openapi::node::Node;

/// The keys of a path item that are operations.
pub(in crate::openapi) const OPERATIONS: [(&str, Verb); 8] = [
    ("delete", Verb::Delete),
    ("get", Verb::Get),
    ("head", Verb::Head),
    ("options", Verb::Options),
    ("patch", Verb::Patch),
    ("post", Verb::Post),
    ("put", Verb::Put),
    (ANY, Verb::Any),
];

/// Where the operation stands that answers every verb without its own.
pub(in crate::openapi) const ANY: &str = "x-amazon-apigateway-any-method";

/// Reads every path; one that is no path of resources is an error.
pub(super) fn read_all(paths: &Node<'_>, root: &Node<'_>, schemes: &Schemes) -> Vec<PathItem> {
    let mut items = Vec::new();
    for (key, node) in paths.members() {
        if key.starts_with("x-") {
            continue;
        }
        let Some(parts) = parts(key, &node) else { continue };
        let Some(node) = node.resolved() else { continue };
        items.push(read(&node, parts, root, schemes));
    }
    items
}

/// The parts of a path; slashes at the end and doubled ones say nothing.
fn parts(path: &str, node: &Node<'_>) -> Option<Vec<PathPart>> {
    if !path.starts_with('/') {
        node.error("a path starts with a slash");
        return None;
    }
    let parts: Result<Vec<PathPart>, _> =
        path.split('/').filter(|part| !part.is_empty()).map(str::parse).collect();
    match parts {
        Ok(parts) => Some(parts),
        Err(error) => {
            node.error(error.to_string());
            None
        }
    }
}

fn read(node: &Node<'_>, parts: Vec<PathPart>, root: &Node<'_>, schemes: &Schemes) -> PathItem {
    let mut operations: Vec<(Verb, Operation)> = Vec::new();
    for (key, member) in node.members() {
        let verb = OPERATIONS.iter().find(|(name, _)| *name == key).map(|(_, verb)| *verb);
        match verb {
            Some(verb) => operations.push((verb, operation::read(&member, node, root, &parts, schemes))),
            None if key == "trace" => {
                member.warn("no method answers TRACE: the operation is left out");
            }
            None if key.starts_with("x-amazon-") || key.starts_with("x-postern-") && key != cors::OURS => {
                member.warn("unknown extension: it is left out");
            }
            None => {}
        }
    }
    PathItem { place: node.place.clone(), parts, operations, cors: cors::read(node) }
}
