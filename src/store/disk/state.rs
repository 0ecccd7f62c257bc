//! What the whole store is at a revision: its number, and a digest over all records.
//!
//! sled may open a damaged file and silently leave out records, or give old ones. The digest shows it: it is the
//! sum of the digests of all records, so that a commit changes it without reading the rest, and opening the store
//! computes it anew.

use prost::Message as _;
use sha2::{Digest as _, Sha256};

use super::super::envelope::{open_bytes, seal_bytes};
use super::super::{Key, StoreError};
use crate::model::StoreRevision;
use crate::wire::stored::pb;

/// The state of a store.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct State {
    pub(super) revision: StoreRevision,
    pub(super) record_count: u64,
    digest: u128,
}

impl State {
    /// Where it stands.
    pub(super) fn key() -> Key {
        Key::new("state")
    }

    /// A store without records.
    pub(super) fn at(revision: StoreRevision) -> Self {
        Self { revision, ..Self::default() }
    }

    /// Counts a record in.
    pub(super) fn add(&mut self, key: &[u8], value: &[u8]) {
        self.record_count += 1;
        self.digest = self.digest.wrapping_add(digest(key, value));
    }

    /// Counts a record out.
    pub(super) fn subtract(&mut self, key: &[u8], value: &[u8]) {
        self.record_count = self.record_count.saturating_sub(1);
        self.digest = self.digest.wrapping_sub(digest(key, value));
    }

    pub(super) fn to_bytes(self) -> Vec<u8> {
        let state = pb::State {
            revision: self.revision.0,
            record_count: self.record_count,
            digest: self.digest.to_be_bytes().to_vec(),
        };
        seal_bytes(&Self::key(), &state.encode_to_vec())
    }

    pub(super) fn read(value: &[u8]) -> Result<Self, StoreError> {
        let key = Self::key();
        let state = pb::State::decode(open_bytes(&key, value)?);
        let state = state.map_err(|error| StoreError::damaged(&key, error))?;
        let digest =
            state.digest.try_into().map_err(|_| StoreError::damaged(&key, "the digest has no 16 bytes"))?;
        Ok(Self {
            revision: StoreRevision(state.revision),
            record_count: state.record_count,
            digest: u128::from_be_bytes(digest),
        })
    }
}

fn digest(key: &[u8], value: &[u8]) -> u128 {
    let mut sha = Sha256::new();
    sha.update((key.len() as u64).to_be_bytes());
    sha.update(key);
    sha.update(value);
    let sum: [u8; 32] = sha.finalize().into();
    let mut half = [0; 16];
    half.copy_from_slice(&sum[..16]);
    u128::from_be_bytes(half)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_does_not_depend_on_the_order_and_shows_every_difference() {
        let of = |records: &[(&str, &str)]| {
            let mut state = State::default();
            records.iter().for_each(|(key, value)| state.add(key.as_bytes(), value.as_bytes()));
            state
        };
        let all = of(&[("a", "1"), ("b", "2"), ("c", "3")]);
        assert_eq!(all, of(&[("c", "3"), ("a", "1"), ("b", "2")]));
        for other in [
            &[("a", "1"), ("b", "2")][..],
            &[("a", "1"), ("b", "2"), ("c", "old")],
            &[("a", "2"), ("b", "1"), ("c", "3")],
            &[("a", "1b"), ("", "2"), ("c", "3")],
        ] {
            assert_ne!(all, of(other));
        }
        let mut less = all;
        less.subtract(b"b", b"2");
        assert_eq!(less, of(&[("a", "1"), ("c", "3")]));
        assert_eq!(State::read(&all.to_bytes()).expect("it is whole"), all);
    }
}
