//! Cases and properties of the compiled policy.

use http::Method;
use http::header::{HeaderMap, HeaderName, HeaderValue, VARY};
use proptest::prelude::*;

use super::{AnswerOf, CorsRequest, Policy};
use crate::cors::settings::{CorsInput, CorsSettings, ErrorsChoice};
use crate::model::{ProxyCors, Verb};

fn policy(input: &CorsInput) -> Policy {
    let settings = CorsSettings::parse(input).expect("settings that stand");
    Policy::compile(settings.policy(), [Verb::Get, Verb::Put])
}

fn several() -> CorsInput {
    CorsInput {
        allow_origins: vec!["https://a.example".into(), "https://*.b.example".into()],
        allow_credentials: true,
        expose_headers: vec!["X-Total".into()],
        max_age_seconds: Some(600),
        ..CorsInput::default()
    }
}

fn headers(pairs: &[(&str, &str)]) -> HeaderMap {
    let mut map = HeaderMap::new();
    for (name, value) in pairs {
        let name: HeaderName = name.parse().expect("a name");
        map.append(name, HeaderValue::from_str(value).expect("a value"));
    }
    map
}

fn request(method: &str, origin: Option<&str>, preflight_for: Option<&str>) -> CorsRequest {
    let mut map = HeaderMap::new();
    if let Some(origin) = origin {
        map.insert("origin", HeaderValue::from_str(origin).expect("a value"));
    }
    if let Some(asked) = preflight_for {
        map.insert("access-control-request-method", HeaderValue::from_str(asked).expect("a value"));
        map.insert("access-control-request-headers", HeaderValue::from_static("x-anything"));
    }
    CorsRequest::of(&Method::from_bytes(method.as_bytes()).expect("a method"), &map)
}

fn applied(
    policy: &Policy,
    request: &CorsRequest,
    of: AnswerOf,
    before: &[(&str, &str)],
) -> Vec<(String, String)> {
    let mut map = headers(before);
    policy.apply(request, of, &mut map);
    let mut pairs: Vec<_> = map
        .iter()
        .map(|(name, value)| (name.to_string(), value.to_str().expect("text").to_owned()))
        .collect();
    pairs.sort();
    pairs
}

fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
    list.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()
}

const DEFAULT_HEADERS: &str = "Content-Type,X-Amz-Date,Authorization,X-Api-Key,X-Amz-Security-Token";

#[test]
fn a_preflight_is_told_the_configured_lists_and_never_its_own() {
    let told = applied(
        &policy(&several()),
        &request("OPTIONS", Some("https://a.example"), Some("DELETE")),
        AnswerOf::Integration,
        &[],
    );
    let expected = pairs(&[
        ("access-control-allow-credentials", "true"),
        ("access-control-allow-headers", DEFAULT_HEADERS),
        ("access-control-allow-methods", "GET,OPTIONS,PUT"),
        ("access-control-allow-origin", "https://a.example"),
        ("access-control-max-age", "600"),
        ("vary", "Origin"),
    ]);
    assert_eq!(told, expected);
}

#[test]
fn an_actual_answer_exposes_and_names_the_origin() {
    for of in [AnswerOf::Integration, AnswerOf::Error] {
        let told = applied(
            &policy(&several()),
            &request("GET", Some("https://x.b.example"), None),
            of,
            &[("vary", "Accept")],
        );
        let expected = pairs(&[
            ("access-control-allow-credentials", "true"),
            ("access-control-allow-origin", "https://x.b.example"),
            ("access-control-expose-headers", "X-Total"),
            ("vary", "Accept"),
            ("vary", "Origin"),
        ]);
        assert_eq!(told, expected, "{of:?}");
    }
}

#[test]
fn denials_and_requests_without_origin_only_vary() {
    for origin in [
        None,
        Some("https://evil.example"),
        Some("null"),
        Some("http://a.example"),
        Some("https://b.example"),
    ] {
        for (method, asked) in [("GET", None), ("OPTIONS", Some("GET")), ("OPTIONS", None)] {
            for of in [AnswerOf::Integration, AnswerOf::Error] {
                let told = applied(&policy(&several()), &request(method, origin, asked), of, &[]);
                assert_eq!(told, pairs(&[("vary", "Origin")]), "{method} {origin:?} {of:?}");
            }
        }
    }
}

