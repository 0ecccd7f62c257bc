//! The `OPTIONS` method that answers preflights, as API Gateway's console makes it.

use crate::model::{
    Definition, Integration, IntegrationResponse, IntegrationType, ManagedBy, MediaType, Method,
    MethodResponse, Status,
};

/// `application/json`, the media type of every template and model the console makes here.
fn json() -> MediaType {
    "application/json".parse().expect("a media type")
}

/// The model of the answer, which a new API has.
pub(super) const EMPTY: &str = "Empty";

/// Whether an API has the model that the console names for the answer: one that came of a document may have none.
pub(super) fn has_empty(definition: &Definition) -> bool {
    definition.models.keys().any(|name| name.as_str() == EMPTY)
}

/// A method without authorization or API key, whose `MOCK` integration answers 200 with an empty body. It carries
/// no header yet. Its answer names the model `Empty` if the API has it.
#[must_use]
pub fn options_mock(managed_by: ManagedBy, has_empty: bool) -> Method {
    let response = MethodResponse {
        response_models: has_empty.then(|| (json(), EMPTY.to_owned())).into_iter().collect(),
        ..MethodResponse::default()
    };
    let answer = IntegrationResponse {
        response_templates: [(json(), String::new())].into(),
        ..IntegrationResponse::default()
    };
    let integration = Integration {
        request_templates: [(json(), "{\"statusCode\": 200}".to_owned())].into(),
        responses: [(Status::OK, answer)].into(),
        ..Integration::new(IntegrationType::Mock)
    };
    Method {
        responses: [(Status::OK, response)].into(),
        integration: Some(integration),
        managed_by,
        ..Method::default()
    }
}

/// Whether `method` is [`options_mock`] but for the CORS headers of its 200 response and the cache namespace that
/// a store may have filled in.
pub(in crate::cors) fn is_options_mock(method: &Method) -> bool {
    let mut bare = method.clone();
    if let Some(response) = bare.responses.get_mut(&Status::OK) {
        response.response_parameters.clear();
    }
    if let Some(integration) = &mut bare.integration {
        integration.cache_namespace = None;
        if let Some(answer) = integration.responses.get_mut(&Status::OK) {
            answer.response_parameters.clear();
        }
    }
    [true, false].into_iter().any(|has_empty| bare == options_mock(method.managed_by, has_empty))
}
