//! Backing up a store while it serves, and restoring it into an empty data directory.

use std::io::{Read, Write};
use std::path::Path;

use super::archive::{InvalidArchive, Piece, Writer, read};
use super::disk::{OpenError, Restoring};
use super::records::Reachable;
use super::{Range, Records, StoreError, keys};
use crate::model::StoreRevision;

/// What a backup holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BackupSummary {
    /// The revision of the store that it is of.
    pub revision: StoreRevision,
    /// How many records it has.
    pub record_count: usize,
    /// How many blobs.
    pub blob_count: usize,
}

/// A restore that did not happen; the data directory is as it was.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    /// The archive cannot be taken.
    #[error(transparent)]
    Archive(#[from] InvalidArchive),
    /// The data directory cannot be written, or is not empty.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// Writing failed.
    #[error(transparent)]
    Storage(#[from] StoreError),
}

impl Records {
    /// Writes all that the store holds at one revision into `output`, while others read and write.
    ///
    /// # Errors
    /// [`StoreError`]; what was written so far is then no archive.
    pub async fn backup(&self, output: impl Write + Send) -> Result<BackupSummary, StoreError> {
        let failed = |source| StoreError::Io { action: "write the backup", source };
        // Content that is named at this revision must stay until it is written.
        let _kept = self.keep_content().await;
        let listed = self.store().list(vec![Range::all("")]).await?;
        let mut entries = listed.value.into_iter().flatten().collect::<Vec<_>>();
        entries.retain(|entry| entry.key != keys::sweep());
        let mut writer = Writer::start(output, listed.at).map_err(failed)?;
        entries.iter().try_for_each(|entry| writer.record(entry)).map_err(failed)?;
        let mut reachable = Reachable::of(&entries)?;
        let mut blob_count = 0;
        while let Some(found) = reachable.next(&**self.store()).await? {
            blob_count += found.len();
            found.iter().try_for_each(|blob| writer.blob(&blob.bytes)).map_err(failed)?;
        }
        writer.finish().map_err(failed)?;
        Ok(BackupSummary { revision: listed.at, record_count: entries.len(), blob_count })
    }
}

/// Makes the store of an empty or missing data directory from an archive. Blocks; not for an async task.
///
/// # Errors
/// [`RestoreError`]; nothing is left behind then.
pub fn restore(dir: &Path, input: impl Read) -> Result<BackupSummary, RestoreError> {
    let mut restoring = Restoring::start(dir)?;
    let mut failure = None;
    let (mut record_count, mut blob_count) = (0, 0);
    let revision = read(input, |piece| {
        let taken = match piece {
            Piece::Record(entry) => {
                record_count += 1;
                restoring.record(&entry)
            }
            Piece::Blob(bytes) => {
                blob_count += 1;
                restoring.blob(&bytes)
            }
        };
        taken.map_err(|error| {
            failure = Some(error);
            InvalidArchive::Damaged("it cannot be stored".to_owned())
        })
    });
    match (revision, failure) {
        (_, Some(error)) => Err(error.into()),
        (Err(error), None) => Err(error.into()),
        (Ok(revision), None) => {
            restoring.finish(revision)?;
            Ok(BackupSummary { revision, record_count, blob_count })
        }
    }
}