#[test]
fn a_constant_origin_is_sent_always_and_varies_never() {
    for (origin, sent) in [("*", "*"), ("https://a.example", "https://a.example")] {
        let input =
            CorsInput { allow_origins: vec![origin.into()], proxy: ProxyCors::Own, ..CorsInput::default() };
        for asking in [None, Some("https://other.example"), Some("https://a.example")] {
            let told = applied(&policy(&input), &request("GET", asking, None), AnswerOf::Proxy, &[]);
            assert_eq!(told, pairs(&[("access-control-allow-origin", sent)]), "{origin} {asking:?}");
        }
    }
}

#[test]
fn a_back_end_keeps_its_headers_or_loses_all_of_them() {
    let sent = [
        ("access-control-allow-origin", "*"),
        ("access-control-allow-credentials", "true"),
        ("access-control-expose-headers", "X-Secret"),
        ("access-control-allow-private-network", "true"),
        ("vary", "Origin, Accept"),
    ];
    let asking = request("GET", Some("https://a.example"), None);
    let mut untouched = pairs(&sent);
    untouched.sort();
    assert_eq!(applied(&policy(&several()), &asking, AnswerOf::Proxy, &sent), untouched);
    let own = CorsInput { proxy: ProxyCors::Own, ..several() };
    let expected = pairs(&[
        ("access-control-allow-credentials", "true"),
        ("access-control-allow-origin", "https://a.example"),
        ("access-control-expose-headers", "X-Total"),
        ("vary", "Origin, Accept"),
    ]);
    assert_eq!(applied(&policy(&own), &asking, AnswerOf::Proxy, &sent), expected);
    let denied = request("GET", Some("https://evil.example"), None);
    let expected = pairs(&[("vary", "Origin, Accept")]);
    assert_eq!(applied(&policy(&own), &denied, AnswerOf::Proxy, &sent), expected);
}

#[test]
fn bare_errors_carry_no_origin_and_still_vary() {
    let input = CorsInput { gateway_errors: ErrorsChoice::Bare, ..several() };
    let told =
        applied(&policy(&input), &request("GET", Some("https://a.example"), None), AnswerOf::Error, &[]);
    assert_eq!(told, pairs(&[("vary", "Origin")]));
}

#[test]
fn only_options_with_origin_and_requested_method_is_a_preflight() {
    for (method, origin, asked, preflight) in [
        ("OPTIONS", Some("https://a.example"), Some("GET"), true),
        ("OPTIONS", Some("https://a.example"), None, false),
        ("OPTIONS", None, Some("GET"), false),
        ("GET", Some("https://a.example"), Some("GET"), false),
    ] {
        assert_eq!(request(method, origin, asked).is_preflight(), preflight, "{method} {origin:?} {asked:?}");
    }
}

#[test]
fn two_origin_fields_are_none() {
    let two = headers(&[("origin", "https://a.example"), ("origin", "https://evil.example")]);
    let asking = CorsRequest::of(&Method::GET, &two);
    let told = applied(&policy(&several()), &asking, AnswerOf::Integration, &[]);
    assert_eq!(told, pairs(&[("vary", "Origin")]));
}

fn some_input() -> impl Strategy<Value = CorsInput> {
    let origins = prop::collection::vec(
        prop::sample::select(vec![
            "*",
            "null",
            "https://a.example",
            "https://*.a.example",
            "http://a.example:8080",
            "https://b.example",
        ]),
        0..4,
    );
    let errors = prop::sample::select(vec![ErrorsChoice::WithCors, ErrorsChoice::Bare]);
    (origins, any::<bool>(), any::<bool>(), any::<bool>(), prop::option::of(0i64..7200), errors).prop_map(
        |(origins, allow_credentials, own, any_header, max_age_seconds, gateway_errors)| CorsInput {
            allow_origins: origins.into_iter().map(str::to_owned).collect(),
            allow_credentials,
            allow_headers: if any_header { vec!["*".into()] } else { Vec::new() },
            proxy: if own { ProxyCors::Own } else { ProxyCors::LeftToBackEnd },
            max_age_seconds,
            gateway_errors,
            ..CorsInput::default()
        },
    )
}

