//! The store's failures in the words of use cases.

use std::error::Error as _;

use crate::store::{CommitError, StoreError};

use super::Error;

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::ReadOnly { reason } => Self::ReadOnly { message: read_only(&reason) },
            other @ (StoreError::Io { .. }
            | StoreError::Damaged { .. }
            | StoreError::Newer { .. }
            | StoreError::NotExported { .. }) => Self::Storage { detail: with_causes(&other) },
        }
    }
}

impl From<CommitError> for Error {
    /// A conflict is the loop's to answer; here it is what is left when trying again is over.
    fn from(error: CommitError) -> Self {
        match error {
            CommitError::Conflict { key } => {
                Self::Storage { detail: format!("{key} was changed by others each time") }
            }
            CommitError::ReadOnly { reason } => Self::ReadOnly { message: read_only(&reason) },
            CommitError::TooLarge { .. } => Self::precondition(format!("the change is too large: {error}")),
            CommitError::Storage(error) => error.into(),
        }
    }
}

fn read_only(reason: &str) -> String {
    format!("nothing can be written at present, while what is deployed is still served: {reason}")
}

/// The error with everything that led to it, for the log.
fn with_causes(error: &StoreError) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
