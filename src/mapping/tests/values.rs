//! What an expression gives for a request.

use http::{HeaderMap, HeaderName, HeaderValue};

use super::Request;
use crate::mapping::{Expression, Scope, Source, UnsafeValue, header_value};
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
        let value = source.as_ref().and_then(|source| source.evaluate(&request));
        assert_eq!(value.as_deref(), expected.map(str::as_bytes), "{text}");
    }
    let no_answer = Request { answer: None, ..request() };
    assert_eq!(
        source("integration.response.header.ETag").and_then(|s| s.evaluate(&no_answer).map(drop)),
        None
    );
}

#[test]
fn bytes_that_are_no_text_cross_unharmed() {
    let source = source("method.request.header.X-Raw").expect("it may have a value");
    assert_eq!(source.evaluate(&request()).as_deref(), Some(&b"\xff"[..]));
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
        source(text).expect("it may have a value").for_each(&request(), |value| {
            found.push(String::from_utf8(value.to_vec()).expect("text"));
        });
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
        if let Some(Ok(value)) = source.evaluate(&request).map(|value| header_value(&value)) {
            proptest::prop_assert!(!value.as_bytes().iter().any(|byte| matches!(byte, 0 | b'\r' | b'\n')));
        }
    }
}
