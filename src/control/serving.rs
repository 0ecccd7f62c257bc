//! From records to what is served: compiling, binding, and publishing in the same call as the commit.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex as SyncMutex, PoisonError};

use futures_util::StreamExt as _;
use tokio::sync::Mutex;

use crate::compile::cell::Publisher;
use crate::compile::{self, CompileOptions, Compiled, Snapshot, StagePlan, StageSettings};
use crate::model::{
    ApiId, AwsEndpoints, BasePath, Definition, DomainBinding, Hash, HostName, Issue, Partition, Stage,
    StageName, StoreRevision,
};
use crate::ops::Metrics;
use crate::store::{CommitError, Committed, Edit, Served, StoreError};

use super::handle::Inner;
use super::recent::Recent;
use super::{Control, Error};

/// What a commit changes about what is served.
pub(super) enum Shift {
    /// A stage serves this from now on.
    Stage(Bound),
    /// A stage is gone.
    StageGone(ApiId, StageName),
    /// An API is gone.
    ApiGone(ApiId),
    /// The bindings that the commit wrote, and those that are gone.
    Bindings(Vec<(HostName, BasePath)>),
}

/// A compiled API on a stage.
pub(super) struct Bound {
    compiled: Arc<Compiled>,
    plan: Arc<StagePlan>,
    /// What of the stage has no effect yet, or will fail when it is called.
    pub(super) warnings: Vec<Issue>,
}

/// A stage that cannot be served, though its deployment once could: the data is damaged, say, or this version
/// refuses what an older one took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unserved {
    /// The API.
    pub api_id: ApiId,
    /// The stage.
    pub stage: StageName,
    /// Why.
    pub reason: String,
}

/// Compiles, and holds the writing end of what is served.
pub(super) struct Serving {
    publisher: Arc<Publisher>,
    metrics: Metrics,
    /// Where AWS services are called.
    pub(super) aws: Arc<AwsEndpoints>,
    recent: SyncMutex<Recent>,
    /// Whoever changes what is served holds it from before the commit until after publishing: snapshots come in the
    /// order of commits. Draft edits do not need it.
    table: Mutex<Table>,
}

/// What the latest snapshot was made of.
struct Table {
    snapshot: Arc<Snapshot>,
    bindings: BTreeMap<(HostName, BasePath), DomainBinding>,
    /// Keeps what is served in reach, so that new variables need no compiling.
    compiled: HashMap<(ApiId, StageName), Arc<Compiled>>,
    unserved: Vec<Unserved>,
    /// A commit failed and may have been made all the same: everything is to be read anew.
    in_doubt: bool,
}

impl Serving {
    pub(super) fn new(publisher: Arc<Publisher>, metrics: Metrics, aws: Arc<AwsEndpoints>) -> Self {
        let table = Table {
            snapshot: publisher.current(),
            bindings: BTreeMap::new(),
            compiled: HashMap::new(),
            unserved: Vec::new(),
            in_doubt: true,
        };
        Self { publisher, metrics, aws, recent: SyncMutex::default(), table: Mutex::new(table) }
    }

    /// Compiles what `root` names, off the calling thread; what was compiled lately or is served now costs nothing.
    pub(super) async fn compile(
        &self,
        root: Hash,
        definition: &Arc<Definition>,
    ) -> Result<Arc<Compiled>, Error> {
        if let Some(compiled) = self.recent().get(root) {
            return Ok(compiled);
        }
        let compiled = compile(definition, CompileOptions::default()).await?;
        self.recent().put(root, &compiled, definition.resource_count());
        Ok(compiled)
    }

    /// Puts a compiled API on a stage, off the calling thread.
    pub(super) async fn bind(
        &self,
        compiled: &Arc<Compiled>,
        partition: &Partition,
        stage: &Stage,
    ) -> Result<Bound, Error> {
        let settings = StageSettings {
            partition: partition.clone(),
            name: stage.name.clone(),
            deployment: Some(stage.target.deployment),
            variables: stage.variables.clone(),
            aws: self.aws.clone(),
            lambda_endpoint: stage.lambda_endpoint.clone(),
        };
        let plan = bind(compiled, settings).await?;
        let mut warnings = compile::stage_warnings(stage);
        warnings.extend(plan.warnings.iter().cloned());
        Ok(Bound { compiled: compiled.clone(), plan, warnings })
    }

