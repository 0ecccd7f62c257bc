//! Resources.

use super::pb;
use crate::model::{Resource, ResourcePath};

/// A resource as a message has it.
#[must_use]
pub fn into_pb(resource: &Resource, path: &ResourcePath) -> pb::Resource {
    let mut http_methods: Vec<_> = resource.methods.keys().map(ToString::to_string).collect();
    http_methods.sort();
    let (parent_id, path_part) = match &resource.place {
        Some((parent, part)) => (parent.to_string(), part.to_string()),
        None => (String::new(), String::new()),
    };
    pb::Resource { id: resource.id.to_string(), parent_id, path_part, path: path.to_string(), http_methods }
}
