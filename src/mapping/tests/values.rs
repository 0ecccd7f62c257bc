//! What an expression gives for a request.

use std::borrow::Cow;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};

use super::Request;
use crate::mapping::{Expression, InvalidJson, Payload, Scope, Source, UnsafeValue, header_value};
use crate::model::StageVariables;

fn headers(list: &[(&str, &[u8])]) -> HeaderMap {
    let mut map = HeaderMap::new();
    for (name, value) in list {
        let name: HeaderName = name.parse().expect("a header name");
        map.append(name, HeaderValue::from_bytes(value).expect("a header value"));
    }
    map
}

fn request() -> Request {
    Request {
        headers: headers(&[
            ("x-one", b"1"),
            ("x-two", b"a"),
            ("x-two", b"b,c"),
            ("x-empty", b""),
            ("x-raw", b"\xff"),
            ("te", b"x"),
        ]),
        query: Some("q=1&q=2+x&Q=3&e=&%71=4".to_owned()),
        path: [("id", "a%2Fb".to_owned())].into(),
        answer: Some(headers(&[("etag", b"e"), ("set-cookie", b"a=1"), ("set-cookie", b"b=2")])),
        ..Request::default()
    }
}

fn source(text: &str) -> Option<Source> {
    let variables =
        [("colour", "blue"), ("empty", "")].map(|(name, value)| (name.to_owned(), value.to_owned()));
    let variables = StageVariables::parse(variables).expect("stage variables");
    let scopes = [Scope::IntegrationRequest, Scope::MethodResponse];
    let expression =
        scopes.into_iter().find_map(|scope| Expression::parse(text, scope).ok()).expect("an expression");
    expression.bind(&variables)
}

#[test]
fn sources_give_their_values() {
    for (text, expected) in [
        ("'fixed'", Some("fixed")),
        ("''", None),
        ("stageVariables.colour", Some("blue")),
        ("stageVariables.empty", None),
        ("stageVariables.none", None),
        ("context.stage", Some("prod")),
        ("context.requestId", Some("r-1")),
        ("context.error.message", None),
        ("context.accountId", None),
        ("context.nothing", None),
        ("method.request.header.X-One", Some("1")),
        ("method.request.header.x-ONE", Some("1")),
        ("method.request.header.X-Two", Some("b,c")),
        ("method.request.multivalueheader.X-Two", Some("a,b,c")),
        ("method.request.header.X-Empty", None),
        ("method.request.header.X-None", None),
        ("method.request.header.TE", None),
        ("method.request.querystring.q", Some("4")),
        ("method.request.multivaluequerystring.q", Some("1,2 x,4")),
        ("method.request.querystring.Q", Some("3")),
        ("method.request.querystring.e", None),
        ("method.request.path.id", Some("a%2Fb")),
        ("method.request.path.none", None),
        ("integration.response.header.ETag", Some("e")),
        ("integration.response.header.Set-Cookie", Some("b=2")),
        ("integration.response.multivalueheader.Set-Cookie", Some("a=1,b=2")),
    ] {
        let request = request();
        let source = source(text);
        let value = source.as_ref().and_then(|source| source.evaluate(&request).expect("no body"));
        assert_eq!(value.as_deref(), expected.map(str::as_bytes), "{text}");
    }
    let no_answer = Request { answer: None, ..request() };
    let etag = source("integration.response.header.ETag").expect("it may have a value");
    assert_eq!(etag.evaluate(&no_answer), Ok(None));
}

