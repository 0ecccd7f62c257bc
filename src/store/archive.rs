//! Archives: what is in a store, in a file that no version of sled has a say in.
//!
//! A file starts with a line that names the format. Then come items, each behind its length (four bytes, most
//! significant first): a header, records, blobs, and a trailer with counts and the SHA-256 of all before it. A
//! file without the trailer is cut, one that differs from it is damaged; both are refused.

use std::io::{self, Read, Write};

use bytes::Bytes;
use prost::Message as _;
use sha2::{Digest as _, Sha256};

use super::disk::FORMAT_VERSION;
use super::envelope::digest;
use super::memory::MemoryState;
use super::{Entry, Key};
use crate::model::StoreRevision;
use crate::wire::stored::pb;

use pb::archive_item::Item;

/// What every archive starts with.
const MAGIC: &[u8] = b"postern archive\n";

/// No item is longer than a commit, a blob neither by far; a longer one is damage.
const MAX_ITEM_BYTES: usize = 64 << 20;

/// An archive that cannot be taken.
#[derive(Debug, thiserror::Error)]
pub enum InvalidArchive {
    /// It cannot be read at all.
    #[error("the archive cannot be read")]
    Io(#[from] io::Error),
    /// It is something else.
    #[error("this is no archive of Postern's")]
    Foreign,
    /// A newer Postern wrote it.
    #[error(
        "the archive has layout {version}, and this Postern knows up to {FORMAT_VERSION}: use a later one"
    )]
    Newer {
        /// Its layout.
        version: u32,
    },
    /// It is not what was written.
    #[error("the archive is damaged: {0}")]
    Damaged(String),
}

/// Writes an archive.
pub(super) struct Writer<W: Write> {
    output: W,
    sha: Sha256,
    record_count: u64,
    blob_count: u64,
}

impl<W: Write> Writer<W> {
    /// Starts an archive of what a store has at `revision`.
    pub(super) fn start(output: W, revision: StoreRevision) -> io::Result<Self> {
        let mut writer = Self { output, sha: Sha256::new(), record_count: 0, blob_count: 0 };
        writer.write(MAGIC)?;
        writer.item(Item::Header(pb::ArchiveHeader { version: FORMAT_VERSION, revision: revision.0 }))?;
        Ok(writer)
    }

    pub(super) fn record(&mut self, entry: &Entry) -> io::Result<()> {
        self.record_count += 1;
        self.item(Item::Record(pb::ArchiveRecord {
            key: entry.key.to_string(),
            value: entry.value.to_vec(),
            written_at: entry.written_at.0,
        }))
    }

    pub(super) fn blob(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.blob_count += 1;
        self.item(Item::Blob(bytes.to_vec()))
    }

    /// Ends the archive and gives the output back, flushed.
    pub(super) fn finish(mut self) -> io::Result<W> {
        let trailer = pb::ArchiveTrailer {
            record_count: self.record_count,
            blob_count: self.blob_count,
            sha256: self.sha.clone().finalize().to_vec(),
        };
        self.item(Item::Trailer(trailer))?;
        self.output.flush()?;
        Ok(self.output)
    }

    fn item(&mut self, item: Item) -> io::Result<()> {
        let bytes = pb::ArchiveItem { item: Some(item) }.encode_to_vec();
        let length = u32::try_from(bytes.len()).map_err(|_| io::ErrorKind::FileTooLarge)?;
        self.write(&length.to_be_bytes())?;
        self.write(&bytes)
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.sha.update(bytes);
        self.output.write_all(bytes)
    }
}

