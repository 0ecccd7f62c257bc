//! Mocks: ready-made answers, and the way to those that are not.

use http::StatusCode;

use super::*;

fn reply<'s>(stage: &'s StagePlan, line: &str, content_type: Option<&str>) -> MockReply<'s> {
    let content_type = content_type.map(|value| HeaderValue::from_str(value).expect("a header value"));
    match &plan(stage, line).integration {
        IntegrationPlan::Mock(mock) => mock.reply(content_type.as_ref()),
        _ => panic!("{line} is a mock"),
    }
}

fn ready(reply: MockReply<'_>, accept: Option<&str>) -> Arc<Answer> {
    let accept = accept.map(|value| HeaderValue::from_str(value).expect("a header value"));
    match reply {
        MockReply::Response(ResponsePlan { answer: Some(answer), .. }) => {
            Arc::clone(answer.choose(accept.as_ref()))
        }
        other => panic!("a ready answer, not {other:?}"),
    }
}

/// What `EnableCors` makes.
fn preflight() -> Method {
    let mut method = mock(&[
        ("Access-Control-Allow-Headers", "'Content-Type,X-Api-Key'"),
        ("Access-Control-Allow-Methods", "'GET,OPTIONS'"),
        ("Access-Control-Allow-Origin", "'*'"),
    ]);
    let integration = method.integration.as_mut().expect("it has one");
    let response = integration.responses.get_mut(&Status::OK).expect("it has one");
    response.response_templates.insert("application/json".parse().expect("a type"), String::new());
    method
}

#[test]
fn a_static_preflight_is_ready_before_anybody_asks() {
    let mut definition = empty();
    put(&mut definition, "OPTIONS /pets", preflight());
    let stage = stage(&definition, &[]);
    let answer = ready(reply(&stage, "OPTIONS /pets", None), None);
    assert_eq!((answer.status, &answer.body[..]), (StatusCode::OK, &b""[..]));
    let expected = headers(&[
        ("access-control-allow-headers", "Content-Type,X-Api-Key"),
        ("access-control-allow-methods", "GET,OPTIONS"),
        ("access-control-allow-origin", "*"),
        ("content-type", "application/json"),
        ("content-length", "0"),
    ]);
    assert_eq!(answer.headers, expected);
    assert_eq!(warnings(&definition), Vec::<String>::new());
}

#[test]
fn the_request_template_is_picked_by_content_type() {
    for (behavior, content_type, expected) in [
        ("WHEN_NO_MATCH", None, "answer"),
        ("WHEN_NO_MATCH", Some("application/json; charset=utf-8"), "answer"),
        ("WHEN_NO_MATCH", Some("Application/JSON"), "answer"),
        ("WHEN_NO_MATCH", Some("text/plain"), "body"),
        ("WHEN_NO_TEMPLATES", Some("application/json"), "answer"),
        ("WHEN_NO_TEMPLATES", Some("text/plain"), "415"),
        ("NEVER", None, "answer"),
        ("NEVER", Some("text/plain"), "415"),
    ] {
        let mut definition = empty();
        let mut method = preflight();
        method.integration.as_mut().expect("it has one").passthrough_behavior = match behavior {
            "NEVER" => crate::model::PassthroughBehavior::Never,
            "WHEN_NO_TEMPLATES" => crate::model::PassthroughBehavior::WhenNoTemplates,
            _ => crate::model::PassthroughBehavior::WhenNoMatch,
        };
        put(&mut definition, "OPTIONS /", method);
        let stage = stage(&definition, &[]);
        let found = match reply(&stage, "OPTIONS /", content_type) {
            MockReply::Response(_) => "answer",
            MockReply::ReadBody => "body",
            MockReply::Render(_) => "template",
            MockReply::UnsupportedMediaType => "415",
            MockReply::Failure(_) => "500",
        };
        assert_eq!(found, expected, "{behavior} {content_type:?}");
    }
}

#[test]
fn a_default_template_comes_before_the_passthrough_behaviour() {
    let mut definition = empty();
    let mut method = preflight();
    let own = method.integration.as_mut().expect("it has one");
    own.request_templates = [("$default".parse().expect("a type"), "{statusCode: 200}".to_owned())].into();
    put(&mut definition, "GET /", method);
    assert!(matches!(reply(&stage(&definition, &[]), "GET /", Some("a/b")), MockReply::Response(_)));
}

