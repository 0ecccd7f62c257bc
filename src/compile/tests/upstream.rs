//! Calls to back ends.

use http::Method as HttpMethod;

use super::*;
use crate::mapping::UriFault;

fn endpoint<'s>(stage: &'s StagePlan, line: &str) -> &'s Endpoint {
    match &plan(stage, line).integration {
        IntegrationPlan::Http(plan) => &plan.endpoint,
        IntegrationPlan::Passthrough(plan) => &plan.endpoint,
        IntegrationPlan::Lambda(plan) => &plan.call.endpoint,
        IntegrationPlan::Aws(plan) => &plan.call.endpoint,
        IntegrationPlan::Mock(_) => panic!("{line} calls a back end"),
    }
}

fn target(endpoint: &Endpoint, request: &Request, incoming: Option<&str>) -> Result<String, UriFault> {
    endpoint.uri.as_ref().expect("a valid URI").render(request, incoming, &endpoint.querystring)
}

#[test]
fn mapped_headers_are_set_from_every_source() {
    let mut definition = empty();
    put(
        &mut definition,
        "GET /pets/{id}",
        call(
            IntegrationType::Http,
            "http://back-end:8080/pets",
            &[
                ("header.X-Last", "method.request.header.X-Many"),
                ("header.X-All", "method.request.multivalueheader.X-Many"),
                ("header.X-Query", "method.request.querystring.q"),
                ("header.X-Queries", "method.request.multivaluequerystring.q"),
                ("header.X-Path", "method.request.path.id"),
                ("header.X-Context", "context.stage"),
                ("header.X-Variable", "stageVariables.colour"),
                ("header.X-Static", "'fixed'"),
                ("header.X-Missing", "method.request.header.Missing"),
                ("header.X-No-Variable", "stageVariables.none"),
                ("header.X-Hidden", "method.request.header.Server"),
                ("header.Host", "'elsewhere'"),
                ("header.Via", "'dropped'"),
            ],
        ),
    );
    let stage = stage(&definition, &[("colour", "blue")]);
    let endpoint = endpoint(&stage, "GET /pets/1");
    let request = Request {
        headers: headers(&[("x-many", "a"), ("x-many", "b"), ("server", "s")]),
        query: Some("q=1&q=%32+3"),
        path: [("id", "a%2Fb")].into(),
        answer: None,
    };
    let mut found = headers(&[("x-static", "overwritten"), ("x-missing", "kept")]);
    crate::mapping::map_headers(&endpoint.headers, &request, &mut found).expect("safe values");
    let expected = headers(&[
        ("x-static", "fixed"),
        ("x-missing", "kept"),
        ("x-last", "b"),
        ("x-all", "a,b"),
        ("x-query", "2 3"),
        ("x-queries", "1,2 3"),
        ("x-path", "a%2Fb"),
        ("x-context", "prod"),
        ("x-variable", "blue"),
        ("host", "elsewhere"),
    ]);
    assert_eq!(found, expected);
    assert!(!endpoint.forbidden_header);
}

#[test]
fn no_value_breaks_out_of_a_header() {
    let mut definition = empty();
    let method = call(IntegrationType::Http, "http://b/", &[("header.X", "method.request.querystring.q")]);
    put(&mut definition, "GET /", method);
    let stage = stage(&definition, &[]);
    for query in ["q=a%0d%0aX-Evil:1", "q=%00", "q=%0a", "q=%7f"] {
        let request = Request { query: Some(query), ..Request::default() };
        let result =
            crate::mapping::map_headers(&endpoint(&stage, "GET /").headers, &request, &mut HeaderMap::new());
        assert_eq!(result, Err(crate::mapping::UnsafeValue.into()), "{query}");
    }
}

#[test]
fn forbidden_headers_fail_every_call() {
    for (name, forbidden) in
        [("Content-Length", true), ("Transfer-Encoding", true), ("X-Amzn-Trace-Id", true), ("Expect", false)]
    {
        let mut definition = empty();
        put(
            &mut definition,
            "GET /",
            call(IntegrationType::HttpProxy, "http://b/", &[(&format!("header.{name}"), "'1'")]),
        );
        let stage = stage(&definition, &[]);
        let endpoint = endpoint(&stage, "GET /");
        assert_eq!((endpoint.forbidden_header, endpoint.headers.len()), (forbidden, 0), "{name}");
    }
}

#[test]
fn the_verb_is_the_integrations_own_or_the_callers() {
    for (verb, expected) in
        [(None, None), (Some(Verb::Any), None), (Some(Verb::Post), Some(HttpMethod::POST))]
    {
        let mut definition = empty();
        let mut method = call(IntegrationType::HttpProxy, "http://b/", &[]);
        method.integration.as_mut().expect("it has one").http_method = verb;
        put(&mut definition, "ANY /", method);
        assert_eq!(endpoint(&stage(&definition, &[]), "GET /").method, expected);
    }
}