/// Reads a whole archive, which is what `each` got only when this returns.
pub(super) fn read(
    mut input: impl Read,
    mut each: impl FnMut(Piece) -> Result<(), InvalidArchive>,
) -> Result<StoreRevision, InvalidArchive> {
    let mut magic = [0; MAGIC.len()];
    input.read_exact(&mut magic).map_err(|_| InvalidArchive::Foreign)?;
    if magic != MAGIC {
        return Err(InvalidArchive::Foreign);
    }
    let mut sha = Sha256::new_with_prefix(MAGIC);
    let mut revision = None;
    let (mut record_count, mut blob_count) = (0_u64, 0_u64);
    loop {
        let before = sha.clone().finalize();
        match (next_item(&mut input, &mut sha)?, revision) {
            (Item::Header(header), None) if header.version > FORMAT_VERSION => {
                return Err(InvalidArchive::Newer { version: header.version });
            }
            (Item::Header(header), None) => revision = Some(StoreRevision(header.revision)),
            (Item::Record(record), Some(_)) => {
                record_count += 1;
                each(Piece::Record(Entry {
                    key: Key::new(record.key),
                    value: record.value.into(),
                    written_at: StoreRevision(record.written_at),
                }))?;
            }
            (Item::Blob(bytes), Some(_)) => {
                blob_count += 1;
                each(Piece::Blob(bytes.into()))?;
            }
            (Item::Trailer(trailer), Some(revision)) => {
                let whole = trailer.sha256 == before[..]
                    && (trailer.record_count, trailer.blob_count) == (record_count, blob_count);
                return match whole {
                    true => Ok(revision),
                    false => Err(InvalidArchive::Damaged("the checksum does not match".to_owned())),
                };
            }
            (_, _) => return Err(InvalidArchive::Damaged("the items are out of order".to_owned())),
        }
    }
}

/// A record or a blob of an archive.
pub(super) enum Piece {
    Record(Entry),
    Blob(Bytes),
}

impl MemoryState {
    /// Takes a piece in.
    pub(super) fn take(&mut self, piece: Piece) {
        match piece {
            Piece::Record(entry) => {
                self.records.insert(entry.key, (entry.value, entry.written_at));
            }
            Piece::Blob(bytes) => {
                self.blobs.insert(digest(&bytes), bytes);
            }
        }
    }
}

fn next_item(input: &mut impl Read, sha: &mut Sha256) -> Result<Item, InvalidArchive> {
    let cut = |error: io::Error| match error.kind() {
        io::ErrorKind::UnexpectedEof => InvalidArchive::Damaged("it is cut short".to_owned()),
        _ => InvalidArchive::Io(error),
    };
    let mut length = [0; 4];
    input.read_exact(&mut length).map_err(cut)?;
    sha.update(length);
    let length = u32::from_be_bytes(length) as usize;
    if length > MAX_ITEM_BYTES {
        return Err(InvalidArchive::Damaged(format!("an item claims {length} bytes")));
    }
    let mut bytes = vec![0; length];
    input.read_exact(&mut bytes).map_err(cut)?;
    sha.update(&bytes);
    let item =
        pb::ArchiveItem::decode(&*bytes).map_err(|error| InvalidArchive::Damaged(error.to_string()))?;
    item.item.ok_or_else(|| InvalidArchive::Damaged("an item of an unknown kind".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn archive() -> Vec<u8> {
        let mut writer = Writer::start(Vec::new(), StoreRevision(7)).expect("memory takes all");
        let entry = Entry { key: Key::new("a/b"), value: Bytes::from("value"), written_at: StoreRevision(3) };
        writer.record(&entry).expect("memory takes all");
        writer.blob(b"content").expect("memory takes all");
        writer.finish().expect("memory takes all")
    }

    #[test]
    fn an_archive_is_read_whole_or_not_at_all() {
        let archive = archive();
        let mut state = MemoryState::default();
        let revision = read(&*archive, |piece| {
            state.take(piece);
            Ok(())
        });
        assert_eq!(revision.expect("it is whole"), StoreRevision(7));
        assert_eq!((state.records.len(), state.blobs.len()), (1, 1));
        for at in 0..archive.len() {
            assert!(read(&archive[..at], |_| Ok(())).is_err(), "cut at {at}");
            let mut flipped = archive.clone();
            flipped[at] ^= 1;
            assert!(read(&*flipped, |_| Ok(())).is_err(), "byte {at}");
        }
    }
}
