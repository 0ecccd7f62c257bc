//! The policy form at run time: answered per request, on every answer, with `Vary` wherever it is owed.

use postern::wire::pb;

use crate::support::cors::{Site, cors_headers, enable, headers, origins};
use crate::support::{Request, Upstream};
use crate::support::{http, mock, proxy};

const APP: &str = "https://app.example.com";
const SHOP: &str = "https://a.shop.example.org";

fn several() -> pb::CorsSettings {
    origins(&[APP, "https://*.shop.example.org"])
}

#[test]
fn each_allowed_origin_is_answered_by_name() {
    let site = Site::new();
    site.resource("/pets", &[("GET", mock(200, &[], "[]")), ("PUT", mock(200, &[], "{}"))]);
    let settings = pb::CorsSettings {
        allow_credentials: true,
        max_age_seconds: Some(60),
        expose_headers: vec!["X-Total".to_owned()],
        ..several()
    };
    let enabled = site.enable("/pets", settings);
    assert_eq!(enabled.form(), pb::CorsForm::Policy);
    assert!(!enabled.form_reason.is_empty());
    site.deploy();
    for origin in [APP, SHOP, "https://x.y.shop.example.org"] {
        let preflight = site.preflight("/pets", origin, "PUT");
        assert_eq!((preflight.status, preflight.text().as_str()), (200, ""));
        let expected = headers(&[
            ("access-control-allow-credentials", "true"),
            (
                "access-control-allow-headers",
                "Content-Type,X-Amz-Date,Authorization,X-Api-Key,X-Amz-Security-Token",
            ),
            ("access-control-allow-methods", "GET,OPTIONS,PUT"),
            ("access-control-allow-origin", origin),
            ("access-control-max-age", "60"),
            ("vary", "Origin"),
        ]);
        assert_eq!(cors_headers(&preflight), expected, "{origin}");
        let expected = headers(&[
            ("access-control-allow-credentials", "true"),
            ("access-control-allow-origin", origin),
            ("access-control-expose-headers", "X-Total"),
            ("vary", "Origin"),
        ]);
        assert_eq!(cors_headers(&site.get("/pets", Some(origin))), expected, "{origin}");
    }
}

#[test]
fn whoever_is_not_allowed_gets_only_vary() {
    let site = Site::new();
    site.resource("/pets", &[("GET", mock(200, &[], "[]"))]);
    site.enable("/pets", several());
    site.deploy();
    let only_vary = headers(&[("vary", "Origin")]);
    for origin in [
        "https://evil.example",
        "http://app.example.com",
        "https://app.example.com:8443",
        "https://app.example.com.evil.net",
        "https://evilshop.example.org",
        "https://shop.example.org",
        "https://shop.example.org.evil.net",
        "https://APP.example.com",
        "https://app.example.com/",
        "null",
        "*",
        "https://a.shop.example.org, https://app.example.com",
    ] {
        let actual = site.get("/pets", Some(origin));
        assert_eq!((actual.status, actual.text().as_str()), (200, "[]"), "it is processed like any other");
        assert_eq!(cors_headers(&actual), only_vary, "{origin}");
        let preflight = site.preflight("/pets", origin, "GET");
        assert_eq!(preflight.status, 200);
        assert_eq!(cors_headers(&preflight), only_vary, "{origin}");
    }
    assert_eq!(cors_headers(&site.get("/pets", None)), only_vary, "also without an origin");
}

#[test]
fn requested_methods_and_headers_are_never_echoed() {
    let site = Site::new();
    site.resource("/pets", &[("GET", mock(200, &[], "[]"))]);
    site.enable("/pets", several());
    site.deploy();
    let request = Request::preflight("/prod/pets", APP, "DELETE", &["x-anything"]);
    let request = request.header("Access-Control-Request-Private-Network", "true");
    let answer = site.send(&request);
    assert_eq!(answer.header("access-control-allow-methods"), Some("GET,OPTIONS"));
    assert!(!answer.header("access-control-allow-headers").expect("a list").contains("anything"));
    assert_eq!(answer.header("access-control-allow-private-network"), None);
}

