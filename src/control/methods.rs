//! Methods with their method responses, integration and integration responses: put whole or part by part.

use crate::model::{
    ApiId, Definition, Integration, IntegrationResponse, Issue, Method, MethodResponse, ResourcePath, Status,
    Verb,
};

use super::draft::locate;
use super::draft_methods::find_method;
use super::{Control, Error, MethodRef, MethodState, Options, Page, Read, ResourceRef, Written};

impl Control {
    /// Puts a method whole, in the place of one that is there.
    ///
    /// # Errors
    /// When the resource is not there, a field is wrong, or a CORS policy manages the method.
    pub async fn put_method(
        &self,
        api: ApiId,
        at: MethodRef,
        method: Method,
        options: Options,
    ) -> Result<Written<MethodState>, Error> {
        self.edit(api, options, |draft| draft.put_method(&at, &method)).await
    }

    /// A method with everything it holds.
    ///
    /// # Errors
    /// When it is not there.
    pub async fn method(&self, api: ApiId, at: MethodRef) -> Result<Read<MethodState>, Error> {
        self.read(api, |definition| {
            let (place, method) = find_method(definition, &at)?;
            Ok(MethodState { resource_id: place.resource.id, path: place.path, verb: at.verb, method })
        })
        .await
    }

    /// Some of the methods of one resource or of all, in the order of paths, then verbs.
    ///
    /// # Errors
    /// When the API or the resource is not there.
    pub async fn methods(
        &self,
        api: ApiId,
        of: Option<ResourceRef>,
        after: Option<(ResourcePath, Verb)>,
        limit: usize,
    ) -> Result<Read<Page<MethodState, (ResourcePath, Verb)>>, Error> {
        self.read(api, |definition| page_of_methods(definition, of.as_ref(), after.as_ref(), limit)).await
    }

    /// Changes a method in any way that leaves it in order; `change` may run more than once.
    ///
    /// # Errors
    /// When it is not there, `change` or a field of its outcome is wrong, or a CORS policy manages it.
    pub async fn update_method(
        &self,
        api: ApiId,
        at: MethodRef,
        mut change: impl FnMut(&mut Method) -> Result<(), Vec<Issue>> + Send,
        options: Options,
    ) -> Result<Written<MethodState>, Error> {
        self.edit(api, options, |draft| draft.update_method(&at, &mut change)).await
    }

    /// Deletes a method with everything it holds.
    ///
    /// # Errors
    /// When it is not there, or a CORS policy manages the method.
    pub async fn delete_method(
        &self,
        api: ApiId,
        at: MethodRef,
        options: Options,
    ) -> Result<Written<()>, Error> {
        self.edit(api, options, |draft| draft.delete_method(&at)).await
    }

    /// Puts a method response, in the place of one that is there.
    ///
    /// # Errors
    /// When the method is not there, a field is wrong, or a CORS policy manages the method.
    pub async fn put_method_response(
        &self,
        api: ApiId,
        at: MethodRef,
        status: Status,
        response: MethodResponse,
        options: Options,
    ) -> Result<Written<MethodState>, Error> {
        self.edit(api, options, |draft| draft.put_method_response(&at, status, &response)).await
    }

    /// Deletes a method response.
    ///
    /// # Errors
    /// When it is not there, or a CORS policy manages the method.
    pub async fn delete_method_response(
        &self,
        api: ApiId,
        at: MethodRef,
        status: Status,
        options: Options,
    ) -> Result<Written<MethodState>, Error> {
        self.edit(api, options, |draft| draft.delete_method_response(&at, status)).await
    }

    /// Puts an integration, in the place of one that is there, whose responses go with it.
    ///
    /// # Errors
    /// When the method is not there, a field is wrong, or a CORS policy manages the method.
    pub async fn put_integration(
        &self,
        api: ApiId,
        at: MethodRef,
        integration: Integration,
        options: Options,
    ) -> Result<Written<MethodState>, Error> {
        self.edit(api, options, |draft| draft.put_integration(&at, &integration)).await
    }

    /// Deletes an integration with its responses.
    ///
    /// # Errors
    /// When it is not there, or a CORS policy manages the method.
    pub async fn delete_integration(
        &self,
        api: ApiId,
        at: MethodRef,
        options: Options,
    ) -> Result<Written<MethodState>, Error> {
        self.edit(api, options, |draft| draft.delete_integration(&at)).await
    }

    /// Puts an integration response, in the place of one that is there. It may map only to headers that the method
    /// response of its status declares.
    ///
    /// # Errors
    /// When the method is not there, a field is wrong, or a CORS policy manages the method.
    pub async fn put_integration_response(
        &self,
        api: ApiId,
        at: MethodRef,
        status: Status,
        response: IntegrationResponse,
        options: Options,
    ) -> Result<Written<MethodState>, Error> {
        self.edit(api, options, |draft| draft.put_integration_response(&at, status, &response)).await
    }

    /// Deletes an integration response.
    ///
    /// # Errors
    /// When it is not there, or a CORS policy manages the method.
    pub async fn delete_integration_response(
        &self,
        api: ApiId,
        at: MethodRef,
        status: Status,
        options: Options,
    ) -> Result<Written<MethodState>, Error> {
        self.edit(api, options, |draft| draft.delete_integration_response(&at, status)).await
    }
}

fn page_of_methods(
    definition: &Definition,
    of: Option<&ResourceRef>,
    after: Option<&(ResourcePath, Verb)>,
    limit: usize,
) -> Result<Page<MethodState, (ResourcePath, Verb)>, Error> {
    let places = match of {
        Some(at) => {
            let place = locate(definition, at)?;
            vec![(place.path, place.resource)]
        }
        None => definition.walk().into_iter().map(|(path, resource)| (path, resource.clone())).collect(),
    };
    let mut items = Vec::new();
    for (path, resource) in &places {
        for (verb, method) in &resource.methods {
            let seen = after.is_some_and(|(p, v)| (path, verb) <= (p, v));
            if !seen && items.len() <= limit {
                items.push(MethodState {
                    resource_id: resource.id,
                    path: path.clone(),
                    verb: *verb,
                    method: method.clone(),
                });
            }
        }
    }
    Ok(Page::cut(items, limit, |state| (state.path.clone(), state.verb)))
}
