//! Things that are kept and read back without effect so far: domain names, authorizers, API keys, usage plans… They are
//! texts under an id: JSON objects as API Gateway's control plane shows them.
//!
//! Those of an account are records of their own. Those of an API are part of its draft: an edit of one is an edit of the
//! draft, and a deployment freezes them.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

use crate::model::{ApiId, Definition, Kept, KeptKind, KeptName, KeptScope, Revision};
use crate::store::{ApiHead, ChangeKind, CommitError, Edit, Was};

use super::draft::Draft;
use super::handle::{ATTEMPTS, pause};
use super::{Control, Error, Noun, Options};

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

    /// Adds writes to an edit, by what is there now; those of an API's things change its draft.
    pub(super) async fn add_kept(&self, edit: &mut Edit, writes: &[KeptWrite]) -> Result<(), Error> {
        let mut drafts: BTreeMap<ApiId, (ApiHead, Arc<Definition>)> = BTreeMap::new();
        for write in writes {
            let (KeptWrite::New(of, id, _) | KeptWrite::Put(of, id, _) | KeptWrite::Gone(of, id)) = write;
            if let Some(api) = of.api {
                let (_, definition) = match drafts.entry(api) {
                    Entry::Occupied(there) => there.into_mut(),
                    Entry::Vacant(slot) => slot.insert(self.draft(api).await?),
                };
                add_to_draft(Arc::make_mut(definition), write)?;
                continue;
            }
            let scope = self.scope_of_account(of.kind)?;
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
        for (head, definition) in drafts.into_values() {
            edit.put_draft(&head, definition);
        }
        Ok(())
    }

    /// Keeps something new.
    ///
    /// # Errors
    /// When there is one with this id, it is too long, or the API is not there.
    pub async fn keep(&self, of: KeptOf, id: String, text: String) -> Result<Kept, Error> {
        check(&id, &text)?;
        if let Some(api) = of.api {
            let name = (of.kind, id);
            let written = self
                .edit(api, Options::default(), |draft| {
                    if draft.definition.kept.insert(name.clone(), text.as_str().into()).is_some() {
                        return Err(Error::already_exists(Noun::Kept(of.kind), &name.1));
                    }
                    Ok(())
                })
                .await?;
            return Ok(of_api(api, name, written.revision, text));
        }
        let scope = self.scope_of_account(of.kind)?;
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
        let Some(api) = of.api else { return self.kept_of_account(of.kind, id).await };
        let (head, definition) = self.draft(api).await?;
        let text = find(&definition, of.kind, id)?.to_string();
        Ok(of_api(api, (of.kind, id.to_owned()), head.revision, text))
    }

    async fn kept_of_account(&self, kind: KeptKind, id: &str) -> Result<Kept, Error> {
        let scope = self.scope_of_account(kind)?;
        let found = self.inner.records.kept(&scope, kind, id).await?;
        found.ok_or_else(|| Error::not_found(Noun::Kept(kind), id))
    }

    /// All that is kept of a kind.
    ///
    /// # Errors
    /// When the API is not there.
    pub async fn all_kept(&self, of: KeptOf) -> Result<Vec<Kept>, Error> {
        let Some(api) = of.api else {
            let scope = self.scope_of_account(of.kind)?;
            return Ok(self.inner.records.all_kept(&scope, of.kind).await?);
        };
        let (head, definition) = self.draft(api).await?;
        let own = definition.kept.iter().filter(|((kind, _), _)| *kind == of.kind);
        Ok(own.map(|(name, text)| of_api(api, name.clone(), head.revision, text.to_string())).collect())
    }

    /// Changes what something says; `change` may run more than once.
    ///
    /// # Errors
    /// When it is not there, `change` refuses, or the outcome is too long.
    pub async fn update_kept<E: From<Error> + Send>(
        &self,
        of: KeptOf,
        id: &str,
        mut change: impl FnMut(&str) -> Result<String, E> + Send,
    ) -> Result<Kept, E> {
        if let Some(api) = of.api {
            return self.update_kept_of_api(api, (of.kind, id.to_owned()), change).await;
        }
        for attempt in 0..ATTEMPTS {
            pause(attempt).await;
            let before = self.kept_of_account(of.kind, id).await?;
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

    async fn update_kept_of_api<E: From<Error> + Send>(
        &self,
        api: ApiId,
        name: KeptName,
        mut change: impl FnMut(&str) -> Result<String, E> + Send,
    ) -> Result<Kept, E> {
        let mut refused = None;
        let written = self
            .edit(api, Options::default(), |draft| {
                let before = find(&draft.definition, name.0, &name.1)?;
                let text = change(&before).map_err(|error| {
                    refused = Some(error);
                    Error::precondition("the change was refused")
                })?;
                check(&name.1, &text)?;
                if *before != *text {
                    draft.definition.kept.insert(name.clone(), text.as_str().into());
                }
                Ok(text)
            })
            .await;
        match (written, refused) {
            (_, Some(error)) => Err(error),
            (Err(error), None) => Err(error.into()),
            (Ok(written), None) => Ok(of_api(api, name, written.revision, written.value)),
        }
    }

    /// Lets go of something.
    ///
    /// # Errors
    /// When it is not there.
    pub async fn delete_kept(&self, of: KeptOf, id: &str) -> Result<(), Error> {
        if let Some(api) = of.api {
            let name = (of.kind, id.to_owned());
            let gone = |draft: &mut Draft<'_>| match draft.definition.kept.remove(&name) {
                Some(_) => Ok(()),
                None => Err(Error::not_found(Noun::Kept(of.kind), id)),
            };
            return self.edit(api, Options::default(), gone).await.map(|_| ());
        }
        for attempt in 0..ATTEMPTS {
            pause(attempt).await;
            let seen = self.kept_of_account(of.kind, id).await?;
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

    /// Where the account's things are; for those who may see all of them.
    fn scope_of_account(&self, kind: KeptKind) -> Result<KeptScope, Error> {
        self.check_unlimited(kind.as_str())?;
        Ok(KeptScope::Partition(self.partition().clone()))
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

/// Makes a write to something that an API's draft keeps.
fn add_to_draft(definition: &mut Definition, write: &KeptWrite) -> Result<(), Error> {
    let (KeptWrite::New(of, id, _) | KeptWrite::Put(of, id, _) | KeptWrite::Gone(of, id)) = write;
    let name = (of.kind, id.clone());
    match write {
        KeptWrite::Gone(..) => drop(definition.kept.remove(&name)),
        KeptWrite::New(..) if definition.kept.contains_key(&name) => {
            return Err(Error::already_exists(Noun::Kept(of.kind), id));
        }
        KeptWrite::New(_, _, text) | KeptWrite::Put(_, _, text) => {
            check(id, text)?;
            definition.kept.insert(name, text.as_str().into());
        }
    }
    Ok(())
}

/// What is kept under a name in a definition.
fn find(definition: &Definition, kind: KeptKind, id: &str) -> Result<Arc<str>, Error> {
    let found = definition.kept.get(&(kind, id.to_owned()));
    found.cloned().ok_or_else(|| Error::not_found(Noun::Kept(kind), id))
}

/// Something of an API's draft; `revision` is the draft's.
fn of_api(api: ApiId, (kind, id): KeptName, revision: Revision, text: String) -> Kept {
    Kept { scope: KeptScope::Api(api), kind, id, revision, text }
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
