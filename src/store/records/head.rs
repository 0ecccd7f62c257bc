//! The one mutable record of an API, and the chain that binds its deployments.

use std::num::NonZeroU64;
use std::time::SystemTime;

use sha2::{Digest as _, Sha256};

use crate::model::{ApiId, ChainHash, ContentHash, Hash, Partition, Revision};
use crate::wire::stored::{self, InvalidRecord, pb};

/// How many deployments of an API are kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Retention {
    /// All of them.
    #[default]
    All,
    /// The latest so many, and whatever a stage points at.
    Latest(NonZeroU64),
}

/// The one mutable record of an API: which content its draft has, and where its deployments stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiHead {
    /// Its id.
    pub id: ApiId,
    /// Where it lives.
    pub partition: Partition,
    /// Counts the writes to the draft.
    pub revision: Revision,
    /// The root of the draft's content.
    pub root: Hash,
    /// The name, as the draft has it; so that a listing loads no draft.
    pub name: String,
    /// When it was made, to the millisecond.
    pub created_at: SystemTime,
    /// The number of the latest deployment; 0 before the first.
    pub last_number: u64,
    /// The chain hash of the latest deployment; all zero before the first.
    pub last_chain: ChainHash,
    /// How many deployments are kept.
    pub retention: Retention,
}

/// Binds a deployment to all before it: SHA-256 over the API's id (ten bytes), the number (eight bytes, most
/// significant first), the content hash and the previous chain hash (32 bytes each).
#[must_use]
pub fn chain_hash(api: ApiId, number: u64, content: ContentHash, previous: ChainHash) -> ChainHash {
    let mut sha = Sha256::new();
    sha.update(api.as_str());
    sha.update(number.to_be_bytes());
    sha.update(content.0);
    sha.update(previous.0);
    Hash(sha.finalize().into())
}

impl From<&ApiHead> for pb::ApiHead {
    fn from(head: &ApiHead) -> Self {
        Self {
            api_id: head.id.to_string(),
            partition: Some((&head.partition).into()),
            revision: head.revision.0,
            root: head.root.0.to_vec(),
            name: head.name.clone(),
            created_at_ms: stored::millis(head.created_at),
            last_number: head.last_number,
            last_chain: head.last_chain.0.to_vec(),
            keep_deployments: match head.retention {
                Retention::All => None,
                Retention::Latest(kept) => Some(kept.get()),
            },
        }
    }
}

impl TryFrom<pb::ApiHead> for ApiHead {
    type Error = InvalidRecord;

    fn try_from(head: pb::ApiHead) -> Result<Self, InvalidRecord> {
        let kept =
            head.keep_deployments.map(|kept| stored::present("keep_deployments", NonZeroU64::new(kept)));
        Ok(Self {
            id: stored::parse("api_id", &head.api_id)?,
            partition: stored::present("partition", head.partition)?.try_into()?,
            revision: Revision(head.revision),
            root: stored::hash("root", &head.root)?,
            name: head.name,
            created_at: stored::time("created_at_ms", head.created_at_ms)?,
            last_number: head.last_number,
            last_chain: stored::hash("last_chain", &head.last_chain)?,
            retention: kept.transpose()?.map_or(Retention::All, Retention::Latest),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_chain_is_what_it_is_for_ever() {
        let api: ApiId = "abcdefghij".parse().expect("an id");
        let first = chain_hash(api, 1, Hash([1; 32]), Hash([0; 32]));
        let second = chain_hash(api, 2, Hash([1; 32]), first);
        assert_eq!(first.to_string(), "846ac2d5de701842a556ae385a6267614148e739a870b6984e129fa415df3297");
        assert_eq!(second.to_string(), "d8cd53a2cc8b2223c6902e3612ed2dfd3db2415751d74b70a6b132c9cf59b07e");
    }
}