    /// What is served now.
    pub(super) fn current(&self) -> Arc<Snapshot> {
        self.publisher.current()
    }

    fn recent(&self) -> std::sync::MutexGuard<'_, Recent> {
        self.recent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Compiles a definition, off the calling thread.
pub(super) async fn compile(
    definition: &Arc<Definition>,
    options: CompileOptions,
) -> Result<Arc<Compiled>, Error> {
    let definition = definition.clone();
    off_thread(move || compile::compile(&definition, &options)).await?.map_err(not_deployable)
}

/// Puts a compiled API on a stage, off the calling thread.
pub(super) async fn bind(compiled: &Arc<Compiled>, settings: StageSettings) -> Result<Arc<StagePlan>, Error> {
    let compiled = compiled.clone();
    off_thread(move || compile::bind(&compiled, &settings)).await
}

impl Control {
    /// Makes a commit that changes what is served, and publishes it before it returns. Once begun it is finished,
    /// whether or not the caller still waits.
    pub(super) async fn commit_served(&self, edit: Edit, shift: Shift) -> Result<Committed, CommitError> {
        let inner = self.inner.clone();
        match tokio::spawn(async move { inner.commit_and_publish(edit, shift).await }).await {
            Ok(committed) => committed,
            Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
            Err(_) => Err(CommitError::ReadOnly { reason: "the process is ending".to_owned() }),
        }
    }

    /// Serves what the records say, whatever is served now.
    pub(super) async fn serve_all(&self) -> Result<(), Error> {
        let mut table = self.inner.serving.table.lock().await;
        self.inner.serve_all(&mut table).await?;
        let at = table.snapshot.store_revision;
        drop(table);
        self.inner.export(at).await;
        Ok(())
    }

    /// The stages that cannot be served at present.
    pub async fn unserved(&self) -> Vec<Unserved> {
        self.inner.serving.table.lock().await.unserved.clone()
    }
}

impl Inner {
    async fn commit_and_publish(&self, edit: Edit, shift: Shift) -> Result<Committed, CommitError> {
        let mut table = self.serving.table.lock().await;
        if table.in_doubt {
            self.serve_all(&mut table).await?;
        }
        match self.records.commit(edit).await {
            Ok(committed) => {
                table.shift(shift, &committed);
                self.publish(&table);
                drop(table);
                self.export(committed.store_revision).await;
                Ok(committed)
            }
            Err(CommitError::Storage(error)) => {
                // It may have been made all the same. Only reading tells, now or before the next commit.
                table.in_doubt = true;
                if let Err(error) = self.serve_all(&mut table).await {
                    tracing::error!(%error, "what is served may lag behind the store");
                }
                Err(CommitError::Storage(error))
            }
            Err(error) => Err(error),
        }
    }

    /// Writes what is served beside the store, for a start without it. A failure is no failure of the move, which is
    /// made and served.
    pub(super) async fn export(&self, at_least: StoreRevision) {
        if let Err(error) = self.records.export_serving(at_least).await {
            tracing::error!(%error, "what is served could not be exported");
        }
    }

    /// Reads everything that is to be served and publishes it: at start, and when a failed commit left it open
    /// what holds. Stages that cannot be served do not stop the others.
    async fn serve_all(&self, table: &mut Table) -> Result<(), StoreError> {
        let served = self.records.served().await?;
        let (bound, unserved) = self.bind_all(&served).await;
        for stage in &unserved {
            tracing::error!(api_id = %stage.api_id, stage = %stage.stage, reason = %stage.reason, "a stage cannot be served");
        }
        let mut next = Snapshot::empty().edit(served.at);
        let bindings: Vec<_> = served.bindings.into_iter().map(|placed| placed.binding).collect();
        next.set_bindings(&bindings);
        table.compiled.clear();
        for Bound { compiled, plan, .. } in bound {
            table.compiled.insert((plan.api_id, plan.settings.name.clone()), compiled);
            next.put_stage(plan);
        }
        table.snapshot = next.finish();
        table.bindings = bindings.into_iter().map(|b| ((b.host.clone(), b.base_path.clone()), b)).collect();
        table.unserved = unserved;
        table.in_doubt = false;
        self.publish(table);
        Ok(())
    }