#[test]
fn bodies_give_themselves_or_what_a_path_leads_to() {
    let json = r#" {"a":{"b":"text","n":12.50,"t":true,"z":null,"e":"","l":[1,"x"]},"u":"é"} "#;
    for (text, body, expected) in [
        ("body", json, Ok(Some(json.trim()))),
        ("body", "", Ok(Some("{}"))),
        ("body", " plain\n", Ok(Some("plain"))),
        ("body", "{", Err(InvalidJson)),
        ("body.a.b", json, Ok(Some("text"))),
        ("body.a['b']", json, Ok(Some("text"))),
        ("body.u", json, Ok(Some("é"))),
        ("body.a.n", json, Ok(Some("12.5"))),
        ("body.a.t", json, Ok(Some("true"))),
        ("body.a.z", json, Ok(None)),
        ("body.a.e", json, Ok(None)),
        ("body.a.l", json, Ok(Some(r#"[1,"x"]"#))),
        ("body.a.l[*]", json, Ok(Some(r#"[1,"x"]"#))),
        ("body..b", json, Ok(Some(r#"["text"]"#))),
        ("body.a.l.length()", json, Ok(Some("2"))),
        ("body.a.l.concat()", json, Ok(Some("x"))),
        ("body.none", json, Ok(None)),
        ("body.none", "", Ok(None)),
        ("body.a", "plain", Ok(None)),
        ("body.a", "12", Ok(None)),
        ("body.a", "[1", Err(InvalidJson)),
        ("body.a", "'a'", Err(InvalidJson)),
    ] {
        let payload = Some(Payload::new(Bytes::copy_from_slice(body.as_bytes())));
        let asked = Request { payload: payload.clone(), ..request() };
        let answered = Request { answer_payload: payload, ..request() };
        for (root, facts) in [("method.request.", asked), ("integration.response.", answered)] {
            let source = source(&format!("{root}{text}")).expect("it may have a value");
            assert_eq!(source.needs_payload(), root.starts_with('m'));
            assert_eq!(source.needs_answer_payload(), root.starts_with('i'));
            let value = source.evaluate(&facts);
            let expected = expected.map(|expected| expected.map(|text| Cow::Borrowed(text.as_bytes())));
            assert_eq!(value, expected, "{root}{text} of {body:?}");
        }
    }
}

#[test]
fn bytes_that_are_no_text_cross_unharmed() {
    let source = source("method.request.header.X-Raw").expect("it may have a value");
    assert_eq!(source.evaluate(&request()), Ok(Some(Cow::Borrowed(&b"\xff"[..]))));
}

#[test]
fn several_values_can_be_had_one_by_one() {
    for (text, expected) in [
        ("method.request.multivaluequerystring.q", vec!["1", "2 x", "4"]),
        ("method.request.querystring.q", vec!["4"]),
        ("method.request.multivalueheader.X-Two", vec!["a,b,c"]),
        ("method.request.multivaluequerystring.none", vec![]),
        ("'x'", vec!["x"]),
    ] {
        let mut found = Vec::new();
        let source = source(text).expect("it may have a value");
        let taken = source.for_each(&request(), |value| {
            found.push(String::from_utf8(value.to_vec()).expect("text"));
        });
        assert_eq!(taken, Ok(()));
        assert_eq!(found, expected, "{text}");
    }
}

#[test]
fn a_header_takes_no_control_characters() {
    for value in [&b"a\rb"[..], b"a\nb", b"a\0b", b"\x01", b"\x7f"] {
        assert_eq!(header_value(value), Err(UnsafeValue), "{value:?}");
    }
    for value in [&b""[..], b"a\tb", b" x ", b"\xff"] {
        assert!(header_value(value).is_ok(), "{value:?}");
    }
}

proptest::proptest! {
    #[test]
    fn no_query_gives_a_header_that_breaks_out(query in "[a-z0-9%&=+;]{0,30}") {
        let request = Request { query: Some(format!("q={query}")), ..Request::default() };
        let source = source("method.request.multivaluequerystring.q").expect("it may have a value");
        if let Ok(Some(value)) = source.evaluate(&request)
            && let Ok(value) = header_value(&value)
        {
            proptest::prop_assert!(!value.as_bytes().iter().any(|byte| matches!(byte, 0 | b'\r' | b'\n')));
        }
    }
}