#[test]
fn a_proxy_is_left_alone_or_owned_and_never_joined() {
    let back_end = [
        ("Access-Control-Allow-Origin", "https://back.example"),
        ("Access-Control-Allow-Credentials", "true"),
        ("Access-Control-Expose-Headers", "X-Secret"),
        ("Vary", "Accept"),
    ];
    let upstream = Upstream::answering(200, &back_end, "x");
    let site = Site::new();
    site.resource("/pets", &[("GET", proxy(&upstream.url("/")))]);
    site.enable("/pets", several());
    site.deploy();
    let left = headers(&[
        ("access-control-allow-credentials", "true"),
        ("access-control-allow-origin", "https://back.example"),
        ("access-control-expose-headers", "X-Secret"),
        ("vary", "Accept"),
    ]);
    assert_eq!(cors_headers(&site.get("/pets", Some(APP))), left);
    site.enable("/pets", pb::CorsSettings { proxy: pb::ProxyCors::Own.into(), ..several() });
    site.deploy();
    for (origin, allowed) in [(Some(APP), true), (Some("https://evil.example"), false), (None, false)] {
        let answer = site.get("/pets", origin);
        let cors: Vec<_> =
            answer.headers.iter().filter(|(n, _)| n.to_lowercase().starts_with("access-control-")).collect();
        assert_eq!(cors.len(), usize::from(allowed), "{cors:?}");
        assert_eq!(answer.header("access-control-allow-origin"), origin.filter(|_| allowed));
        let vary = answer.all("vary").join(", ");
        assert_eq!(vary, "Accept, Origin", "{origin:?}");
    }
}

#[test]
fn the_gateways_own_errors_carry_the_headers() {
    let site = Site::new();
    let closed =
        std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address");
    site.resource("/dead", &[("GET", http("GET", &format!("http://{closed}/"), &[], &[]))]);
    site.resource("/pets", &[("GET", mock(200, &[], "[]"))]);
    site.enable("", several());
    site.deploy();
    let expected = headers(&[("access-control-allow-origin", APP), ("vary", "Origin")]);
    for (request, status) in [
        (Request::get("/prod/dead"), 500),
        (Request::get("/prod/nowhere"), 403),
        (Request::new("DELETE", "/prod/pets").body(""), 403),
    ] {
        let answer = site.send(&request.clone().header("Origin", APP));
        assert_eq!(answer.status, status, "{request:?}");
        assert_eq!(cors_headers(&answer), expected, "{request:?}");
        let denied = site.send(&request.clone().header("Origin", "https://evil.example"));
        assert_eq!(cors_headers(&denied), headers(&[("vary", "Origin")]), "{request:?}");
    }
    // Asked for bare errors, they are, and still tell caches apart.
    site.enable("", pb::CorsSettings { gateway_errors: pb::GatewayErrors::Bare.into(), ..several() });
    site.deploy();
    let bare = site.get("/nowhere", Some(APP));
    assert_eq!(cors_headers(&bare), headers(&[("vary", "Origin")]));
    assert_eq!(site.get("/pets", Some(APP)).header("access-control-allow-origin"), Some(APP));
}

#[test]
fn a_verb_that_the_resource_lacks_is_refused_with_the_resources_headers() {
    let site = Site::new();
    site.resource("/pets", &[("GET", mock(200, &[], "[]"))]);
    site.resource("/bare", &[("GET", mock(200, &[], "[]"))]);
    site.enable("/pets", several());
    site.deploy();
    for (path, expected) in [
        ("/pets", headers(&[("access-control-allow-origin", APP), ("vary", "Origin")])),
        ("/bare", headers(&[])),
        ("/nowhere", headers(&[])),
    ] {
        let answer = site.send(&Request::new("POST", &format!("/prod{path}")).header("Origin", APP).body(""));
        assert_eq!(answer.status, 403);
        assert_eq!(cors_headers(&answer), expected, "{path}");
    }
}

