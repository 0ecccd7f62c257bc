//! sled, opened and proven sound.

use std::cell::Cell;
use std::fmt;
use std::fs::File;
use std::io;
use std::panic::{self, AssertUnwindSafe};
use std::path::Path;
use std::sync::Once;

use ::sled::{Db, Tree};
use prost::Message as _;

use super::super::envelope::{open_bytes, seal_bytes};
use super::super::{Key, StoreError, keys};
use super::folder::{BETWEEN_LOCK_ATTEMPTS, LOCK_ATTEMPTS, remove_half_snapshots, sync_folder};
use super::mark::StoreId;
use super::state::State;
use crate::wire::stored::pb;

/// The layout that this binary writes, and the newest it reads. Raised with every change of `store.v1` or of the
/// table of keys.
pub(in crate::store) const FORMAT_VERSION: u32 = 3;

/// Enough for the pages in use; sled's own default of 1 GiB is more than a gateway may take.
const CACHE_BYTES: u64 = 64 << 20;

/// Why sled cannot be used.
#[derive(Debug)]
pub(super) enum Unsound {
    /// A newer Postern wrote it.
    Newer(u32),
    /// sled's own lock on it is held.
    Locked,
    /// It failed, panicked, or holds something else than was written.
    Damaged(String),
}

/// sled, with the trees and the file it keeps them in.
pub(super) struct Engine {
    db: Db,
    pub(super) records: Tree,
    pub(super) blobs: Tree,
    /// The database file, opened once and kept: a failed write is reported to descriptors that were open then.
    file: File,
    /// `None` as long as the store is empty.
    pub(super) store_id: Option<StoreId>,
    /// The layout that the store says it has.
    version: u32,
    pub(super) state: State,
}

impl Engine {
    /// Opens what is in `folder` and checks every record's share in the digest. Never panics.
    pub(super) fn open(folder: &Path) -> Result<Self, Unsound> {
        remove_half_snapshots(folder).map_err(|error| Unsound::Damaged(error.to_string()))?;
        match quietly(|| Self::try_open(folder)) {
            Ok(opened) => opened,
            Err(panic) => Err(Unsound::Damaged(format!("sled panicked: {panic}"))),
        }
    }

    fn try_open(folder: &Path) -> Result<Self, Unsound> {
        let config = ::sled::Config::new()
            .path(folder)
            .cache_capacity(CACHE_BYTES)
            .mode(::sled::Mode::LowSpace)
            .flush_every_ms(None);
        let failed = |error: ::sled::Error| Unsound::Damaged(format!("sled says: {error}"));
        let db = open_free(&config)?;
        let records = db.open_tree("records").map_err(failed)?;
        let blobs = db.open_tree("blobs").map_err(failed)?;
        let file = File::options().read(true).write(true).open(folder.join("db"));
        let file = file.map_err(|error| Unsound::Damaged(error.to_string()))?;
        let (store_id, version, state) = (None, FORMAT_VERSION, State::default());
        let mut engine = Self { db, records, blobs, file, store_id, version, state };
        if let Some((id, version)) = engine.read_format()? {
            (engine.store_id, engine.version) = (Some(id), version);
        }
        engine.state = engine.read_state()?;
        Ok(engine)
    }

    fn read_format(&self) -> Result<Option<(StoreId, u32)>, Unsound> {
        let key = format_key();
        let damaged = |error: &dyn fmt::Display| Unsound::Damaged(format!("{key}: {error}"));
        let value = self.records.get(key.as_str()).map_err(|error| damaged(&error))?;
        let Some(value) = value else {
            return match self.records.is_empty() && self.blobs.is_empty() {
                true => Ok(None),
                false => Err(damaged(&"it is missing, though there are other records")),
            };
        };
        let bytes = open_bytes(&key, &value).map_err(|error| damaged(&error))?;
        let format = pb::Format::decode(bytes).map_err(|error| damaged(&error))?;
        if format.version > FORMAT_VERSION {
            return Err(Unsound::Newer(format.version));
        }
        let id = format.store_id.try_into().map_err(|_| damaged(&"the store's id has no 16 bytes"))?;
        Ok(Some((id, format.version)))
    }

    /// The state, if it is what the records add up to.
    fn read_state(&self) -> Result<State, Unsound> {
        if self.store_id.is_none() {
            return Ok(State::default());
        }
        let key = State::key();
        let damaged = |error: &dyn fmt::Display| Unsound::Damaged(error.to_string());
        let value = self.records.get(key.as_str()).map_err(|error| damaged(&error))?;
        let value = value.ok_or_else(|| damaged(&"the record of the store's state is missing"))?;
        let state = State::read(&value).map_err(|error| damaged(&error))?;
        let mut found = State::at(state.revision);
        for entry in self.records.iter() {
            let (key, value) = entry.map_err(|error| damaged(&error))?;
            if !is_reserved(&key) {
                found.add(&key, &value);
            }
        }
        if found != state {
            let text = format!(
                "the {} records do not add up to what revision {} had, {} records: some are missing or old",
                found.record_count, state.revision, state.record_count
            );
            return Err(Unsound::Damaged(text));
        }
        Ok(state)
    }

    /// Writes the format and the state of a new store.
    pub(super) fn found(&mut self, id: StoreId) -> Result<(), StoreError> {
        let mut batch = ::sled::Batch::default();
        batch.insert(format_key().as_str(), format_record(id));
        batch.insert(State::key().as_str(), self.state.to_bytes());
        self.records.apply_batch(batch).map_err(|error| sled_error("write", error))?;
        (self.store_id, self.version) = (Some(id), FORMAT_VERSION);
        self.sync()
    }

