//! Where two versions of an API differ: drafts, deployments, whatever stages serve.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use crate::model::{
    Definition, GatewayResponseType, KeptName, ModelName, RequestValidatorId, Resource, ResourcePath, Verb,
};

/// What differs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// The API's own settings, its CORS policy among them.
    Api,
    /// A customised gateway response.
    GatewayResponse(GatewayResponseType),
    /// Something that is kept without effect: its kind and id.
    Kept(KeptName),
    /// A model.
    Model(ModelName),
    /// A request validator.
    RequestValidator(RequestValidatorId),
    /// A resource, apart from its methods.
    Resource(ResourcePath),
    /// A method with everything it holds.
    Method(ResourcePath, Verb),
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Api => f.write_str("API"),
            Self::GatewayResponse(kind) => write!(f, "gateway response {kind}"),
            Self::Kept((kind, id)) => write!(f, "{} {id}", kind.as_str().replace('_', " ")),
            Self::Model(name) => write!(f, "model {name}"),
            Self::RequestValidator(id) => write!(f, "request validator {id}"),
            Self::Resource(path) => write!(f, "resource {path}"),
            Self::Method(path, verb) => write!(f, "method {verb} {path}"),
        }
    }
}

/// How it differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DifferenceKind {
    /// Only the newer version has it.
    Added,
    /// Only the older version has it.
    Removed,
    /// Both have it, not alike.
    Changed,
}

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// What differs.
    pub subject: Subject,
    /// How.
    pub kind: DifferenceKind,
}

/// Everything that differs, settings first, then resources by path. What both versions share is not looked into.
pub(super) fn differences(from: &Definition, to: &Definition) -> Vec<Difference> {
    let mut found = Vec::new();
    let mut note = |subject, kind| found.push(Difference { subject, kind });
    if from.api != to.api {
        note(Subject::Api, DifferenceKind::Changed);
    }
    compare_maps(&from.gateway_responses, &to.gateway_responses, Subject::GatewayResponse, &mut note);
    compare_maps(&from.kept, &to.kept, Subject::Kept, &mut note);
    compare_maps(&from.models, &to.models, Subject::Model, &mut note);
    compare_maps(&from.request_validators, &to.request_validators, Subject::RequestValidator, &mut note);
    let (mut old, mut new) = (from.walk().into_iter().peekable(), to.walk().into_iter().peekable());
    loop {
        let (path, before, after) = match (old.peek(), new.peek()) {
            (None, None) => break,
            (Some((a, _)), Some((b, _))) if a == b => {
                let path = a.clone();
                (path, old.next().map(|(_, r)| r), new.next().map(|(_, r)| r))
            }
            (Some((a, _)), b) if b.is_none_or(|(b, _)| a < b) => {
                (a.clone(), old.next().map(|(_, r)| r), None)
            }
            (_, Some((b, _))) => (b.clone(), None, new.next().map(|(_, r)| r)),
            (Some((a, _)), None) => (a.clone(), old.next().map(|(_, r)| r), None),
        };
        compare_resources(&path, before, after, &mut note);
    }
    found
}

/// Everything that differs between a draft and what becomes of it, a line each, for the audit. Resources that are shared
/// cost a comparison of pointers.
pub(super) fn changes_of(before: &Definition, after: &Definition) -> Vec<String> {
    let (mut lines, mut moved) = (Vec::new(), Vec::new());
    let mut note = |subject: Subject, kind| {
        let word = match kind {
            DifferenceKind::Added => "added",
            DifferenceKind::Removed => "removed",
            DifferenceKind::Changed => "changed",
        };
        lines.push(format!("{word} {subject}"));
    };
    if before.api != after.api {
        note(Subject::Api, DifferenceKind::Changed);
    }
    compare_maps(&before.gateway_responses, &after.gateway_responses, Subject::GatewayResponse, &mut note);
    compare_maps(&before.models, &after.models, Subject::Model, &mut note);
    compare_maps(&before.request_validators, &after.request_validators, Subject::RequestValidator, &mut note);
    for resource in after.resources() {
        let former = before.resource(resource.id);
        if former.is_none_or(|former| !Arc::ptr_eq(former, resource))
            && let Some(path) = after.path_of(resource.id)
        {
            moved.extend(
                former
                    .and_then(|_| before.path_of(resource.id))
                    .filter(|from| *from != path)
                    .map(|from| format!("moved resource {from} → {path}")),
            );
            compare_resources(&path, former, Some(resource), &mut note);
        }
    }
    for resource in before.resources().filter(|resource| after.resource(resource.id).is_none()) {
        if let Some(path) = before.path_of(resource.id) {
            compare_resources(&path, Some(resource), None, &mut note);
        }
    }
    lines.append(&mut moved);
    lines
}

fn compare_maps<K: Ord + Clone, V: PartialEq>(
    before: &BTreeMap<K, V>,
    after: &BTreeMap<K, V>,
    subject: impl Fn(K) -> Subject,
    note: &mut impl FnMut(Subject, DifferenceKind),
) {
    let keys: BTreeSet<_> = before.keys().chain(after.keys()).collect();
    for key in keys {
        if let Some(how) = compare(before.get(key), after.get(key)) {
            note(subject(key.clone()), how);
        }
    }
}

