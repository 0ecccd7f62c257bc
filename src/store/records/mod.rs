//! The typed level: APIs, drafts, deployments, stages and bindings over the byte level.

mod audit;
mod change;
mod changes;
mod commit;
mod edit;
mod head;
mod kept;
mod plan;
mod reachable;
mod read;
mod record;
mod served;
mod steps;
mod sweep;
mod token;
mod watch;

use std::sync::Arc;

use tokio::sync::{RwLock, RwLockReadGuard};

use super::Store;
use super::content::Cache;
use super::serving::Export;

pub use audit::{AuditOrder, Author};
pub use change::{Change, ChangeKind};
pub use commit::Committed;
pub use edit::{Edit, NewApi, NewDeployment, Was};
pub use head::{ApiHead, Retention, chain_hash};
pub use read::PlacedBinding;
pub use served::Served;
pub use sweep::Swept;
pub use watch::{Watch, WatchError};

pub(super) use reachable::{Reachable, root};
pub(super) use record::{Claim, Stored, seal};

/// The records of a store. Clones share the store and the definitions kept in memory.
#[derive(Clone)]
pub struct Records {
    store: Arc<dyn Store>,
    cache: Arc<Cache>,
    pub(super) export: Option<Arc<Export>>,
    /// Held for reading from before a commit's content is written until the commit is done, and for writing
    /// while unreferenced content is removed.
    content_in_flight: Arc<RwLock<()>>,
}

impl Records {
    /// The records of `store`.
    #[must_use]
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self { store, cache: Arc::default(), export: None, content_in_flight: Arc::default() }
    }

    /// The same records, of which what is served is exported to `export`.
    #[must_use]
    pub(super) fn exporting_to(self, export: Export) -> Self {
        Self { export: Some(Arc::new(export)), ..self }
    }

    /// Keeps the sweep from removing content while this is held.
    pub(super) async fn keep_content(&self) -> RwLockReadGuard<'_, ()> {
        self.content_in_flight.read().await
    }

    /// The store they are in.
    #[must_use]
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.store
    }
}
