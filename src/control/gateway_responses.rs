//! Gateway responses: what is in effect for each of the 21 types, and customising them.

use std::collections::BTreeMap;

use crate::model::{ApiId, Definition, GatewayResponse, GatewayResponseType, Issue, MediaType, Status};

use super::check::{check_gateway_response, warn_gateway_response};
use super::draft::{Draft, refuse};
use super::{Control, EffectiveGatewayResponse, Error, Noun, Options, Read, Written};

/// The body of every gateway response that nobody customised.
pub const DEFAULT_GATEWAY_TEMPLATE: &str = r#"{"message":$context.error.messageString}"#;

impl Control {
    /// Customises a type; a customisation that is there is replaced whole.
    ///
    /// # Errors
    /// When the API is not there, or a field is wrong.
    pub async fn put_gateway_response(
        &self,
        api: ApiId,
        kind: GatewayResponseType,
        response: GatewayResponse,
        options: Options,
    ) -> Result<Written<EffectiveGatewayResponse>, Error> {
        self.edit(api, options, |draft| draft.put_gateway_response(kind, &response)).await
    }

    /// What is in effect for a type.
    ///
    /// # Errors
    /// When the API is not there.
    pub async fn gateway_response(
        &self,
        api: ApiId,
        kind: GatewayResponseType,
    ) -> Result<Read<EffectiveGatewayResponse>, Error> {
        self.read(api, |definition| Ok(effective(definition, kind))).await
    }

    /// What is in effect for each type.
    ///
    /// # Errors
    /// When the API is not there.
    pub async fn gateway_responses(&self, api: ApiId) -> Result<Read<Vec<EffectiveGatewayResponse>>, Error> {
        let all = GatewayResponseType::ALL;
        self.read(api, |definition| Ok(all.map(|kind| effective(definition, kind)).to_vec())).await
    }

    /// Changes a type's own customisation, which starts empty; `change` may run more than once.
    ///
    /// # Errors
    /// When the API is not there, or `change` or a field of its outcome is wrong.
    pub async fn update_gateway_response(
        &self,
        api: ApiId,
        kind: GatewayResponseType,
        mut change: impl FnMut(&mut GatewayResponse) -> Result<(), Vec<Issue>> + Send,
        options: Options,
    ) -> Result<Written<EffectiveGatewayResponse>, Error> {
        self.edit(api, options, |draft| draft.update_gateway_response(kind, &mut change)).await
    }

    /// Takes a customisation away; answers what is in effect without it.
    ///
    /// # Errors
    /// When the API is not there, or the type is not customised.
    pub async fn delete_gateway_response(
        &self,
        api: ApiId,
        kind: GatewayResponseType,
        options: Options,
    ) -> Result<Written<EffectiveGatewayResponse>, Error> {
        self.edit(api, options, |draft| draft.delete_gateway_response(kind)).await
    }
}

impl Draft<'_> {
    /// Replaces the whole customisation of a type.
    pub(super) fn put_gateway_response(
        &mut self,
        kind: GatewayResponseType,
        response: &GatewayResponse,
    ) -> Result<EffectiveGatewayResponse, Error> {
        refuse(check_gateway_response(response, self.limits))?;
        self.warnings.extend(warn_gateway_response(response));
        self.store_gateway_response(kind, response.clone());
        Ok(effective(&self.definition, kind))
    }

    /// Changes a type's customisation; one that was never customised starts empty.
    pub(super) fn update_gateway_response(
        &mut self,
        kind: GatewayResponseType,
        change: impl FnOnce(&mut GatewayResponse) -> Result<(), Vec<Issue>>,
    ) -> Result<EffectiveGatewayResponse, Error> {
        let own = self.definition.gateway_responses.get(&kind);
        let mut response = own.map(|own| GatewayResponse::clone(own)).unwrap_or_default();
        change(&mut response).map_err(Error::Invalid)?;
        self.put_gateway_response(kind, &response)
    }

    /// Takes a customisation away.
    pub(super) fn delete_gateway_response(
        &mut self,
        kind: GatewayResponseType,
    ) -> Result<EffectiveGatewayResponse, Error> {
        if self.definition.gateway_responses.remove(&kind).is_none() {
            return Err(Error::not_found(Noun::GatewayResponse, kind));
        }
        std::sync::Arc::make_mut(&mut self.definition.api).cors_marks.remove(&kind);
        Ok(effective(&self.definition, kind))
    }

    fn store_gateway_response(&mut self, kind: GatewayResponseType, response: GatewayResponse) {
        let changed = self.definition.gateway_responses.get(&kind).is_none_or(|own| **own != response);
        if changed && self.definition.api.cors_marks.get(&kind).is_some_and(|mark| mark.created) {
            let api = std::sync::Arc::make_mut(&mut self.definition.api);
            if let Some(mark) = api.cors_marks.get_mut(&kind) {
                mark.created = false;
            }
        }
        self.definition.gateway_responses.insert(kind, response.into());
    }
}

/// What callers get for `kind`: its own customisation and nothing else, or its family's with the type's own status
/// where the family sets none, or the built-in answer.
pub(super) fn effective(definition: &Definition, kind: GatewayResponseType) -> EffectiveGatewayResponse {
    let own = definition.gateway_responses.get(&kind);
    let family = kind.family_type();
    let inherited = definition.gateway_responses.get(&family).filter(|_| own.is_none());
    let customised = own.or(inherited);
    let status = customised.and_then(|response| response.status).or_else(|| default_status(kind));
    let response = GatewayResponse {
        status,
        response_parameters: customised.map(|r| r.response_parameters.clone()).unwrap_or_default(),
        response_templates: customised
            .map(|r| r.response_templates.clone())
            .filter(|templates| !templates.is_empty())
            .unwrap_or_else(default_templates),
    };
    EffectiveGatewayResponse {
        kind,
        response,
        default_response: own.is_none(),
        inherited_from: inherited.map(|_| family),
    }
}

fn default_status(kind: GatewayResponseType) -> Option<Status> {
    kind.default_status().and_then(|code| Status::try_from(u32::from(code)).ok())
}

fn default_templates() -> BTreeMap<MediaType, String> {
    let json: MediaType = "application/json".parse().expect("a media type");
    BTreeMap::from([(json, DEFAULT_GATEWAY_TEMPLATE.to_owned())])
}
