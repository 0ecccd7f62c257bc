//! Warnings.

use super::pb;
use crate::model::Issue;

/// An issue as a message has it.
#[must_use]
pub fn into_pb(issue: Issue) -> pb::Issue {
    pb::Issue { field: issue.field, message: issue.message }
}
