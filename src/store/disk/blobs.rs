//! Blobs in sled's tree: cut into pieces, each under the hash and its number.
//!
//! Piece 0 starts with the blob's length (four bytes, most significant first) and is written last and removed
//! first, so that where it is, the others are.

use ::sled::{Batch, Tree};
use bytes::Bytes;

use crate::model::Hash;

/// The most bytes of one piece. A page of sled's tree holds up to 17 values and must stay below 128 KiB.
const PIECE_BYTES: usize = 4096;

const HASH_BYTES: usize = 32;

fn key(hash: Hash, piece: usize) -> [u8; HASH_BYTES + 4] {
    let mut key = [0; HASH_BYTES + 4];
    key[..HASH_BYTES].copy_from_slice(&hash.0);
    key[HASH_BYTES..].copy_from_slice(&u32::try_from(piece).unwrap_or(u32::MAX).to_be_bytes());
    key
}

/// Stores a blob, unless it is there.
pub(super) fn put(tree: &Tree, hash: Hash, bytes: &[u8]) -> ::sled::Result<()> {
    if tree.contains_key(key(hash, 0))? {
        return Ok(());
    }
    let (first, rest) = bytes.split_at(bytes.len().min(PIECE_BYTES));
    for (piece, bytes) in rest.chunks(PIECE_BYTES).zip(1..).map(|(bytes, piece)| (piece, bytes)) {
        tree.insert(key(hash, piece), bytes)?;
    }
    let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes();
    tree.insert(key(hash, 0), [&length[..], first].concat())?;
    Ok(())
}

/// A blob as it is stored; what is missing of it shows when the bytes are checked against the hash.
pub(super) fn get(tree: &Tree, hash: Hash) -> ::sled::Result<Option<Bytes>> {
    let Some(first) = tree.get(key(hash, 0))? else { return Ok(None) };
    let Some((length, first)) = first.split_first_chunk::<4>() else { return Ok(Some(Bytes::new())) };
    let length = u32::from_be_bytes(*length) as usize;
    if first.len() >= length {
        return Ok(Some(Bytes::copy_from_slice(first)));
    }
    let mut bytes = first.to_vec();
    for piece in 1..=length / PIECE_BYTES {
        match tree.get(key(hash, piece))? {
            Some(more) => bytes.extend_from_slice(&more),
            None => break,
        }
    }
    Ok(Some(bytes.into()))
}

/// Removes a blob with all its pieces.
pub(super) fn remove(tree: &Tree, hash: Hash) -> ::sled::Result<()> {
    let mut batch = Batch::default();
    for found in tree.scan_prefix(hash.0) {
        batch.remove(found?.0);
    }
    tree.apply_batch(batch)
}

/// The hashes of stored blobs, also of those that lack pieces.
pub(super) fn hashes(tree: &Tree, after: Option<Hash>, limit: usize) -> ::sled::Result<Vec<Hash>> {
    let mut found: Vec<Hash> = Vec::new();
    let from = after.map(|hash| [&hash.0[..], &[0xff; 5]].concat()).unwrap_or_default();
    for entry in tree.range(from..) {
        let (key, _) = entry?;
        let Some((hash, _)) = key.split_first_chunk::<HASH_BYTES>() else { continue };
        let hash = Hash(*hash);
        if found.last() == Some(&hash) {
            continue;
        }
        if found.len() == limit {
            break;
        }
        found.push(hash);
    }
    Ok(found)
}
