//! What is refused or warned of, with its place.

use super::*;
use crate::model::{AuthorizationType, ConnectionType};

/// Each case spoils one method `GET /pets/{id}` that is right otherwise.
#[test]
fn a_spoilt_method_is_refused_with_its_place() {
    type Spoil = fn(&mut Method);
    fn own(method: &mut Method) -> &mut Integration {
        method.integration.as_mut().expect("it has one")
    }
    fn response(method: &mut Method) -> &mut IntegrationResponse {
        own(method).responses.get_mut(&Status::OK).expect("it has one")
    }
    let cases: &[(Spoil, &str, &str)] = &[
        (|m| m.integration = None, "", "No integration defined for method"),
        (
            |m| m.authorization_type = AuthorizationType::AwsIam,
            ", authorization type",
            "not supported yet: authorization type AWS_IAM",
        ),
        (
            |m| m.authorization_type = AuthorizationType::Custom,
            ", authorization type",
            "not supported yet: Lambda authorizers",
        ),
        (
            |m| m.authorization_type = AuthorizationType::CognitoUserPools,
            ", authorization type",
            "not supported yet",
        ),
        (|m| m.api_key_required = true, ", API key required", "not supported yet: API keys"),
        (
            |m| m.request_validator_id = Some("v".to_owned()),
            ", request validator",
            "there is no request validator v",
        ),
        (
            |m| own(m).integration_type = IntegrationType::Aws,
            ", integration, uri",
            "Invalid ARN specified in the request: expected arn:aws:apigateway:",
        ),
        (
            |m| own(m).integration_type = IntegrationType::AwsProxy,
            ", integration, uri",
            "Invalid ARN specified in the request: expected arn:aws:apigateway:",
        ),
        (
            |m| own(m).connection_type = Some(ConnectionType::VpcLink),
            ", integration, connection type",
            "not supported yet: VPC links",
        ),
        (
            |m| own(m).uri = None,
            ", integration, uri",
            "Invalid HTTP endpoint specified for URI: an HTTP integration needs one",
        ),
        (
            |m| own(m).uri = Some("ftp://x/".to_owned()),
            ", integration, uri",
            "Invalid HTTP endpoint specified for URI: it must start with",
        ),
        (
            |m| own(m).uri = Some("http://b/{none}".to_owned()),
            ", integration, uri",
            "{none} stands for nothing",
        ),
        (
            |m| {
                drop(
                    own(m)
                        .request_parameters
                        .insert("header.X".parse().expect("a target"), "true".to_owned()),
                )
            },
            ", integration, request parameter header.X",
            "Invalid mapping expression specified: Validation Result: warnings : [], errors : [Invalid mapping expression specified: true]",
        ),
        (
            |m| {
                drop(
                    own(m)
                        .request_parameters
                        .insert("header.X".parse().expect("a target"), "method.request.header.Y".to_owned()),
                )
            },
            ", integration, request parameter header.X",
            "[Invalid mapping expression parameter specified: method.request.header.Y]; declare method.request.header.Y",
        ),
        (
            |m| {
                drop(
                    own(m)
                        .request_parameters
                        .insert("path.id".parse().expect("a target"), "method.request.path.other".to_owned()),
                )
            },
            ", integration, request parameter path.id",
            "[Invalid mapping expression parameter specified: method.request.path.other]",
        ),
        (
            |m| {
                drop(
                    own(m)
                        .request_parameters
                        .insert("header.a:b".parse().expect("a target"), "'x'".to_owned()),
                )
            },
            ", integration, request parameter header.a:b",
            "no header name",
        ),
        (
            |m| {
                drop(
                    own(m)
                        .request_templates
                        .insert("text/plain".parse().expect("a type"), "a\n #end".to_owned()),
                )
            },
            ", integration request, template text/plain, line 2, column 2",
            "#end ends nothing",
        ),
        (
            |m| {
                drop(
                    response(m)
                        .response_templates
                        .insert("application/json".parse().expect("a type"), "\n\n#set($x)".to_owned()),
                )
            },
            ", integration response 200, template application/json, line 3, column 8",
            "#set is written #set($name = value)",
        ),
        (
            |m| response(m).selection_pattern = Some("(?=2)".to_owned()),
            ", integration response 200, selection pattern",
            "look-ahead is not supported",
        ),
        (
            |m| {
                drop(response(m).response_parameters.insert("X".parse().expect("a header"), "'v'".to_owned()))
            },
            ", integration response 200, header X",
            "[Invalid mapping expression parameter specified: method.response.header.X]",
        ),
        (
            |m| answer(m, "200", &[("X", "*")]),
            ", integration response 200, header X",
            "[Invalid mapping expression specified: *]",
        ),
        (
            |m| {
                answer(
                    m,
                    "200",
                    &[
                        ("Access-Control-Allow-Origin", "method.request.header.Origin"),
                        ("Access-Control-Allow-Credentials", "'true'"),
                    ],
                )
            },
            ", integration response 200, header Access-Control-Allow-Origin",
            "every page",
        ),
    ];
    for (spoil, place, message) in cases {
        let mut definition = empty();
        let mut method =
            call(IntegrationType::Http, "http://b/{id}", &[("path.id", "method.request.path.id")]);
        spoil(&mut method);
        put(&mut definition, "GET /pets/{id}", method);
        let found = faults(&definition);
        let expected = format!("method GET /pets/{{id}}{place}: ");
        assert!(
            found.iter().any(|fault| fault.starts_with(&expected) && fault.contains(message)),
            "{expected}…{message}…: {found:#?}"
        );
    }
}