    /// Says that the store has this binary's layout from now on, so that an older binary refuses it. What is in it
    /// stays as it is: every layout can be read.
    pub(super) fn raise_format(&mut self) -> Result<(), StoreError> {
        let Some(id) = self.store_id.filter(|_| self.version < FORMAT_VERSION) else { return Ok(()) };
        let mut batch = ::sled::Batch::default();
        batch.insert(format_key().as_str(), format_record(id));
        self.records.apply_batch(batch).map_err(|error| sled_error("write", error))?;
        self.version = FORMAT_VERSION;
        Ok(())
    }

    /// Removes the note that a sweep is running: whoever ran it is gone, since this process has the store now.
    pub(super) fn forget_sweep(&mut self) -> Result<(), StoreError> {
        let key = keys::sweep();
        let value = self.records.get(key.as_str()).map_err(|error| sled_error("read", error))?;
        let Some(value) = value else { return Ok(()) };
        self.state.subtract(key.as_str().as_bytes(), &value);
        let mut batch = ::sled::Batch::default();
        batch.remove(key.as_str());
        batch.insert(State::key().as_str(), self.state.to_bytes());
        self.records.apply_batch(batch).map_err(|error| sled_error("write", error))
    }

    /// What [`sync`](Syncer::sync) needs, so that commits go on meanwhile.
    pub(super) fn syncer(&self) -> Result<Syncer, StoreError> {
        let file = self.file.try_clone().map_err(|source| StoreError::Io { action: "flush", source })?;
        Ok(Syncer { db: self.db.clone(), file })
    }

    /// Makes all that was written so far durable.
    pub(super) fn sync(&self) -> Result<(), StoreError> {
        self.syncer()?.sync()
    }

    /// How many bytes the store takes on disk.
    pub(super) fn size_on_disk(&self) -> Result<u64, StoreError> {
        self.db.size_on_disk().map_err(|error| sled_error("tell its size", error))
    }
}

/// Opens sled. Its file may still be locked for a moment by the former opening of this very process, although the
/// data directory is ours: then it is tried again, since this is no damage.
fn open_free(config: &::sled::Config) -> Result<Db, Unsound> {
    let is_lock = |error: &::sled::Error| matches!(error, ::sled::Error::Io(error) if error.to_string().starts_with("could not acquire lock"));
    for _ in 0..LOCK_ATTEMPTS {
        match config.open() {
            Err(error) if is_lock(&error) => std::thread::sleep(BETWEEN_LOCK_ATTEMPTS),
            opened => return opened.map_err(|error| Unsound::Damaged(format!("sled says: {error}"))),
        }
    }
    Err(Unsound::Locked)
}

impl fmt::Display for Unsound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Newer(version) => {
                write!(f, "its layout is version {version}, and this Postern knows up to {FORMAT_VERSION}")
            }
            Self::Locked => f.write_str("its database file is locked by another program"),
            Self::Damaged(reason) => f.write_str(reason),
        }
    }
}

/// Makes writes durable.
pub(super) struct Syncer {
    db: Db,
    /// A duplicate of the engine's descriptor, which shares what it knows of failed writes.
    file: File,
}

impl Syncer {
    pub(super) fn sync(&self) -> Result<(), StoreError> {
        self.db.flush().map_err(|error| sled_error("flush", error))?;
        self.file.sync_data().map_err(|source| StoreError::Io { action: "flush", source })
    }
}

/// Makes the files' names durable, which sled leaves to chance.
pub(super) fn sync_names(folder: &Path) -> io::Result<()> {
    for name in ["conf", "db"] {
        File::open(folder.join(name))?.sync_all()?;
    }
    sync_folder(folder)
}

fn format_key() -> Key {
    Key::new("format")
}

/// What stands under [`format_key`] in a store of this binary's layout.
fn format_record(id: StoreId) -> Vec<u8> {
    let format = pb::Format { version: FORMAT_VERSION, store_id: id.to_vec() };
    seal_bytes(&format_key(), &format.encode_to_vec())
}

/// Whether a key of the tree is none of the keyspace's.
pub(super) fn is_reserved(key: &[u8]) -> bool {
    key == b"format" || key == b"state"
}

pub(super) fn sled_error(action: &'static str, error: ::sled::Error) -> StoreError {
    match error {
        ::sled::Error::Io(source) => StoreError::Io { action, source },
        ::sled::Error::Corruption { .. } => StoreError::damaged("store/db", "sled found it corrupt"),
        error => StoreError::Io { action, source: io::Error::other(error) },
    }
}

/// Runs what may panic on damage; gives the panic's text, and keeps it off the standard error.
pub(super) fn quietly<T>(run: impl FnOnce() -> T) -> Result<T, String> {
    thread_local! {
        static QUIET: Cell<bool> = const { Cell::new(false) };
    }
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let earlier = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            if !QUIET.get() {
                earlier(panic);
            }
        }));
    });
    let before = QUIET.replace(true);
    let result = panic::catch_unwind(AssertUnwindSafe(run));
    QUIET.set(before);
    result.map_err(|panic| {
        let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
        text.or_else(|| panic.downcast_ref::<String>().cloned())
            .unwrap_or_else(|| "without a word".to_owned())
    })
}
