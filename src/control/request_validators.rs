//! Request validators: what of a request a draft's methods have checked.

use std::sync::Arc;

use crate::model::{ApiId, Definition, Issue, Issues, RequestValidator, RequestValidatorId};

use super::clock::new_request_validator_id;
use super::draft::{Draft, refuse};
use super::{Control, Error, NewRequestValidator, Noun, Options, Page, Read, Written};

/// The most characters of a name.
const NAME_CHARS: usize = 255;

impl Control {
    /// Makes a request validator.
    ///
    /// # Errors
    /// When the API is not there, or the name is blank.
    pub async fn create_request_validator(
        &self,
        api: ApiId,
        new: NewRequestValidator,
        options: Options,
    ) -> Result<Written<Arc<RequestValidator>>, Error> {
        self.edit(api, options, |draft| {
            let taken = |id| draft.definition.request_validators.contains_key(&id);
            let validator = RequestValidator {
                id: new_request_validator_id(taken)?,
                name: new.name.clone(),
                validate_request_parameters: new.validate_request_parameters,
                validate_request_body: new.validate_request_body,
            };
            draft.store_request_validator(validator)
        })
        .await
    }

    /// A request validator.
    ///
    /// # Errors
    /// When it is not there.
    pub async fn request_validator(
        &self,
        api: ApiId,
        id: RequestValidatorId,
    ) -> Result<Read<Arc<RequestValidator>>, Error> {
        self.read(api, |definition| find(definition, id)).await
    }

    /// Some of the request validators, by id.
    ///
    /// # Errors
    /// When the API is not there.
    pub async fn request_validators(
        &self,
        api: ApiId,
        after: Option<RequestValidatorId>,
        limit: usize,
    ) -> Result<Read<Page<Arc<RequestValidator>, RequestValidatorId>>, Error> {
        self.read(api, |definition| {
            let all = definition.request_validators.values();
            let items = all.filter(|validator| after.is_none_or(|after| validator.id > after));
            let items = items.take(limit.saturating_add(1)).cloned().collect();
            Ok(Page::cut(items, limit, |validator: &Arc<RequestValidator>| validator.id))
        })
        .await
    }

    /// Changes a request validator; `change` may run more than once. Its id stays.
    ///
    /// # Errors
    /// When it is not there, or `change` or the name of its outcome is wrong.
    pub async fn update_request_validator(
        &self,
        api: ApiId,
        id: RequestValidatorId,
        mut change: impl FnMut(&mut RequestValidator) -> Result<(), Vec<Issue>> + Send,
        options: Options,
    ) -> Result<Written<Arc<RequestValidator>>, Error> {
        self.edit(api, options, |draft| {
            let mut validator = RequestValidator::clone(&*find(&draft.definition, id)?);
            change(&mut validator).map_err(Error::Invalid)?;
            validator.id = id;
            draft.store_request_validator(validator)
        })
        .await
    }

    /// Deletes a request validator.
    ///
    /// # Errors
    /// [`Error::InUse`] while a method has it; when it is not there.
    pub async fn delete_request_validator(
        &self,
        api: ApiId,
        id: RequestValidatorId,
        options: Options,
    ) -> Result<Written<()>, Error> {
        self.edit(api, options, |draft| {
            find(&draft.definition, id)?;
            let by = users(&draft.definition, id);
            if !by.is_empty() {
                return Err(Error::InUse { noun: Noun::RequestValidator, id: id.to_string(), by });
            }
            draft.definition.request_validators.remove(&id);
            Ok(())
        })
        .await
    }
}

impl Draft<'_> {
    fn store_request_validator(
        &mut self,
        validator: RequestValidator,
    ) -> Result<Arc<RequestValidator>, Error> {
        let mut issues = Issues::new();
        let characters = validator.name.chars().count();
        if validator.name.trim().is_empty() {
            issues.push("name", "Request Validator name cannot be blank");
        } else if characters > NAME_CHARS {
            issues.push("name", format!("a name has at most {NAME_CHARS} characters, not {characters}"));
        }
        refuse(issues)?;
        let validator = Arc::new(validator);
        self.definition.request_validators.insert(validator.id, Arc::clone(&validator));
        Ok(validator)
    }
}

fn find(definition: &Definition, id: RequestValidatorId) -> Result<Arc<RequestValidator>, Error> {
    let found = definition.request_validators.get(&id).cloned();
    found.ok_or_else(|| Error::not_found(Noun::RequestValidator, id))
}

/// The methods that have a validator.
fn users(definition: &Definition, id: RequestValidatorId) -> Vec<String> {
    let mut by = Vec::new();
    for (path, resource) in definition.walk() {
        for (verb, method) in &resource.methods {
            if method.request_validator_id.as_deref() == Some(id.as_str()) {
                by.push(format!("method {verb} {path}"));
            }
        }
    }
    by
}
