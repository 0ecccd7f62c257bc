//! Typed records and the bytes they are stored as. What is long is spilled into a blob.

use bytes::Bytes;

use super::super::content;
use super::super::{Blob, Entry, Key, Store, StoreError, envelope};
use super::ApiHead;
use crate::model::{ApiId, Deployment, DomainBinding, Hash, Kept, Partition, Stage, Token};
use crate::wire::stored::{self, InvalidRecord, pb};

use pb::record::Kind;

/// The longest record that stands under its own key. What is longer (a stage may have 60 KiB of variables)
/// stands in a blob, so that no page of sled's tree nears the size above which it moves to a file of its own.
const MAX_INLINE_BYTES: usize = 4096;

/// A record of a kind.
pub(in crate::store) trait Stored: Sized {
    fn into_kind(self) -> Kind;

    /// The record, or `None` when it is of another kind.
    fn from_kind(kind: Kind) -> Option<Result<Self, InvalidRecord>>;
}

macro_rules! stored_record {
    ($type:ty, $kind:ident) => {
        impl Stored for $type {
            fn into_kind(self) -> Kind {
                Kind::$kind((&self).into())
            }

            fn from_kind(kind: Kind) -> Option<Result<Self, InvalidRecord>> {
                if let Kind::$kind(record) = kind { Some(record.try_into()) } else { None }
            }
        }
    };
}

stored_record!(ApiHead, ApiHeadV1);
stored_record!(Claim, ClaimV1);
stored_record!(Deployment, DeploymentV1);
stored_record!(Stage, StageV1);
stored_record!(DomainBinding, DomainBindingV1);
stored_record!(Kept, KeptV1);
stored_record!(Token, TokenV1);

impl Stored for pb::Pins {
    fn into_kind(self) -> Kind {
        Kind::PinsV1(self)
    }

    fn from_kind(kind: Kind) -> Option<Result<Self, InvalidRecord>> {
        if let Kind::PinsV1(record) = kind { Some(Ok(record)) } else { None }
    }
}

impl Stored for pb::Sweep {
    fn into_kind(self) -> Kind {
        Kind::SweepV1(self)
    }

    fn from_kind(kind: Kind) -> Option<Result<Self, InvalidRecord>> {
        if let Kind::SweepV1(record) = kind { Some(Ok(record)) } else { None }
    }
}

/// Who holds an id, or a host and base path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::store) struct Claim {
    /// Where the holder lives.
    pub(in crate::store) partition: Partition,
    /// The API that it is or belongs to.
    pub(in crate::store) api_id: ApiId,
    /// The number of the deployment that holds the id; 0 for other claims.
    pub(in crate::store) number: u64,
    /// Whether the API is gone and what belonged to it has yet to be removed.
    pub(in crate::store) deleted: bool,
}

impl From<&Claim> for pb::Claim {
    fn from(claim: &Claim) -> Self {
        Self {
            partition: Some((&claim.partition).into()),
            api_id: claim.api_id.to_string(),
            number: claim.number,
            deleted: claim.deleted,
        }
    }
}

impl TryFrom<pb::Claim> for Claim {
    type Error = InvalidRecord;

    fn try_from(claim: pb::Claim) -> Result<Self, InvalidRecord> {
        Ok(Self {
            partition: stored::present("partition", claim.partition)?.try_into()?,
            api_id: stored::parse("api_id", &claim.api_id)?,
            number: claim.number,
            deleted: claim.deleted,
        })
    }
}

/// The value to store under `key`, and the blob that it stands in when it is long.
pub(in crate::store) fn seal(key: &Key, record: impl Stored) -> (Bytes, Option<Blob>) {
    let value = envelope::seal(key, record.into_kind());
    if value.len() <= MAX_INLINE_BYTES {
        return (value, None);
    }
    let blob = content::encode(pb::content::Kind::RecordV1(value.into()));
    (envelope::seal(key, Kind::SpilledV1(blob.hash.0.to_vec())), Some(blob))
}

/// The record of an entry.
pub(in crate::store) async fn stored<T: Stored>(store: &dyn Store, entry: &Entry) -> Result<T, StoreError> {
    let kind = match envelope::open(&entry.key, &entry.value)? {
        Kind::SpilledV1(hash) => {
            let hash = stored::hash("spilled", &hash);
            let hash = hash.map_err(|error| StoreError::damaged(&entry.key, error))?;
            unspill(&entry.key, hash, &content::blob(store, hash).await?)?
        }
        kind => kind,
    };
    let record = T::from_kind(kind);
    let record =
        record.ok_or_else(|| StoreError::damaged(&entry.key, "another kind of record stands here"))?;
    record.map_err(|error| StoreError::damaged(&entry.key, error))
}

/// The record inside a blob.
fn unspill(key: &Key, hash: Hash, bytes: &[u8]) -> Result<Kind, StoreError> {
    match content::decode(hash, bytes)? {
        pb::content::Kind::RecordV1(value) => envelope::open(key, &value),
        _ => Err(StoreError::damaged(key, "the content of its record is none")),
    }
}
