//! Immutable, numbered, content-hashed copies of a draft.

use std::collections::BTreeMap;
use std::fmt;
use std::time::SystemTime;

use super::{ApiId, DeploymentId, ResourcePath, Revision, Verb};

/// A SHA-256 digest.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash(pub [u8; 32]);

/// The hash of a deployment's root, over stored bytes: equal content has equal hashes.
pub type ContentHash = Hash;

/// SHA-256 over API, number, content hash and the previous deployment's chain hash.
pub type ChainHash = Hash;

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hash({self})")
    }
}

/// A deployment: what an API was at one revision of its draft. Nothing of it is ever altered but its description.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deployment {
    /// Its id, given at birth.
    pub id: DeploymentId,
    /// The API it is a copy of.
    pub api_id: ApiId,
    /// Its number within the API, rising by one from 1, never given twice.
    pub number: u64,
    /// The draft's revision that was frozen.
    pub revision: Revision,
    /// When it was made, to the millisecond.
    pub created_at: SystemTime,
    /// Free text.
    pub description: Option<String>,
    /// The hash of its content.
    pub content_hash: ContentHash,
    /// Binds it to all deployments before it.
    pub chain_hash: ChainHash,
    /// Whether its content was deleted; number and hashes stay for ever.
    pub deleted: bool,
}

/// Which methods a deployment has (API Gateway: `apiSummary`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeploymentSummary {
    /// Verbs by path.
    pub methods: BTreeMap<ResourcePath, Vec<Verb>>,
}