fn compare_resources(
    path: &ResourcePath,
    before: Option<&Arc<Resource>>,
    after: Option<&Arc<Resource>>,
    note: &mut impl FnMut(Subject, DifferenceKind),
) {
    match (before, after) {
        (Some(a), Some(b)) if Arc::ptr_eq(a, b) => return,
        (Some(a), Some(b)) if a.cors_policy == b.cors_policy => {}
        (Some(_), Some(_)) => note(Subject::Resource(path.clone()), DifferenceKind::Changed),
        (None, Some(_)) => note(Subject::Resource(path.clone()), DifferenceKind::Added),
        (Some(_), None) => note(Subject::Resource(path.clone()), DifferenceKind::Removed),
        (None, None) => {}
    }
    let methods = |side: Option<&Arc<Resource>>| side.map(|r| r.methods.keys().copied().collect::<Vec<_>>());
    let verbs: BTreeSet<Verb> = [methods(before), methods(after)].into_iter().flatten().flatten().collect();
    for verb in verbs {
        let old = before.and_then(|resource| resource.methods.get(&verb));
        let new = after.and_then(|resource| resource.methods.get(&verb));
        if let Some(how) = compare(old, new) {
            note(Subject::Method(path.clone(), verb), how);
        }
    }
}

fn compare<T: PartialEq>(before: Option<&T>, after: Option<&T>) -> Option<DifferenceKind> {
    match (before, after) {
        (None, None) => None,
        (None, Some(_)) => Some(DifferenceKind::Added),
        (Some(_), None) => Some(DifferenceKind::Removed),
        (Some(a), Some(b)) => (a != b).then_some(DifferenceKind::Changed),
    }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;
    use crate::model::{Api, ApiId, GatewayResponse, Method, RequestValidator, ResourceId};

    fn tree(paths: &[(&str, &str)]) -> Definition {
        let api = Api::new(ApiId::from_random([1; 10]), "pets".into(), SystemTime::UNIX_EPOCH);
        let mut definition = Definition::new(api, ResourceId::from_random([0; 6]));
        for (n, (path, verbs)) in paths.iter().enumerate() {
            let path: ResourcePath = path.parse().expect("a path");
            let mut at = definition.root();
            for (depth, part) in path.parts().iter().enumerate() {
                let below = definition.children(at).find(|(p, _)| *p == part).map(|(_, id)| id);
                at = below.unwrap_or_else(|| {
                    let n = u8::try_from(n * 10 + depth + 1).expect("few paths");
                    let id = ResourceId::from_random([n; 6]);
                    definition.add(id, at, part.clone()).expect("a legal tree");
                    id
                });
            }
            definition
                .edit(at, |resource| {
                    for verb in verbs.split_whitespace() {
                        resource.methods.insert(verb.parse().expect("a verb"), Method::default());
                    }
                })
                .expect("it is there");
        }
        definition
    }

    fn show(from: &Definition, to: &Definition) -> Vec<String> {
        let line = |d: Difference| {
            let subject = match d.subject {
                Subject::Api => "api".to_owned(),
                Subject::GatewayResponse(kind) => kind.to_string(),
                Subject::Kept((kind, id)) => format!("{kind:?} {id}"),
                Subject::Model(name) => format!("model {name}"),
                Subject::RequestValidator(id) => format!("request validator {id}"),
                Subject::Resource(path) => path.to_string(),
                Subject::Method(path, verb) => format!("{verb} {path}"),
            };
            format!("{:?} {subject}", d.kind)
        };
        differences(from, to).into_iter().map(line).collect()
    }

    #[test]
    fn equal_versions_do_not_differ() {
        let a = tree(&[("/", "GET"), ("/pets/{id}", "GET PUT")]);
        assert!(differences(&a, &a.clone()).is_empty());
    }

    #[test]
    fn what_was_added_changed_and_removed_is_named_once() {
        let from = tree(&[("/", "GET"), ("/cats", "GET"), ("/pets/{id}", "GET PUT"), ("/zoo", "GET")]);
        let mut to = tree(&[("/", "GET"), ("/dogs", "ANY"), ("/pets/{id}", "GET DELETE"), ("/zoo", "GET")]);
        let root = to.root();
        to.edit(root, |r| r.methods.values_mut().for_each(|m| m.api_key_required = true)).expect("there");
        to.gateway_responses.insert(GatewayResponseType::Throttled, GatewayResponse::default().into());
        Arc::make_mut(&mut to.api).name = "other".into();
        to.models.remove(&"Empty".parse().expect("a name"));
        let validator = RequestValidator {
            id: "abc123".parse().expect("an id"),
            name: "all".into(),
            validate_request_parameters: true,
            validate_request_body: true,
        };
        to.request_validators.insert(validator.id, validator.into());
        to.kept.insert((crate::model::KeptKind::Authorizer, "abc123".into()), "{}".into());
        assert_eq!(
            show(&from, &to),
            [
                "Changed api",
                "Added THROTTLED",
                "Added Authorizer abc123",
                "Removed model Empty",
                "Added request validator abc123",
                "Changed GET /",
                "Removed /cats",
                "Removed GET /cats",
                "Added /dogs",
                "Added ANY /dogs",
                "Added DELETE /pets/{id}",
                "Removed PUT /pets/{id}",
            ]
        );
        assert_eq!(show(&to, &from).len(), 12);
    }
}
