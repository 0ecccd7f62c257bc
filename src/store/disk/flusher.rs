//! One thread that makes commits durable, all that wait at a moment together, and mends the store after a fault.

use std::fs::File;
use std::io::{self, Write as _};
use std::os::unix::fs::FileExt as _;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard, mpsc};
use std::time::{Duration, Instant};

use tokio::sync::{oneshot, watch};

use super::super::StoreError;
use super::engine::{Engine, quietly};
use super::folder::private;
use super::mark::Mark;
use super::state::State;
use crate::model::StoreRevision;

/// How long after a failed attempt to mend the store the next one is made.
const BETWEEN_ATTEMPTS: Duration = Duration::from_secs(1);

/// What is written to prove that the disk takes writes, before anything is closed.
const PROBE_BYTES: usize = 1 << 20;

/// What the flusher is asked for.
pub(super) enum Job {
    /// Tell when a commit is durable.
    Sync { revision: StoreRevision, done: oneshot::Sender<Result<(), StoreError>> },
    /// Mend the store if it has a fault; tell the fault that remains.
    Mend { done: oneshot::Sender<Result<(), String>> },
}

/// What the store and its flusher share.
pub(super) struct Core {
    /// The data directory.
    pub(super) dir: PathBuf,
    shared: RwLock<Shared>,
    /// Moved on by the flusher only.
    mark: Mutex<Mark>,
    pub(super) durable: watch::Sender<StoreRevision>,
}

/// Read by readers for as long as they read, so that what they list is one state; written by commits.
pub(super) struct Shared {
    /// `None` while a mended store could not be opened again.
    pub(super) engine: Option<Engine>,
    pub(super) state: State,
    /// Why nothing is written.
    pub(super) fault: Option<String>,
    /// When mending last failed.
    tried: Option<Instant>,
}

impl Core {
    pub(super) fn new(dir: PathBuf, engine: Engine, mark: Mark) -> Self {
        let state = engine.state;
        Self {
            dir,
            shared: RwLock::new(Shared { engine: Some(engine), state, fault: None, tried: None }),
            mark: Mutex::new(mark),
            durable: watch::Sender::new(state.revision),
        }
    }

    pub(super) fn read(&self) -> RwLockReadGuard<'_, Shared> {
        self.shared.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn write(&self) -> RwLockWriteGuard<'_, Shared> {
        self.shared.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Turns writing off.
    pub(super) fn set_fault(&self, fault: &str) {
        let mut shared = self.write();
        if shared.fault.is_none() {
            tracing::error!(fault, "the store is read-only until a write is proven to work");
            shared.fault = Some(fault.to_owned());
        }
    }

    /// Syncs the database, then moves the mark on.
    fn sync(&self, revision: StoreRevision) -> Result<(), StoreError> {
        let syncer = self.read().engine()?.syncer()?;
        let synced = quietly(|| syncer.sync());
        synced.map_err(|panic| StoreError::damaged("store/db", format_args!("sled panicked: {panic}")))??;
        let mut mark = self.mark.lock().unwrap_or_else(PoisonError::into_inner);
        mark.advance(revision).map_err(|source| StoreError::Io { action: "move its mark on", source })
    }

    /// Closes sled, opens it again, and proves that it can write.
    fn mend(&self) -> Result<(), String> {
        let store = self.dir.join("store");
        self.probe_disk().map_err(|error| format!("the disk takes no writes: {error}"))?;
        let mut shared = self.write();
        // sled fails for ever after one failed write, and lets go of its file only when it is dropped.
        drop(shared.engine.take());
        redirty(&store.join("db")).map_err(|error| format!("the database cannot be rewritten: {error}"))?;
        let engine = Engine::open(&store).map_err(|unsound| unsound.to_string())?;
        let mut mark = self.mark.lock().unwrap_or_else(PoisonError::into_inner);
        if engine.state.revision < mark.revision() {
            let (found, mark) = (engine.state.revision, mark.revision());
            return Err(format!("it came back at revision {found}, though {mark} was acknowledged"));
        }
        // Revisions of commits that were seen but are lost now are not given again.
        let mut state = engine.state;
        state.revision = state.revision.max(shared.state.revision);
        let proof = engine.records.insert(State::key().as_str(), state.to_bytes());
        proof.map_err(|error| error.to_string())?;
        engine.sync().map_err(|error| error.to_string())?;
        mark.advance(state.revision).map_err(|error| error.to_string())?;
        (shared.engine, shared.state, shared.fault) = (Some(engine), state, None);
        self.tell_durable(state.revision);
        tracing::info!(revision = state.revision.0, "the store takes writes again");
        Ok(())
    }

