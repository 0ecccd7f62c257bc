//! Which resource and method answer a path, and which stage answers a host.
//!
//! [`Tree`] is one API's resources; [`HostTable`] is the domain bindings of all APIs. Both match raw text: nothing
//! is decoded, and no dot segment is ever resolved. What a stage or a method *is* they do not know: they hold
//! whatever the caller put in.

mod few;
mod host;
mod path;
mod tree;

pub use few::Few;
pub use host::{BasePaths, HostTable, default_endpoint, host_without_port, path_form};
pub use path::{RefusedPath, RequestPath};
pub use tree::{Match, NodeId, Spans, Tree, TreeBuilder};

#[cfg(test)]
mod tests;
