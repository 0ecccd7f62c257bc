//! The high-water mark: the highest store revision that was ever acknowledged, in a tiny file beside sled.
//!
//! It is moved on after the database is synced and before the commits are acknowledged. So a store whose revision
//! is at least the mark has every acknowledged commit, and one below it has lost some.
//!
//! The file has two slots of 512 bytes, one line each, written in turn: a crash tears at most the one that is
//! being written, and the other still holds the mark before it.

use std::fs::File;
use std::io::{self, Read as _};
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use super::super::envelope::digest;
use super::folder::{private, replace};
use crate::model::StoreRevision;

/// What disks write as a whole.
const SLOT_BYTES: usize = 512;

/// Sixteen random bytes that tell one store from another.
pub(in crate::store) type StoreId = [u8; 16];

/// What the file says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Marked {
    pub(super) store_id: StoreId,
    pub(super) revision: StoreRevision,
}

/// What was found where the mark should be.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    Mark(Marked),
    Nothing,
    /// A file without a readable slot.
    Unreadable,
}

/// The mark, kept open.
#[derive(Debug)]
pub(super) struct Mark {
    file: File,
    marked: Marked,
    slot: u64,
}

impl Mark {
    /// Reads the mark.
    pub(super) fn read(path: &Path) -> io::Result<Found> {
        match File::open(path) {
            Ok(file) => {
                let slots = slots(&file)?;
                let newest = slots.into_iter().flatten().max_by_key(|marked| marked.revision);
                Ok(newest.map_or(Found::Unreadable, Found::Mark))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Found::Nothing),
            Err(error) => Err(error),
        }
    }

    /// Puts a mark in place of whatever is there, durable when this returns.
    pub(super) fn write(path: &Path, marked: Marked) -> io::Result<()> {
        replace(path, &[line(marked), [b' '; SLOT_BYTES]].concat())
    }

    /// Opens the mark to move it on.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let file = private().create(false).open(path)?;
        let newest = slots(&file)?.into_iter().zip(0..).filter_map(|(marked, slot)| Some((marked?, slot)));
        let (marked, slot) = newest
            .max_by_key(|(marked, _)| marked.revision)
            .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "the mark has no readable slot"))?;
        Ok(Self { file, marked, slot })
    }

    /// Moves the mark on to `revision`, durable when this returns; never back.
    pub(super) fn advance(&mut self, revision: StoreRevision) -> io::Result<()> {
        if revision <= self.marked.revision {
            return Ok(());
        }
        let marked = Marked { revision, ..self.marked };
        let slot = 1 - self.slot;
        self.file.write_all_at(&line(marked), slot * SLOT_BYTES as u64)?;
        self.file.sync_data()?;
        (self.marked, self.slot) = (marked, slot);
        Ok(())
    }

    pub(super) fn revision(&self) -> StoreRevision {
        self.marked.revision
    }
}

fn slots(file: &File) -> io::Result<[Option<Marked>; 2]> {
    let mut bytes = Vec::with_capacity(2 * SLOT_BYTES);
    file.take(2 * SLOT_BYTES as u64).read_to_end(&mut bytes)?;
    let second = bytes.split_off(bytes.len().min(SLOT_BYTES));
    Ok([parse(&bytes), parse(&second)])
}

/// A slot: readable, checksummed, padded with spaces.
fn line(marked: Marked) -> [u8; SLOT_BYTES] {
    let text = text(marked);
    let sum = digest(text.as_bytes());
    let mut slot = [b' '; SLOT_BYTES];
    let line = format!("{text} {sum}\n");
    slot[..line.len()].copy_from_slice(line.as_bytes());
    slot
}

fn text(marked: Marked) -> String {
    let id: String = marked.store_id.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("postern-mark 1 {id} {}", marked.revision)
}

fn parse(slot: &[u8]) -> Option<Marked> {
    let line = std::str::from_utf8(slot).ok()?.trim_end();
    let [_, "1", id, revision, _] = line.split(' ').collect::<Vec<_>>()[..] else {
        return None;
    };
    let mut store_id = [0; 16];
    for (byte, at) in store_id.iter_mut().zip((0..).step_by(2)) {
        *byte = u8::from_str_radix(id.get(at..at + 2)?, 16).ok()?;
    }
    let marked = Marked { store_id, revision: StoreRevision(revision.parse().ok()?) };
    // The whole slot must be what would be written, which includes the checksum.
    (*slot == self::line(marked)).then_some(marked)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(revision: u64) -> Marked {
        Marked { store_id: *b"sixteen bytes id", revision: StoreRevision(revision) }
    }

    #[test]
    fn the_mark_only_moves_on_and_survives_a_torn_write() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("mark");
        assert_eq!(Mark::read(&path).expect("readable"), Found::Nothing);
        Mark::write(&path, marked(7)).expect("writable");
        let mut mark = Mark::open(&path).expect("a mark");
        for revision in [8, 9, 3, 12] {
            mark.advance(StoreRevision(revision)).expect("writable");
        }
        assert_eq!(Mark::read(&path).expect("readable"), Found::Mark(marked(12)));

        // The latest write is torn anywhere: the one before it counts.
        let whole = std::fs::read(&path).expect("readable");
        let slot = mark.slot as usize * SLOT_BYTES;
        for at in [0, 5, 20, 47, 60, 110] {
            let mut torn = whole.clone();
            torn[slot + at] ^= 1;
            std::fs::write(&path, torn).expect("writable");
            assert_eq!(Mark::read(&path).expect("readable"), Found::Mark(marked(9)), "byte {at}");
        }
        std::fs::write(&path, "nonsense").expect("writable");
        assert_eq!(Mark::read(&path).expect("readable"), Found::Unreadable);
    }
}