    fn probe_disk(&self) -> io::Result<()> {
        let path = self.dir.join("probe");
        let probe = || {
            let mut file = private().truncate(true).open(&path)?;
            file.write_all(&vec![0; PROBE_BYTES])?;
            file.sync_all()
        };
        let probed = probe();
        let removed = std::fs::remove_file(&path);
        probed.and(removed)
    }

    fn tell_durable(&self, revision: StoreRevision) {
        self.durable.send_if_modified(|durable| {
            let moved = revision > *durable;
            *durable = revision.max(*durable);
            moved
        });
    }
}

impl Shared {
    /// sled, if it is open.
    pub(super) fn engine(&self) -> Result<&Engine, StoreError> {
        let closed = || self.fault.clone().unwrap_or_else(|| "it is closed".to_owned());
        self.engine.as_ref().ok_or_else(|| StoreError::ReadOnly { reason: closed() })
    }
}

/// Serves jobs until the store is dropped.
pub(super) fn run(core: &Core, jobs: &mpsc::Receiver<Job>) {
    while let Ok(first) = jobs.recv() {
        let (mut waiting, mut mends) = (Vec::new(), Vec::new());
        let all = std::iter::once(first).chain(std::iter::from_fn(|| jobs.try_recv().ok()));
        for job in all {
            match job {
                Job::Sync { revision, done } => waiting.push((revision, done)),
                Job::Mend { done } => mends.push(done),
            }
        }
        if let Some(highest) = waiting.iter().map(|(revision, _)| *revision).max() {
            acknowledge(core, highest, waiting.into_iter().map(|(_, done)| done));
        }
        if !mends.is_empty() {
            let mended = mend(core);
            for done in mends {
                // A caller that is gone does not want to know.
                let _ = done.send(mended.clone());
            }
        }
    }
}

fn acknowledge(
    core: &Core,
    highest: StoreRevision,
    waiting: impl Iterator<Item = oneshot::Sender<Result<(), StoreError>>>,
) {
    // After a fault nothing is acknowledged until the store is mended, not even what the disk would take now.
    let fault = core.read().fault.clone();
    let synced = match fault {
        Some(reason) => Err(StoreError::ReadOnly { reason }),
        None => core.sync(highest),
    };
    let fault = synced.err().map(|error| with_causes(&error));
    match &fault {
        None => core.tell_durable(highest),
        Some(fault) => core.set_fault(fault),
    }
    for done in waiting {
        let answer = match &fault {
            None => Ok(()),
            Some(fault) => Err(StoreError::Io { action: "flush", source: io::Error::other(fault.clone()) }),
        };
        let _ = done.send(answer);
    }
}

fn mend(core: &Core) -> Result<(), String> {
    {
        let shared = core.read();
        let Some(fault) = &shared.fault else { return Ok(()) };
        if shared.tried.is_some_and(|tried| tried.elapsed() < BETWEEN_ATTEMPTS) {
            return Err(fault.clone());
        }
    }
    let mended = quietly(|| core.mend()).unwrap_or_else(|panic| Err(format!("sled panicked: {panic}")));
    mended.inspect_err(|reason| {
        let mut shared = core.write();
        shared.tried = Some(Instant::now());
        shared.fault = Some(reason.clone());
    })
}

/// An error with everything beneath it, on one line.
pub(super) fn with_causes(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}

/// Writes a file's bytes over themselves and syncs it. After a failed sync the system takes its pages for
/// written, though the disk may not have them; the next sync would then prove nothing.
fn redirty(path: &std::path::Path) -> io::Result<()> {
    let file = File::options().read(true).write(true).open(path)?;
    let mut piece = vec![0; 1 << 20];
    let mut at = 0;
    loop {
        let read = file.read_at(&mut piece, at)?;
        if read == 0 {
            return file.sync_all();
        }
        file.write_all_at(&piece[..read], at)?;
        at += read as u64;
    }
}
