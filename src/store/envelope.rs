//! What a record looks like as bytes: a checksum over key and record, then the record.

use bytes::Bytes;
use prost::Message as _;
use sha2::{Digest as _, Sha256};

use super::{Key, StoreError};
use crate::model::Hash;
use crate::wire::stored::pb;

/// Checksum bytes before each record: the start of a SHA-256, more than chance damage can hit.
const CHECKSUM_BYTES: usize = 8;

/// The SHA-256 of bytes.
pub(super) fn digest(bytes: &[u8]) -> Hash {
    Hash(Sha256::digest(bytes).into())
}

/// A record as it stands under `key`. The key takes part, so that a record found under another one is refused.
pub(super) fn seal(key: &Key, kind: pb::record::Kind) -> Bytes {
    seal_bytes(key, &pb::Record { kind: Some(kind) }.encode_to_vec()).into()
}

/// The record that stands under `key`.
pub(super) fn open(key: &Key, value: &[u8]) -> Result<pb::record::Kind, StoreError> {
    let record = open_bytes(key, value)?;
    let record = pb::Record::decode(record).map_err(|error| StoreError::damaged(key, error))?;
    record.kind.ok_or_else(|| StoreError::Newer { place: key.to_string() })
}

/// Bytes as they stand under `key`.
pub(super) fn seal_bytes(key: &Key, bytes: &[u8]) -> Vec<u8> {
    [&checksum(key, bytes)[..], bytes].concat()
}

/// The bytes that stand under `key`, if they are what was put there.
pub(super) fn open_bytes<'a>(key: &Key, value: &'a [u8]) -> Result<&'a [u8], StoreError> {
    let Some((sum, bytes)) = value.split_first_chunk::<CHECKSUM_BYTES>() else {
        return Err(StoreError::damaged(key, "the record is shorter than its checksum"));
    };
    if *sum != checksum(key, bytes) {
        return Err(StoreError::damaged(key, "the checksum does not match"));
    }
    Ok(bytes)
}

fn checksum(key: &Key, record: &[u8]) -> [u8; CHECKSUM_BYTES] {
    let mut sha = Sha256::new();
    sha.update(key.as_str());
    sha.update([0]);
    sha.update(record);
    let sum: [u8; 32] = sha.finalize().into();
    let mut short = [0; CHECKSUM_BYTES];
    short.copy_from_slice(&sum[..CHECKSUM_BYTES]);
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_opens_under_its_own_key_only_and_only_whole() {
        let key = Key::new("sweep");
        let kind = pb::record::Kind::SweepV1(pb::Sweep { running: true });
        let value = seal(&key, kind.clone());
        assert_eq!(open(&key, &value).expect("it is whole"), kind);
        assert!(matches!(open(&Key::new("pins/x"), &value), Err(StoreError::Damaged { .. })));
        for at in 0..value.len() {
            let mut flipped = value.to_vec();
            flipped[at] ^= 0x40;
            assert!(matches!(open(&key, &flipped), Err(StoreError::Damaged { .. })), "byte {at}");
            assert!(matches!(open(&key, &value[..at]), Err(StoreError::Damaged { .. })), "cut at {at}");
        }
    }

    #[test]
    fn a_kind_of_record_from_the_future_is_told_apart_from_damage() {
        let key = Key::new("sweep");
        // Field 100, a message of two bytes.
        let record = [0xa2, 0x06, 0x02, 0x08, 0x01];
        let value = [&checksum(&key, &record)[..], &record].concat();
        assert!(matches!(open(&key, &value), Err(StoreError::Newer { .. })));
    }
}
