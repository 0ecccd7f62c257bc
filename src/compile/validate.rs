//! Request validators: what a method checks of a request before its integration.

use std::collections::BTreeMap;
use std::sync::Arc;

use http::HeaderName;

use crate::model::{
    Definition, Method, MethodParameter, ModelName, ParameterLocation, PassthroughBehavior, PathPart,
    ResourcePath,
};
use crate::validation::{BodySchema, Models};

use super::findings::Findings;
use super::{Chosen, ContentTypeChoice};

/// What is checked of a request.
#[derive(Debug)]
pub struct ValidationPlan {
    /// The parameters that must be there, in the order in which missing ones are reported.
    pub required: Box<[RequiredParameter]>,
    /// The models of bodies, by `Content-Type`; `None` if bodies are not checked.
    pub bodies: Option<ContentTypeChoice<BodySchema>>,
}

/// A parameter that must be there and must not be blank.
#[derive(Debug)]
pub struct RequiredParameter {
    /// Its name, as it is declared.
    pub name: Box<str>,
    /// Where it is looked for.
    pub place: RequiredIn,
}

/// Where a required parameter is looked for.
#[derive(Debug)]
pub enum RequiredIn {
    /// Among the headers.
    Header(HeaderName),
    /// In the query.
    Querystring,
    /// In the path.
    Path,
    /// Nowhere: the resource's path has no such part, or no header can have the name. It is always missing.
    Nowhere,
}

impl ValidationPlan {
    /// The model that a body of this `Content-Type` must fit; none if there is none for it.
    #[must_use]
    pub fn model(&self, content_type: Option<&http::HeaderValue>) -> Option<&BodySchema> {
        match self.bodies.as_ref()?.choose(content_type) {
            Chosen::Template(model) => Some(model),
            Chosen::Passthrough | Chosen::UnsupportedMediaType => None,
        }
    }
}

/// The validators of an API, with its models, each compiled once.
#[derive(Debug)]
pub(super) struct Validators<'d> {
    definition: &'d Definition,
    read: Option<Models>,
    compiled: BTreeMap<ModelName, Option<BodySchema>>,
    /// What is wrong with models, each once, however many methods use it.
    pub(super) findings: Findings,
}

impl<'d> Validators<'d> {
    pub(super) fn new(definition: &'d Definition) -> Self {
        Self { definition, read: None, compiled: BTreeMap::new(), findings: Findings::default() }
    }

    /// What a method checks; `None` if nothing.
    pub(super) fn of(
        &mut self,
        path: &ResourcePath,
        method: &Method,
        findings: &mut Findings,
    ) -> Option<Arc<ValidationPlan>> {
        let id = method.request_validator_id.as_deref()?;
        let found = id.parse().ok().and_then(|id| self.definition.request_validators.get(&id));
        let Some(validator) = found else {
            findings.error("request validator", format_args!("there is no request validator {id}"));
            return None;
        };
        let mut required = Vec::new();
        if validator.validate_request_parameters {
            let asked = method.request_parameters.iter().filter(|(_, required)| **required);
            required.extend(asked.map(|(parameter, _)| RequiredParameter::of(parameter, path)));
        }
        let mut bodies = Vec::new();
        if validator.validate_request_body {
            for (media_type, model) in &method.request_models {
                match self.model(model) {
                    Ok(model) => bodies.extend(model.map(|model| (media_type.clone(), model))),
                    Err(message) => findings.error(format!("request model {media_type}"), message),
                }
            }
        }
        let bodies =
            (!bodies.is_empty()).then(|| ContentTypeChoice::new(bodies, PassthroughBehavior::WhenNoMatch));
        let checks = !required.is_empty() || bodies.is_some();
        checks.then(|| Arc::new(ValidationPlan { required: required.into(), bodies }))
    }

    /// A compiled model; `None` if it does not compile, which is told once.
    fn model(&mut self, name: &str) -> Result<Option<BodySchema>, String> {
        let missing = || format!("there is no model {name}");
        let name: ModelName = name.parse().map_err(|_| missing())?;
        if !self.definition.models.contains_key(&name) {
            return Err(missing());
        }
        if let Some(known) = self.compiled.get(&name) {
            return Ok(known.clone());
        }
        let definition = self.definition;
        let models = self.read.get_or_insert_with(|| {
            Models::read(definition.api.id, definition.models.values().map(|model| &**model))
        });
        let compiled = models.compile(&name).map_err(|faults| {
            for fault in faults {
                self.findings.error(format!("model {name}, {}", fault.field), fault.message);
            }
        });
        self.compiled.insert(name, compiled.clone().ok());
        Ok(compiled.ok())
    }
}

impl RequiredParameter {
    fn of(parameter: &MethodParameter, path: &ResourcePath) -> Self {
        let name = parameter.name.as_str();
        let is_in_path = |part: &PathPart| match part {
            PathPart::Param(own) | PathPart::Greedy(own) => *own == parameter.name,
            PathPart::Literal(_) => false,
        };
        let place = match parameter.location {
            ParameterLocation::Header => {
                HeaderName::from_bytes(name.as_bytes()).map_or(RequiredIn::Nowhere, RequiredIn::Header)
            }
            ParameterLocation::Querystring => RequiredIn::Querystring,
            ParameterLocation::Path if path.parts().iter().any(is_in_path) => RequiredIn::Path,
            ParameterLocation::Path => RequiredIn::Nowhere,
        };
        Self { name: name.into(), place }
    }
}
