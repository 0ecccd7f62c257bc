//! Making a commit of an edit.

use std::collections::BTreeMap;

use super::super::CommitError;
use super::edit::Step;
use super::plan::Plan;
use super::steps::About;
use super::{ApiHead, Change, ChangeKind, Edit, PlacedBinding, Records};
use crate::model::{ApiId, Deployment, Stage, StoreRevision};

/// What a commit made: durable, and as it will be read back.
#[derive(Clone, Debug, Default)]
pub struct Committed {
    /// The revision of the store that it made.
    pub store_revision: StoreRevision,
    /// The heads it read or wrote, as they are now.
    pub heads: BTreeMap<ApiId, ApiHead>,
    /// The deployments it wrote, in the order of the steps.
    pub deployments: Vec<Deployment>,
    /// The stages it wrote, in the order of the steps.
    pub stages: Vec<Stage>,
    /// The bindings it wrote, in the order of the steps.
    pub bindings: Vec<PlacedBinding>,
}

impl Records {
    /// Makes one atomic commit of an edit, with one change record that tells of the last step, of one on something kept
    /// only where the edit is about nothing else; returns when it is durable.
    ///
    /// # Errors
    /// [`CommitError::Conflict`] when something is no longer as the edit expects, and nothing is written: read
    /// again and decide again. For the other errors see [`CommitError`].
    pub async fn commit(&self, edit: Edit) -> Result<Committed, CommitError> {
        let _in_flight = self.keep_content().await;
        let mut plan = Plan::new(self).await?;
        let mut about = About::default();
        let is_about_kept = matches!(edit.kind, ChangeKind::KeptWritten | ChangeKind::KeptDeleted);
        let mut changes = edit.changes;
        for step in edit.steps {
            let of_kept = matches!(step, Step::PutKept { .. } | Step::DeleteKept { .. });
            let mut did = plan.step(step).await?;
            changes.append(&mut did.changes);
            if is_about_kept || !of_kept {
                about = did;
            }
        }
        if let Some(author) = edit.author {
            plan.audit(author, edit.kind, edit.at, &about, changes);
        }
        let change = Change {
            store_revision: StoreRevision::default(),
            kind: edit.kind,
            at: edit.at,
            api_id: about.api_id,
            name: about.name,
            revision: about.revision,
        };
        plan.finish(&change).await
    }
}
