//! Methods as most tests want them; what is special is changed on the result.

use std::collections::BTreeMap;

use postern::wire::pb;

/// A map of texts.
pub fn map(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// Declares parameters, none of them required.
pub fn declare<'a>(names: impl IntoIterator<Item = &'a str>) -> BTreeMap<String, bool> {
    names.into_iter().map(|name| (name.to_owned(), false)).collect()
}

/// A mock that answers `status` with `headers` (names to plain values) and a JSON body.
pub fn mock(status: u32, headers: &[(&str, &str)], body: &str) -> pb::Method {
    let target = |name: &str| format!("method.response.header.{name}");
    let response = pb::IntegrationResponse {
        status_code: status,
        response_parameters: headers
            .iter()
            .map(|(name, value)| (target(name), format!("'{value}'")))
            .collect(),
        response_templates: map(&[("application/json", body)]),
        ..Default::default()
    };
    let integration = pb::Integration {
        r#type: pb::IntegrationType::Mock.into(),
        request_templates: map(&[("application/json", &format!("{{\"statusCode\": {status}}}"))]),
        responses: vec![response],
        ..Default::default()
    };
    pb::Method {
        responses: vec![pb::MethodResponse {
            status_code: status,
            response_parameters: headers.iter().map(|(name, _)| (target(name), false)).collect(),
            ..Default::default()
        }],
        integration: Some(integration),
        ..Default::default()
    }
}

/// An `HTTP_PROXY` method. A `{proxy}` in `uri` is filled from the path parameter of that name.
pub fn proxy(uri: &str) -> pb::Method {
    let names: Vec<&str> = uri.split('{').skip(1).filter_map(|rest| rest.split('}').next()).collect();
    let integration = pb::Integration {
        r#type: pb::IntegrationType::HttpProxy.into(),
        http_method: Some("ANY".to_owned()),
        uri: Some(uri.to_owned()),
        request_parameters: names
            .iter()
            .map(|name| (format!("integration.request.path.{name}"), format!("method.request.path.{name}")))
            .collect(),
        ..Default::default()
    };
    let declared: Vec<_> = names.iter().map(|name| format!("method.request.path.{name}")).collect();
    pb::Method {
        request_parameters: declare(declared.iter().map(String::as_str)),
        integration: Some(integration),
        ..Default::default()
    }
}

/// An `HTTP` method that answers every back end's answer as 200. `request` maps what the back end is sent, `response`
/// what the caller is sent; the parameters they need are declared.
pub fn http(verb: &str, uri: &str, request: &[(&str, &str)], response: &[(&str, &str)]) -> pb::Method {
    let integration = pb::Integration {
        r#type: pb::IntegrationType::Http.into(),
        http_method: Some(verb.to_owned()),
        uri: Some(uri.to_owned()),
        request_parameters: map(request),
        responses: vec![pb::IntegrationResponse {
            status_code: 200,
            response_parameters: map(response),
            ..Default::default()
        }],
        ..Default::default()
    };
    let sources =
        request.iter().map(|(_, source)| *source).filter(|source| source.starts_with("method.request."));
    pb::Method {
        request_parameters: declare(sources),
        responses: vec![pb::MethodResponse {
            status_code: 200,
            response_parameters: declare(response.iter().map(|(target, _)| *target)),
            ..Default::default()
        }],
        integration: Some(integration),
        ..Default::default()
    }
}
