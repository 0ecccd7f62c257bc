//! The gRPC face: translates requests, calls `control`, translates what comes back. It has no rules of its own.
//!
//! A request passes, from the outside in: the door (hosts, pages, size of the head), gRPC-Web, admission
//! (calls in flight, deadline), and its service, a file each. A call is four steps: request → model, or field violations
//! → one use case → answer.

mod admission;
mod door;
mod fields;
mod guard;
mod mask;
mod page;
mod status;

pub use guard::{Guard, Refusal};