    /// Compiles and binds every stage, as many at a time as there are cores.
    async fn bind_all(&self, served: &Served) -> (Vec<Bound>, Vec<Unserved>) {
        let at_once = std::thread::available_parallelism().map_or(1, usize::from);
        let each: Vec<_> = served.stages.iter().map(|stage| self.bind_served(served, stage)).collect();
        let all: Vec<Result<_, _>> =
            futures_util::stream::iter(each).buffer_unordered(at_once).collect().await;
        let (mut bound, mut unserved) = (Vec::with_capacity(all.len()), Vec::new());
        for outcome in all {
            match outcome {
                Ok(stage) => bound.push(stage),
                Err(stage) => unserved.push(stage),
            }
        }
        (bound, unserved)
    }

    async fn bind_served(&self, served: &Served, stage: &Stage) -> Result<Bound, Unserved> {
        self.try_bind(served, stage).await.map_err(|error| Unserved {
            api_id: stage.api_id,
            stage: stage.name.clone(),
            reason: error.detail().map_or_else(|| error.to_string(), str::to_owned),
        })
    }

    async fn try_bind(&self, served: &Served, stage: &Stage) -> Result<Bound, Error> {
        let missing = |what: &str| Error::Storage { detail: format!("the record of its {what} is missing") };
        let head = served.apis.get(&stage.api_id).ok_or_else(|| missing("API"))?;
        let deployment =
            served.deployments.get(&stage.target.deployment).ok_or_else(|| missing("deployment"))?;
        let definition = self.records.definition(deployment.content_hash).await?;
        let compiled = self.serving.compile(deployment.content_hash, &definition).await?;
        self.serving.bind(&compiled, &head.partition, stage).await
    }

    fn publish(&self, table: &Table) {
        // A refusal means that something as new is served already: at start on an empty store, or after doubt.
        match self.serving.publisher.publish(table.snapshot.clone()) {
            Ok(_) => self.serving.metrics.published(table.snapshot.store_revision.0),
            Err(superseded) => tracing::debug!(%superseded, "nothing new to publish"),
        }
    }
}

impl Table {
    /// Works a commit into the next snapshot.
    fn shift(&mut self, shift: Shift, committed: &Committed) {
        let mut next = self.snapshot.edit(committed.store_revision);
        match shift {
            Shift::Stage(Bound { compiled, plan, .. }) => {
                let key = (plan.api_id, plan.settings.name.clone());
                self.unserved.retain(|stage| (stage.api_id, &stage.stage) != (key.0, &key.1));
                self.compiled.insert(key, compiled);
                next.put_stage(plan);
            }
            Shift::StageGone(api, name) => {
                next.remove_stage(api, &name);
                self.unserved.retain(|stage| stage.api_id != api || stage.stage != name);
                self.compiled.remove(&(api, name));
            }
            Shift::ApiGone(api) => {
                next.remove_api(api);
                self.unserved.retain(|stage| stage.api_id != api);
                self.compiled.retain(|(id, _), _| *id != api);
            }
            Shift::Bindings(gone) => {
                for place in &gone {
                    self.bindings.remove(place);
                }
                for placed in &committed.bindings {
                    let binding = placed.binding.clone();
                    self.bindings.insert((binding.host.clone(), binding.base_path.clone()), binding);
                }
                next.set_bindings(self.bindings.values());
            }
        }
        self.snapshot = next.finish();
    }
}

/// A definition that does not compile. What is only not built yet is told apart from what is wrong.
fn not_deployable(issues: Vec<Issue>) -> Error {
    if issues.iter().all(|issue| issue.message.starts_with(NOT_YET)) {
        Error::Unsupported(issues)
    } else {
        Error::NotDeployable(issues)
    }
}

/// How the reason starts when something can be stored but not served.
const NOT_YET: &str = "not supported yet";

/// Runs work that takes milliseconds where it keeps nobody from being served.
async fn off_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
    match tokio::task::spawn_blocking(work).await {
        Ok(outcome) => Ok(outcome),
        Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
        Err(error) => Err(Error::Storage { detail: format!("the process is ending: {error}") }),
    }
}
