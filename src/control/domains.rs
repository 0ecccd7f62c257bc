//! Domain bindings: which host and base path lead to which stage. What is written here is served when the call
//! returns.

use crate::model::{ApiId, BasePath, DomainBinding, HostName, Issue, Partition, Revision, StageName};
use crate::store::{ChangeKind, CommitError, PlacedBinding, Was};

use super::deployments::next_revision;
use super::handle::{ATTEMPTS, check_expected, pause};
use super::serving::Shift;
use super::{Control, Error, KeptWrite, NewDomain, Noun, Options, Page, Written};

/// How many bindings are read at once while some are looked for.
const PAGE: usize = 500;

impl Control {
    /// Binds a host and base path to a stage.
    ///
    /// # Errors
    /// When they are bound already, in whatever partition, or the stage is not there.
    pub async fn create_domain(
        &self,
        new: NewDomain,
        options: Options,
    ) -> Result<Written<DomainBinding>, Error> {
        let binding = DomainBinding {
            host: new.host,
            base_path: new.base_path,
            api_id: new.api_id,
            stage: new.stage,
            revision: Revision::default(),
        };
        for attempt in 0..ATTEMPTS {
            pause(attempt).await;
            let partition = self.head(binding.api_id).await?.partition;
            if self.inner.records.binding(&binding.host, &binding.base_path).await?.is_some() {
                return Err(Error::already_exists(Noun::Domain, name(&binding.host, &binding.base_path)));
            }
            self.stage(binding.api_id, &binding.stage).await?;
            let new = binding.clone();
            if let Some(written) = self.write_binding(partition, new, Was::Absent, None, options).await? {
                return Ok(written);
            }
        }
        Err(Error::Contended { noun: Noun::Domain, id: name(&binding.host, &binding.base_path) })
    }

    /// A binding.
    ///
    /// # Errors
    /// When it is not there.
    pub async fn domain(&self, host: &HostName, base_path: &BasePath) -> Result<DomainBinding, Error> {
        Ok(self.placed(host, base_path).await?.binding)
    }

