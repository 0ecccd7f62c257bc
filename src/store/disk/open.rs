//! Opening a data directory, in whatever state it is found.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::super::serving::{self, Export};
use super::super::{MemoryStore, Records, StoreError};
use super::engine::{Engine, Unsound, sync_names};
use super::fault::{Fault, OpenError};
use super::flusher::{Core, with_causes};
use super::folder::{keep_copy, lock, make_private, remove_snapshots, sync_folder};
use super::mark::{Found, Mark, Marked, StoreId};
use super::store::SledStore;
use crate::model::StoreRevision;

/// What to do when the store cannot be used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnFault {
    /// Do not start.
    #[default]
    Refuse,
    /// Serve what was served last, read-only.
    Serve,
}

/// An opened data directory.
pub struct Opened {
    /// Its records. Those of a store export what is served beside it.
    pub records: Records,
    /// Why the store itself could not be opened, when these are the records of what was served last.
    pub fault: Option<OpenError>,
}

impl SledStore {
    /// Opens the store in a data directory, which is made if it is not there. May take seconds; not for an
    /// async task.
    ///
    /// # Errors
    /// [`OpenError`] when the data directory cannot be used and `on_fault` does not say otherwise, or there is
    /// nothing to serve.
    pub fn open(dir: &Path, on_fault: OnFault) -> Result<Opened, OpenError> {
        let error = match Self::open_sound(dir) {
            Ok(store) => {
                let records = Records::new(Arc::new(store)).exporting_to(Export::new(dir));
                return Ok(Opened { records, fault: None });
            }
            Err(error) => error,
        };
        if on_fault == OnFault::Refuse || !error.fault.may_serve() {
            return Err(error);
        }
        match serving::load(dir) {
            Ok(state) => {
                tracing::error!(%error, revision = state.revision.0, "serving what was served last, read-only");
                let store = MemoryStore::read_only(state, &error.to_string());
                Ok(Opened { records: Records::new(Arc::new(store)), fault: Some(error) })
            }
            Err((path, failed)) => {
                let failed = with_causes(&failed);
                let reason = format!("{}; nor can {} be served: {failed}", error.reason, path.display());
                Err(OpenError { reason, ..error })
            }
        }
    }

    /// Opens the store in a data directory, or says why not.
    pub(in crate::store) fn open_sound(dir: &Path) -> Result<Self, OpenError> {
        let inaccessible =
            |error: std::io::Error| OpenError::new(Fault::Inaccessible, dir, error.to_string());
        make_private(dir).map_err(inaccessible)?;
        let lock = lock(dir)?;
        let place = Place::new(dir);
        let marked = place.read_mark()?;
        make_private(&place.store).map_err(inaccessible)?;
        let engine = place.open_engine(marked)?;
        let mark = Mark::open(&place.mark).map_err(inaccessible)?;
        Self::start(Core::new(place.dir, engine, mark), lock)
    }
}

/// Opens the store for a check: sound or not at all, but whatever the mark says. Tells what is wrong with that.
pub(in crate::store) fn open_for_check(dir: &Path) -> Result<(SledStore, Option<OpenError>), OpenError> {
    let lock = lock_existing(dir)?;
    let place = Place::new(dir);
    let engine = place.engine()?;
    let against_mark = match place.read_mark() {
        Ok(marked) => place.against(&engine, marked).err(),
        Err(error) => Some(error),
    };
    // A check acknowledges nothing, so it moves no mark on; one of its own stands in where there is none.
    let aside = dir.join("mark.check");
    let marked = Marked { store_id: StoreId::default(), revision: StoreRevision(0) };
    let mark = Mark::write(&aside, marked).and_then(|()| Mark::open(&aside));
    let _ = std::fs::remove_file(&aside);
    let mark = mark.map_err(|error| place.inaccessible(&error))?;
    Ok((SledStore::start(Core::new(place.dir, engine, mark), lock)?, against_mark))
}

/// Takes the store as it is, with whatever acknowledged writes it may have lost: makes its revision the mark.
/// Gives that revision. Blocks; not for an async task.
///
/// # Errors
/// [`OpenError`] when the store itself is not sound, or in use.
pub fn accept(dir: &Path) -> Result<StoreRevision, OpenError> {
    let _lock = lock_existing(dir)?;
    let place = Place::new(dir);
    let engine = place.engine()?;
    let Some(store_id) = engine.store_id else {
        return Err(OpenError::new(Fault::NoStore, &place.store, "the store is empty"));
    };
    let revision = engine.state.revision;
    engine.sync().map_err(|error| place.unusable(&error))?;
    Mark::write(&place.mark, Marked { store_id, revision }).map_err(|error| place.inaccessible(&error))?;
    Ok(revision)
}

/// Takes a data directory that has a store.
fn lock_existing(dir: &Path) -> Result<std::fs::File, OpenError> {
    if !dir.join("store").join("db").exists() {
        return Err(OpenError::new(Fault::NoStore, dir, "there is no store/db"));
    }
    lock(dir)
}

/// The parts of a data directory.
struct Place {
    dir: PathBuf,
    store: PathBuf,
    mark: PathBuf,
}

