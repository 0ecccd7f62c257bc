//! Following the changes.

use tokio::sync::watch;

use super::super::{Range, StoreError, keys};
use super::change::unsealed;
use super::{Change, Records};
use crate::model::StoreRevision;

/// How many changes are handed out at once.
const CHANGES_PER_READ: usize = 256;

/// The changes cannot be followed from there.
#[derive(Debug, thiserror::Error)]
pub enum WatchError {
    /// Changes after it are no longer kept: read everything anew, then follow from there.
    #[error("the changes after revision {after} are no longer kept, the oldest is {oldest}: read anew")]
    TooOld {
        /// Where the watch stood.
        after: StoreRevision,
        /// The oldest change that is kept.
        oldest: StoreRevision,
    },
    /// The store has not come so far; it was restored from a backup, say.
    #[error("the store is at revision {latest}, which is before {after}: read anew")]
    Ahead {
        /// Where the watch stood.
        after: StoreRevision,
        /// Where the store stands.
        latest: StoreRevision,
    },
    /// Reading failed.
    #[error(transparent)]
    Storage(#[from] StoreError),
}

/// Gives the changes after a revision, in order, once each, when they are durable.
pub struct Watch {
    records: Records,
    durable: watch::Receiver<StoreRevision>,
    seen: StoreRevision,
}

impl Records {
    /// The latest durable revision.
    #[must_use]
    pub fn latest(&self) -> StoreRevision {
        *self.store.durable().borrow()
    }

    /// Follows the changes after a revision.
    #[must_use]
    pub fn watch(&self, after: StoreRevision) -> Watch {
        Watch { records: self.clone(), durable: self.store.durable(), seen: after }
    }
}

impl Watch {
    /// The next changes, at least one; waits for it.
    ///
    /// # Errors
    /// [`WatchError`]; after one the watch stands where it stood.
    pub async fn next(&mut self) -> Result<Vec<Change>, WatchError> {
        let latest = *self.durable.borrow();
        if latest < self.seen {
            return Err(WatchError::Ahead { after: self.seen, latest });
        }
        let seen = self.seen;
        // The sender lives as long as the store, which `records` holds.
        let durable = self.durable.wait_for(|durable| *durable > seen).await.map(|durable| *durable);
        let durable = durable.map_err(|_| StoreError::ReadOnly { reason: "it is closed".to_owned() })?;
        let after = Some(keys::change(seen));
        let range = Range { after, limit: CHANGES_PER_READ, ..Range::all(keys::CHANGES) };
        let entries = self.records.store.list(vec![range]).await?.value.remove(0);
        let mut changes = Vec::with_capacity(entries.len());
        for entry in &entries {
            let number = keys::change_revision(&entry.key);
            let number = number.ok_or_else(|| StoreError::damaged(&entry.key, "it has no number"))?;
            if changes.is_empty() && number != seen.next() {
                return Err(WatchError::TooOld { after: seen, oldest: number });
            }
            // What is written may not be durable yet, and could be gone after a crash.
            if number > durable {
                break;
            }
            changes.push(unsealed(number, &entry.value)?);
        }
        self.seen = changes.last().map_or(seen, |change| change.store_revision);
        Ok(changes)
    }
}