#[test]
fn the_status_code_selects_the_response() {
    for (template, expected) in [
        ("{statusCode: 200}", Some(200)),
        ("{statusCode: 404,}", Some(404)),
        ("{statusCode: -1}", Some(500)),
        ("{\"statusCode\": \"404\"}", None),
        ("{}", None),
        ("{statusCode: 302}", Some(200)),
    ] {
        let mut definition = empty();
        let mut method = mock(&[]);
        answer(&mut method, "404", &[]);
        answer(&mut method, "500", &[]);
        let own = method.integration.as_mut().expect("it has one");
        own.responses.get_mut(&"404".parse().expect("a status")).expect("there").selection_pattern =
            Some("4..".into());
        own.responses.get_mut(&"500".parse().expect("a status")).expect("there").selection_pattern =
            Some("-\\d".into());
        own.request_templates = [("application/json".parse().expect("a type"), template.to_owned())].into();
        put(&mut definition, "GET /", method);
        let stage = stage(&definition, &[]);
        let found = match reply(&stage, "GET /", None) {
            MockReply::Response(response) => Some(response.status.as_u16()),
            _ => None,
        };
        assert_eq!(found, expected, "{template}");
    }
}

#[test]
fn a_body_that_passes_through_is_read_like_a_template() {
    let mut definition = empty();
    let mut method = preflight();
    let own = method.integration.as_mut().expect("it has one");
    own.request_templates = [("application/json".parse().expect("a type"), String::new())].into();
    put(&mut definition, "POST /", method);
    let stage = stage(&definition, &[]);
    assert!(matches!(reply(&stage, "POST /", None), MockReply::ReadBody));
    let IntegrationPlan::Mock(mock) = &plan(&stage, "POST /").integration else { panic!("it is a mock") };
    assert!(matches!(mock.reply_to_text(b"{statusCode: 1}"), MockReply::Response(_)));
    for body in [&b""[..], b"hello", b"\xff"] {
        assert!(matches!(mock.reply_to_text(body), MockReply::Failure(_)), "{body:?}");
    }
}

#[test]
fn the_response_template_is_picked_by_accept() {
    let mut definition = empty();
    let mut method = mock(&[]);
    let own = method.integration.as_mut().expect("it has one");
    own.responses.get_mut(&Status::OK).expect("there").response_templates =
        [("text/plain", "plain"), ("application/json", "{\"a\":1}"), ("image/svg+xml", "<svg/>")]
            .into_iter()
            .map(|(media_type, text)| (media_type.parse().expect("a type"), text.to_owned()))
            .collect();
    put(&mut definition, "GET /", method);
    let stage = stage(&definition, &[]);
    for (accept, body) in [
        (None, "{\"a\":1}"),
        (Some("*/*"), "{\"a\":1}"),
        (Some("image/png"), "{\"a\":1}"),
        (Some("text/plain"), "plain"),
        (Some("text/plain;q=0.1, application/json"), "plain"),
        (Some("image/svg+xml"), "<svg/>"),
    ] {
        let answer = ready(reply(&stage, "GET /", None), accept);
        assert_eq!(&answer.body[..], body.as_bytes(), "{accept:?}");
        assert_eq!(answer.headers["content-length"], body.len().to_string());
        assert_eq!(answer.headers["content-type"], "application/json");
    }
}

#[test]
fn what_depends_on_the_request_is_not_ready() {
    let mut definition = empty();
    put(&mut definition, "GET /a", mock(&[("X", "context.requestId"), ("Y", "'y'"), ("Z", "''")]));
    put(
        &mut definition,
        "GET /b",
        mock(&[("X", "integration.response.header.X"), ("Content-Type", "'text/html'")]),
    );
    let stage = stage(&definition, &[]);
    let MockReply::Response(response) = reply(&stage, "GET /a", None) else { panic!("it answers") };
    assert!(response.answer.is_none());
    assert_eq!(response.headers, headers(&[("y", "y")]));
    let mut found = response.headers.clone();
    crate::mapping::map_headers(&response.mappings, &Request::default(), &mut found).expect("safe values");
    assert_eq!(found, headers(&[("y", "y"), ("x", "r-1")]));
    // A mock has no answer of a back end: such a mapping never gives anything.
    let answer = ready(reply(&stage, "GET /b", None), None);
    assert_eq!(answer.headers, headers(&[("content-type", "text/html"), ("content-length", "0")]));
}

#[test]
fn a_response_that_the_method_does_not_declare_is_never_ready() {
    let mut definition = empty();
    let mut method = mock(&[]);
    method.responses.clear();
    put(&mut definition, "GET /", method);
    let stage = stage(&definition, &[]);
    let MockReply::Response(response) = reply(&stage, "GET /", None) else { panic!("it answers") };
    assert!(response.undeclared && response.answer.is_none());
}
