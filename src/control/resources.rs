//! Resources: the nodes of a draft's path tree. What hangs below one that is moved or renamed changes its address with
//! it, so only a face whose callers know the operation offers it.

use crate::model::{ApiId, Issue, PathPart, ResourcePath};

use super::clock::new_resource_id;
use super::draft::{Draft, locate, tree_error};
use super::{Control, EnsuredPath, Error, Options, Page, Read, ResourceRef, ResourceState, Written};

impl Control {
    /// Makes a resource under `parent`.
    ///
    /// # Errors
    /// When the parent is not there, or a rule of the tree or a limit forbids it (`path_part`).
    pub async fn create_resource(
        &self,
        api: ApiId,
        parent: ResourceRef,
        part: PathPart,
        options: Options,
    ) -> Result<Written<ResourceState>, Error> {
        self.edit(api, options, |draft| draft.create_resource(&parent, &part)).await
    }

    /// Makes whatever is missing of a path. Calling it again changes nothing.
    ///
    /// # Errors
    /// When a rule of the tree or a limit forbids a part (`path`).
    pub async fn ensure_path(
        &self,
        api: ApiId,
        path: ResourcePath,
        options: Options,
    ) -> Result<Written<EnsuredPath>, Error> {
        self.edit(api, options, |draft| draft.ensure_path(&path)).await
    }

    /// A resource with its methods.
    ///
    /// # Errors
    /// When it is not there.
    pub async fn resource(&self, api: ApiId, at: ResourceRef) -> Result<Read<ResourceState>, Error> {
        self.read(api, |definition| locate(definition, &at)).await
    }

    /// Some of the resources, in the order of their paths.
    ///
    /// # Errors
    /// When the API is not there.
    pub async fn resources(
        &self,
        api: ApiId,
        after: Option<ResourcePath>,
        limit: usize,
    ) -> Result<Read<Page<ResourceState, ResourcePath>>, Error> {
        self.read(api, |definition| Ok(page_of_resources(definition, after.as_ref(), limit))).await
    }

    /// Moves a resource to another parent, renames it, or both; what hangs below goes with it.
    ///
    /// # Errors
    /// When it or the parent is not there, it is the root, or a rule of the tree forbids the new place.
    pub async fn relocate_resource(
        &self,
        api: ApiId,
        at: ResourceRef,
        parent: Option<ResourceRef>,
        part: Option<PathPart>,
        options: Options,
    ) -> Result<Written<ResourceState>, Error> {
        self.edit(api, options, |draft| draft.relocate_resource(&at, parent.as_ref(), part.as_ref())).await
    }

    /// Deletes a resource and all below it; says what went, parents before children.
    ///
    /// # Errors
    /// When it is not there, or it is the root.
    pub async fn delete_resource(
        &self,
        api: ApiId,
        at: ResourceRef,
        options: Options,
    ) -> Result<Written<Vec<ResourceState>>, Error> {
        self.edit(api, options, |draft| draft.delete_resource(&at)).await
    }
}

impl Draft<'_> {
    /// Adds an empty resource under `parent`.
    pub(super) fn create_resource(
        &mut self,
        parent: &ResourceRef,
        part: &PathPart,
    ) -> Result<ResourceState, Error> {
        let parent = locate(&self.definition, parent)?;
        let path = parent.path.join(part.clone());
        if self.definition.find(&path).is_some() {
            return Err(Error::already_exists(super::Noun::Resource, path));
        }
        self.check_resource_count()?;
        let id = new_resource_id(|id| self.definition.resource(id).is_some())?;
        self.definition
            .add(id, parent.resource.id, part.clone())
            .map_err(|error| tree_error("path_part", error))?;
        locate(&self.definition, &ResourceRef::Id(id))
    }

    /// Gives a resource another place; what is `None` of it stays.
    pub(super) fn relocate_resource(
        &mut self,
        at: &ResourceRef,
        parent: Option<&ResourceRef>,
        part: Option<&PathPart>,
    ) -> Result<ResourceState, Error> {
        let resource = locate(&self.definition, at)?.resource;
        let (old_parent, old_part) = resource
            .place
            .clone()
            .ok_or_else(|| tree_error("resource", crate::model::DefinitionError::Root))?;
        let parent = match parent {
            Some(parent) => locate(&self.definition, parent)?.resource.id,
            None => old_parent,
        };
        let part = part.cloned().unwrap_or(old_part);
        self.definition
            .relocate(resource.id, parent, part)
            .map_err(|error| tree_error("path_part", error))?;
        locate(&self.definition, &ResourceRef::Id(resource.id))
    }

    /// Adds whatever is missing of a path.
    pub(super) fn ensure_path(&mut self, path: &ResourcePath) -> Result<EnsuredPath, Error> {
        let mut resource = locate(&self.definition, &ResourceRef::Path(ResourcePath::ROOT))?;
        let mut created = Vec::new();
        for part in path.parts() {
            let below = ResourceRef::Path(resource.path.join(part.clone()));
            resource = match locate(&self.definition, &below) {
                Ok(found) => found,
                Err(_) => {
                    self.check_resource_count()?;
                    let id = new_resource_id(|id| self.definition.resource(id).is_some())?;
                    self.definition
                        .add(id, resource.resource.id, part.clone())
                        .map_err(|error| tree_error("path", error))?;
                    let made = locate(&self.definition, &ResourceRef::Id(id))?;
                    created.push(made.clone());
                    made
                }
            };
        }
        Ok(EnsuredPath { resource, created })
    }

    /// Takes a resource and all below it away; says what went, parents before children.
    pub(super) fn delete_resource(&mut self, at: &ResourceRef) -> Result<Vec<ResourceState>, Error> {
        let top = locate(&self.definition, at)?;
        let before = self.definition.clone();
        let gone = self.definition.remove(top.resource.id).map_err(|error| tree_error("resource", error))?;
        let mut gone = gone
            .into_iter()
            .map(|id| locate(&before, &ResourceRef::Id(id)))
            .collect::<Result<Vec<_>, _>>()?;
        gone.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(gone)
    }

    fn check_resource_count(&self) -> Result<(), Error> {
        let most = self.limits.resources;
        if self.definition.resource_count() < most {
            Ok(())
        } else {
            Err(Error::LimitExceeded(Issue::new("", format!("an API has at most {most} resources"))))
        }
    }
}

/// The resources of a definition in the order of their paths, parents before children.
pub(super) fn page_of_resources(
    definition: &crate::model::Definition,
    after: Option<&ResourcePath>,
    limit: usize,
) -> Page<ResourceState, ResourcePath> {
    let items = definition
        .walk()
        .into_iter()
        .filter(|(path, _)| after.is_none_or(|after| path > after))
        .take(limit.saturating_add(1))
        .map(|(path, resource)| ResourceState { resource: resource.clone(), path })
        .collect();
    Page::cut(items, limit, |state| state.path.clone())
}
