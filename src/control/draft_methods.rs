//! What can be done to the methods of a draft in hand.

use crate::model::{
    Integration, IntegrationResponse, IntegrationType, ManagedBy, Method, MethodResponse, ResourceId,
    ResourcePath, Status, Verb,
};

use super::check::{
    check_integration, check_integration_response, check_method, check_method_response, check_references,
    check_response_references, warn_integration, warn_integration_response, warn_method,
};
use super::draft::{Draft, locate, refuse};
use super::{Error, MethodRef, MethodState, Noun, ResourceState};

impl Draft<'_> {
    /// Puts a method whole, in the place of one that is there.
    pub(super) fn put_method(&mut self, at: &MethodRef, method: &Method) -> Result<MethodState, Error> {
        let place = locate(&self.definition, &at.resource)?;
        if let Some(existing) = place.resource.methods.get(&at.verb) {
            refuse_managed(existing, &place.path, at.verb)?;
        }
        let mut method = method.clone();
        // Who manages a method is never the caller's to say.
        method.managed_by = ManagedBy::Nobody;
        normalise(&mut method);
        refuse(check_method(&method, self.limits))?;
        refuse(check_references(&self.definition, &method))?;
        self.warnings.extend(warn_method(at.verb, &method));
        self.store_method(&place, at.verb, method)
    }

    /// Changes a method in any way that leaves it in order.
    pub(super) fn update_method(
        &mut self,
        at: &MethodRef,
        change: impl FnOnce(&mut Method) -> Result<(), Vec<crate::model::Issue>>,
    ) -> Result<MethodState, Error> {
        let limits = self.limits;
        let state = self.change_method(at, |method, _| {
            change(method).map_err(Error::Invalid)?;
            method.managed_by = ManagedBy::Nobody;
            normalise(method);
            refuse(check_method(method, limits))
        })?;
        refuse(check_references(&self.definition, &state.method))?;
        self.warnings.extend(warn_method(at.verb, &state.method));
        Ok(state)
    }

    /// Takes a method with everything it holds away.
    pub(super) fn delete_method(&mut self, at: &MethodRef) -> Result<(), Error> {
        let (place, method) = find_method(&self.definition, at)?;
        refuse_managed(&method, &place.path, at.verb)?;
        self.edit_resource(place.resource.id, |resource| {
            resource.methods.remove(&at.verb);
            resource.cors_marks.remove(&at.verb);
        })
    }

    /// Puts a method response, in the place of one that is there.
    pub(super) fn put_method_response(
        &mut self,
        at: &MethodRef,
        status: Status,
        response: &MethodResponse,
    ) -> Result<MethodState, Error> {
        refuse(check_response_references(&self.definition, response))?;
        self.change_method(at, |method, _| {
            refuse(check_method_response(response))?;
            method.responses.insert(status, response.clone());
            Ok(())
        })
    }

    /// Takes a method response away.
    pub(super) fn delete_method_response(
        &mut self,
        at: &MethodRef,
        status: Status,
    ) -> Result<MethodState, Error> {
        self.change_method(at, |method, _| match method.responses.remove(&status) {
            Some(_) => Ok(()),
            None => Err(Error::not_found(Noun::MethodResponse, status)),
        })
    }

    /// Puts an integration with its responses, in the place of one that is there.
    pub(super) fn put_integration(
        &mut self,
        at: &MethodRef,
        integration: &Integration,
    ) -> Result<MethodState, Error> {
        let limits = self.limits;
        let state = self.change_method(at, |method, _| {
            method.integration = Some(integration.clone());
            normalise(method);
            let put = method.integration.as_ref().expect("it was put above");
            refuse(check_integration(put, method, limits))
        })?;
        self.warnings.extend(state.method.integration.as_ref().map(warn_integration).unwrap_or_default());
        Ok(state)
    }

    /// Takes an integration with its responses away.
    pub(super) fn delete_integration(&mut self, at: &MethodRef) -> Result<MethodState, Error> {
        self.change_method(at, |method, path| match method.integration.take() {
            Some(_) => Ok(()),
            None => Err(no_integration(path, at.verb)),
        })
    }

    /// Puts an integration response, in the place of one that is there.
    pub(super) fn put_integration_response(
        &mut self,
        at: &MethodRef,
        status: Status,
        response: &IntegrationResponse,
    ) -> Result<MethodState, Error> {
        let limits = self.limits;
        let state = self.change_method(at, |method, path| {
            refuse(check_integration_response(response, status, method.responses.get(&status), limits))?;
            let integration = method.integration.as_mut().ok_or_else(|| no_integration(path, at.verb))?;
            integration.responses.insert(status, response.clone());
            Ok(())
        })?;
        self.warnings.extend(warn_integration_response(response));
        Ok(state)
    }

    /// Takes an integration response away.
    pub(super) fn delete_integration_response(
        &mut self,
        at: &MethodRef,
        status: Status,
    ) -> Result<MethodState, Error> {
        self.change_method(at, |method, path| {
            let integration = method.integration.as_mut().ok_or_else(|| no_integration(path, at.verb))?;
            match integration.responses.remove(&status) {
                Some(_) => Ok(()),
                None => Err(Error::not_found(Noun::IntegrationResponse, status)),
            }
        })
    }

    fn change_method(
        &mut self,
        at: &MethodRef,
        change: impl FnOnce(&mut Method, &ResourcePath) -> Result<(), Error>,
    ) -> Result<MethodState, Error> {
        let (place, mut method) = find_method(&self.definition, at)?;
        refuse_managed(&method, &place.path, at.verb)?;
        change(&mut method, &place.path)?;
        self.store_method(&place, at.verb, method)
    }

    fn store_method(
        &mut self,
        place: &ResourceState,
        verb: Verb,
        method: Method,
    ) -> Result<MethodState, Error> {
        let state = MethodState {
            resource_id: place.resource.id,
            path: place.path.clone(),
            verb,
            method: method.clone(),
        };
        self.edit_resource(place.resource.id, |resource| {
            if resource.methods.get(&verb) != Some(&method)
                && let Some(mark) = resource.cors_marks.get_mut(&verb)
            {
                // It is no longer what `EnableCors` made: `DisableCors` takes back its headers and no more.
                mark.created = false;
            }
            resource.methods.insert(verb, method);
        })?;
        Ok(state)
    }

    pub(super) fn edit_resource(
        &mut self,
        id: ResourceId,
        change: impl FnOnce(&mut crate::model::Resource),
    ) -> Result<(), Error> {
        self.definition.edit(id, change).map_err(|error| super::draft::tree_error("resource", error))
    }
}

