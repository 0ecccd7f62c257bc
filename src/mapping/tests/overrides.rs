//! What templates set, put over what is mapped.

use http::{HeaderMap, HeaderName, HeaderValue};

use super::Request;
use crate::mapping::headers::{aws_request_target, request_target};
use crate::mapping::{
    BackEnds, Expression, MappingFault, QueryMapping, Scope, Source, UnsafeValue, UriFault, UriOverrides,
    UriTemplate, override_request_headers, override_response_headers,
};
use crate::model::StageVariables;

fn source(text: &str) -> Source {
    let expression = Expression::parse(text, Scope::IntegrationRequest).expect("an expression");
    expression.bind(&StageVariables::default()).expect("it may have a value")
}

fn mapped() -> HeaderMap {
    [("x-kept", "1"), ("x-set", "old")]
        .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
        .into_iter()
        .collect()
}

fn list(headers: &HeaderMap) -> Vec<(&str, &str)> {
    let mut list: Vec<_> =
        headers.iter().map(|(name, value)| (name.as_str(), value.to_str().expect("text"))).collect();
    list.sort_unstable();
    list
}

#[test]
fn headers_are_set_over_the_mapped_ones() {
    let kept = ("x-kept", "1");
    for (set, expected) in [
        (&[][..], vec![kept, ("x-set", "old")]),
        (&[("X-Set", "new")], vec![kept, ("x-set", "new")]),
        (&[("x-set", "")], vec![kept]),
        (
            &[("x-more", "a,b"), ("host", "h"), ("te", "x")],
            vec![("host", "h"), kept, ("x-more", "a,b"), ("x-set", "old")],
        ),
    ] {
        let mut headers = mapped();
        override_request_headers(set.iter().copied(), request_target, &mut headers).expect("fit for headers");
        assert_eq!(list(&headers), expected, "{set:?}");
    }
    let mut headers = mapped();
    let set = [("X-Set", "new"), ("Date", "d"), ("Transfer-Encoding", "x"), ("Etag", "e")];
    override_response_headers(set, &mut headers).expect("fit for headers");
    let renamed = ("x-amzn-remapped-date", "d");
    assert_eq!(list(&headers), [("etag", "e"), renamed, kept, ("x-set", "new")]);
}

#[test]
fn no_override_breaks_out_of_a_head() {
    for (name, value, expected) in [
        ("X-Set", "a\r\nX-Evil: 1", MappingFault::Unsafe(UnsafeValue)),
        ("X-Evil: 1\r\nX", "a", MappingFault::Forbidden),
        ("", "a", MappingFault::Forbidden),
    ] {
        let mut headers = mapped();
        assert_eq!(override_response_headers([(name, value)], &mut headers), Err(expected), "{name:?}");
        let found = override_request_headers([(name, value)], request_target, &mut headers);
        assert_eq!(found, Err(expected), "{name:?}");
        assert_eq!(list(&headers), [("x-kept", "1"), ("x-set", "old")]);
    }
    for name in ["Content-Length", "transfer-encoding", "X-Amzn-Trace-Id"] {
        let found = override_request_headers([(name, "1")], request_target, &mut mapped());
        assert_eq!(found, Err(MappingFault::Forbidden), "{name}");
    }
    let found = override_request_headers([("authorization", "1")], aws_request_target, &mut mapped());
    assert_eq!(found, Err(MappingFault::Forbidden));
}

#[test]
fn paths_and_queries_are_set_over_the_mapped_ones() {
    let sources = [("proxy", source("method.request.path.proxy")), ("kind", source("'cat/s'"))];
    let template = UriTemplate::parse("http://b/base/{kind}/{proxy}?v={proxy}&l=1");
    let plan = template.bind(&StageVariables::default(), &sources, &mut BackEnds::default()).expect("a URI");
    let request = Request {
        path: [("proxy", "p%2Fq".to_owned())].into(),
        query: Some("q=1&q=2".to_owned()),
        ..Request::default()
    };
    let mapped = [("q", "method.request.multivaluequerystring.q"), ("s", "'x y'")]
        .map(|(name, text)| QueryMapping { name: QueryMapping::encode(name), source: source(text) });
    let one: [Box<str>; 1] = ["n&w=1".into()];
    let two: [Box<str>; 2] = ["a".into(), "b c".into()];
    let empty: [Box<str>; 0] = [];
    for (path, querystring, expected) in [
        (&[][..], &[][..], Ok("/base/cat/s/p%2Fq?v=p%2Fq&l=1&q=1&q=2&s=x%20y")),
        (
            &[("proxy", "a/b c%20d?x#y")],
            &[],
            Ok("/base/cat/s/a/b%20c%20d%3Fx%23y?v=a/b%20c%20d?x%23y&l=1&q=1&q=2&s=x%20y"),
        ),
        (&[("kind", "dog")], &[], Ok("/base/dog/p%2Fq?v=p%2Fq&l=1&q=1&q=2&s=x%20y")),
        (&[("proxy", "x&y=1;z+")], &[], Ok("/base/cat/s/x&y=1;z+?v=x%26y=1%3Bz%2B&l=1&q=1&q=2&s=x%20y")),
        (&[("none", "x")], &[], Ok("/base/cat/s/p%2Fq?v=p%2Fq&l=1&q=1&q=2&s=x%20y")),
        (&[], &[("q", &one[..])], Ok("/base/cat/s/p%2Fq?v=p%2Fq&l=1&s=x%20y&q=n%26w%3D1")),
        (
            &[],
            &[("q", &two[..]), ("n w", &one[..])],
            Ok("/base/cat/s/p%2Fq?v=p%2Fq&l=1&s=x%20y&q=a&q=b%20c&n%20w=n%26w%3D1"),
        ),
        (&[], &[("q", &empty[..]), ("s", &empty[..])], Ok("/base/cat/s/p%2Fq?v=p%2Fq&l=1")),
        (&[("proxy", "../../../x")], &[], Err(UriFault::Escape)),
        (&[("proxy", "%2e%2e/../..\\..")], &[], Err(UriFault::Escape)),
        (&[("proxy", "a\r\nb")], &[], Err(UriFault::Unsafe)),
    ] {
        let target = plan.render_with(&request, None, &mapped, UriOverrides { path, querystring });
        assert_eq!(target.as_deref(), expected.as_ref().map(|text| *text), "{path:?} {querystring:?}");
    }
}
