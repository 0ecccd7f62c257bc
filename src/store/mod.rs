//! Durable records: what an API, a draft, a deployment, a stage and a binding are on disk.
//!
//! Two levels. The byte level is the trait [`Store`]: keys and values with compare-and-write, content-addressed
//! blobs, and a number for every commit; it has several bodies and is small enough for etcd. The typed level is
//! [`Records`]: it knows what the values mean and keeps the rules between them. Nothing above this module names
//! sled.
//!
//! # The layout
//!
//! Keys are text, so that their order is the order of what they name. Every value but blobs is a checksum and a
//! `postern.store.v1.Record`, a message that says its kind and version. The layout is for ever: a binary opens
//! whatever an older one wrote, and refuses what a newer one wrote.
//!
//! | key | record | written by | read by |
//! |---|---|---|---|
//! | `api/{account}/{region}/{api}` | `ApiHead`: the draft's root and revision, the latest deployment | every edit of a draft, every deployment | nearly everything |
//! | `claim/api/{api}` | `Claim`: which partition holds the id; `deleted` while the sweep has work left | making and deleting an API | look-up by id |
//! | `claim/deployment/{deployment}` | `Claim`: API and number that hold the id | every deployment | look-up by id |
//! | `claim/binding/{host}/{base path}` | `Claim`: which partition holds host and base path | bindings | look-up by host |
//! | `deployment/{api}/{number}` | `Deployment`, or what is left of a deleted one | every deployment | listing, chain, stages |
//! | `stage/{api}/{stage}` | `Stage` | stages | the publisher |
//! | `binding/{account}/{region}/{host}/{base path}` | `DomainBinding` | bindings | the publisher |
//! | `kept/{account}/{region}/{kind}/{id}` | `Kept`: a text without effect so far; what belongs to an API is part of its definition | the AWS face's calls | the AWS face |
//! | `token/{token}` | `Token`: a bearer token of the admin API, its secret as a hash | tokens | every call with a token |
//! | `audit/{time}-{random}` | `AuditEvent`: who asked for a commit, from where, and what it did; never removed | every commit that somebody asked for | the audit |
//! | `pins/{api}` | `Pins`: moves on when something new points at a part of the API | stages, bindings | whoever deletes such a part |
//! | `sweep` | `Sweep`: whether unreferenced content is being removed | the sweep | every commit that names content |
//! | `change/{revision}` | `Change`: what that commit did; the latest 4,096 are kept | every commit | those who follow |
//! | blob, by its SHA-256 | `Content`: a manifest, a page of one, a part of an API, a record too long for its key | before the commit that names it | definitions, checks |
//!
//! Top-level things (APIs, bindings) stand under their partition; what belongs to an API stands under its id,
//! which is unique across partitions. Numbers have twenty digits.

mod archive;
mod backup;
mod check;
mod content;
mod crashing;
mod disk;
mod envelope;
mod error;
mod keys;
mod keyspace;
mod memory;
mod records;
mod serving;

pub use archive::InvalidArchive;
pub use backup::{BackupSummary, RestoreError, restore};
pub use check::{CheckReport, check};
pub use crashing::{CrashPoint, CrashingStore};
pub use disk::{Fault, OnFault, OpenError, Opened, SledStore, accept};
pub use error::{CommitError, StoreError};
pub use keyspace::{
    Blob, Commit, Consistent, Entry, Guard, KEPT_CHANGES, Key, MAX_COMMIT_BYTES, MAX_COMMIT_KEYS, Order,
    Range, Store,
};
pub use memory::MemoryStore;
pub use records::{
    ApiHead, AuditOrder, Author, Change, ChangeKind, Committed, Edit, NewApi, NewDeployment, PlacedBinding,
    Records, Retention, Served, Swept, Was, Watch, WatchError, chain_hash,
};

#[cfg(test)]
mod tests;
