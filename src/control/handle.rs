//! The handle that faces hold, and the loop that every change of a draft goes through.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, SystemTime};

use tokio::sync::{Mutex, MutexGuard};

use crate::model::{ApiId, ApiLimit, Caller, Definition, Expected, Partition, Revision};
use crate::store::{ApiHead, ChangeKind, CommitError, Edit, Records};

use super::diff::changes_of;
use super::draft::Draft;
use super::serving::Serving;
use super::tokens::author;
use super::{Clock, Error, Invoke, Limits, Noun, Options, Read, Written};

/// How often a change is tried anew when another writer came first.
pub(super) const ATTEMPTS: u32 = 16;

/// The longest pause between two attempts is 1 ms doubled so many times.
const MAX_DOUBLINGS: u32 = 6;

/// How many APIs can be changed at the same time without waiting for one another, at best.
const TURNS: usize = 64;

/// All use cases. Cheap to clone; every clone works on the same store and serves the same gateway.
#[derive(Clone)]
pub struct Control {
    pub(super) inner: Arc<Inner>,
    scope: Option<Partition>,
    pub(super) caller: Arc<Caller>,
}

/// What all clones share.
pub(super) struct Inner {
    pub(super) records: Records,
    pub(super) serving: Serving,
    pub(super) limits: Limits,
    pub(super) clock: Clock,
    /// Runs tests; whoever builds the process gives it.
    pub(super) invoke: OnceLock<Arc<dyn Invoke>>,
    /// Where an API is made when the caller names no partition.
    pub(super) partition: Partition,
    /// Lets writers of one API pass one after another, so that they need not try again. That no write is lost does
    /// not depend on it: the store's guards see to that, for writers elsewhere, too.
    turns: [Mutex<()>; TURNS],
}

impl Inner {
    pub(super) fn new(
        records: Records,
        serving: Serving,
        limits: Limits,
        clock: Clock,
        partition: Partition,
    ) -> Self {
        let turns = std::array::from_fn(|_| Mutex::new(()));
        Self { records, serving, limits, clock, invoke: OnceLock::new(), partition, turns }
    }
}

impl Control {
    pub(super) fn of(inner: Inner) -> Self {
        Self { inner: Arc::new(inner), scope: None, caller: Arc::new(Caller::process()) }
    }

    /// The same use cases for callers of one partition: what lives elsewhere does not exist for them.
    #[must_use]
    pub fn in_partition(&self, partition: Partition) -> Self {
        Self { scope: Some(partition), ..self.clone() }
    }

    /// The same use cases for one caller: APIs that it is not granted are [`Error::Forbidden`] to it and in no list, and
    /// its writes are recorded as its own. Whether its role allows a call is for the face to ask before.
    #[must_use]
    pub fn as_caller(&self, caller: Arc<Caller>) -> Self {
        Self { caller, ..self.clone() }
    }

    /// Refuses an API that the caller is not granted.
    pub(super) fn check_granted(&self, api: ApiId) -> Result<(), Error> {
        if self.caller.grant.covers(api) {
            return Ok(());
        }
        Err(Error::Forbidden { message: format!("{} has no rights on API {api}", self.caller.actor) })
    }

    /// Refuses a caller that is limited to some APIs what is about none of them.
    pub(super) fn check_unlimited(&self, what: &str) -> Result<(), Error> {
        match self.caller.grant.apis() {
            ApiLimit::All => Ok(()),
            ApiLimit::Only(_) => Err(Error::Forbidden {
                message: format!(
                    "{} is limited to some APIs, and {what} is about none of them",
                    self.caller.actor
                ),
            }),
        }
    }

    /// The APIs that the caller is limited to.
    pub(super) fn api_limit(&self) -> &ApiLimit {
        self.caller.grant.apis()
    }

    /// An edit in the caller's name.
    pub(super) fn begin(&self, kind: ChangeKind) -> Edit {
        self.begin_at(kind, self.inner.clock.now())
    }

    /// The same at a time that was read before.
    pub(super) fn begin_at(&self, kind: ChangeKind, at: SystemTime) -> Edit {
        Edit::new(kind, at).by(author(&self.caller))
    }

    /// The partition that new things are made in and that lists are of.
    pub(super) fn partition(&self) -> &Partition {
        self.scope.as_ref().unwrap_or(&self.inner.partition)
    }

