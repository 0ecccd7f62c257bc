//! URIs of integrations and the targets they give.

use std::sync::Arc;

use proptest::prelude::*;

use super::Request;
use crate::mapping::{
    BackEnds, Expression, InvalidUri, QueryMapping, Scope, Source, UriFault, UriPlan, UriTemplate,
};
use crate::model::{Scheme, StageVariables};

fn source(text: &str) -> Source {
    let expression = Expression::parse(text, Scope::IntegrationRequest).expect("an expression");
    expression.bind(&StageVariables::default()).expect("it may have a value")
}

fn plan(uri: &str, sources: &[(&str, &str)]) -> Result<UriPlan, InvalidUri> {
    let sources: Vec<_> = sources.iter().map(|(name, text)| (*name, source(text))).collect();
    UriTemplate::parse(uri).bind(&StageVariables::default(), &sources, &mut BackEnds::default())
}

fn request(query: &str, path: &str) -> Request {
    Request { query: Some(query.to_owned()), path: [("proxy", path.to_owned())].into(), ..Request::default() }
}

const PROXY: &[(&str, &str)] =
    &[("proxy", "method.request.path.proxy"), ("q", "method.request.querystring.q")];

#[test]
fn scheme_host_and_port_are_read_once() {
    for (uri, scheme, host, port, host_header) in [
        ("http://b", Scheme::Http, "b", 80, "b"),
        (
            "HTTPS://Back-End.Example.COM/x",
            Scheme::Https,
            "back-end.example.com",
            443,
            "back-end.example.com",
        ),
        ("http://b:8080/", Scheme::Http, "b", 8080, "b:8080"),
        ("http://b:80", Scheme::Http, "b", 80, "b"),
        ("https://b:80", Scheme::Https, "b", 80, "b:80"),
        ("http://127.0.0.1:9/", Scheme::Http, "127.0.0.1", 9, "127.0.0.1:9"),
        ("http://[::1]:8080/x", Scheme::Http, "[::1]", 8080, "[::1]:8080"),
        ("http://b?x=1", Scheme::Http, "b", 80, "b"),
        ("http://under_score/", Scheme::Http, "under_score", 80, "under_score"),
    ] {
        let plan = plan(uri, &[]).unwrap_or_else(|error| panic!("{uri}: {error}"));
        let back_end = &plan.back_end;
        assert_eq!((back_end.scheme, &*back_end.host, back_end.port), (scheme, host, port), "{uri}");
        assert_eq!(back_end.host_header, host_header, "{uri}");
    }
}

#[test]
fn what_cannot_be_called_is_refused_with_its_reason() {
    for (uri, reason) in [
        ("", "it must start with http:// or https://"),
        ("b/x", "it must start with http:// or https://"),
        ("ftp://b/", "it must start with http:// or https://"),
        ("{proxy}", "it must start with http:// or https://"),
        ("http://", "it names no host"),
        ("http:///x", "it names no host"),
        ("http://user:secret@b/", "user names and passwords"),
        ("http://{proxy}/", "callers never choose whom we call"),
        ("http://b{proxy}/", "callers never choose whom we call"),
        ("http://b:{proxy}/", "callers never choose whom we call"),
        ("http://b:0/", "its port is not a number"),
        ("http://b:x/", "its port is not a number"),
        ("http://b:99999/", "its port is not a number"),
        ("http://a..b/", "its host is not valid"),
        ("http://a b/", "its host is not valid"),
        ("http://[::g]/", "not valid"),
        ("http://b/x#y", "a fragment"),
        ("http://b/a b", "must be percent-encoded"),
        ("http://b/a\"b", "must be percent-encoded"),
        ("http://b/${other}", "must be percent-encoded"),
    ] {
        let error = plan(uri, PROXY).expect_err(uri).to_string();
        let prefix = "Invalid HTTP endpoint specified for URI: ";
        assert!(error.starts_with(prefix) && error.contains(reason), "{uri}: {error}");
    }
}

#[test]
fn values_are_put_where_they_belong() {
    for (uri, path, query, expected) in [
        ("http://b", "", "", "/"),
        ("http://b?x=1", "", "", "/?x=1"),
        ("http://b/a/b/?x=1&y", "", "", "/a/b/?x=1&y"),
        ("http://b/{proxy}", "a/b%2Fc//d", "", "/a/b%2Fc//d"),
        ("http://b/api/{proxy}.json", "x", "", "/api/x.json"),
        ("http://b/api/{proxy}", "..?x#y", "", "/api/..%3Fx%23y"),
        ("http://b/{q}", "", "q=a/b%3Fc%23d%25 e", "/a%2Fb%3Fc%23d%25%20e"),
        ("http://b/{q}", "", "q=a%2Bb", "/a+b"),
        ("http://b/x?p={proxy}", "a&b;c+d=e", "", "/x?p=a%26b%3Bc%2Bd=e"),
        ("http://b/x?p={q}", "", "q=a%26b=c", "/x?p=a%26b%3Dc"),
        ("http://b/x/{q}/y", "", "", "/x//y"),
        ("http://b/{none}", "", "", "/%7Bnone%7D"),
        ("http://b/a{unclosed", "", "", ""),
        ("http://b/$x", "", "", "/$x"),
    ] {
        let Ok(plan) = plan(uri, PROXY) else {
            assert_eq!(expected, "", "{uri}");
            continue;
        };
        assert_eq!(
            plan.render(&request(query, path), None, &[]).as_deref(),
            Ok(expected),
            "{uri} {path} {query}"
        );
    }
}

