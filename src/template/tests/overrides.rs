//! Overrides of requests and answers.

use super::Request;
use crate::template::{Budget, Needs, Overrides, Template};

/// What a template leaves behind.
fn run(template: &str) -> Overrides {
    let mut overrides = Overrides::default();
    let result = Request::full().render_with(template, &mut overrides, &Budget::default());
    assert!(result.is_ok(), "{template}: {result:?}");
    overrides
}

fn pairs<'o>(list: impl Iterator<Item = (&'o str, &'o str)>) -> Vec<(String, String)> {
    list.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

#[test]
fn every_way_to_assign_works() {
    for template in [
        "#set($context.requestOverride.header.foo = \"v\")",
        "#set($context.requestOverride.header['foo'] = 'v')",
        "#set($context['requestOverride'].header[\"foo\"] = 'v')",
        "#set($t = $context.requestOverride.header.put('foo', 'v'))",
        "#set($h = $context.requestOverride.header)#set($h.foo = 'v')",
        "#set($context.requestOverride.header = {'foo': 'v'})",
        "#set($t = $context.requestOverride.header.putAll({'foo': 'v'}))",
        "#set($t = $context.get('requestOverride').get('header').put('foo', 'v'))",
    ] {
        let overrides = run(template);
        assert_eq!(pairs(overrides.request_headers()), [("foo".to_owned(), "v".to_owned())], "{template}");
        assert!(!overrides.is_empty(), "{template}");
    }
}

#[test]
fn each_part_is_told_apart() {
    let overrides = run("#set($context.requestOverride.header.h = 1)\
         #set($context.requestOverride.path.p = 'a b')\
         #set($context[\"requestOverride\"].querystring[\"k\"] = ['x', 2, $none])\
         #set($context.requestOverride.querystring.single = true)\
         #set($context.responseOverride.header.Access-Control-Allow-Origin = '*')\
         #set($context.responseOverride.header.l = ['a', 'b'])\
         #set($context.responseOverride.header.none = $none)\
         #set($context.responseOverride.status = 444)");
    let owned = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(pairs(overrides.request_headers()), [owned("h", "1")]);
    assert_eq!(pairs(overrides.request_paths()), [owned("p", "a b")]);
    let query: Vec<(&str, Vec<&str>)> = overrides
        .request_querystrings()
        .map(|(name, values)| (name, values.iter().map(|value| &**value).collect()))
        .collect();
    assert_eq!(query, [("k", vec!["x", "2"]), ("single", vec!["true"])]);
    assert_eq!(
        pairs(overrides.response_headers()),
        [owned("Access-Control-Allow-Origin", "*"), owned("l", "a,b")]
    );
    assert_eq!(overrides.response_status(), Some(444));
}

#[test]
fn a_status_is_an_integer_from_100_to_599() {
    for (status, expected) in [
        ("100", Some(100)),
        ("599", Some(599)),
        ("'202'", Some(202)),
        ("99", None),
        ("600", None),
        ("-200", None),
        ("200.5", None),
        ("'abc'", None),
        ("$none", None),
        ("[200]", None),
        ("99999999999", None),
    ] {
        let overrides = run(&format!("#set($context.responseOverride.status = {status})"));
        assert_eq!(overrides.response_status(), expected, "{status}");
    }
}

#[test]
fn the_same_parameter_is_not_overridden_twice() {
    for (name, template) in [
        ("foo", "#set($context.requestOverride.header.foo = 1)#set($context.requestOverride.header.foo = 2)"),
        ("k", "#foreach($i in [1..2])#set($context.requestOverride.querystring.k = $i)#end"),
        (
            "status",
            "#set($context.responseOverride.status = 200)#set($context.responseOverride.status = 200)",
        ),
        ("h", "#set($h = $context.responseOverride.header)$h.put('h', 1)$h.put('h', 2)"),
    ] {
        let error = Request::full().render(template).expect_err(template);
        let expected = format!("{name} is overridden twice, which API Gateway answers with 500");
        assert!(error.ends_with(&expected), "{template}: {error}");
    }
    run("#set($context.responseOverride.custom = 1)#set($context.responseOverride.custom = 2)");
    run("#set($context.requestOverride.header.a = 1)#set($context.requestOverride.path.a = 2)");
}

#[test]
fn what_the_request_template_set_is_there_in_the_response_template() {
    let mut overrides = run("#set($context.requestOverride.path.body = $input.path('$.user'))\
         #set($context.responseOverride.custom = {'l': [1, 2.0, true, null, 'x']})\
         #set($context.responseOverride.header.a = 'request')\
         #set($context.responseOverride.status = 444)\
         #set($context.mine = $input.path('$.user.tags'))");
    let response = Request::full();
    for (template, expected) in [
        ("$context.requestOverride.path.body", r#"{name=Ann, tags=["a","b"]}"#),
        ("$context.requestOverride.path.body.tags[1]", "b"),
        ("$context.responseOverride.custom", "{l=[1, 2.0, true, null, x]}"),
        ("$context.mine $context.responseOverride.status", r#"["a","b"] 444"#),
        ("$context.requestOverride.header $context.keySet().contains('mine')", "{} true"),
    ] {
        let result = response.render_with(template, &mut overrides.clone(), &Budget::default());
        assert_eq!(result.as_deref(), Ok(expected), "{template}");
    }
    // A response template may set what the request template set, and what it leaves alone stays.
    let template =
        "#set($context.responseOverride.header.a = 'response')#set($context.responseOverride.header.b = 1)";
    assert!(response.render_with(template, &mut overrides, &Budget::default()).is_ok());
    let owned = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(pairs(overrides.response_headers()), [owned("a", "response"), owned("b", "1")]);
    assert_eq!(overrides.response_status(), Some(444));
    let before = overrides.clone();
    assert!(response.render_with("$context.stage", &mut overrides, &Budget::default()).is_ok());
    assert_eq!(overrides, before);
}

#[test]
fn a_template_that_fails_leaves_nothing() {
    let mut overrides = Overrides::default();
    let template = "#set($context.requestOverride.header.foo = 'v')$util.urlDecode('%')";
    let result = Request::full().render_with(template, &mut overrides, &Budget::default());
    assert!(result.is_err() && overrides.is_empty());
}

#[test]
fn needs_are_read_off_the_template() {
    let needs = |payload, header_names, overrides| Needs { payload, header_names, overrides };
    for (template, expected) in [
        ("text", needs(false, false, false)),
        ("$input.body", needs(true, false, false)),
        ("#if(false)\"$input.json('$')\"#end", needs(true, false, false)),
        ("#set($s = \"$input.path('$.a')\")", needs(true, false, false)),
        ("$input.params('a')$stageVariables.x$util.urlEncode('a')", needs(false, false, false)),
        ("$input.params()", needs(false, true, false)),
        ("#set($i = $input)", needs(true, true, false)),
        ("$context.stage $context.identity.sourceIp", needs(false, false, false)),
        ("$context.requestOverride.path.body", needs(false, false, true)),
        ("$context.mine", needs(false, false, true)),
        ("#set($context.responseOverride.status = 1)", needs(false, false, true)),
        ("#set($context.stage = 1)", needs(false, false, true)),
        ("$context.keySet()", needs(false, false, true)),
    ] {
        assert_eq!(Template::parse(template).expect("it parses").needs(), expected, "{template}");
    }
}
