//! The typed level: APIs, drafts, deployments, stages and bindings over the byte level.

mod change;
mod commit;
mod edit;
mod head;
mod plan;
mod read;
mod record;
mod served;
mod steps;
mod watch;

use std::sync::Arc;

use tokio::sync::RwLock;

use super::Store;
use super::content::Cache;

pub use change::{Change, ChangeKind};
pub use commit::Committed;
pub use edit::{Edit, NewApi, NewDeployment, Was};
pub use head::{ApiHead, Retention, chain_hash};
pub use read::PlacedBinding;
pub use served::Served;
pub use watch::{Watch, WatchError};

pub(super) use record::{Stored, stored};

/// The records of a store. Clones share the store and the definitions kept in memory.
#[derive(Clone)]
pub struct Records {
    store: Arc<dyn Store>,
    cache: Arc<Cache>,
    /// Held for reading from before a commit's content is written until the commit is done, and for writing
    /// while unreferenced content is removed.
    content_in_flight: Arc<RwLock<()>>,
}

impl Records {
    /// The records of `store`.
    #[must_use]
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self { store, cache: Arc::default(), content_in_flight: Arc::default() }
    }

    /// The store they are in.
    #[must_use]
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.store
    }
}
