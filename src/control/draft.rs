//! A draft in hand: a copy of an API's definition that one use case changes before it is committed.
//!
//! What is done to it is split by noun over `resources`, `methods`, `gateway_responses` and `cors`.

use crate::model::{Definition, DefinitionError, Issue, Issues};

use super::{Error, Limits, Noun, ResourceRef, ResourceState};

/// A definition that is being changed, the limits that hold, and what is worth a warning.
#[derive(Debug)]
pub(super) struct Draft<'a> {
    pub(super) definition: Definition,
    pub(super) limits: &'a Limits,
    pub(super) warnings: Vec<Issue>,
}

impl<'a> Draft<'a> {
    pub(super) fn new(definition: Definition, limits: &'a Limits) -> Self {
        Self { definition, limits, warnings: Vec::new() }
    }
}

/// Finds a resource and its path.
pub(super) fn locate(definition: &Definition, at: &ResourceRef) -> Result<ResourceState, Error> {
    let missing = || Error::not_found(Noun::Resource, at);
    match at {
        ResourceRef::Id(id) => {
            let resource = definition.resource(*id).ok_or_else(missing)?.clone();
            let path = definition.path_of(*id).ok_or_else(missing)?;
            Ok(ResourceState { resource, path })
        }
        ResourceRef::Path(path) => {
            let resource = definition.find(path).ok_or_else(missing)?.clone();
            Ok(ResourceState { resource, path: path.clone() })
        }
    }
}

/// Refuses if anything is wrong.
pub(super) fn refuse(issues: Issues) -> Result<(), Error> {
    issues.into_result(()).map_err(Error::Invalid)
}

/// A broken rule of the tree in the words of a use case; `field` is where the path part was given.
pub(super) fn tree_error(field: &str, error: DefinitionError) -> Error {
    match error {
        DefinitionError::NoSuchResource(id) | DefinitionError::NoSuchParent(id) => {
            Error::not_found(Noun::Resource, id)
        }
        DefinitionError::DuplicateSibling(part) => Error::already_exists(Noun::Resource, part),
        DefinitionError::SecondVariable(_)
        | DefinitionError::ChildOfGreedy(_)
        | DefinitionError::DuplicateParameter(_)
        | DefinitionError::Cycle => Error::invalid(field, error.to_string()),
        DefinitionError::Root => Error::precondition("the root resource cannot be deleted, moved or renamed"),
    }
}
