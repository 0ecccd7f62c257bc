//! Things that are kept and read back without effect so far: domain names, authorizers, API keys, usage plans… What
//! they say belongs to the face that wrote it; here they are texts under an id.

use crate::model::{ApiId, Kept, KeptKind, KeptScope, Revision};
use crate::store::{ChangeKind, CommitError, Edit, Was};

use super::handle::{ATTEMPTS, pause};
use super::{Control, Error, Noun};

/// A kind of kept things: those of an API, or of the caller's account and region.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeptOf {
    /// The kind.
    pub kind: KeptKind,
    /// The API they belong to; `None` for the account's.
    pub api: Option<ApiId>,
}

/// A write to something kept, one of several that are made at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeptWrite {
    /// Keeps something new: its id and what it says.
    New(KeptOf, String, String),
    /// Has it say this, whether or not it is there.
    Put(KeptOf, String, String),
    /// Lets go of it, if it is there.
    Gone(KeptOf, String),
}

impl Control {
    /// Makes several writes in one commit: all of them or none.
    ///
    /// # Errors
    /// When something that is to be new is there, a text is too long, or an API is not there.
    pub async fn keep_all(&self, writes: &[KeptWrite]) -> Result<(), Error> {
        let kind = match writes.last() {
            None => return Ok(()),
            Some(KeptWrite::New(..) | KeptWrite::Put(..)) => ChangeKind::KeptWritten,
            Some(KeptWrite::Gone(..)) => ChangeKind::KeptDeleted,
        };
        for attempt in 0..ATTEMPTS {
            pause(attempt).await;
            let mut edit = self.begin(kind);
            self.add_kept(&mut edit, writes).await?;
            match self.inner.records.commit(edit).await {
                Ok(_) => return Ok(()),
                Err(CommitError::Conflict { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        let (KeptWrite::New(of, id, _) | KeptWrite::Put(of, id, _) | KeptWrite::Gone(of, id)) = &writes[0];
        Err(Error::Contended { noun: Noun::Kept(of.kind), id: id.clone() })
    }

    /// Adds writes to an edit, by what is there now.
    pub(super) async fn add_kept(&self, edit: &mut Edit, writes: &[KeptWrite]) -> Result<(), Error> {
        for write in writes {
            let (KeptWrite::New(of, id, _) | KeptWrite::Put(of, id, _) | KeptWrite::Gone(of, id)) = write;
            let scope = self.kept_scope(*of).await?;
            let there = self.inner.records.kept(&scope, of.kind, id).await?;
            let text = match (write, &there) {
                (KeptWrite::Gone(..), None) => continue,
                (KeptWrite::Gone(..), Some(there)) => {
                    edit.delete_kept(there);
                    continue;
                }
                (KeptWrite::New(..), Some(_)) => {
                    return Err(Error::already_exists(Noun::Kept(of.kind), id));
                }
                (KeptWrite::New(_, _, text) | KeptWrite::Put(_, _, text), _) => text,
            };
            check(id, text)?;
            let was = there.map_or(Was::Absent, |there| Was::At(there.revision));
            let (id, text) = (id.clone(), text.clone());
            edit.put_kept(Kept { scope, kind: of.kind, id, revision: Revision::default(), text }, was);
        }
        Ok(())
    }

    /// Keeps something new.
    ///
    /// # Errors
    /// When there is one with this id, it is too long, or the API is not there.
    pub async fn keep(&self, of: KeptOf, id: String, text: String) -> Result<Kept, Error> {
        check(&id, &text)?;
        let scope = self.kept_scope(of).await?;
        let new = Kept { scope, kind: of.kind, id, revision: Revision::default(), text };
        for attempt in 0..ATTEMPTS {
            pause(attempt).await;
            if self.inner.records.kept(&new.scope, of.kind, &new.id).await?.is_some() {
                return Err(Error::already_exists(Noun::Kept(of.kind), &new.id));
            }
            if let Some(kept) = self.write_kept(new.clone(), Was::Absent).await? {
                return Ok(kept);
            }
        }
        Err(Error::Contended { noun: Noun::Kept(of.kind), id: new.id })
    }

    /// Something that is kept.
    ///
    /// # Errors
    /// When it or the API is not there.
    pub async fn kept(&self, of: KeptOf, id: &str) -> Result<Kept, Error> {
        let scope = self.kept_scope(of).await?;
        let found = self.inner.records.kept(&scope, of.kind, id).await?;
        found.ok_or_else(|| Error::not_found(Noun::Kept(of.kind), id))
    }

    /// All that is kept of a kind.
    ///
    /// # Errors
    /// When the API is not there.
    pub async fn all_kept(&self, of: KeptOf) -> Result<Vec<Kept>, Error> {
        let scope = self.kept_scope(of).await?;
        Ok(self.inner.records.all_kept(&scope, of.kind).await?)
    }

    /// Changes what something says; `change` may run more than once.
    ///
    /// # Errors
    /// When it is not there, `change` refuses, or the outcome is too long.
    pub async fn update_kept<E: From<Error>>(
        &self,
        of: KeptOf,
        id: &str,
        mut change: impl FnMut(&str) -> Result<String, E> + Send,
    ) -> Result<Kept, E> {
        for attempt in 0..ATTEMPTS {
            pause(attempt).await;
            let before = self.kept(of, id).await?;
            let text = change(&before.text)?;
            check(id, &text)?;
            if text == before.text {
                return Ok(before);
            }
            let was = Was::At(before.revision);
            if let Some(kept) = self.write_kept(Kept { text, ..before }, was).await? {
                return Ok(kept);
            }
        }
        Err(Error::Contended { noun: Noun::Kept(of.kind), id: id.to_owned() }.into())
    }

    /// Lets go of something.
    ///
    /// # Errors
    /// When it is not there.
    pub async fn delete_kept(&self, of: KeptOf, id: &str) -> Result<(), Error> {
        for attempt in 0..ATTEMPTS {
            pause(attempt).await;
            let seen = self.kept(of, id).await?;
            let mut edit = self.begin(ChangeKind::KeptDeleted);
            edit.delete_kept(&seen);
            match self.inner.records.commit(edit).await {
                Ok(_) => return Ok(()),
                Err(CommitError::Conflict { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Error::Contended { noun: Noun::Kept(of.kind), id: id.to_owned() })
    }

    /// Adds copies of what a clone of an API takes along.
    pub(super) async fn copy_kept(&self, edit: &mut Edit, from: ApiId, to: ApiId) -> Result<(), Error> {
        for kind in [KeptKind::Authorizer, KeptKind::DocumentationPart] {
            for kept in self.inner.records.all_kept(&KeptScope::Api(from), kind).await? {
                edit.put_kept(Kept { scope: KeptScope::Api(to), ..kept }, Was::Absent);
            }
        }
        Ok(())
    }

    async fn kept_scope(&self, of: KeptOf) -> Result<KeptScope, Error> {
        match of.api {
            Some(api) => Ok(KeptScope::Api(self.head(api).await?.id)),
            None => {
                self.check_unlimited(of.kind.as_str())?;
                Ok(KeptScope::Partition(self.partition().clone()))
            }
        }
    }

    /// Commits something kept. `None` when another writer came first.
    async fn write_kept(&self, kept: Kept, was: Was) -> Result<Option<Kept>, Error> {
        let mut edit = self.begin(ChangeKind::KeptWritten);
        edit.put_kept(kept.clone(), was);
        match self.inner.records.commit(edit).await {
            Ok(_) => Ok(Some(Kept { revision: super::deployments::next_revision(was), ..kept })),
            Err(CommitError::Conflict { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

fn check(id: &str, text: &str) -> Result<(), Error> {
    if id.is_empty() || id.len() > Kept::MAX_ID {
        return Err(Error::invalid("id", format!("an id has 1 to {} bytes", Kept::MAX_ID)));
    }
    if text.len() > Kept::MAX_TEXT {
        return Err(Error::invalid("", format!("at most {} bytes, not {}", Kept::MAX_TEXT, text.len())));
    }
    Ok(())
}
