//! Making a store anew from what another one held.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use super::super::envelope::digest;
use super::super::{Entry, StoreError};
use super::engine::{Engine, sled_error, sync_names};
use super::fault::{Fault, OpenError};
use super::folder::{lock, make_private, sync_folder};
use super::mark::{Mark, Marked, StoreId};
use super::{blobs, open};
use crate::model::StoreRevision;

/// A store being restored. It has no mark before it is whole, so that it does not open; when it is dropped before,
/// nothing of it is left.
pub(in crate::store) struct Restoring {
    dir: PathBuf,
    /// `None` only while it is dropped.
    engine: Option<Engine>,
    id: StoreId,
    whole: bool,
    _lock: File,
}

impl Restoring {
    /// Starts in an empty data directory, which is made if it is not there.
    pub(in crate::store) fn start(dir: &Path) -> Result<Self, OpenError> {
        let inaccessible =
            |error: std::io::Error| OpenError::new(Fault::Inaccessible, dir, error.to_string());
        make_private(dir).map_err(inaccessible)?;
        let lock = lock(dir)?;
        for name in ["store", "mark", "serving"] {
            if dir.join(name).exists() {
                let reason =
                    format!("it has a {name} already; a backup is restored into an empty directory only");
                return Err(OpenError::new(Fault::Inaccessible, dir, reason));
            }
        }
        let id = open::draw_id(dir)?;
        let store = dir.join("store");
        make_private(&store).map_err(inaccessible)?;
        let engine = Engine::open(&store)
            .map_err(|unsound| OpenError::new(Fault::Inaccessible, &store, unsound.to_string()))?;
        Ok(Self { dir: dir.to_owned(), engine: Some(engine), id, whole: false, _lock: lock })
    }

    /// Puts a record as it was.
    pub(in crate::store) fn record(&mut self, entry: &Entry) -> Result<(), StoreError> {
        let engine = self.engine()?;
        let name = entry.key.as_str().as_bytes();
        let value = [&entry.written_at.0.to_be_bytes()[..], &entry.value].concat();
        engine.state.add(name, &value);
        let former = engine.records.insert(name, value).map_err(|error| sled_error("write", error))?;
        match former {
            None => Ok(()),
            Some(_) => Err(StoreError::damaged(&entry.key, "it is there twice")),
        }
    }

    /// Puts a blob.
    pub(in crate::store) fn blob(&mut self, bytes: &[u8]) -> Result<(), StoreError> {
        let put = blobs::put(&self.engine()?.blobs, digest(bytes), bytes);
        put.map_err(|error| sled_error("write", error))
    }

    /// Makes it a whole store at `revision`, durable when this returns.
    pub(in crate::store) fn finish(mut self, revision: StoreRevision) -> Result<(), StoreError> {
        let (id, dir) = (self.id, self.dir.clone());
        let engine = self.engine()?;
        engine.state.revision = revision;
        engine.found(id)?;
        let failed = |source| StoreError::Io { action: "be restored", source };
        sync_names(&dir.join("store")).map_err(failed)?;
        Mark::write(&dir.join("mark"), Marked { store_id: id, revision }).map_err(failed)?;
        sync_folder(&dir).map_err(failed)?;
        self.whole = true;
        Ok(())
    }

    fn engine(&mut self) -> Result<&mut Engine, StoreError> {
        self.engine.as_mut().ok_or_else(|| StoreError::ReadOnly { reason: "it is closed".to_owned() })
    }
}

impl Drop for Restoring {
    fn drop(&mut self) {
        drop(self.engine.take());
        if !self.whole {
            // Without a mark it does not open; that it is left behind would only be untidy.
            let _ = fs::remove_dir_all(self.dir.join("store"));
        }
    }
}
