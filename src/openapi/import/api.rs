//! The API's own settings, its gateway responses and its request validators.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Work;
use crate::model::{Api, ApiKeySource, RequestValidator, RequestValidatorId};
use crate::openapi::export::version;

pub(super) fn put(work: &mut Work<'_>) {
    let document = work.document;
    let overwrites = work.overwrites();
    if document.title.as_deref().is_none_or(|title| title.trim().is_empty()) {
        work.error("info.title", "an API needs a name: the title is missing");
    }
    let api = Arc::make_mut(&mut work.definition.api);
    if let Some(title) = &document.title {
        api.name.clone_from(title);
    }
    // Both modes take the version from the file; the day that an export names for want of one is none.
    if document.version.as_deref() != Some(version(api).as_str()) {
        api.version.clone_from(&document.version);
    }
    if overwrites {
        reset(api);
    }
    if document.description.is_some() {
        api.description.clone_from(&document.description);
    }
    for media_type in document.binary_media_types.iter().flatten() {
        if !api.binary_media_types.contains(media_type) {
            api.binary_media_types.push(media_type.clone());
        }
    }
    if let Some(source) = document.api_key_source {
        api.api_key_source = source;
    }
    if document.minimum_compression_size.is_some() {
        api.minimum_compression_size = document.minimum_compression_size;
    }
    if document.policy.is_some() {
        api.policy.clone_from(&document.policy);
    }
    if let Some(disabled) = document.disable_execute_api_endpoint {
        api.disable_execute_api_endpoint = disabled;
    }
    if let Some(ids) = &document.vpc_endpoint_ids {
        api.vpc_endpoint_ids.clone_from(ids);
    }
    if let Some(dualstack) = document.dualstack {
        api.dualstack = dualstack;
    }
    if overwrites {
        work.definition.gateway_responses.clear();
    }
    for (kind, response) in &document.gateway_responses {
        let api = Arc::make_mut(&mut work.definition.api);
        match work.before.gateway_responses.get(kind) {
            // The same again is still what `EnableCors` made.
            Some(before) if **before == *response => {
                work.definition.gateway_responses.insert(*kind, before.clone());
                if let Some(mark) = work.before.api.cors_marks.get(kind) {
                    api.cors_marks.insert(*kind, mark.clone());
                }
            }
            _ => {
                work.definition.gateway_responses.insert(*kind, Arc::new(response.clone()));
                if let Some(mark) = api.cors_marks.get_mut(kind) {
                    mark.created = false;
                }
            }
        }
    }
}

/// What a document can say, as if nothing were said.
fn reset(api: &mut Api) {
    api.description = None;
    api.binary_media_types.clear();
    api.api_key_source = ApiKeySource::default();
    api.minimum_compression_size = None;
    api.policy = None;
    api.cors_policy = None;
    api.cors_marks.clear();
}

/// Puts the validators; gives the id of each name that operations may use.
pub(super) fn put_validators(work: &mut Work<'_>) -> BTreeMap<String, RequestValidatorId> {
    let mut known: BTreeMap<String, RequestValidatorId> = BTreeMap::new();
    // Of several with one name, the first by id is meant.
    for validator in work.before.request_validators.values().rev() {
        known.insert(validator.name.clone(), validator.id);
    }
    if work.overwrites() {
        work.definition.request_validators.clear();
    }
    for validator in &work.document.validators {
        let id = match known.get(&validator.name) {
            Some(id) => *id,
            None => work.ids.validator(),
        };
        let new = RequestValidator {
            id,
            name: validator.name.clone(),
            validate_request_parameters: validator.parameters,
            validate_request_body: validator.body,
        };
        work.definition.request_validators.insert(id, Arc::new(new));
        known.insert(validator.name.clone(), id);
    }
    known.retain(|_, id| work.definition.request_validators.contains_key(id));
    known
}
