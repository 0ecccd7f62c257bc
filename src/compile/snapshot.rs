//! Everything that is served at one moment.

use std::collections::HashMap;
use std::hash::BuildHasher as _;
use std::sync::Arc;

use foldhash::fast::FixedState;

use crate::model::{ApiId, DomainBinding, StageName, StoreRevision};
use crate::route::{BasePaths, HostTable, default_endpoint, host_without_port, path_form};

use super::StagePlan;

/// Everything that is served, as of one store revision. Immutable; the next one is derived from it and shares what
/// did not change.
///
/// A request asks it once, by host and path, and keeps the answer until its last byte: it never sees two versions.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// The revision that it shows.
    pub store_revision: StoreRevision,
    /// Stages by API, cut into shards, so that a change copies one of them.
    shards: Box<[Arc<Shard>]>,
    bindings: Arc<HostTable<Target>>,
    /// How many stages list the names of headers.
    listing: usize,
}

/// Ids are given out by this server: nobody chooses them so that they collide.
type Shard = HashMap<ApiId, Vec<Arc<StagePlan>>, FixedState>;

/// With 10,000 APIs a shard holds 40 of them.
const SHARDS: usize = 256;

/// What a binding leads to. It may name a stage that is not there: 403.
#[derive(Clone, Debug)]
struct Target {
    api_id: ApiId,
    stage: StageName,
}

/// Whether `/restapis/{id}/{stage}/_user_request_/…` is served.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PathForm {
    /// It is a path like others.
    #[default]
    Closed,
    /// It names API and stage, on every host that no binding names.
    Served,
}

/// How a request came to its stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServedThrough {
    /// A domain binding; the stage is not in the path.
    Binding,
    /// The API's default host; the first segment of the path is the stage.
    DefaultHost,
    /// The path form.
    PathForm,
}

/// A request's stage.
#[derive(Clone, Copy, Debug)]
pub struct Routed<'s, 'p> {
    /// The stage.
    pub stage: &'s Arc<StagePlan>,
    /// The raw path below stage or base path: empty, or from a slash on.
    pub path: &'p str,
    /// How it got there.
    pub through: ServedThrough,
}

/// No stage answers this host and path: 403 Forbidden, without anything of an API's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no API answers this host and path")]
pub struct Unrouted;

impl Default for Snapshot {
    fn default() -> Self {
        Self::empty()
    }
}

impl Snapshot {
    /// Nothing served, at revision 0.
    #[must_use]
    pub fn empty() -> Self {
        let shard = Arc::<Shard>::default();
        Self {
            store_revision: StoreRevision::default(),
            shards: std::iter::repeat_n(shard, SHARDS).collect(),
            bindings: Arc::default(),
            listing: 0,
        }
    }

    /// Starts the snapshot that comes after this one, as of `store_revision`.
    #[must_use]
    pub fn edit(&self, store_revision: StoreRevision) -> SnapshotEdit {
        SnapshotEdit(Self { store_revision, ..self.clone() })
    }

