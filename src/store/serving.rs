//! What is served, beside the store: enough to serve from when the store cannot be opened.
//!
//! `serving` is an archive of the heads, stages, bindings and pointed-at deployments of one revision, replaced as a
//! whole after each publication. `content/` has an archive per root of content that a stage points at, written
//! before the `serving` that names it and never altered.

use std::collections::{BTreeSet, HashSet};
use std::fs::{self, File};
use std::io::{self, BufReader};
use std::path::{Path, PathBuf};

use tokio::sync::Mutex;

use super::archive::{InvalidArchive, Writer, read};
use super::disk::folder;
use super::memory::MemoryState;
use super::records::{Claim, Reachable, Stored, seal};
use super::{Blob, Entry, Key, Records, StoreError, keys};
use crate::model::{Hash, StoreRevision};

/// Where what is served is exported to.
pub(super) struct Export {
    dir: PathBuf,
    /// The revision that the files are of; held while they are written.
    written: Mutex<StoreRevision>,
}

impl Export {
    /// Exports into a data directory.
    pub(super) fn new(dir: &Path) -> Self {
        Self { dir: dir.to_owned(), written: Mutex::new(StoreRevision(0)) }
    }
}

impl Records {
    /// Exports what stages and bindings say, as it is at `at_least` or later; for after each publication. Several
    /// calls at once write once. Does nothing where there is no data directory.
    ///
    /// # Errors
    /// [`StoreError`]; the former export then stands.
    pub async fn export_serving(&self, at_least: StoreRevision) -> Result<(), StoreError> {
        let Some(export) = &self.export else { return Ok(()) };
        let mut written = export.written.lock().await;
        if *written >= at_least {
            return Ok(());
        }
        let _kept = self.keep_content().await;
        let (at, records) = self.served_records().await?;
        let mut named = BTreeSet::new();
        for entry in &records.entries {
            named.extend(super::records::root(entry)?);
        }
        // Drafts are named by their heads, and not served.
        named.retain(|root| !records.drafts.contains(root) || records.deployed.contains(root));
        let failed = |source| StoreError::Io { action: "export what is served", source };
        for root in &named {
            let path = content_path(&export.dir, *root);
            if !path.exists() {
                let spilled: Vec<_> = records.spilled.iter().filter(|blob| blob.hash == *root).collect();
                let archive = self.content_archive(at, *root, &spilled).await?;
                write(path, archive).await.map_err(failed)?;
            }
        }
        let archive = serving_archive(at, &records.entries).map_err(failed)?;
        write(export.dir.join("serving"), archive).await.map_err(failed)?;
        *written = at;
        remove_others(&export.dir, &named).map_err(failed)
    }

    /// The records to export: as they are in the store, less what is not served.
    async fn served_records(&self) -> Result<(StoreRevision, ServedRecords), StoreError> {
        let served = self.served().await?;
        let mut records = ServedRecords { at: served.at, ..ServedRecords::default() };
        for (id, head) in served.apis {
            let partition = head.partition.clone();
            records.drafts.insert(head.root);
            records.put(keys::api(&partition, id), head);
            let claim = Claim { partition, api_id: id, number: 0, deleted: false };
            records.put(keys::api_claim(id), claim.clone());
            for deployment in served.deployments.values().filter(|deployment| deployment.api_id == id) {
                records.deployed.insert(deployment.content_hash);
                let claim = Claim { number: deployment.number, ..claim.clone() };
                records.put(keys::deployment_claim(deployment.id), claim);
                records.put(keys::deployment(id, deployment.number), deployment.clone());
            }
        }
        for stage in served.stages {
            records.put(keys::stage(stage.api_id, &stage.name), stage);
        }
        for placed in served.bindings {
            let (partition, binding) = (placed.partition, placed.binding);
            let (host, base_path) = (binding.host.clone(), binding.base_path.clone());
            let claim =
                Claim { partition: partition.clone(), api_id: binding.api_id, number: 0, deleted: false };
            records.put(keys::binding_claim(&host, &base_path), claim);
            records.put(keys::binding(&partition, &host, &base_path), binding);
        }
        Ok((served.at, records))
    }

    /// The archive of a root with all content beneath it.
    async fn content_archive(
        &self,
        at: StoreRevision,
        root: Hash,
        spilled: &[&Blob],
    ) -> Result<Vec<u8>, StoreError> {
        let failed = |source| StoreError::Io { action: "export what is served", source };
        let mut writer = Writer::start(Vec::new(), at).map_err(failed)?;
        if let Some(blob) = spilled.first() {
            writer.blob(&blob.bytes).map_err(failed)?;
            return writer.finish().map_err(failed);
        }
        let mut reachable = Reachable::from_root(root);
        while let Some(blobs) = reachable.next(&**self.store()).await? {
            blobs.iter().try_for_each(|blob| writer.blob(&blob.bytes)).map_err(failed)?;
        }
        writer.finish().map_err(failed)
    }
}

#[derive(Default)]
struct ServedRecords {
    at: StoreRevision,
    entries: Vec<Entry>,
    /// Records too long for their keys.
    spilled: Vec<Blob>,
    drafts: HashSet<Hash>,
    deployed: HashSet<Hash>,
}

impl ServedRecords {
    fn put(&mut self, key: Key, record: impl Stored) {
        let (value, blob) = seal(&key, record);
        self.entries.push(Entry { key, value, written_at: self.at });
        self.spilled.extend(blob);
    }
}

fn serving_archive(at: StoreRevision, entries: &[Entry]) -> io::Result<Vec<u8>> {
    let mut writer = Writer::start(Vec::new(), at)?;
    entries.iter().try_for_each(|entry| writer.record(entry))?;
    writer.finish()
}

fn content_path(dir: &Path, root: Hash) -> PathBuf {
    dir.join("content").join(root.to_string())
}

async fn write(path: PathBuf, archive: Vec<u8>) -> io::Result<()> {
    let written = tokio::task::spawn_blocking(move || {
        path.parent().map_or(Ok(()), folder::make_private)?;
        folder::replace(&path, &archive)
    });
    written.await.map_err(io::Error::other)?
}

/// Removes exported content that is no longer named.
fn remove_others(dir: &Path, named: &BTreeSet<Hash>) -> io::Result<()> {
    let names: HashSet<_> = named.iter().map(ToString::to_string).collect();
    let entries = match fs::read_dir(dir.join("content")) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    for entry in entries {
        let entry = entry?;
        if !names.contains(&*entry.file_name().to_string_lossy()) {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// Reads the export of a data directory: records, and all content they name but drafts.
pub(super) fn load(dir: &Path) -> Result<MemoryState, (PathBuf, InvalidArchive)> {
    let mut state = MemoryState::default();
    let path = dir.join("serving");
    state.revision = take(&path, &mut state)?;
    let content = dir.join("content");
    let io = |error: io::Error| (content.clone(), InvalidArchive::Io(error));
    if content.exists() {
        for entry in fs::read_dir(&content).map_err(io)? {
            let path = entry.map_err(io)?.path();
            // A file that was being written when the process ended is not named by anything.
            if path.extension().is_none() {
                take(&path, &mut state)?;
            }
        }
    }
    Ok(state)
}

fn take(path: &Path, state: &mut MemoryState) -> Result<StoreRevision, (PathBuf, InvalidArchive)> {
    let at = |error| (path.to_owned(), error);
    let file = File::open(path).map_err(|error| at(InvalidArchive::Io(error)))?;
    let read = read(BufReader::new(file), |piece| {
        state.take(piece);
        Ok(())
    });
    read.map_err(at)
}
