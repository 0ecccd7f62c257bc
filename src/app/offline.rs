//! What can be done with a data directory that no server runs on.

pub use crate::store::{CheckReport, OpenError, RestoreError, accept, check, restore};
