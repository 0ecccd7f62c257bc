//! Authorizers and documentation: kept as API Gateway's control plane shows them.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::Work;
use crate::model::KeptKind;
use crate::openapi::kept;

/// Puts the authorizers; gives the id of each name that operations may use.
pub(super) fn put_authorizers(work: &mut Work<'_>) -> BTreeMap<String, String> {
    let mut known: BTreeMap<String, (String, Map<String, Value>)> = BTreeMap::new();
    for (id, authorizer) in kept::all(work.before, KeptKind::Authorizer) {
        // Of several with one name, the first by id is meant.
        let name = kept::text(&authorizer, "name").unwrap_or(id).to_owned();
        known.entry(name).or_insert_with(|| (id.to_owned(), authorizer));
    }
    if work.overwrites() {
        work.definition.kept.retain(|(kind, _), _| *kind != KeptKind::Authorizer);
    }
    let mut ids: BTreeMap<String, String> = BTreeMap::new();
    for fields in &work.document.authorizers {
        let name = kept::text(fields, "name").unwrap_or_default().to_owned();
        let before = known.get(&name).map(|(id, fields)| (id.clone(), fields.clone()));
        ids.insert(name, put(work, KeptKind::Authorizer, before, fields));
    }
    if !work.overwrites() {
        for (name, (id, _)) in known {
            ids.entry(name).or_insert(id);
        }
    }
    ids
}

/// Puts the parts of the documentation and its version. Versions that are there stay: stages may name them.
pub(super) fn put_documentation(work: &mut Work<'_>) {
    put_parts(work);
    if let Some((name, said)) = &work.document.documentation.version {
        let there = kept::all(work.before, KeptKind::DocumentationVersion).find(|(id, _)| id == name);
        let mut version = there.map(|(_, version)| version).unwrap_or_default();
        let before = version.clone();
        version.insert("version".to_owned(), name.as_str().into());
        version.extend(said.clone());
        if before != version {
            store(work, KeptKind::DocumentationVersion, name, &version);
        }
    }
}

/// Puts the parts of the documentation, each at its place; gives their ids in the order of the document.
pub(super) fn put_parts(work: &mut Work<'_>) -> Vec<String> {
    let mut known: BTreeMap<String, (String, Map<String, Value>)> = BTreeMap::new();
    for (id, part) in kept::all(work.before, KeptKind::DocumentationPart) {
        known.entry(place(&part)).or_insert_with(|| (id.to_owned(), part));
    }
    if work.overwrites() {
        work.definition.kept.retain(|(kind, _), _| *kind != KeptKind::DocumentationPart);
    }
    let mut ids = Vec::new();
    for fields in &work.document.documentation.parts {
        let before = known.get(&place(fields)).cloned();
        let id = put(work, KeptKind::DocumentationPart, before, fields);
        if !ids.contains(&id) {
            ids.push(id.clone());
        }
        known.entry(place(fields)).or_insert_with(|| (id, fields.clone()));
    }
    ids
}

/// Where a part of the documentation belongs, in one form.
fn place(part: &Map<String, Value>) -> String {
    let location: BTreeMap<&String, &Value> =
        part.get("location").and_then(Value::as_object).into_iter().flatten().collect();
    serde_json::to_string(&location).unwrap_or_default()
}

/// Stores something under the id that it had, else under a new one. What says the same as before stays as it is.
fn put(
    work: &mut Work<'_>,
    kind: KeptKind,
    before: Option<(String, Map<String, Value>)>,
    fields: &Map<String, Value>,
) -> String {
    let (id, former) = match before {
        Some((id, former)) => (id, Some(former)),
        None => (work.ids.kept(), None),
    };
    let mut whole = Map::from_iter([("id".to_owned(), Value::from(id.as_str()))]);
    whole.extend(fields.clone());
    match former.filter(|former| alike(former, &whole)).and(work.before.kept.get(&(kind, id.clone()))) {
        Some(text) => drop(work.definition.kept.insert((kind, id.clone()), text.clone())),
        None => store(work, kind, &id, &whole),
    }
    id
}

/// Whether two say the same, however the JSON in their texts is written.
fn alike(one: &Map<String, Value>, other: &Map<String, Value>) -> bool {
    let plain = |map: &Map<String, Value>| {
        let mut map = map.clone();
        if let Some(properties) = map.get_mut("properties")
            && let Some(value) = properties.as_str().and_then(|text| serde_json::from_str(text).ok())
        {
            *properties = value;
        }
        map
    };
    plain(one) == plain(other)
}

fn store(work: &mut Work<'_>, kind: KeptKind, id: &str, fields: &Map<String, Value>) {
    let text = serde_json::to_string(fields).unwrap_or_default();
    work.definition.kept.insert((kind, id.to_owned()), text.into());
}