fn some_origin() -> impl Strategy<Value = Option<String>> {
    let known = prop::sample::select(vec![
        "null",
        "https://a.example",
        "https://x.a.example",
        "https://evila.example",
        "https://a.example.evil.net",
        "http://a.example:8080",
        "http://a.example",
        "https://b.example",
        "https://b.example/",
        "*",
        "",
    ]);
    prop_oneof![
        1 => Just(None),
        6 => known.prop_map(|o| Some(o.to_owned())),
        2 => "[!-~]{0,24}".prop_map(Some),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_answer_breaks_the_rules(
        input in some_input(),
        origin in some_origin(),
        preflight in any::<bool>(),
        of in prop::sample::select(vec![AnswerOf::Integration, AnswerOf::Proxy, AnswerOf::Error]),
        back_end in prop::collection::vec(
            prop::sample::select(vec![
                ("access-control-allow-origin", "*"),
                ("access-control-allow-origin", "https://back.example"),
                ("access-control-allow-credentials", "true"),
                ("vary", "Accept"),
                ("vary", "origin"),
            ]),
            0..4,
        ),
    ) {
        let Ok(settings) = CorsSettings::parse(&input) else { return Ok(()) };
        let policy = Policy::compile(settings.policy(), [Verb::Get]);
        let asking = request(if preflight { "OPTIONS" } else { "GET" }, origin.as_deref(), preflight.then_some("GET"));
        let before = headers(&back_end);
        let mut after = before.clone();
        policy.apply(&asking, of, &mut after);
        if !policy.owns(of) {
            let mut same = after.clone();
            if of == AnswerOf::Error {
                same.remove(VARY);
                let mut bare = before.clone();
                bare.remove(VARY);
                prop_assert_eq!(same, bare);
            } else {
                prop_assert_eq!(&after, &before);
            }
            return Ok(());
        }
        let allowed: Vec<_> = after.get_all("access-control-allow-origin").iter().collect();
        prop_assert!(allowed.len() <= 1, "two values: {:?}", after);
        let allowed = allowed.first().map(|v| v.to_str().expect("text").to_owned());
        let credentials = after.contains_key("access-control-allow-credentials");
        prop_assert!(!(credentials && allowed.as_deref() == Some("*")), "* and credentials");
        prop_assert!(!(credentials && allowed.as_deref() == Some("null")), "null and credentials");
        prop_assert!(!credentials || allowed.is_some(), "credentials for nobody");
        // Whatever is sent was configured: * or one origin as it is, or the request's own that a pattern matches.
        if let Some(allowed) = &allowed {
            let listed = input.allow_origins.iter().any(|o| o == allowed)
                || input.allow_origins.is_empty() && allowed == "*"
                || origin.as_deref() == Some(allowed)
                    && allowed.starts_with("https://")
                    && allowed.ends_with(".a.example")
                    && input.allow_origins.iter().any(|o| o == "https://*.a.example");
            prop_assert!(listed, "{} was never allowed by {:?}", allowed, input.allow_origins);
        }
        // An answer that would be another one for another origin says so.
        let mut elsewhere = before;
        policy.apply(&request("GET", Some("https://a.example"), None), of, &mut elsewhere);
        let mut nowhere = HeaderMap::new();
        policy.apply(&request("GET", None, None), of, &mut nowhere);
        let depends = elsewhere.get("access-control-allow-origin") != nowhere.get("access-control-allow-origin")
            || allowed.as_deref() != nowhere.get("access-control-allow-origin").map(|v| v.to_str().expect("text"));
        let varies = after.get_all(VARY).iter().filter(|v| v.to_str().expect("text").eq_ignore_ascii_case("origin")).count();
        let before_varies = back_end.iter().filter(|(n, v)| *n == "vary" && *v == "origin").count();
        prop_assert!(!depends || varies >= 1, "no Vary: {:?}", after);
        prop_assert!(varies <= before_varies.max(1), "said twice: {:?}", after);
        let accepts = |map: &HeaderMap| map.get_all(VARY).iter().any(|v| v == "Accept");
        prop_assert!(!back_end.contains(&("vary", "Accept")) || accepts(&after), "overwritten: {:?}", after);
    }
}
