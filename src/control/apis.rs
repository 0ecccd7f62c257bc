//! APIs: their settings, their birth and their end.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::model::{Api, ApiId, ApiLimit, Definition, Issue, KeptKind, Revision, StoreRevision};
use crate::store::{self, ApiHead, ChangeKind, CommitError, Retention};

use super::check::check_api;
use super::clock::{new_api_id, new_resource_id};
use super::draft::{Draft, refuse};
use super::handle::{ATTEMPTS, check_expected, pause};
use super::serving::Shift;
use super::{ApiState, Control, Error, NewApi, Noun, Options, Page, Written};

impl Control {
    /// Makes an API with nothing but a root resource.
    ///
    /// # Errors
    /// When a setting is wrong.
    pub async fn create_api(&self, new: NewApi, options: Options) -> Result<Written<ApiState>, Error> {
        self.check_unlimited("a new API")?;
        for attempt in 0..ATTEMPTS {
            pause(attempt).await;
            let api = new.clone().into_api(new_api_id()?, self.inner.clock.now());
            refuse(check_api(&api, &self.inner.limits))?;
            let definition = Arc::new(Definition::new(api, new_resource_id(|_| false)?));
            let value = self.newborn(&definition);
            let revision = value.revision;
            if options.validate_only {
                return Ok(Written { value, revision, store_revision: None, warnings: Vec::new() });
            }
            if let Some(store_revision) = self.bear(definition, None).await? {
                let store_revision = Some(store_revision);
                return Ok(Written { value, revision, store_revision, warnings: Vec::new() });
            }
        }
        Err(Error::Contended { noun: Noun::Api, id: new.name })
    }

    /// Makes an API that is a copy of another one's draft, with the authorizers and the documentation that belong to it
    /// (API Gateway: `cloneFrom`). `change` sets what is to be otherwise, and may run more than once. Resources keep their
    /// ids, which are unique within an API; labels, deployments and stages stay behind.
    ///
    /// # Errors
    /// When the other API is not there, or a setting is wrong.
    pub async fn clone_api(
        &self,
        from: ApiId,
        mut change: impl FnMut(&mut Api) -> Result<(), Vec<Issue>> + Send,
        options: Options,
    ) -> Result<Written<ApiState>, Error> {
        self.check_unlimited("a new API")?;
        for attempt in 0..ATTEMPTS {
            pause(attempt).await;
            let (head, mut definition) = self.draft(from).await?;
            let mut api = Api::clone(&definition.api);
            (api.id, api.created_at) = (new_api_id()?, self.inner.clock.now());
            api.tags.clear();
            let (id, created_at) = (api.id, api.created_at);
            change(&mut api).map_err(Error::Invalid)?;
            (api.id, api.created_at) = (id, created_at);
            refuse(check_api(&api, &self.inner.limits))?;
            let copy = Arc::make_mut(&mut definition);
            copy.api = Arc::new(api);
            // Those are of what stages of the other published.
            copy.kept.retain(|(kind, _), _| *kind != KeptKind::DocumentationVersion);
            let value = self.newborn(&definition);
            let revision = value.revision;
            if options.validate_only {
                return Ok(Written { value, revision, store_revision: None, warnings: Vec::new() });
            }
            if let Some(store_revision) = self.bear(definition, Some(&head)).await? {
                let store_revision = Some(store_revision);
                return Ok(Written { value, revision, store_revision, warnings: Vec::new() });
            }
        }
        Err(Error::Contended { noun: Noun::Api, id: from.to_string() })
    }

    /// What is told of an API that is about to be made.
    pub(super) fn newborn(&self, definition: &Definition) -> ApiState {
        ApiState {
            api: definition.api.clone(),
            partition: self.partition().clone(),
            revision: Revision::default().next(),
            root_resource_id: definition.root(),
        }
    }

