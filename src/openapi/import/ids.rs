//! Ids for what an import makes.

use std::collections::BTreeSet;

use crate::model::{Definition, ModelId, RequestValidatorId, ResourceId};

/// Draws ids until one is free. What the definition had before is not given again, even if it goes.
pub(super) struct Ids<'a> {
    draw: &'a mut dyn FnMut() -> [u8; 6],
    resources: BTreeSet<ResourceId>,
    models: BTreeSet<ModelId>,
    validators: BTreeSet<RequestValidatorId>,
    kept: BTreeSet<String>,
}

impl<'a> Ids<'a> {
    pub(super) fn new(definition: &Definition, draw: &'a mut dyn FnMut() -> [u8; 6]) -> Self {
        Self {
            draw,
            resources: definition.resources().map(|resource| resource.id).collect(),
            models: definition.models.values().map(|model| model.id).collect(),
            validators: definition.request_validators.keys().copied().collect(),
            kept: definition.kept.keys().map(|(_, id)| id.clone()).collect(),
        }
    }

    pub(super) fn resource(&mut self) -> ResourceId {
        loop {
            let id = ResourceId::from_random((self.draw)());
            if self.resources.insert(id) {
                return id;
            }
        }
    }

    pub(super) fn model(&mut self) -> ModelId {
        loop {
            let id = ModelId::from_random((self.draw)());
            if self.models.insert(id) {
                return id;
            }
        }
    }

    pub(super) fn validator(&mut self) -> RequestValidatorId {
        loop {
            let id = RequestValidatorId::from_random((self.draw)());
            if self.validators.insert(id) {
                return id;
            }
        }
    }

    /// For an authorizer or a part of the documentation.
    pub(super) fn kept(&mut self) -> String {
        loop {
            let id = ResourceId::from_random((self.draw)()).to_string();
            if self.kept.insert(id.clone()) {
                return id;
            }
        }
    }
}
