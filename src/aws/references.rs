//! What a method may refer to: the models, request validators and authorizers of its API.

use std::collections::BTreeSet;

use super::call::{Call, no_resource};
use super::error::Exception;
use crate::control::{KeptOf, ResourceRef};
use crate::model::{ApiId, KeptKind};

/// The names that methods of one API may use.
pub(super) struct References {
    models: BTreeSet<String>,
    validators: BTreeSet<String>,
    authorizers: BTreeSet<String>,
}

impl References {
    /// Those of an API, of which `resource` must be there.
    pub(super) async fn of(call: &Call, api: ApiId, resource: &ResourceRef) -> Result<Self, Exception> {
        let draft = call.control.draft_of(api).await.map_err(|error| call.fail_below(error))?;
        if let ResourceRef::Id(id) = resource
            && draft.resource(*id).is_none()
        {
            return Err(no_resource());
        }
        Ok(Self {
            models: draft.models.keys().map(ToString::to_string).collect(),
            validators: draft.request_validators.keys().map(ToString::to_string).collect(),
            authorizers: call
                .control
                .all_kept(KeptOf { kind: KeptKind::Authorizer, api: Some(api) })
                .await
                .map_err(|error| call.fail_below(error))?
                .into_iter()
                .map(|kept| kept.id)
                .collect(),
        })
    }

    /// Refuses a model that is not there. `Empty` always is: it asks for nothing.
    pub(super) fn model(&self, name: &str) -> Result<(), Exception> {
        if name == "Empty" || self.models.contains(name) {
            return Ok(());
        }
        Err(Exception::bad_request(format!("Invalid model identifier specified: {name}")))
    }

    /// Refuses a request validator that is not there.
    pub(super) fn validator(&self, id: &str) -> Result<(), Exception> {
        if self.validators.contains(id) {
            return Ok(());
        }
        Err(Exception::bad_request("Invalid Request Validator identifier specified"))
    }

    /// Whether there is such an authorizer.
    pub(super) fn has_authorizer(&self, id: Option<&str>) -> bool {
        id.is_some_and(|id| self.authorizers.contains(id))
    }
}