    /// Commits a new API, whose draft this is; if it is made after another one, only while that stays as it was seen. `None`
    /// when its id was taken, something else came first, or the store was just being tidied: to be tried again.
    pub(super) async fn bear(
        &self,
        definition: Arc<Definition>,
        seen: Option<&ApiHead>,
    ) -> Result<Option<StoreRevision>, Error> {
        let (id, created_at) = (definition.api.id, definition.api.created_at);
        let partition = self.partition().clone();
        let birth = store::NewApi { id, partition, created_at, retention: Retention::default() };
        let mut edit = self.begin_at(ChangeKind::ApiCreated, created_at);
        if let Some(head) = seen {
            edit.require_api(head);
        }
        edit.create_api(birth, definition);
        match self.inner.records.commit(edit).await {
            Ok(committed) => Ok(Some(committed.store_revision)),
            Err(CommitError::Conflict { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// An API's settings as its draft has them.
    ///
    /// # Errors
    /// When it is not there.
    pub async fn api(&self, id: ApiId) -> Result<ApiState, Error> {
        let (head, definition) = self.draft(id).await?;
        Ok(state(&head, &definition))
    }

    /// Some of the APIs of a partition, by id.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn apis(&self, after: Option<ApiId>, limit: usize) -> Result<Page<ApiState, ApiId>, Error> {
        let heads = match self.api_limit() {
            ApiLimit::All => {
                self.inner.records.apis(self.partition(), after, limit.saturating_add(1)).await?
            }
            ApiLimit::Only(apis) => self.granted_heads(apis, after).await?,
        };
        let heads = Page::cut(heads, limit, |head| head.id);
        let mut items = Vec::with_capacity(heads.items.len());
        for head in &heads.items {
            let definition = self.inner.records.definition(head.root).await?;
            items.push(state(head, &definition));
        }
        Ok(Page { items, next: heads.next })
    }

    /// The APIs of a caller that is limited to some, after `after`, as far as they are there.
    async fn granted_heads(
        &self,
        apis: &BTreeSet<ApiId>,
        after: Option<ApiId>,
    ) -> Result<Vec<ApiHead>, Error> {
        let mut heads = Vec::new();
        for id in apis.iter().filter(|id| after.is_none_or(|after| **id > after)) {
            let head = self.inner.records.api(*id).await?;
            heads.extend(head.filter(|head| head.partition == *self.partition()));
        }
        Ok(heads)
    }

    /// Changes an API's settings; `change` may run more than once. Id, date and what CORS calls keep there stay.
    ///
    /// # Errors
    /// When the API is not there, or `change` or a setting of its outcome is wrong.
    pub async fn update_api(
        &self,
        id: ApiId,
        mut change: impl FnMut(&mut Api) -> Result<(), Vec<Issue>> + Send,
        options: Options,
    ) -> Result<Written<ApiState>, Error> {
        let written = self
            .edit(id, options, |draft| {
                draft.update_api(&mut change)?;
                Ok((draft.definition.api.clone(), draft.definition.root()))
            })
            .await?;
        let (partition, revision) = (self.head(id).await?.partition, written.revision);
        Ok(written.map(|(api, root_resource_id)| ApiState { api, partition, revision, root_resource_id }))
    }

    /// Deletes an API with its draft, deployments and stages. It is no longer served when the call returns.
    ///
    /// # Errors
    /// [`Error::InUse`] while a domain binding leads to it; when it is not there.
    pub async fn delete_api(&self, id: ApiId, options: Options) -> Result<Written<()>, Error> {
        let _turn = self.turn(id).await;
        for attempt in 0..ATTEMPTS {
            pause(attempt).await;
            let head = self.head(id).await?;
            let revision = head.revision;
            check_expected(options.expected, revision, Noun::Api, &id)?;
            let by = self.domains_to(&head.partition, id, None).await?;
            if !by.is_empty() {
                return Err(Error::InUse { noun: Noun::Api, id: id.to_string(), by });
            }
            let warnings = Vec::new();
            if options.validate_only {
                return Ok(Written { value: (), revision, store_revision: None, warnings });
            }
            let mut edit = self.begin(ChangeKind::ApiDeleted);
            edit.delete_api(&head);
            match self.commit_served(edit, Shift::ApiGone(id)).await {
                Ok(committed) => {
                    let store_revision = Some(committed.store_revision);
                    return Ok(Written { value: (), revision, store_revision, warnings });
                }
                Err(CommitError::Conflict { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Error::Contended { noun: Noun::Api, id: id.to_string() })
    }
}

impl Draft<'_> {
    /// Changes the API's own settings in any way that leaves them in order.
    fn update_api(&mut self, change: impl FnOnce(&mut Api) -> Result<(), Vec<Issue>>) -> Result<(), Error> {
        let before = &self.definition.api;
        let mut api = Api::clone(before);
        change(&mut api).map_err(Error::Invalid)?;
        api.id = before.id;
        api.created_at = before.created_at;
        api.cors_policy.clone_from(&before.cors_policy);
        api.cors_marks.clone_from(&before.cors_marks);
        refuse(check_api(&api, self.limits))?;
        self.definition.api = Arc::new(api);
        Ok(())
    }
}

impl NewApi {
    fn into_api(self, id: ApiId, created_at: std::time::SystemTime) -> Api {
        Api {
            description: self.description,
            version: self.version,
            api_key_source: self.api_key_source,
            binary_media_types: self.binary_media_types,
            minimum_compression_size: self.minimum_compression_size,
            endpoint_type: self.endpoint_type,
            dualstack: self.dualstack,
            vpc_endpoint_ids: self.vpc_endpoint_ids,
            disable_execute_api_endpoint: self.disable_execute_api_endpoint,
            policy: self.policy,
            tags: self.tags,
            ..Api::new(id, self.name, created_at)
        }
    }
}

fn state(head: &ApiHead, definition: &Definition) -> ApiState {
    ApiState {
        api: definition.api.clone(),
        partition: head.partition.clone(),
        revision: head.revision,
        root_resource_id: definition.root(),
    }
}
