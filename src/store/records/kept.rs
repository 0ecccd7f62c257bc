//! Things that are kept without effect: reading and writing them.

use super::super::{CommitError, Range, StoreError, keys};
use super::plan::{Plan, conflict};
use super::steps::{About, next};
use super::{Records, Was};
use crate::model::{Kept, KeptKind, KeptScope};

impl Records {
    /// A kept thing.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn kept(
        &self,
        scope: &KeptScope,
        kind: KeptKind,
        id: &str,
    ) -> Result<Option<Kept>, StoreError> {
        self.record(keys::kept(scope, kind, id)).await
    }

    /// All kept things of a kind, in the order of their keys.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn all_kept(&self, scope: &KeptScope, kind: KeptKind) -> Result<Vec<Kept>, StoreError> {
        self.range(Range::all(keys::kept_of(scope, Some(kind)))).await
    }
}

impl Plan<'_> {
    pub(super) async fn put_kept(&mut self, mut kept: Kept, was: Was) -> Result<About, CommitError> {
        self.living_scope(&kept.scope).await?;
        let key = keys::kept(&kept.scope, kept.kind, &kept.id);
        let there: Option<Kept> = self.read(&key).await?;
        kept.revision = next(was, there.map(|there| there.revision)).ok_or_else(|| conflict(key.clone()))?;
        let about = about(&kept);
        self.put(key, kept);
        Ok(about)
    }

    pub(super) async fn delete_kept(&mut self, seen: &Kept) -> Result<About, CommitError> {
        self.living_scope(&seen.scope).await?;
        let key = keys::kept(&seen.scope, seen.kind, &seen.id);
        let there: Option<Kept> = self.read(&key).await?;
        if there.is_none_or(|there| there.revision != seen.revision) {
            return Err(conflict(key));
        }
        self.remove(key);
        Ok(About { revision: None, ..about(seen) })
    }

    async fn living_scope(&mut self, scope: &KeptScope) -> Result<(), CommitError> {
        if let KeptScope::Api(api) = scope {
            self.living_api(*api).await?;
        }
        Ok(())
    }
}

fn about(kept: &Kept) -> About {
    let api_id = match &kept.scope {
        KeptScope::Api(api) => Some(*api),
        KeptScope::Partition(_) => None,
    };
    let name = format!("{}/{}", kept.kind.as_str(), kept.id);
    let changes = vec![name.clone()];
    About { api_id, name: Some(name), revision: Some(kept.revision), changes }
}