#[test]
fn every_fault_is_reported_in_the_order_of_paths() {
    let mut definition = empty();
    put(&mut definition, "GET /b", Method::default());
    put(&mut definition, "POST /a", Method::default());
    put(&mut definition, "GET /a", Method { api_key_required: true, ..mock(&[]) });
    assert_eq!(
        faults(&definition),
        [
            "method GET /a, API key required: not supported yet: API keys",
            "method POST /a: No integration defined for method",
            "method GET /b: No integration defined for method",
        ]
    );
}

#[test]
fn an_api_without_methods_is_refused() {
    let mut definition = empty();
    assert_eq!(faults(&definition), ["The REST API doesn't contain any methods"]);
    ensure(&mut definition, "/pets");
    assert_eq!(faults(&definition), ["The REST API doesn't contain any methods"]);
}

#[test]
fn what_would_open_an_api_or_change_its_answers_is_refused() {
    let mut definition = empty();
    put(&mut definition, "GET /", mock(&[]));
    let api = Arc::make_mut(&mut definition.api);
    api.policy = Some("{}".to_owned());
    assert_eq!(faults(&definition), ["API, policy: not supported yet: resource policies"]);
    let mut proxy = empty();
    put(&mut proxy, "GET /", call(IntegrationType::HttpProxy, "http://b", &[]));
    Arc::make_mut(&mut proxy.api).binary_media_types = vec!["*/*".parse().expect("a media type")];
    assert_eq!(warnings(&proxy), Vec::<String>::new());
}

