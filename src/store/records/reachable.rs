//! All content that records name, level by level.

use std::collections::HashSet;

use super::super::{Blob, Entry, Store, StoreError, content, envelope};
use super::ApiHead;
use super::record::Stored;
use crate::model::{Deployment, Hash};
use crate::wire::stored::{self, pb};

/// How many blobs are read at once.
const BLOBS_PER_READ: usize = 256;

/// Walks from the roots that records name to all content beneath them; each blob is met once.
#[derive(Default)]
pub(in crate::store) struct Reachable {
    met: HashSet<Hash>,
    todo: Vec<Hash>,
}

impl Reachable {
    /// Starts at what `entries` name.
    pub(in crate::store) fn of(entries: &[Entry]) -> Result<Self, StoreError> {
        let mut reachable = Self::default();
        reachable.add(entries)?;
        Ok(reachable)
    }

    /// Starts at one root.
    pub(in crate::store) fn from_root(root: Hash) -> Self {
        Self { todo: vec![root], ..Self::default() }
    }

    /// Adds what more entries name.
    pub(in crate::store) fn add(&mut self, entries: &[Entry]) -> Result<(), StoreError> {
        for entry in entries {
            self.todo.extend(root(entry)?.filter(|root| !self.met.contains(root)));
        }
        Ok(())
    }

    /// The next blobs, checked against their hashes; `None` when there are no more.
    pub(in crate::store) async fn next(
        &mut self,
        store: &dyn Store,
    ) -> Result<Option<Vec<Blob>>, StoreError> {
        let mut hashes = Vec::new();
        while let Some(hash) = self.todo.pop() {
            if self.met.insert(hash) {
                hashes.push(hash);
            }
            if hashes.len() == BLOBS_PER_READ {
                break;
            }
        }
        if hashes.is_empty() {
            return Ok(None);
        }
        let mut blobs = Vec::with_capacity(hashes.len());
        for (hash, bytes) in hashes.iter().zip(store.blobs(hashes.clone()).await?) {
            let bytes = bytes.ok_or_else(|| StoreError::damaged(hash, "the content is missing"))?;
            self.todo.extend(content::children(*hash, &bytes)?);
            blobs.push(Blob { hash: *hash, bytes });
        }
        Ok(Some(blobs))
    }

    /// Goes on to the leaves of all manifests without reading them, and gives all hashes.
    pub(in crate::store) async fn mark(&mut self, store: &dyn Store) -> Result<&HashSet<Hash>, StoreError> {
        while let Some(root) = self.todo.pop() {
            if self.met.contains(&root) {
                continue;
            }
            for hash in content::all_hashes(store, root, &self.met).await? {
                self.met.insert(hash);
            }
        }
        Ok(&self.met)
    }
}

/// The content that a record names.
pub(in crate::store) fn root(entry: &Entry) -> Result<Option<Hash>, StoreError> {
    use pb::record::Kind;

    // Change records are sealed without their number, and name no content.
    if super::super::keys::change_revision(&entry.key).is_some() {
        return Ok(None);
    }
    let damaged = |error| StoreError::damaged(&entry.key, error);
    match envelope::open(&entry.key, &entry.value)? {
        Kind::SpilledV1(hash) => stored::hash("spilled", &hash).map(Some).map_err(damaged),
        kind @ Kind::ApiHeadV1(_) => {
            let head = ApiHead::from_kind(kind).transpose().map_err(damaged)?;
            Ok(head.map(|head| head.root))
        }
        kind @ Kind::DeploymentV1(_) => {
            let deployment = Deployment::from_kind(kind).transpose().map_err(damaged)?;
            Ok(deployment.filter(|deployment| !deployment.deleted).map(|deployment| deployment.content_hash))
        }
        Kind::ClaimV1(_)
        | Kind::StageV1(_)
        | Kind::DomainBindingV1(_)
        | Kind::KeptV1(_)
        | Kind::TokenV1(_)
        | Kind::AuditEventV1(_)
        | Kind::ChangeV1(_)
        | Kind::PinsV1(_)
        | Kind::SweepV1(_) => Ok(None),
    }
}
