//! APIs to measure with.

use std::time::SystemTime;

use postern::model::{
    Api, Definition, Integration, IntegrationResponse, IntegrationType, Method, MethodResponse, ResourceId,
    Status, Verb,
};

/// A mock that answers preflights, as `EnableCors` makes it.
pub(crate) fn preflight() -> Method {
    let mut integration = Integration::new(IntegrationType::Mock);
    let template = "{\"statusCode\": 200}".to_owned();
    integration.request_templates.insert("application/json".parse().expect("a media type"), template);
    let mut declared = MethodResponse::default();
    let mut response = IntegrationResponse::default();
    for (name, value) in [
        (
            "Access-Control-Allow-Headers",
            "'Content-Type,X-Amz-Date,Authorization,X-Api-Key,X-Amz-Security-Token'",
        ),
        ("Access-Control-Allow-Methods", "'GET,OPTIONS'"),
        ("Access-Control-Allow-Origin", "'*'"),
    ] {
        declared.response_parameters.insert(name.parse().expect("a header"), true);
        response.response_parameters.insert(name.parse().expect("a header"), value.to_owned());
    }
    integration.responses.insert(Status::OK, response);
    let mut method = Method { integration: Some(integration), ..Method::default() };
    method.responses.insert(Status::OK, declared);
    method
}

/// An `HTTP` integration with a path mapping and header mappings.
pub(crate) fn mapped() -> Method {
    let mut integration = Integration::new(IntegrationType::Http);
    integration.uri = Some("http://back-end.internal:8080/pets/{id}".to_owned());
    let mut method = Method::default();
    for (target, source) in [
        ("path.id", "method.request.path.id"),
        ("header.X-Client", "method.request.header.User-Agent"),
        ("header.X-Request-Id", "context.requestId"),
        ("header.X-Stage", "'prod'"),
        ("querystring.page", "method.request.querystring.page"),
    ] {
        integration.request_parameters.insert(target.parse().expect("a target"), source.to_owned());
        if let Some(declared) = source.strip_prefix("method.request.") {
            method.request_parameters.insert(declared.parse().expect("a parameter"), false);
        }
    }
    integration.responses.insert(Status::OK, IntegrationResponse::default());
    method.integration = Some(integration);
    method.responses.insert(Status::OK, MethodResponse::default());
    method
}

/// An API with about `resources` resources: `/group-G/item-N/{id}`, each leaf with a `GET` and its preflight.
pub(crate) fn api(resources: usize) -> Definition {
    let mut next = 0_u32;
    let mut id = move || {
        let digit = |power: u32| u8::try_from(next / 36_u32.pow(power) % 36).expect("a digit");
        let id = ResourceId::from_random([digit(5), digit(4), digit(3), digit(2), digit(1), digit(0)]);
        next += 1;
        id
    };
    let root = id();
    let api = Api::new("abcdefghij".parse().expect("an id"), "bench".to_owned(), SystemTime::UNIX_EPOCH);
    let mut definition = Definition::new(api, root);
    let (get, options) = (mapped(), preflight());
    let mut group = root;
    for item in 0..resources / 2 {
        if item % 100 == 0 {
            group = id();
            let part = format!("group-{}", item / 100).parse().expect("a path part");
            definition.add(group, root, part).expect("a new group");
        }
        let (parent, leaf) = (id(), id());
        definition
            .add(parent, group, format!("item-{item}").parse().expect("a path part"))
            .expect("a new item");
        definition.add(leaf, parent, "{id}".parse().expect("a path part")).expect("its leaf");
        let methods = [(Verb::Get, get.clone()), (Verb::Options, options.clone())];
        definition.edit(leaf, |resource| resource.methods.extend(methods)).expect("the leaf is there");
    }
    definition
}
