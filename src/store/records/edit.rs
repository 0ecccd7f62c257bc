//! What a commit is to do, collected before any of it is done.

use std::sync::Arc;
use std::time::SystemTime;

use super::{ApiHead, Author, ChangeKind, PlacedBinding, Retention};
use crate::model::{
    ApiId, Definition, Deployment, DeploymentId, DomainBinding, Kept, Partition, Revision, Stage, StageName,
    Token,
};

/// What a caller saw before it wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Was {
    /// Nothing: the write makes a new thing.
    Absent,
    /// This revision of it.
    At(Revision),
}

/// An API to be made.
#[derive(Clone, Debug)]
pub struct NewApi {
    /// Its id, drawn at random; a commit with one that is taken fails with a conflict that
    /// [`is_id_taken`](crate::store::CommitError::is_id_taken).
    pub id: ApiId,
    /// Where it is to live.
    pub partition: Partition,
    /// When it was made.
    pub created_at: SystemTime,
    /// How many deployments are kept.
    pub retention: Retention,
}

/// A deployment to be made.
#[derive(Clone, Debug)]
pub struct NewDeployment {
    /// Its id, drawn at random, as an API's.
    pub id: DeploymentId,
    /// Free text.
    pub description: Option<String>,
    /// When it was made.
    pub created_at: SystemTime,
}

/// One atomic change of the records, for [`Records::commit`](super::Records::commit).
///
/// Each step says what the caller saw; if that has changed when the commit is made, all of it is a
/// [`Conflict`](crate::store::CommitError::Conflict) and nothing is written. Beyond what the caller names, the
/// store itself makes sure that ids and hosts are given once, that a stage points at a deployment that is there,
/// a binding at a stage that is there, and that nothing is deleted while something points at it: a caller that
/// checks first, for the sake of its error, need not care for what happens in between.
#[derive(Clone, Debug)]
pub struct Edit {
    pub(super) kind: ChangeKind,
    pub(super) at: SystemTime,
    pub(super) steps: Vec<Step>,
    pub(super) author: Option<Author>,
    pub(super) changes: Vec<String>,
}

#[derive(Clone, Debug)]
pub(super) enum Step {
    CreateApi { new: NewApi, definition: Arc<Definition> },
    PutDraft { head: ApiHead, definition: Arc<Definition> },
    SetRetention { head: ApiHead, retention: Retention },
    DeleteApi { head: ApiHead },
    Deploy { head: ApiHead, new: NewDeployment },
    DescribeDeployment { seen: Deployment, description: Option<String> },
    DeleteDeployment { seen: Deployment },
    PutStage { stage: Stage, was: Was },
    DeleteStage { api: ApiId, name: StageName, seen: Revision },
    PutBinding { placed: PlacedBinding, was: Was },
    DeleteBinding { seen: PlacedBinding },
    PutKept { kept: Kept, was: Was },
    DeleteKept { seen: Kept },
    CreateToken { token: Token },
    RevokeToken { seen: Token },
    RequireApi { head: ApiHead },
    RequireStage { api: ApiId, name: StageName, seen: Revision },
}

impl Edit {
    /// An edit without steps; `kind` and `at` go into the change record.
    #[must_use]
    pub fn new(kind: ChangeKind, at: SystemTime) -> Self {
        Self { kind, at, steps: Vec::new(), author: None, changes: Vec::new() }
    }

    /// Says who asked for it: the audit gets an event in the same commit.
    #[must_use]
    pub fn by(mut self, author: Author) -> Self {
        self.author = Some(author);
        self
    }

    /// Adds lines to what the audit says of it; the steps add theirs.
    pub fn note(&mut self, changes: impl IntoIterator<Item = String>) -> &mut Self {
        self.changes.extend(changes);
        self
    }

    /// Makes an API whose draft is `definition`.
    pub fn create_api(&mut self, new: NewApi, definition: Arc<Definition>) -> &mut Self {
        self.push(Step::CreateApi { new, definition })
    }

