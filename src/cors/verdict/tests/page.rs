//! What a browser sends.

use super::*;
use crate::model::Origin;

#[test]
fn six_methods_are_put_into_upper_case_and_patch_is_not() {
    for (written, sent) in [
        ("get", "GET"),
        ("delete", "DELETE"),
        ("head", "HEAD"),
        ("options", "OPTIONS"),
        ("pOsT", "POST"),
        ("put", "PUT"),
        ("patch", "patch"),
        ("PATCH", "PATCH"),
        ("query", "query"),
    ] {
        assert_eq!(page(written, &[]).normalized_method(), sent);
    }
}

#[test]
fn a_preflight_is_sent_only_when_something_is_not_safelisted() {
    for (method, headers, upload, preflighted) in [
        ("GET", vec![], false, false),
        ("HEAD", vec![], false, false),
        ("POST", vec![("Content-Type", "text/plain")], false, false),
        ("POST", vec![("Content-Type", "application/x-www-form-urlencoded")], false, false),
        ("POST", vec![("Content-Type", "multipart/form-data; boundary=x")], false, false),
        ("POST", vec![("Content-Type", "application/json")], false, true),
        ("POST", vec![], true, true),
        ("PUT", vec![], false, true),
        ("PATCH", vec![], false, true),
        ("DELETE", vec![], false, true),
        ("OPTIONS", vec![], false, true),
        ("GET", vec![("X-Api-Key", "k")], false, true),
        ("GET", vec![("Authorization", "Bearer t")], false, true),
        ("GET", vec![("Accept", "text/html"), ("Accept-Language", "de")], false, false),
        ("GET", vec![("Range", "bytes=0-99")], false, false),
        ("GET", vec![("Cookie", "a=b"), ("Sec-Fetch-Mode", "x"), ("Proxy-X", "y")], false, false),
        ("+GET", vec![], false, false),
    ] {
        let page = PageRequest { upload, ..page(method, &headers) };
        let course = Course::of(&page).expect("fetch() takes it");
        assert_eq!(course.preflight().is_some(), preflighted, "{method} {headers:?} {upload}");
    }
}

#[test]
fn the_preflight_asks_for_the_method_and_the_sorted_unsafe_names() {
    let asked = page(
        "+put",
        &[
            ("X-Zebra", "1"),
            ("content-type", "application/json"),
            ("x-zebra", "2"),
            ("Accept", "a/b"),
            ("X-Apple", "3"),
        ],
    );
    let course = Course::of(&asked).expect("fetch() takes it");
    let preflight = course.preflight().expect("PUT needs one");
    let mut pairs: Vec<_> = preflight
        .headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.to_str().expect("text")))
        .collect();
    pairs.sort_unstable();
    assert_eq!(preflight.method, "OPTIONS");
    assert_eq!(
        pairs,
        [
            ("accept", "*/*"),
            ("access-control-request-headers", "content-type,x-apple,x-zebra"),
            ("access-control-request-method", "PUT"),
            ("origin", ORIGIN),
        ]
    );
    assert_eq!(course.actual().method, "PUT");
    assert_eq!(course.actual().headers.get_all("x-zebra").iter().count(), 2);
    assert_eq!(course.actual().headers["origin"], ORIGIN);
}

#[test]
fn what_fetch_throws_at_is_named() {
    for (method, headers, field) in [
        ("CONNECT", vec![], "method"),
        ("trace", vec![], "method"),
        ("TRACK", vec![], "method"),
        ("G ET", vec![], "method"),
        ("", vec![], "method"),
        ("GET", vec![("X A", "1")], "headers[0]"),
        ("GET", vec![("X-A", "1"), ("X-B", "a\r\nb")], "headers[1]"),
    ] {
        let faults = Course::of(&page(method, &headers)).expect_err("it throws");
        assert_eq!(faults[0].field, field, "{method:?} {headers:?}");
    }
}

#[test]
fn forbidden_headers_are_left_out_and_said() {
    let asked =
        page("GET", &[("Host", "x"), ("X-HTTP-Method-Override", "TRACE"), ("X-Method-Override", "PUT")]);
    let course = Course::of(&asked).expect("fetch() takes it");
    assert!(!course.actual().headers.contains_key("host"));
    assert!(!course.actual().headers.contains_key("x-http-method-override"));
    assert!(course.actual().headers.contains_key("x-method-override"));
    let told =
        judged(&asked, &answer(200, &[("origin", "*"), ("headers", "*")]), &answer(200, &[("origin", "*")]));
    assert_eq!(told.steps.iter().filter(|s| s.detail.contains("forbidden to scripts")).count(), 2);
}

#[test]
fn one_origin_is_no_matter_of_cors() {
    let target = |text: &str| Some(text.parse::<Origin>().expect("an origin"));
    for (origin, target, cross) in [
        (ORIGIN, target(ORIGIN), false),
        (ORIGIN, target("https://app.example.com:8443"), true),
        (ORIGIN, target("http://app.example.com"), true),
        (ORIGIN, target("https://api.example.com"), true),
        ("null", Some(Origin::Null), true),
        (ORIGIN, None, true),
    ] {
        let asked = PageRequest { target: target.clone(), ..page("PUT", &[]) };
        let asked = PageRequest { origin: origin.parse().expect("an origin"), ..asked };
        let told = judged(&asked, &answer(403, &[]), &answer(200, &[]));
        assert_eq!(told.verdict == Verdict::Refused, cross, "{origin} {target:?}");
        assert_eq!(told.preflighted, cross, "{origin} {target:?}");
    }
}