    /// The stage that answers `host` (as `Host` or `:authority` has it) and `path` (raw, from its first slash on).
    ///
    /// The order: a binding of just this host, the longest suffix binding, the API's default host, the path form
    /// if served, the binding `*`. The first of them that names the host decides: a base path that none of its
    /// bindings has is not looked for further on.
    ///
    /// # Errors
    /// When nothing answers.
    pub fn route<'p>(&self, host: &str, path: &'p str, form: PathForm) -> Result<Routed<'_, 'p>, Unrouted> {
        let host = host_without_port(host);
        if let Some(paths) = self.bindings.named(&host) {
            return self.bound(paths, path);
        }
        if let Some(api_id) = default_endpoint(&host) {
            let trimmed = path.trim_start_matches('/');
            let end = trimmed.find('/').unwrap_or(trimmed.len());
            let (stage, rest) = trimmed.split_at(end);
            return self.open(api_id, stage, rest, ServedThrough::DefaultHost);
        }
        if form == PathForm::Served
            && let Some((api_id, stage, rest)) = path_form(path)
        {
            return self.open(api_id, stage, rest, ServedThrough::PathForm);
        }
        self.bound(self.bindings.any(), path)
    }

    /// A stage by API and name.
    #[must_use]
    pub fn stage(&self, api_id: ApiId, name: &str) -> Option<&Arc<StagePlan>> {
        let stages = self.shards[shard_of(api_id)].get(&api_id)?;
        stages.iter().find(|stage| stage.settings.name.as_str() == name)
    }

    /// All stages, in no particular order.
    pub fn stages(&self) -> impl Iterator<Item = &Arc<StagePlan>> {
        self.shards.iter().flat_map(|shard| shard.values()).flatten()
    }

    /// Whether any stage lists the names of a request's headers as they were sent.
    #[must_use]
    pub fn lists_headers(&self) -> bool {
        self.listing > 0
    }

    fn bound<'p>(&self, paths: &BasePaths<Target>, path: &'p str) -> Result<Routed<'_, 'p>, Unrouted> {
        let (target, rest) = paths.find(path).ok_or(Unrouted)?;
        let stage = self.stage(target.api_id, target.stage.as_str()).ok_or(Unrouted)?;
        Ok(Routed { stage, path: rest, through: ServedThrough::Binding })
    }

    fn open<'p>(
        &self,
        api_id: ApiId,
        stage: &str,
        path: &'p str,
        through: ServedThrough,
    ) -> Result<Routed<'_, 'p>, Unrouted> {
        let stage = self.stage(api_id, stage).filter(|stage| !stage.disable_execute_api_endpoint);
        stage.map(|stage| Routed { stage, path, through }).ok_or(Unrouted)
    }
}

/// A snapshot in the making. What is not touched is shared with the former one.
#[derive(Debug)]
pub struct SnapshotEdit(Snapshot);

impl SnapshotEdit {
    /// Serves a stage, in place of what it served before.
    pub fn put_stage(&mut self, plan: Arc<StagePlan>) -> &mut Self {
        self.count(plan.lists_headers, |listing| listing + 1);
        let stages = self.shard(plan.api_id).entry(plan.api_id).or_default();
        let former = match stages.iter_mut().find(|stage| stage.settings.name == plan.settings.name) {
            Some(stage) => Some(std::mem::replace(stage, plan)),
            None => {
                stages.push(plan);
                None
            }
        };
        self.count(former.is_some_and(|former| former.lists_headers), |listing| listing - 1);
        self
    }

    /// Serves a stage no longer.
    pub fn remove_stage(&mut self, api_id: ApiId, name: &StageName) -> &mut Self {
        let listed = self.0.stage(api_id, name.as_str()).is_some_and(|stage| stage.lists_headers);
        self.count(listed, |listing| listing - 1);
        let shard = self.shard(api_id);
        if let Some(stages) = shard.get_mut(&api_id) {
            stages.retain(|stage| stage.settings.name != *name);
            if stages.is_empty() {
                shard.remove(&api_id);
            }
        }
        self
    }

    /// Serves an API no longer.
    pub fn remove_api(&mut self, api_id: ApiId) -> &mut Self {
        let stages = self.shard(api_id).remove(&api_id).unwrap_or_default();
        let listed = stages.iter().filter(|stage| stage.lists_headers).count();
        self.count(listed > 0, |listing| listing - listed);
        self
    }

    /// Replaces all domain bindings.
    pub fn set_bindings<'b>(&mut self, bindings: impl IntoIterator<Item = &'b DomainBinding>) -> &mut Self {
        let mut table = HostTable::default();
        for DomainBinding { host, base_path, api_id, stage, .. } in bindings {
            table.insert(host, base_path, Target { api_id: *api_id, stage: stage.clone() });
        }
        self.0.bindings = Arc::new(table);
        self
    }

    /// The finished snapshot.
    #[must_use]
    pub fn finish(self) -> Arc<Snapshot> {
        Arc::new(self.0)
    }

    fn count(&mut self, counts: bool, change: impl FnOnce(usize) -> usize) {
        if counts {
            self.0.listing = change(self.0.listing);
        }
    }

    fn shard(&mut self, api_id: ApiId) -> &mut Shard {
        Arc::make_mut(&mut self.0.shards[shard_of(api_id)])
    }
}

fn shard_of(api_id: ApiId) -> usize {
    let hash = FixedState::default().hash_one(api_id);
    usize::try_from(hash % SHARDS as u64).expect("fewer than 256")
}