    /// Some of the bindings of a partition, by host, then base path; only those that lead to one API if it is named.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn domains(
        &self,
        of: Option<ApiId>,
        after: Option<(HostName, BasePath)>,
        limit: usize,
    ) -> Result<Page<DomainBinding, (HostName, BasePath)>, Error> {
        let granted = |binding: &DomainBinding| self.check_granted(binding.api_id).is_ok();
        let wanted = |binding: &DomainBinding| of.is_none_or(|api| binding.api_id == api) && granted(binding);
        let found = self.find_bindings(self.partition(), after, limit.saturating_add(1), wanted).await?;
        Ok(Page::cut(found, limit, |binding| (binding.host.clone(), binding.base_path.clone())))
    }

    /// Leads a binding to another API or stage; `change` may run more than once. `options.expected` is the binding's
    /// own revision. With another base path it is a new binding in the place of the former one.
    ///
    /// # Errors
    /// When it or what it is to lead to is not there, the new base path is bound already, or `change` is wrong.
    pub async fn update_domain(
        &self,
        host: &HostName,
        base_path: &BasePath,
        mut change: impl FnMut(&mut DomainBinding) -> Result<(), Vec<Issue>> + Send,
        options: Options,
    ) -> Result<Written<DomainBinding>, Error> {
        for attempt in 0..ATTEMPTS {
            pause(attempt).await;
            let PlacedBinding { partition, binding: before } = self.placed(host, base_path).await?;
            check_expected(options.expected, before.revision, Noun::Domain, &name(host, base_path))?;
            let mut binding = before.clone();
            change(&mut binding).map_err(Error::Invalid)?;
            binding.host.clone_from(&before.host);
            binding.revision = before.revision;
            if binding == before {
                let revision = before.revision;
                return Ok(Written { value: before, revision, store_revision: None, warnings: Vec::new() });
            }
            let head = self.head(binding.api_id).await?;
            if head.partition != partition {
                return Err(Error::not_found(Noun::Api, binding.api_id));
            }
            self.stage(binding.api_id, &binding.stage).await?;
            let (was, gone) = if binding.base_path == before.base_path {
                (Was::At(before.revision), None)
            } else if self.inner.records.binding(host, &binding.base_path).await?.is_some() {
                return Err(Error::already_exists(Noun::Domain, name(host, &binding.base_path)));
            } else {
                binding.revision = Revision::default();
                (Was::Absent, Some(PlacedBinding { partition: partition.clone(), binding: before }))
            };
            if let Some(written) = self.write_binding(partition, binding, was, gone, options).await? {
                return Ok(written);
            }
        }
        Err(Error::Contended { noun: Noun::Domain, id: name(host, base_path) })
    }

    /// Deletes a binding. It is no longer served when the call returns.
    ///
    /// # Errors
    /// When it is not there.
    pub async fn delete_domain(
        &self,
        host: &HostName,
        base_path: &BasePath,
        options: Options,
    ) -> Result<Written<()>, Error> {
        for attempt in 0..ATTEMPTS {
            pause(attempt).await;
            let placed = self.placed(host, base_path).await?;
            let revision = placed.binding.revision;
            check_expected(options.expected, revision, Noun::Domain, &name(host, base_path))?;
            let warnings = Vec::new();
            if options.validate_only {
                return Ok(Written { value: (), revision, store_revision: None, warnings });
            }
            let mut edit = self.begin(ChangeKind::BindingDeleted);
            edit.delete_binding(&placed);
            let gone = vec![(host.clone(), base_path.clone())];
            match self.commit_served(edit, Shift::Bindings(gone)).await {
                Ok(committed) => {
                    let store_revision = Some(committed.store_revision);
                    return Ok(Written { value: (), revision, store_revision, warnings });
                }
                Err(CommitError::Conflict { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Error::Contended { noun: Noun::Domain, id: name(host, base_path) })
    }

    /// Deletes every binding of a host, and makes writes to kept things, all in one commit.
    ///
    /// # Errors
    /// When a write cannot be made.
    pub async fn delete_host(&self, host: &HostName, also: &[KeptWrite]) -> Result<(), Error> {
        for attempt in 0..ATTEMPTS {
            pause(attempt).await;
            let partition = self.partition();
            let wanted = |binding: &DomainBinding| binding.host == *host;
            let bound = self.find_bindings(partition, None, usize::MAX, wanted).await?;
            bound.iter().try_for_each(|binding| self.check_granted(binding.api_id))?;
            let kind = if bound.is_empty() { ChangeKind::KeptDeleted } else { ChangeKind::BindingDeleted };
            let mut edit = self.begin(kind);
            self.add_kept(&mut edit, also).await?;
            for binding in &bound {
                edit.delete_binding(&PlacedBinding {
                    partition: partition.clone(),
                    binding: binding.clone(),
                });
            }
            let gone = bound.into_iter().map(|binding| (binding.host, binding.base_path)).collect();
            match self.commit_served(edit, Shift::Bindings(gone)).await {
                Ok(_) => return Ok(()),
                Err(CommitError::Conflict { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Error::Contended { noun: Noun::Domain, id: host.to_string() })
    }

    /// The bindings that lead to an API or to one of its stages, in words.
    pub(super) async fn domains_to(
        &self,
        partition: &Partition,
        api: ApiId,
        stage: Option<&StageName>,
    ) -> Result<Vec<String>, Error> {
        let wanted = |binding: &DomainBinding| {
            binding.api_id == api && stage.is_none_or(|stage| binding.stage == *stage)
        };
        let found = self.find_bindings(partition, None, usize::MAX, wanted).await?;
        Ok(found.iter().map(|b| format!("domain binding {}", name(&b.host, &b.base_path))).collect())
    }

    async fn find_bindings(
        &self,
        partition: &Partition,
        mut after: Option<(HostName, BasePath)>,
        limit: usize,
        wanted: impl Fn(&DomainBinding) -> bool,
    ) -> Result<Vec<DomainBinding>, Error> {
        let mut found = Vec::new();
        loop {
            let from = after.as_ref().map(|(host, base_path)| (host, base_path));
            let page = self.inner.records.bindings(partition, from, PAGE).await?;
            let last = page.last().filter(|_| page.len() == PAGE);
            after = last.map(|binding| (binding.host.clone(), binding.base_path.clone()));
            found.extend(page.into_iter().filter(&wanted));
            if found.len() >= limit || after.is_none() {
                found.truncate(limit);
                return Ok(found);
            }
        }
    }

    async fn placed(&self, host: &HostName, base_path: &BasePath) -> Result<PlacedBinding, Error> {
        let placed = self.inner.records.binding(host, base_path).await?;
        let placed = placed.filter(|placed| self.sees(&placed.partition));
        let placed = placed.ok_or_else(|| Error::not_found(Noun::Domain, name(host, base_path)))?;
        self.check_granted(placed.binding.api_id)?;
        Ok(placed)
    }

    /// Commits a binding, in the place of one that goes, and publishes it. `None` when another writer came first.
    async fn write_binding(
        &self,
        partition: Partition,
        binding: DomainBinding,
        was: Was,
        gone: Option<PlacedBinding>,
        options: Options,
    ) -> Result<Option<Written<DomainBinding>>, Error> {
        let (revision, warnings) = (next_revision(was), Vec::new());
        if options.validate_only {
            let value = DomainBinding { revision, ..binding };
            return Ok(Some(Written { value, revision, store_revision: None, warnings }));
        }
        let kind = match was {
            Was::Absent => ChangeKind::BindingCreated,
            Was::At(_) => ChangeKind::BindingChanged,
        };
        let mut edit = self.begin(kind);
        let mut former = Vec::new();
        if let Some(gone) = gone {
            edit.delete_binding(&gone);
            former.push((gone.binding.host, gone.binding.base_path));
        }
        edit.put_binding(partition, binding.clone(), was);
        match self.commit_served(edit, Shift::Bindings(former)).await {
            Ok(committed) => {
                let value = DomainBinding { revision, ..binding };
                let store_revision = Some(committed.store_revision);
                Ok(Some(Written { value, revision, store_revision, warnings }))
            }
            Err(CommitError::Conflict { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

fn name(host: &HostName, base_path: &BasePath) -> String {
    format!("{host}{base_path}")
}