#[test]
fn an_owners_constant_may_bring_slashes() {
    let plan = plan("http://b/{version}/x", &[("version", "'v1/beta two'")]).expect("a valid URI");
    assert!(plan.is_constant());
    assert_eq!(plan.render(&Request::default(), None, &[]).as_deref(), Ok("/v1/beta%20two/x"));
}

#[test]
fn dot_segments_never_lead_out_of_the_integrations_path() {
    for (uri, path, allowed) in [
        ("http://b/api/{proxy}", "x/../y", true),
        ("http://b/api/{proxy}", "..x/...", true),
        ("http://b/api/{proxy}", "x/./y", true),
        ("http://b/api/{proxy}", "..", false),
        ("http://b/api/{proxy}", "../admin", false),
        ("http://b/api/{proxy}", "x/../../admin", false),
        ("http://b/api/{proxy}", "x//../../admin", false),
        ("http://b/api/{proxy}", "%2e%2e/admin", false),
        ("http://b/api/{proxy}", ".%2E/admin", false),
        ("http://b/api/{proxy}", "..%2Fadmin", false),
        ("http://b/api/{proxy}", "x%2f..%2f..%2fadmin", false),
        ("http://b/api/{proxy}", "..%5Cadmin", false),
        ("http://b/api/{proxy}", "./../admin", false),
        ("http://b/api/{proxy}/tail", "x/..", true),
        ("http://b/api/.{proxy}", "./admin", false),
        ("http://b/{proxy}", "..", false),
        ("http://b/a/../{proxy}", "x", true),
        ("http://b/x?p={proxy}", "../..", true),
    ] {
        let result = plan(uri, PROXY).expect("a valid URI").render(&request("", path), None, &[]);
        assert_eq!(result.is_ok(), allowed, "{uri} {path}: {result:?}");
        assert!(allowed || result == Err(UriFault::Escape));
    }
}

#[test]
fn control_characters_are_refused() {
    let mapped =
        [QueryMapping { name: QueryMapping::encode("a b"), source: source("method.request.querystring.q") }];
    for query in ["q=a%0Ab", "q=%0d", "q=%00"] {
        let request = request(query, "x");
        for uri in ["http://b/{q}", "http://b/x?y={q}"] {
            assert_eq!(
                plan(uri, PROXY).expect("valid").render(&request, None, &[]),
                Err(UriFault::Unsafe),
                "{uri}"
            );
        }
        assert_eq!(
            plan("http://b", &[]).expect("valid").render(&request, None, &mapped),
            Err(UriFault::Unsafe)
        );
    }
    let target = plan("http://b", &[]).expect("valid").render(&request("q=%26%20%C3%A9", "x"), None, &mapped);
    assert_eq!(target.as_deref(), Ok("/?a%20b=%26%20%C3%A9"));
}

#[test]
fn equal_back_ends_are_one() {
    let mut back_ends = BackEnds::default();
    let mut bind = |uri: &str| {
        let plan = UriTemplate::parse(uri).bind(&StageVariables::default(), &[], &mut back_ends);
        plan.expect("a valid URI").back_end
    };
    let first = bind("http://b/x");
    assert!(Arc::ptr_eq(&first, &bind("HTTP://B:80/y")));
    assert!(!Arc::ptr_eq(&first, &bind("https://b/x")));
}

#[test]
fn names_and_variables_are_told_apart() {
    let template = UriTemplate::parse("http://${stageVariables.host}/{a}/${other}/{b}?c={c}$");
    assert_eq!(template.names().collect::<Vec<_>>(), ["a", "b", "c"]);
    assert!(template.has_stage_variables());
    assert!(!UriTemplate::parse("http://b/${other}/{a}").has_stage_variables());
}

proptest! {
    #[test]
    fn no_value_reaches_host_or_port_or_leaves_the_base(path in "[a-z./%25eEfFcC@:?&]{0,24}", query in "[a-z./%25fF&=]{0,24}") {
        let plan = plan("http://b:81/base/{proxy}/{q}?x={q}", PROXY).expect("a valid URI");
        if let Ok(target) = plan.render(&request(&query, &path), None, &[]) {
            prop_assert!(target.starts_with("/base/"));
            let mut depth = 0_i32;
            let decoded = target["/base/".len()..].split('?').next().unwrap_or_default().to_lowercase();
            for segment in decoded.replace("%2e", ".").replace("%2f", "/").split('/') {
                depth += match segment { "" | "." => 0, ".." => -1, _ => 1 };
                prop_assert!(depth >= 0, "{}", target);
            }
        }
    }

    #[test]
    fn no_uri_makes_it_panic(uri in "(https?://)?[a-z0-9{}$.:/?#@\\[\\]stageVriblh]{0,40}") {
        let _ = plan(&uri, PROXY).map(|plan| plan.render(&request("q=1", "x"), Some("y"), &[]));
    }
}
