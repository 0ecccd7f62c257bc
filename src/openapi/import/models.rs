//! Schemas of the document as models.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value;

use super::Work;
use crate::model::{Model, ModelName};
use crate::openapi::schema;

pub(super) fn put(work: &mut Work<'_>) {
    if work.overwrites() {
        work.definition.models.clear();
    }
    let (document, format) = (work.document, work.format());
    let mut names: BTreeSet<ModelName> = BTreeSet::new();
    for (name, schema) in &document.schemas {
        let place = format!("{}{name}", schema::pointer(format));
        let Some(model_name) = schema::model_name(name) else {
            work.error(&place, "a model's name has letters and digits, 1 to 255 of them");
            continue;
        };
        if !names.insert(model_name.clone()) {
            work.error(&place, format!("another schema becomes the model {model_name}, too"));
            continue;
        }
        if model_name.as_str() != name {
            work.warn(&place, format!("a model's name has letters and digits only: it becomes {model_name}"));
        }
        let idle = schema::without_effect(schema);
        if !idle.is_empty() {
            let words = idle.into_iter().collect::<Vec<_>>().join(", ");
            work.warn(&place, format!("keywords without effect in a model: {words}"));
        }
        let model = model(work, model_name.clone(), schema);
        work.definition.models.insert(model_name, model);
    }
    missing(work, &names);
}

fn model(work: &mut Work<'_>, name: ModelName, schema: &Value) -> Arc<Model> {
    let mut schema = schema.clone();
    schema::to_model(&mut schema, work.before.api.id, work.format());
    let description = schema.get("description").and_then(Value::as_str).filter(|text| !text.is_empty());
    let description = description.map(str::to_owned);
    let before = work.before.models.get(&name);
    if let Some(before) = before.filter(|before| same(before, &schema)) {
        return before.clone();
    }
    Arc::new(Model {
        id: before.map_or_else(|| work.ids.model(), |model| model.id),
        name,
        content_type: "application/json".parse().expect("a media type"),
        description,
        schema: schema.to_string(),
    })
}

/// Whether a model says what the document says already, however it is written.
fn same(model: &Model, schema: &Value) -> bool {
    let Ok(mut own) = serde_json::from_str::<Value>(&model.schema) else { return false };
    if let Value::Object(map) = &mut own {
        map.shift_remove("$schema");
    }
    let mut schema = schema.clone();
    if let Value::Object(map) = &mut schema {
        map.shift_remove("$schema");
    }
    own == schema
}

/// Warns of references to schemas that are not there.
fn missing(work: &mut Work<'_>, names: &BTreeSet<ModelName>) {
    let format = work.format();
    for (name, schema) in &work.document.schemas {
        for reference in schema::references(schema, format) {
            if !names.contains(&reference) && !work.definition.models.contains_key(&reference) {
                work.warn(
                    &format!("{}{name}", schema::pointer(format)),
                    format!("there is no model {reference} to refer to"),
                );
            }
        }
    }
}