impl Place {
    fn new(dir: &Path) -> Self {
        Self { dir: dir.to_owned(), store: dir.join("store"), mark: dir.join("mark") }
    }

    /// The mark; made when there is nothing at all yet, and refused when it does not fit what is there.
    fn read_mark(&self) -> Result<Marked, OpenError> {
        let has_store = self.store.join("db").exists();
        let refuse = |fault, reason: &str| Err(OpenError::new(fault, &self.mark, reason));
        match Mark::read(&self.mark).map_err(|error| self.inaccessible(&error))? {
            Found::Mark(marked) if marked.revision > StoreRevision(0) && !has_store => {
                let reason = format!(
                    "it says that revision {} was written, but there is no store/db",
                    marked.revision
                );
                refuse(Fault::NoStore, &reason)
            }
            Found::Mark(marked) => Ok(marked),
            Found::Nothing if has_store => refuse(
                Fault::NoMark,
                "it is missing, so that nobody can tell whether the store has all that was acknowledged",
            ),
            Found::Unreadable => refuse(Fault::NoMark, "it cannot be read"),
            Found::Nothing if self.dir.join("serving").exists() => refuse(
                Fault::NoStore,
                "it is missing, and so is store/db, though something was served from here",
            ),
            Found::Nothing => {
                // The mark comes first: a store without one was not made by us, or not to the end.
                let marked = Marked { store_id: draw_id(&self.dir)?, revision: StoreRevision(0) };
                Mark::write(&self.mark, marked).map_err(|error| self.inaccessible(&error))?;
                Ok(marked)
            }
        }
    }

    /// sled, sound and not behind the mark. What is not is tried once more without sled's snapshots, after a
    /// copy was kept.
    fn open_engine(&self, marked: Marked) -> Result<Engine, OpenError> {
        let error = match self.try_engine(marked) {
            Err(error) if matches!(error.fault, Fault::Damaged | Fault::Behind) => error,
            other => return other,
        };
        tracing::error!(path = %self.store.display(), reason = error.reason, "the store does not open");
        let tried =
            |copied: &str| OpenError::new(error.fault, &error.path, format!("{}; {copied}", error.reason));
        let copy = keep_copy(&self.dir, &self.store)
            .map_err(|failed| tried(&format!("no copy could be kept: {failed}")))?;
        remove_snapshots(&self.store).map_err(|failed| tried(&failed.to_string()))?;
        let copy = copy.display();
        match self.try_engine(marked) {
            Ok(engine) => {
                tracing::warn!(%copy, "the store opened without sled's snapshots; all that was acknowledged is there");
                Ok(engine)
            }
            Err(again) => {
                let text = format!(
                    "{}; without sled's snapshots: {}; a copy is in {copy}",
                    error.reason, again.reason
                );
                Err(OpenError::new(again.fault, &again.path, text))
            }
        }
    }

    /// sled, as it is.
    fn engine(&self) -> Result<Engine, OpenError> {
        Engine::open(&self.store).map_err(|unsound| {
            let fault = match unsound {
                Unsound::Newer(_) => Fault::Newer,
                Unsound::Locked => Fault::Busy,
                Unsound::Damaged(_) => Fault::Damaged,
            };
            OpenError::new(fault, &self.store, unsound.to_string())
        })
    }

    fn try_engine(&self, marked: Marked) -> Result<Engine, OpenError> {
        let mut engine = self.engine()?;
        self.against(&engine, marked)?;
        let written = match engine.store_id {
            None => engine.found(marked.store_id),
            // What is read may not have reached the disk before the last process ended.
            Some(_) => {
                engine.forget_sweep().and_then(|()| engine.raise_format()).and_then(|()| engine.sync())
            }
        };
        written.map_err(|error| self.unusable(&error))?;
        let synced = sync_names(&self.store).and_then(|()| sync_folder(&self.dir));
        synced.map_err(|error| self.inaccessible(&error))?;
        Ok(engine)
    }

    /// Whether the store is the mark's and has all that it says was acknowledged.
    fn against(&self, engine: &Engine, marked: Marked) -> Result<(), OpenError> {
        if engine.store_id.is_some_and(|id| id != marked.store_id) {
            let reason = "it was written for another store than the one beside it";
            return Err(OpenError::new(Fault::ForeignMark, &self.mark, reason));
        }
        let found = engine.state.revision;
        if found < marked.revision {
            let reason = format!("it is at revision {found}, though {} was acknowledged", marked.revision);
            return Err(OpenError::new(Fault::Behind, &self.store, reason));
        }
        Ok(())
    }

    fn inaccessible(&self, error: &std::io::Error) -> OpenError {
        OpenError::new(Fault::Inaccessible, &self.dir, error.to_string())
    }

    fn unusable(&self, error: &StoreError) -> OpenError {
        OpenError::new(Fault::Inaccessible, &self.store, with_causes(error))
    }
}

/// Sixteen random bytes for a new store.
pub(super) fn draw_id(dir: &Path) -> Result<StoreId, OpenError> {
    let mut id = StoreId::default();
    getrandom::fill(&mut id).map_err(|error| OpenError::new(Fault::Inaccessible, dir, error.to_string()))?;
    Ok(id)
}