    /// Whether this handle may see what lives in `partition`.
    pub(super) fn sees(&self, partition: &Partition) -> bool {
        self.scope.as_ref().is_none_or(|scope| scope == partition)
    }

    /// The record of an API.
    pub(super) async fn head(&self, id: ApiId) -> Result<ApiHead, Error> {
        self.check_granted(id)?;
        let head = self.inner.records.api(id).await?;
        head.filter(|head| self.sees(&head.partition)).ok_or_else(|| Error::not_found(Noun::Api, id))
    }

    /// The draft of an API.
    pub(super) async fn draft(&self, id: ApiId) -> Result<(ApiHead, Arc<Definition>), Error> {
        let mut head = self.head(id).await?;
        loop {
            match self.inner.records.definition(head.root).await {
                Ok(definition) => return Ok((head, definition)),
                Err(error) => {
                    // It may have been edited since, and the former content swept away.
                    let now = self.head(id).await?;
                    if now.root == head.root {
                        return Err(error.into());
                    }
                    head = now;
                }
            }
        }
    }

    /// The whole draft of an API, as it is now.
    ///
    /// # Errors
    /// When the API is not there.
    pub async fn draft_of(&self, id: ApiId) -> Result<Arc<Definition>, Error> {
        Ok(self.draft(id).await?.1)
    }

    /// Reads something of a draft.
    pub(super) async fn read<T>(
        &self,
        id: ApiId,
        view: impl FnOnce(&Definition) -> Result<T, Error> + Send,
    ) -> Result<Read<T>, Error> {
        let (head, definition) = self.draft(id).await?;
        Ok(Read { value: view(&definition)?, revision: head.revision })
    }

    /// Waits until no other change of the API is under way here.
    pub(super) async fn turn(&self, id: ApiId) -> MutexGuard<'_, ()> {
        let mut hasher = DefaultHasher::new();
        id.hash(&mut hasher);
        let index = usize::try_from(hasher.finish() % TURNS as u64).expect("below the number of turns");
        self.inner.turns[index].lock().await
    }

    /// Changes a draft: reads it, lets `decide` change a copy, and commits that as one.
    ///
    /// Nothing is written when the copy ends up equal, or under `validate_only`.
    pub(super) async fn edit<T>(
        &self,
        id: ApiId,
        options: Options,
        mut decide: impl FnMut(&mut Draft<'_>) -> Result<T, Error> + Send,
    ) -> Result<Written<T>, Error> {
        let _turn = self.turn(id).await;
        for attempt in 0..ATTEMPTS {
            pause(attempt).await;
            let (head, before) = self.draft(id).await?;
            check_expected(options.expected, head.revision, Noun::Api, &id)?;
            let mut draft = Draft::new(Definition::clone(&before), &self.inner.limits);
            let value = decide(&mut draft)?;
            let warnings = draft.warnings;
            if draft.definition == *before {
                return Ok(Written { value, revision: head.revision, store_revision: None, warnings });
            }
            let revision = head.revision.next();
            if options.validate_only {
                return Ok(Written { value, revision, store_revision: None, warnings });
            }
            let mut edit = self.begin(ChangeKind::DraftChanged);
            edit.note(changes_of(&before, &draft.definition));
            edit.put_draft(&head, Arc::new(draft.definition));
            match self.inner.records.commit(edit).await {
                Ok(committed) => {
                    let store_revision = Some(committed.store_revision);
                    return Ok(Written { value, revision, store_revision, warnings });
                }
                // The next round finds out what has changed, a stale expectation among it.
                Err(CommitError::Conflict { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Error::Contended { noun: Noun::Api, id: id.to_string() })
    }
}

/// Waits a little before a change is tried anew, longer each time, so that those who came first get done.
pub(super) async fn pause(attempt: u32) {
    if let Some(doublings) = attempt.checked_sub(1) {
        tokio::time::sleep(Duration::from_millis(1 << doublings.min(MAX_DOUBLINGS))).await;
    }
}

/// Refuses a write that was based on another revision.
pub(super) fn check_expected(
    expected: Expected,
    current: Revision,
    noun: Noun,
    id: &dyn std::fmt::Display,
) -> Result<(), Error> {
    match expected {
        Expected::At(expected) if expected != current => {
            Err(Error::StaleRevision { noun, id: id.to_string(), expected, current })
        }
        Expected::At(_) | Expected::Any => Ok(()),
    }
}
