//! What a commit did, for those who follow.

use std::time::SystemTime;

use bytes::Bytes;

use super::super::{Key, StoreError, envelope, keys};
use crate::model::{ApiId, Revision, StoreRevision};
use crate::wire::stored::{self, InvalidRecord, pb};

use pb::record::Kind;

macro_rules! change_kinds {
    ($($(#[$doc:meta])* $variant:ident = $text:literal;)*) => {
        /// What a commit did.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum ChangeKind {
            $($(#[$doc])* $variant,)*
        }

        impl ChangeKind {
            /// All kinds.
            pub const ALL: [Self; [$($text),*].len()] = [$(Self::$variant),*];

            /// The name it is stored under.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }
        }
    };
}

change_kinds! {
    /// An API was made.
    ApiCreated = "api_created";
    /// A draft was edited.
    DraftChanged = "draft_changed";
    /// An API's retention was set.
    RetentionChanged = "retention_changed";
    /// An API went, with all that belonged to it.
    ApiDeleted = "api_deleted";
    /// A draft was frozen.
    DeploymentCreated = "deployment_created";
    /// A deployment got another description.
    DeploymentDescribed = "deployment_described";
    /// A deployment's content was given up.
    DeploymentDeleted = "deployment_deleted";
    /// A stage was made.
    StageCreated = "stage_created";
    /// A stage was written: its target, its variables, its settings.
    StageChanged = "stage_changed";
    /// A stage went.
    StageDeleted = "stage_deleted";
    /// A host and base path were bound.
    BindingCreated = "binding_created";
    /// A binding was written.
    BindingChanged = "binding_changed";
    /// A binding went.
    BindingDeleted = "binding_deleted";
    /// Something that is kept without effect was written.
    KeptWritten = "kept_written";
    /// Something that was kept without effect went.
    KeptDeleted = "kept_deleted";
    /// A bearer token was made.
    TokenCreated = "token_created";
    /// A bearer token was revoked.
    TokenRevoked = "token_revoked";
    /// The store tidied itself; nothing that anybody sees has changed.
    Upkeep = "upkeep";
}

/// What one commit did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The store's revision that the commit made.
    pub store_revision: StoreRevision,
    /// What it did.
    pub kind: ChangeKind,
    /// When, to the millisecond.
    pub at: SystemTime,
    /// The API it happened to, if any.
    pub api_id: Option<ApiId>,
    /// The stage, deployment or host and base path it happened to, if any.
    pub name: Option<String>,
    /// The revision the draft, stage or binding now has; `None` where nothing has one any more.
    pub revision: Option<Revision>,
}

impl From<&Change> for pb::Change {
    fn from(change: &Change) -> Self {
        Self {
            kind: change.kind.as_str().to_owned(),
            at_ms: stored::millis(change.at),
            api_id: change.api_id.map(|id| id.to_string()).unwrap_or_default(),
            name: change.name.clone().unwrap_or_default(),
            revision: change.revision.unwrap_or_default().0,
        }
    }
}

impl Change {
    /// The change that a record under `store_revision` tells of.
    fn read(store_revision: StoreRevision, change: &pb::Change) -> Result<Self, InvalidRecord> {
        let kind = ChangeKind::ALL.into_iter().find(|kind| kind.as_str() == change.kind);
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Ok(Self {
            store_revision,
            kind: stored::present("kind", kind)?,
            at: stored::time("at_ms", change.at_ms)?,
            api_id: some(&change.api_id).map(|id| stored::parse("api_id", &id)).transpose()?,
            name: some(&change.name),
            revision: (change.revision > 0).then_some(Revision(change.revision)),
        })
    }
}

/// What change records are sealed with in place of their own key, which is not known before the commit.
pub(super) fn unnumbered_key() -> Key {
    Key::new(keys::CHANGES)
}

/// A change as its record.
pub(super) fn sealed(change: &Change) -> Bytes {
    envelope::seal(&unnumbered_key(), Kind::ChangeV1(change.into()))
}

/// The change of a record under `store_revision`.
pub(super) fn unsealed(store_revision: StoreRevision, value: &[u8]) -> Result<Change, StoreError> {
    let damaged = |reason: String| StoreError::damaged(keys::change(store_revision), reason);
    match envelope::open(&unnumbered_key(), value).map_err(|error| damaged(error.to_string()))? {
        Kind::ChangeV1(change) => {
            Change::read(store_revision, &change).map_err(|error| damaged(error.to_string()))
        }
        _ => Err(damaged("another kind of record stands here".to_owned())),
    }
}
