//! Opening a data directory, in whatever state it is found.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::super::Store;
use super::engine::{Engine, FORMAT_VERSION, Unsound, sync_names};
use super::fault::{Fault, OpenError};
use super::flusher::Core;
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

/// An opened store.
pub struct Opened {
    /// The store.
    pub store: Arc<dyn Store>,
    /// Why the store itself could not be opened, when this is what was served last.
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
        match (Self::open_sound(dir), on_fault) {
            (Ok(store), _) => Ok(Opened { store: Arc::new(store), fault: None }),
            (Err(error), _) => Err(error),
        }
    }

    /// Opens the store in a data directory, or says why not.
    pub(in crate::store) fn open_sound(dir: &Path) -> Result<Self, OpenError> {
        let inaccessible =
            |error: std::io::Error| OpenError::new(Fault::Inaccessible, dir, error.to_string());
        make_private(dir).map_err(inaccessible)?;
        let lock = lock(dir)?;
        let place = Place { dir: dir.to_owned(), store: dir.join("store"), mark: dir.join("mark") };
        let marked = place.read_mark()?;
        make_private(&place.store).map_err(inaccessible)?;
        let engine = place.open_engine(marked)?;
        let mark = Mark::open(&place.mark).map_err(inaccessible)?;
        Self::start(Core::new(place.dir, engine, mark), lock)
    }
}

/// The parts of a data directory.
struct Place {
    dir: PathBuf,
    store: PathBuf,
    mark: PathBuf,
}

impl Place {
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
            Found::Unreadable if has_store => refuse(Fault::NoMark, "it cannot be read"),
            Found::Nothing | Found::Unreadable => {
                // The mark comes first: a store without one was not made by us, or not to the end.
                let marked = Marked { store_id: self.draw_id()?, revision: StoreRevision(0) };
                Mark::write(&self.mark, marked).map_err(|error| self.inaccessible(&error))?;
                Ok(marked)
            }
        }
    }

    fn draw_id(&self) -> Result<StoreId, OpenError> {
        let mut id = StoreId::default();
        getrandom::fill(&mut id)
            .map_err(|error| OpenError::new(Fault::Inaccessible, &self.dir, error.to_string()))?;
        Ok(id)
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

    fn try_engine(&self, marked: Marked) -> Result<Engine, OpenError> {
        let mut engine = Engine::open(&self.store).map_err(|unsound| match unsound {
            Unsound::Newer(version) => {
                let reason =
                    format!("its layout is version {version}, and this Postern knows up to {FORMAT_VERSION}");
                OpenError::new(Fault::Newer, &self.store, reason)
            }
            Unsound::Damaged(reason) => OpenError::new(Fault::Damaged, &self.store, reason),
        })?;
        match engine.store_id {
            None if marked.revision == StoreRevision(0) => {
                engine.found(marked.store_id).map_err(|error| self.unusable(&error))?;
            }
            None => return Err(self.behind(StoreRevision(0), marked)),
            Some(id) if id != marked.store_id => {
                let reason = "it was written for another store than the one beside it";
                return Err(OpenError::new(Fault::ForeignMark, &self.mark, reason));
            }
            Some(_) if engine.state.revision < marked.revision => {
                return Err(self.behind(engine.state.revision, marked));
            }
            // What is read may not have reached the disk before the last process ended.
            Some(_) => engine.sync().map_err(|error| self.unusable(&error))?,
        }
        let synced = sync_names(&self.store).and_then(|()| sync_folder(&self.dir));
        synced.map_err(|error| self.inaccessible(&error))?;
        Ok(engine)
    }

    fn behind(&self, found: StoreRevision, marked: Marked) -> OpenError {
        let reason = format!("it is at revision {found}, though {} was acknowledged", marked.revision);
        OpenError::new(Fault::Behind, &self.store, reason)
    }

    fn inaccessible(&self, error: &std::io::Error) -> OpenError {
        OpenError::new(Fault::Inaccessible, &self.dir, error.to_string())
    }

    fn unusable(&self, error: &crate::store::StoreError) -> OpenError {
        OpenError::new(Fault::Inaccessible, &self.store, super::flusher::with_causes(error))
    }
}