/// Finds a method and where it is.
pub(super) fn find_method(
    definition: &crate::model::Definition,
    at: &MethodRef,
) -> Result<(ResourceState, Method), Error> {
    let place = locate(definition, &at.resource)?;
    match place.resource.methods.get(&at.verb).cloned() {
        Some(method) => Ok((place, method)),
        None => Err(Error::not_found(Noun::Method, name(&place.path, at.verb))),
    }
}

fn name(path: &ResourcePath, verb: Verb) -> String {
    format!("{verb} {path}")
}

fn no_integration(path: &ResourcePath, verb: Verb) -> Error {
    Error::not_found(Noun::Integration, format!("of method {}", name(path, verb)))
}

fn refuse_managed(method: &Method, path: &ResourcePath, verb: Verb) -> Result<(), Error> {
    match method.managed_by {
        ManagedBy::Nobody => Ok(()),
        ManagedBy::CorsPolicy => Err(Error::precondition(format!(
            "method {} is managed by the resource's CORS policy: change it with EnableCors, or call DisableCors first",
            name(path, verb)
        ))),
    }
}

/// What API Gateway leaves out when it stores a method: a mock has neither verb nor address, and no validator is one
/// with an empty id.
fn normalise(method: &mut Method) {
    method.request_validator_id.take_if(|id| id.is_empty());
    if let Some(integration) = &mut method.integration
        && integration.integration_type == IntegrationType::Mock
    {
        integration.http_method = None;
        integration.uri = None;
        integration.connection_type = None;
    }
}
