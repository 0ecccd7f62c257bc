//! Paths as resources, operations as methods.

use std::collections::{BTreeMap, BTreeSet};

use super::{BasePath, Work, back_end};
use crate::model::{ManagedBy, Method, PathPart, RequestValidatorId, ResourceId, ResourcePath, Verb};
use crate::openapi::document::{Operation, PathItem, strip_base};

/// Ids of what operations name.
pub(super) struct Named {
    pub(super) validators: BTreeMap<String, RequestValidatorId>,
    pub(super) authorizers: BTreeMap<String, String>,
}

pub(super) fn put(work: &mut Work<'_>, named: &Named) {
    let document = work.document;
    let base = base(work);
    let paths: Vec<(ResourcePath, &PathItem)> =
        document.paths.iter().map(|item| (base.iter().chain(&item.parts).cloned().collect(), item)).collect();
    if work.overwrites() {
        clear(work, base, paths.iter().map(|(path, _)| path));
    }
    if ensure(work, &base.iter().cloned().collect(), "basePath").is_none() {
        return;
    }
    let mut seen = BTreeSet::new();
    for (path, item) in &paths {
        let Some(id) = ensure(work, path, &item.place) else { continue };
        for (verb, operation) in &item.operations {
            if !seen.insert((id, *verb)) {
                work.error(
                    &operation.place,
                    format!("another path of the document is {path} with {verb}, too"),
                );
                continue;
            }
            let method = method(work, (path, &item.parts), *verb, operation, named);
            put_method(work, id, *verb, method, &operation.place);
        }
    }
}

/// What every path begins with.
pub(super) fn base<'a>(work: &Work<'a>) -> &'a [PathPart] {
    match work.options.base_path {
        BasePath::Ignore => &[],
        BasePath::Prepend => &work.document.base_path,
        BasePath::Split => strip_base(&work.document.base_path),
    }
}

/// Takes away what the document does not have; what stays keeps its id and loses its methods.
fn clear<'a>(work: &mut Work<'_>, base: &[PathPart], paths: impl Iterator<Item = &'a ResourcePath>) {
    let mut wanted: BTreeSet<&[PathPart]> = (0..=base.len()).map(|n| &base[..n]).collect();
    for path in paths {
        wanted.extend((0..=path.parts().len()).map(|n| &path.parts()[..n]));
    }
    let walk: Vec<(ResourcePath, ResourceId)> =
        work.definition.walk().into_iter().map(|(path, resource)| (path, resource.id)).collect();
    for (path, id) in walk {
        // A resource below one that went is gone already.
        let _gone_already = if wanted.contains(path.parts()) {
            work.definition.edit(id, |resource| {
                resource.methods.clear();
                resource.cors_policy = None;
                resource.cors_marks.clear();
            })
        } else {
            work.definition.remove(id).map(|_| ())
        };
    }
}

/// The resource of a path, made with those above it where they are missing.
fn ensure(work: &mut Work<'_>, path: &ResourcePath, place: &str) -> Option<ResourceId> {
    let mut at = work.definition.root();
    for part in path.parts() {
        at = match work.definition.child(at, part) {
            Some(id) => id,
            None => {
                let id = work.ids.resource();
                if let Err(error) = work.definition.add(id, at, part.clone()) {
                    work.error(place, error.to_string());
                    return None;
                }
                id
            }
        };
    }
    Some(at)
}

fn method(
    work: &mut Work<'_>,
    (path, own): (&ResourcePath, &[PathPart]),
    verb: Verb,
    operation: &Operation,
    named: &Named,
) -> Method {
    let place = &operation.place;
    let mut method = operation.method.clone();
    if let Some(name) = operation.validator.as_ref().or(work.document.validator.as_ref()) {
        match named.validators.get(name) {
            Some(id) => method.request_validator_id = Some(id.to_string()),
            None => work.warn(place, format!("there is no request validator {name:?}: nothing is validated")),
        }
    }
    // One that is not there stays: the method then cannot be deployed, rather than to be left open.
    if let Some(id) = method.authorizer_id.as_ref().and_then(|name| named.authorizers.get(name)) {
        method.authorizer_id = Some(id.clone());
    }
    for (key, value) in &operation.untexted {
        work.warn(
            place,
            format!(
                "Invalid format for 'requestParameters'. Expected type string for property '{key}' of resource \
                 '{path}' and method '{verb}' but got '{value}'"
            ),
        );
    }
    for part in path.parts() {
        if let PathPart::Param(name) = part {
            method
                .request_parameters
                .insert(format!("path.{name}").parse().expect("a name makes a parameter"), true);
        }
    }
    let mut missing = Vec::new();
    let mut keep = |models: &mut BTreeMap<_, String>| {
        models.retain(|_, name| {
            let there = name.parse().is_ok_and(|name| work.definition.models.contains_key(&name));
            if !there {
                missing.push(name.clone());
            }
            there
        });
    };
    keep(&mut method.request_models);
    for response in method.responses.values_mut() {
        keep(&mut response.response_models);
    }
    for name in missing {
        work.warn(place, format!("there is no model {name}: the reference is left out"));
    }
    if method.integration.is_none() {
        back_end::put(work, own, verb, operation, &mut method);
    }
    if method.integration.is_none() {
        work.warn(place, "the method has no integration: it cannot be deployed before it gets one");
    }
    method
}

fn put_method(work: &mut Work<'_>, id: ResourceId, verb: Verb, method: Method, place: &str) {
    let before = work.before.resource(id);
    let there = before.and_then(|resource| resource.methods.get(&verb));
    if there.is_some_and(|there| there.managed_by == ManagedBy::CorsPolicy) && !work.overwrites() {
        work.warn(place, "a CORS policy manages this method: what the document says about it is left out");
        return;
    }
    let same = there.is_some_and(|there| *there == method);
    let mark = before.and_then(|resource| resource.cors_marks.get(&verb)).cloned();
    let edited = work.definition.edit(id, |resource| {
        // What `EnableCors` set is still its own as long as the method says the same; see `DisableCors`.
        match mark {
            Some(mark) if same => drop(resource.cors_marks.insert(verb, mark)),
            Some(_) | None => {
                if let Some(mark) = resource.cors_marks.get_mut(&verb) {
                    mark.created = false;
                }
            }
        }
        resource.methods.insert(verb, method);
    });
    debug_assert!(edited.is_ok(), "the resource was found or made above");
}