#[test]
fn what_is_beyond_the_limits_is_refused_with_the_apis_headers() {
    let site = Site::new();
    site.resource("/pets", &[("GET", mock(200, &[], "[]"))]);
    site.enable("", several());
    site.deploy();
    let expected = headers(&[("access-control-allow-origin", APP), ("vary", "Origin")]);
    let long = site.get(&format!("/pets?{}", "a".repeat(9_000)), Some(APP));
    assert_eq!((long.status, cors_headers(&long)), (414, expected.clone()));
    let fat = Request::get("/prod/pets").header("Origin", APP).header("X-Fat", &"a".repeat(40_000));
    let fat = site.send(&fat);
    assert_eq!((fat.status, cors_headers(&fat)), (431, expected));
}

#[test]
fn a_resources_own_policy_replaces_the_apis() {
    let site = Site::new();
    site.resource("/pets", &[("GET", mock(200, &[], "[]"))]);
    site.resource("/open", &[("GET", mock(200, &[], "[]"))]);
    site.enable("", several());
    site.enable("/open", origins(&["*"]));
    site.deploy();
    let open = site.get("/open", Some("https://anyone.example"));
    assert_eq!(cors_headers(&open), headers(&[("access-control-allow-origin", "*")]), "* owes no Vary");
    assert_eq!(cors_headers(&site.get("/pets", Some(APP))).len(), 2);
}

#[test]
fn switching_forms_leaves_only_the_new_one() {
    let site = Site::new();
    site.resource("/pets", &[("GET", mock(200, &[], "[]"))]);
    let plain = site.method("/pets", "GET").expect("GET");
    site.enable("/pets", origins(&[APP]));
    site.enable("/pets", several());
    assert_eq!(site.method("/pets", "GET").as_ref(), Some(&plain), "the static value is gone");
    site.deploy();
    assert_eq!(site.get("/pets", Some(SHOP)).header("access-control-allow-origin"), Some(SHOP));
    let back = site.enable("/pets", origins(&[APP]));
    assert_eq!(back.form(), pb::CorsForm::Static);
    assert!(back.changes.iter().any(|c| c.kind() == pb::CorsChangeKind::Removed), "the policy goes");
    site.deploy();
    let expected = headers(&[("access-control-allow-origin", APP)]);
    assert_eq!(cors_headers(&site.get("/pets", Some(SHOP))), expected);
}

#[test]
fn a_form_that_cannot_say_it_is_refused() {
    let site = Site::new();
    site.resource("/pets", &[("GET", mock(200, &[], "[]"))]);
    let fixed = pb::EnableCorsRequest { form: pb::CorsForm::Static.into(), ..enable("/pets", several()) };
    let refused = site.try_enable(fixed).expect_err("one value names one origin");
    assert_eq!(crate::support::cors::faulty_fields(&refused), ["form"]);
}

#[test]
fn a_script_of_an_allowed_page_reads_what_it_may() {
    let site = Site::new();
    site.resource("/pets", &[("GET", mock(200, &[("X-Total", "3")], "[]")), ("PUT", mock(200, &[], "{}"))]);
    let settings =
        pb::CorsSettings { allow_credentials: true, expose_headers: vec!["X-Total".to_owned()], ..several() };
    site.enable("/pets", settings);
    site.deploy();
    use crate::support::{Outcome, Script};
    let browser = site.browser();
    for (script, allowed) in [
        (Script::new(APP, "GET"), true),
        (Script::new(APP, "GET").include(), true),
        (Script::new(SHOP, "put").include().header("Content-Type", "application/json"), true),
        (Script::new(SHOP, "PUT").header("X-Custom", "1"), false),
        (Script::new(APP, "DELETE"), false),
        (Script::new("https://evil.example", "GET"), false),
        (Script::new("null", "GET"), false),
    ] {
        let fetched = browser.fetch("/prod/pets", &script);
        assert_eq!(fetched.outcome.is_answer(), allowed, "{script:?}: {:?}", fetched.outcome);
        if let Outcome::Answer { readable, .. } = &fetched.outcome {
            let total = script.method == "GET";
            assert_eq!(readable.contains(&"x-total".to_owned()), total, "{script:?}");
        }
    }
}