#[test]
fn stage_variables_become_part_of_the_uri() {
    let mut definition = empty();
    let uri = "${stageVariables.scheme}://${stageVariables.host}/${stageVariables.base}/{proxy}?v=${stageVariables.v}";
    let method = call(IntegrationType::HttpProxy, uri, &[("path.proxy", "method.request.path.proxy")]);
    put(&mut definition, "GET /{proxy+}", method);
    let compiled = compile(&definition, &CompileOptions::default()).expect("nothing is wrong with it");
    let first = bind(
        &compiled,
        &settings(&[("scheme", "https"), ("host", "one.example:8443"), ("base", "v1"), ("v", "1")]),
    );
    let second = bind(&compiled, &settings(&[("scheme", "http"), ("host", "two.example")]));
    let request = Request { path: [("proxy", "a/b")].into(), ..Request::default() };
    for (stage, host, expected) in
        [(&first, "one.example:8443", "/v1/a/b?v=1&x=y"), (&second, "two.example", "//a/b?v=&x=y")]
    {
        let endpoint = endpoint(stage, "GET /a/b");
        assert_eq!(endpoint.uri.as_ref().expect("valid").back_end.host_header, host);
        assert_eq!(target(endpoint, &request, Some("x=y")).as_deref(), Ok(expected));
        assert!(stage.warnings.is_empty());
    }
    let broken = bind(&compiled, &settings(&[]));
    assert!(endpoint(&broken, "GET /x").uri.is_err());
    assert_eq!(broken.warnings.len(), 1);
    let warning = broken.warnings[0].to_string();
    assert!(
        warning.starts_with("method GET /{proxy+}, integration, uri: with this stage's variables every call"),
        "{warning}"
    );
}

#[test]
fn the_caller_s_query_stands_between_the_uri_s_own_and_the_mapped_one() {
    let mut definition = empty();
    put(
        &mut definition,
        "GET /{pathVar}",
        call(
            IntegrationType::HttpProxy,
            "http://b/x?testVar={pathVar}&testQs={qsVar}",
            &[
                ("path.pathVar", "method.request.path.pathVar"),
                ("path.qsVar", "method.request.querystring.qsVar"),
                ("querystring.added", "method.request.multivaluequerystring.testVar"),
            ],
        ),
    );
    let stage = stage(&definition, &[]);
    let request = Request {
        query: Some("testVar=bar&qsVar=a%26b"),
        path: [("pathVar", "foo&bar")].into(),
        ..Request::default()
    };
    assert_eq!(
        target(endpoint(&stage, "GET /foobar"), &request, request.query).as_deref(),
        Ok("/x?testVar=foo%26bar&testQs=a%26b&testVar=bar&qsVar=a%26b&added=bar")
    );
    assert_eq!(
        target(endpoint(&stage, "GET /foobar"), &Request::default(), None).as_deref(),
        Ok("/x?testVar=&testQs=")
    );
}

#[test]
fn answers_are_selected_by_status_and_mapped() {
    let mut definition = empty();
    let mut method = call(IntegrationType::Http, "http://b/", &[]);
    answer(
        &mut method,
        "200",
        &[
            ("X-From", "integration.response.header.X-Back"),
            ("Date", "integration.response.multivalueheader.Date"),
        ],
    );
    answer(&mut method, "404", &[("X-Stage", "stageVariables.v")]);
    let own = method.integration.as_mut().expect("it has one");
    own.responses.get_mut(&"404".parse().expect("a status")).expect("there").selection_pattern =
        Some("4\\d{2}".into());
    put(&mut definition, "GET /", method);
    let stage = stage(&definition, &[("v", "x")]);
    let IntegrationPlan::Http(http) = &plan(&stage, "GET /").integration else { panic!("it is HTTP") };
    let status = |code: u16| http::StatusCode::from_u16(code).expect("a status");
    let ok = http.responses.for_status(status(500)).expect("the default");
    let request = Request {
        answer: Some(headers(&[("x-back", "1"), ("date", "d"), ("x-other", "2")])),
        ..Request::default()
    };
    let mut found = ok.headers.clone();
    crate::mapping::map_headers(&ok.mappings, &request, &mut found).expect("safe values");
    assert_eq!((ok.status, found), (status(200), headers(&[("x-from", "1"), ("x-amzn-remapped-date", "d")])));
    let missing = http.responses.for_status(status(418)).expect("the pattern matches");
    assert_eq!((missing.status, &missing.headers), (status(404), &headers(&[("x-stage", "x")])));
    assert!(ok.answer.is_none() && missing.answer.is_none());
}

#[test]
fn responses_of_a_proxy_are_stored_and_never_applied() {
    let mut definition = empty();
    let mut method = call(IntegrationType::HttpProxy, "http://b/", &[]);
    answer(&mut method, "200", &[("X", "not even an expression")]);
    put(&mut definition, "GET /", method);
    assert_eq!(warnings(&definition), Vec::<String>::new());
}
