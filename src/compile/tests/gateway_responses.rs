//! Inheritance and templates of gateway responses.

use super::*;
use crate::model::{GatewayResponse, GatewayResponseType as Type};

/// Names with values.
type Pairs<'t> = &'t [(&'t str, &'t str)];

/// An API with these gateway responses: type, status, parameters, templates.
fn customised(list: &[(Type, Option<&str>, Pairs<'_>, Pairs<'_>)]) -> Definition {
    let mut definition = empty();
    put(&mut definition, "GET /", mock(&[]));
    for (kind, status, parameters, templates) in list {
        let text = |pairs: &[(&str, &str)]| {
            pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect::<Vec<_>>()
        };
        definition.gateway_responses.insert(
            *kind,
            Arc::new(GatewayResponse {
                status: status.map(|status| status.parse().expect("a status")),
                response_parameters: text(parameters)
                    .into_iter()
                    .map(|(n, v)| (n.parse().expect("a header"), v))
                    .collect(),
                response_templates: text(templates)
                    .into_iter()
                    .map(|(m, t)| (m.parse().expect("a type"), t))
                    .collect(),
            }),
        );
    }
    definition
}

#[test]
fn a_type_takes_its_own_customisation_whole_or_its_familys() {
    let definition = customised(&[
        (Type::Default5xx, Some("599"), &[("X-Family", "'5'")], &[]),
        (Type::AuthorizerFailure, None, &[("X-Own", "'a'")], &[]),
    ]);
    let stage = stage(&definition, &[]);
    for (kind, status, expected) in [
        (Type::ApiConfigurationError, Some(599), headers(&[("x-family", "5")])),
        (Type::IntegrationTimeout, Some(599), headers(&[("x-family", "5")])),
        (Type::Default5xx, Some(599), headers(&[("x-family", "5")])),
        (Type::AuthorizerFailure, None, headers(&[("x-own", "a")])),
        (Type::MissingAuthenticationToken, None, HeaderMap::new()),
        (Type::Default4xx, None, HeaderMap::new()),
    ] {
        let plan = stage.gateway_responses.get(kind);
        assert_eq!((plan.status.map(|status| status.as_u16()), &plan.headers), (status, &expected), "{kind}");
    }
}

#[test]
fn every_type_has_its_own_plan() {
    for kind in Type::ALL {
        let definition = customised(&[(kind, Some("555"), &[], &[])]);
        let stage = stage(&definition, &[]);
        for other in Type::ALL {
            let inherits = other == kind || other.family_type() == kind;
            assert_eq!(stage.gateway_responses.get(other).status.is_some(), inherits, "{kind} {other}");
        }
    }
}

#[test]
fn headers_and_templates_are_filled_for_each_request() {
    let definition = customised(&[(
        Type::MissingAuthenticationToken,
        Some("404"),
        &[
            ("X-Accept", "method.request.header.Accept"),
            ("X-Stage", "stageVariables.v"),
            ("X-Path", "method.request.path.id"),
        ],
        &[
            (
                "application/json",
                "{\"m\":$context.error.messageString,\"v\":\"${stageVariables.v}\",\"q\":\"$method.request.querystring.q\"}",
            ),
            ("text/plain", "no $context.nothing. cost $5 ${x}"),
        ],
    )]);
    let stage = stage(&definition, &[("v", "1")]);
    let plan = stage.gateway_responses.get(Type::MissingAuthenticationToken);
    let request =
        Request { headers: headers(&[("accept", "text/plain")]), query: Some("q=x"), ..Request::default() };
    let mut found = plan.headers.clone();
    crate::mapping::map_headers(&plan.mappings, &request, &mut found).expect("safe values");
    assert_eq!(found, headers(&[("x-accept", "text/plain"), ("x-stage", "1")]));
    let render = |accept: Option<&HeaderValue>| match plan.body.choose(accept) {
        GatewayBody::Template { media_type, template } => (media_type.clone(), template.render(&request)),
        GatewayBody::Default => panic!("it is customised"),
    };
    let json = HeaderValue::from_static("application/json");
    assert_eq!(render(None), (json, "{\"m\":\"Forbidden\",\"v\":\"1\",\"q\":\"x\"}".to_owned()));
    let plain = HeaderValue::from_static("text/plain");
    assert_eq!(render(Some(&plain)).1, "no . cost $5 ${x}");
}

#[test]
fn the_default_template_is_known_as_such() {
    let definition = customised(&[(
        Type::Default4xx,
        None,
        &[],
        &[("application/json", "{\"message\":$context.error.messageString}")],
    )]);
    let stage = stage(&definition, &[]);
    assert!(matches!(stage.gateway_responses.get(Type::Throttled).body.choose(None), GatewayBody::Default));
}

#[test]
fn faults_name_the_type() {
    let definition = customised(&[(
        Type::Default4xx,
        None,
        &[
            ("X", "integration.response.header.X"),
            ("Access-Control-Allow-Origin", "method.request.header.Origin"),
            ("Access-Control-Allow-Credentials", "'true'"),
        ],
        &[("application/json", "\n $context.no-such..thing $method.request.body")],
    )]);
    let found = faults(&definition);
    for (place, message) in [
        (
            "gateway response DEFAULT_4XX, header X: ",
            "[Invalid mapping expression specified: integration.response.header.X]",
        ),
        ("gateway response DEFAULT_4XX, header Access-Control-Allow-Origin: ", "every page"),
        (
            "gateway response DEFAULT_4XX, template application/json: ",
            "line 2, column 2: $context.no-such..thing names nothing",
        ),
    ] {
        assert!(
            found.iter().any(|fault| fault.starts_with(place) && fault.contains(message)),
            "{place}: {found:#?}"
        );
    }
}