    /// Makes `definition` the draft; the revision moves on by one. Parts that it shares with the former draft
    /// cost nothing.
    pub fn put_draft(&mut self, head: &ApiHead, definition: Arc<Definition>) -> &mut Self {
        self.push(Step::PutDraft { head: head.clone(), definition })
    }

    /// Sets how many deployments are kept. Removes none by itself.
    pub fn set_retention(&mut self, head: &ApiHead, retention: Retention) -> &mut Self {
        self.push(Step::SetRetention { head: head.clone(), retention })
    }

    /// Removes an API with its draft, stages and deployments. A conflict while a binding points at it.
    pub fn delete_api(&mut self, head: &ApiHead) -> &mut Self {
        self.push(Step::DeleteApi { head: head.clone() })
    }

    /// Freezes the draft, as the steps before leave it, under the next number.
    pub fn deploy(&mut self, head: &ApiHead, new: NewDeployment) -> &mut Self {
        self.push(Step::Deploy { head: head.clone(), new })
    }

    /// Replaces a deployment's description, the one thing of it that may change.
    pub fn describe_deployment(&mut self, seen: &Deployment, description: Option<String>) -> &mut Self {
        self.push(Step::DescribeDeployment { seen: seen.clone(), description })
    }

    /// Gives up a deployment's content and leaves a tombstone. A conflict while a stage points at it.
    pub fn delete_deployment(&mut self, seen: &Deployment) -> &mut Self {
        self.push(Step::DeleteDeployment { seen: seen.clone() })
    }

    /// Writes a stage; its revision becomes 1, or the one after `was`. A conflict when a deployment it points
    /// at is not there, unless an earlier step makes it.
    pub fn put_stage(&mut self, stage: Stage, was: Was) -> &mut Self {
        self.push(Step::PutStage { stage, was })
    }

    /// Removes a stage. A conflict while a binding points at it.
    pub fn delete_stage(&mut self, seen: &Stage) -> &mut Self {
        self.push(Step::DeleteStage { api: seen.api_id, name: seen.name.clone(), seen: seen.revision })
    }

    /// Writes a binding; its revision becomes 1, or the one after `was`. A conflict when its stage is not
    /// there, unless an earlier step makes it, or when another partition holds the host and base path.
    pub fn put_binding(&mut self, partition: Partition, binding: DomainBinding, was: Was) -> &mut Self {
        self.push(Step::PutBinding { placed: PlacedBinding { partition, binding }, was })
    }

    /// Removes a binding.
    pub fn delete_binding(&mut self, seen: &PlacedBinding) -> &mut Self {
        self.push(Step::DeleteBinding { seen: seen.clone() })
    }

    /// Writes something that is kept without effect; its revision becomes 1, or the one after `was`.
    pub fn put_kept(&mut self, kept: Kept, was: Was) -> &mut Self {
        self.push(Step::PutKept { kept, was })
    }

    /// Removes something that is kept without effect.
    pub fn delete_kept(&mut self, seen: &Kept) -> &mut Self {
        self.push(Step::DeleteKept { seen: seen.clone() })
    }

    /// Makes a bearer token. A conflict when its id is taken.
    pub fn create_token(&mut self, token: Token) -> &mut Self {
        self.push(Step::CreateToken { token })
    }

    /// Removes a bearer token.
    pub fn revoke_token(&mut self, seen: &Token) -> &mut Self {
        self.push(Step::RevokeToken { seen: seen.clone() })
    }

    /// Writes nothing, but is a conflict when the API's head is no longer as seen.
    pub fn require_api(&mut self, head: &ApiHead) -> &mut Self {
        self.push(Step::RequireApi { head: head.clone() })
    }

    /// Writes nothing, but is a conflict when the stage is no longer as seen.
    pub fn require_stage(&mut self, seen: &Stage) -> &mut Self {
        self.push(Step::RequireStage { api: seen.api_id, name: seen.name.clone(), seen: seen.revision })
    }

    fn push(&mut self, step: Step) -> &mut Self {
        self.steps.push(step);
        self
    }
}
