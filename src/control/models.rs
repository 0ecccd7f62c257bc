//! Models: the shapes that a draft's methods declare for bodies.

use std::sync::Arc;

use crate::model::{ApiId, Definition, Issue, Issues, Model, ModelName};
use crate::validation::Models;

use super::check::check_description;
use super::clock::new_model_id;
use super::draft::{Draft, refuse};
use super::{Control, Error, NewModel, Noun, Options, Page, Read, Written};

impl Control {
    /// Makes a model.
    ///
    /// # Errors
    /// When there is one with this name, or a field is wrong: a schema is a JSON Schema of draft 4, and the models that
    /// it refers to are there.
    pub async fn create_model(
        &self,
        api: ApiId,
        new: NewModel,
        options: Options,
    ) -> Result<Written<Arc<Model>>, Error> {
        self.edit(api, options, |draft| draft.create_model(&new)).await
    }

    /// A model.
    ///
    /// # Errors
    /// When it is not there.
    pub async fn model(&self, api: ApiId, name: &ModelName) -> Result<Read<Arc<Model>>, Error> {
        self.read(api, |definition| find(definition, name)).await
    }

    /// Some of the models, by name.
    ///
    /// # Errors
    /// When the API is not there.
    pub async fn models(
        &self,
        api: ApiId,
        after: Option<ModelName>,
        limit: usize,
    ) -> Result<Read<Page<Arc<Model>, ModelName>>, Error> {
        self.read(api, |definition| {
            let items =
                definition.models.values().filter(|model| after.as_ref().is_none_or(|a| model.name > *a));
            let items = items.take(limit.saturating_add(1)).cloned().collect();
            Ok(Page::cut(items, limit, |model: &Arc<Model>| model.name.clone()))
        })
        .await
    }

    /// Changes a model's description and schema; `change` may run more than once. Everything else stays.
    ///
    /// # Errors
    /// When it is not there, or `change` or a field of its outcome is wrong.
    pub async fn update_model(
        &self,
        api: ApiId,
        name: &ModelName,
        mut change: impl FnMut(&mut Model) -> Result<(), Vec<Issue>> + Send,
        options: Options,
    ) -> Result<Written<Arc<Model>>, Error> {
        self.edit(api, options, |draft| draft.update_model(name, &mut change)).await
    }

    /// Deletes a model.
    ///
    /// # Errors
    /// [`Error::InUse`] while a method or another model refers to it; when it is not there.
    pub async fn delete_model(
        &self,
        api: ApiId,
        name: &ModelName,
        options: Options,
    ) -> Result<Written<()>, Error> {
        self.edit(api, options, |draft| draft.delete_model(name)).await
    }
}

impl Draft<'_> {
    fn create_model(&mut self, new: &NewModel) -> Result<Arc<Model>, Error> {
        if self.definition.models.contains_key(&new.name) {
            return Err(Error::already_exists(Noun::Model, &new.name));
        }
        let taken = |id| self.definition.models.values().any(|model| model.id == id);
        let model = Model {
            id: new_model_id(taken)?,
            name: new.name.clone(),
            content_type: new.content_type.clone(),
            description: new.description.clone(),
            schema: new.schema.clone(),
        };
        self.store_model(model)
    }

    fn update_model(
        &mut self,
        name: &ModelName,
        change: impl FnOnce(&mut Model) -> Result<(), Vec<Issue>>,
    ) -> Result<Arc<Model>, Error> {
        let before = find(&self.definition, name)?;
        let mut model = Model::clone(&before);
        change(&mut model).map_err(Error::Invalid)?;
        (model.id, model.name, model.content_type) =
            (before.id, before.name.clone(), before.content_type.clone());
        self.store_model(model)
    }

    fn delete_model(&mut self, name: &ModelName) -> Result<(), Error> {
        find(&self.definition, name)?;
        let by = users(&self.definition, name);
        if !by.is_empty() {
            return Err(Error::InUse { noun: Noun::Model, id: name.to_string(), by });
        }
        self.definition.models.remove(name);
        Ok(())
    }

    /// Checks a model beside the others, and puts it among them.
    fn store_model(&mut self, model: Model) -> Result<Arc<Model>, Error> {
        let mut issues = Issues::new();
        check_description(model.description.as_deref(), &mut issues);
        let most = self.limits.schema_bytes;
        if model.schema.trim().is_empty() {
            issues.push("schema", "Model schema must have at least 1 property or array items defined");
        } else if model.schema.len() > most {
            issues.push("schema", format!("at most {most} bytes, not {}", model.schema.len()));
        }
        refuse(issues)?;
        let model = Arc::new(model);
        self.definition.models.insert(model.name.clone(), Arc::clone(&model));
        let models = self.definition.models.values().map(|model| &**model);
        Models::read(self.definition.api.id, models).compile(&model.name).map_err(Error::Invalid)?;
        Ok(model)
    }
}

fn find(definition: &Definition, name: &ModelName) -> Result<Arc<Model>, Error> {
    definition.models.get(name).cloned().ok_or_else(|| Error::not_found(Noun::Model, name))
}

/// What refers to a model: methods, and other models.
fn users(definition: &Definition, name: &ModelName) -> Vec<String> {
    let mut by = Vec::new();
    for (path, resource) in definition.walk() {
        for (verb, method) in &resource.methods {
            let answers = method.responses.values().flat_map(|response| response.response_models.values());
            if method.request_models.values().chain(answers).any(|used| used == name.as_str()) {
                by.push(format!("method {verb} {path}"));
            }
        }
    }
    let models = Models::read(definition.api.id, definition.models.values().map(|model| &**model));
    let others = definition.models.keys().filter(|other| *other != name);
    by.extend(
        others
            .filter(|other| models.references_of(other).contains(name))
            .map(|other| format!("model {other}")),
    );
    by
}
