//! The models of an API, read and compiled.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jsonschema::Validator;
use serde_json::Value;

use super::explain::explain;
use super::references::{Documents, references};
use super::rules::Rules;
use super::{draft4, texts};
use crate::model::{ApiId, Issue, Issues, Model, ModelName};

/// All models of an API, read, so that each can be compiled with those it refers to.
#[derive(Clone, Debug)]
pub struct Models {
    documents: Documents,
    /// Why a schema is no JSON.
    unread: BTreeMap<ModelName, String>,
}

impl Models {
    /// Reads models; what is wrong with one is said when it is compiled.
    pub fn read<'a>(api: ApiId, models: impl IntoIterator<Item = &'a Model>) -> Self {
        let (mut schemas, mut unread) = (BTreeMap::new(), BTreeMap::new());
        for model in models {
            match serde_json::from_str(&model.schema) {
                Ok(schema) => drop(schemas.insert(model.name.clone(), schema)),
                Err(error) => drop(unread.insert(model.name.clone(), error.to_string())),
            }
        }
        Self { documents: Documents::new(api, schemas), unread }
    }

    /// Compiles a model.
    ///
    /// # Errors
    /// Everything that keeps bodies from being checked against it, under `schema`: it is no JSON, or no schema of draft
    /// 4; it refers to something that is not there; a pattern is one that a linear-time engine cannot run.
    pub fn compile(&self, name: &ModelName) -> Result<BodySchema, Vec<Issue>> {
        let fault = |message: String| vec![Issue::new("schema", message)];
        if let Some(error) = self.unread.get(name) {
            return Err(fault(format!("it is not JSON: {error}")));
        }
        let Some(schema) = self.documents.schema(name) else {
            return Err(fault(format!("there is no model {name}")));
        };
        if !schema.is_object() {
            return Err(fault("a schema is a JSON object".to_owned()));
        }
        let mut issues = Issues::new();
        for model in self.documents.closure(name) {
            let of = if model == *name { String::new() } else { format!("model {model}, ") };
            for (pointer, message) in self.documents.schema(&model).map(draft4::faults).unwrap_or_default() {
                let at = if pointer.is_empty() { String::new() } else { format!("{pointer}: ") };
                issues.push("schema", format!("{of}{at}{message}"));
            }
            for reference in self.documents.schema(&model).map(references).unwrap_or_default() {
                if let Err(message) = self.documents.resolve(&model, reference) {
                    issues.push("schema", format!("{of}{message}"));
                }
            }
        }
        issues.into_result(())?;
        let address = self.documents.address(name);
        let validator = draft4::build(schema, &address, self.documents.clone()).map_err(fault)?;
        let rules = Rules::compile(&self.documents, name).map_err(fault)?;
        Ok(BodySchema { inner: Arc::new(Compiled { validator, rules }) })
    }

    /// The models that `name` refers to itself.
    #[must_use]
    pub fn references_of(&self, name: &ModelName) -> BTreeSet<ModelName> {
        let found = self.documents.schema(name).map(references).unwrap_or_default();
        let resolved = found.into_iter().filter_map(|text| self.documents.resolve(name, text).ok());
        resolved.map(|place| place.model).collect()
    }
}

/// A compiled model. Cheap to clone; clones share it.
#[derive(Clone, Debug)]
pub struct BodySchema {
    inner: Arc<Compiled>,
}

#[derive(Debug)]
struct Compiled {
    validator: Validator,
    rules: Rules,
}

impl BodySchema {
    /// Checks a body. The work is bounded by the size of the body and that of the schema.
    ///
    /// # Errors
    /// Why it does not fit, as `$context.error.validationErrorString` has it: `[object has missing required properties
    /// (["a"])]`.
    pub fn check(&self, body: &Value) -> Result<(), String> {
        if self.inner.validator.is_valid(body) {
            return Ok(());
        }
        Err(texts::list(&explain(&self.inner.rules, body)))
    }
}
