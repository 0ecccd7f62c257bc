//! What can go wrong with the store.

use std::io;

use super::Key;
use crate::model::Hash;

/// Reading or writing failed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The disk or the system said no.
    #[error("the store cannot {action}")]
    Io {
        /// What was tried.
        action: &'static str,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// What was read is not what was written.
    #[error(
        "the store is damaged at {place}: {reason}; stop Postern, run `postern check`, and restore a backup"
    )]
    Damaged {
        /// The key, the hash or the file.
        place: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A record of a kind or version that this binary does not know.
    #[error("{place} was written by a newer Postern; use that version or a later one")]
    Newer {
        /// The key or the hash.
        place: String,
    },
    /// Content that is not in the export this process runs on.
    #[error(
        "content {hash} is not at hand: Postern runs on what was served last, since its store cannot be opened"
    )]
    NotExported {
        /// Its hash.
        hash: Hash,
    },
    /// The store is open for reading only.
    #[error("the store is read-only: {reason}")]
    ReadOnly {
        /// Why.
        reason: String,
    },
}

impl StoreError {
    #[expect(clippy::needless_pass_by_value, reason = "callers hand over what they have no other use for")]
    pub(super) fn damaged(place: impl ToString, reason: impl ToString) -> Self {
        Self::Damaged { place: place.to_string(), reason: reason.to_string() }
    }
}

/// A commit was not acknowledged.
#[derive(Debug, thiserror::Error)]
pub enum CommitError {
    /// Something it depends on has changed; read again and decide again. Nothing was written.
    #[error("{key} has changed meanwhile")]
    Conflict {
        /// The key that is no longer as expected.
        key: Key,
    },
    /// Writing is off until the store is proven to work again. Nothing was written.
    #[error("the store is read-only: {reason}")]
    ReadOnly {
        /// Why.
        reason: String,
    },
    /// It names more than a commit may. Nothing was written.
    #[error("a commit may name {max_keys} keys and {max_bytes} bytes, not {keys} and {bytes}",
        max_keys = super::MAX_COMMIT_KEYS, max_bytes = super::MAX_COMMIT_BYTES)]
    TooLarge {
        /// How many keys it names.
        keys: usize,
        /// How many bytes it has.
        bytes: usize,
    },
    /// The storage failed; whether it was written is not known.
    #[error(transparent)]
    Storage(StoreError),
}

impl From<StoreError> for CommitError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::ReadOnly { reason } => Self::ReadOnly { reason },
            error => Self::Storage(error),
        }
    }
}

impl CommitError {
    /// Whether an id that was drawn for something new is taken: draw another.
    #[must_use]
    pub fn is_id_taken(&self) -> bool {
        matches!(self, Self::Conflict { key } if super::keys::is_id_claim(key))
    }
}