#[test]
fn what_is_only_missing_or_useless_is_a_warning() {
    let mut definition = empty();
    let mut bare = method(Integration::new(IntegrationType::Mock));
    bare.responses.clear();
    put(&mut definition, "GET /a", bare);
    let mut odd = mock(&[("Server", "'x'"), ("Transfer-Encoding", "'x'"), ("X", "context.nothing")]);
    let own = odd.integration.as_mut().expect("it has one");
    own.request_templates.insert("text/plain".parse().expect("a type"), "no status".to_owned());
    own.responses.insert("404".parse().expect("a status"), IntegrationResponse::default());
    put(&mut definition, "GET /b", odd);
    let mut called = call(
        IntegrationType::Http,
        "https://b/",
        &[
            ("header.Content-Length", "'1'"),
            ("header.TE", "'x'"),
            ("header.X", "method.request.header.Connection"),
        ],
    );
    let own = called.integration.as_mut().expect("it has one");
    own.insecure_skip_verification = true;
    own.credentials = Some("arn:aws:iam::1:role/x".to_owned());
    own.cache_key_parameters = vec!["method.request.path.id".to_owned()];
    put(&mut definition, "GET /c", called);
    let found = warnings(&definition);
    for (place, message) in [
        ("method GET /a, integration", "no integration response is the default"),
        ("method GET /a, integration request", "a mock without a request template"),
        ("method GET /b, integration response 200, header Server", "sent as x-amzn-remapped-server"),
        ("method GET /b, integration response 200, header Transfer-Encoding", "no effect"),
        ("method GET /b, integration response 200, header X", "context.nothing has no value"),
        ("method GET /b, integration response 404", "the method declares no response 404"),
        ("method GET /b, integration response 404, selection pattern", "there is a default already, 200"),
        ("method GET /b, integration request, template text/plain", "Unable to parse statusCode"),
        ("method GET /c, integration, credentials", "no effect"),
        ("method GET /c, integration, TLS configuration", "without verification"),
        ("method GET /c, integration, cache key parameters", "not supported yet: caching"),
        ("method GET /c, integration, request parameter header.Content-Length", "answered 500"),
        ("method GET /c, integration, request parameter header.TE", "never sent"),
        ("method GET /c, integration, request parameter header.X", "never see this header"),
    ] {
        let expected = format!("{place}: ");
        assert!(
            found.iter().any(|warning| warning.starts_with(&expected) && warning.contains(message)),
            "{expected}{message}: {found:#?}"
        );
    }
    assert_eq!(found.len(), 14, "{found:#?}");
}

#[test]
fn one_method_of_an_incomplete_draft_can_be_compiled() {
    let mut definition = empty();
    put(&mut definition, "GET /pets", mock(&[]));
    put(&mut definition, "POST /pets", Method::default());
    let id = ensure(&mut definition, "/pets");
    let compiled =
        compile(&definition, &CompileOptions { only: Some((id, Verb::Get)) }).expect("GET is complete");
    assert_eq!(compiled.method_count(), 1);
    let faults =
        compile(&definition, &CompileOptions { only: Some((id, Verb::Post)) }).expect_err("POST is not");
    assert_eq!(faults[0].to_string(), "method POST /pets: No integration defined for method");
}

#[test]
fn settings_of_a_stage_without_effect_are_warned_of() {
    let stage = crate::model::Stage {
        api_id: api_id(),
        name: "prod".parse().expect("a name"),
        revision: crate::model::Revision(1),
        description: None,
        target: crate::model::StageTarget { deployment: "abcdef".parse().expect("an id"), canary: None },
        variables: StageVariables::default(),
        lambda_endpoint: None,
        tags: BTreeMap::new(),
        settings: [
            ("/cacheClusterEnabled", "true"),
            ("/tracingEnabled", "true"),
            ("/*/*/metrics/enabled", "true"),
            ("/*/*/throttling/rateLimit", "10"),
            ("/~1pets/GET/caching/enabled", "false"),
        ]
        .into_iter()
        .map(|(path, value)| (path.to_owned(), value.to_owned()))
        .collect(),
        created_at: SystemTime::UNIX_EPOCH,
        updated_at: SystemTime::UNIX_EPOCH,
    };
    let found: Vec<_> = stage_warnings(&stage).iter().map(ToString::to_string).collect();
    assert_eq!(
        found,
        [
            "stage prod, /*/*/metrics/enabled: not supported yet: detailed metrics; it has no effect",
            "stage prod, /*/*/throttling/rateLimit: not supported yet: throttling; it has no effect",
            "stage prod, /cacheClusterEnabled: not supported yet: caching; it has no effect",
            "stage prod, /tracingEnabled: not supported yet: tracing; it has no effect",
        ]
    );
}
