//! CORS on the gateway's own answers in the static form: `DEFAULT_4XX` and `DEFAULT_5XX` as ordinary gateway responses.

use postern::wire::pb;

use crate::support::cors::{Site, cors_headers, faulty_fields, headers};
use crate::support::{Request, Script};
use crate::support::{http, mock};

const ORIGIN: &str = "https://app.example.com";

fn site() -> Site {
    let site = Site::new();
    let closed =
        std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address");
    site.resource("/pets", &[("GET", mock(200, &[], "[]"))]);
    site.resource("/dead", &[("GET", http("GET", &format!("http://{closed}/"), &[], &[]))]);
    site
}

fn with(errors: pb::GatewayErrors) -> pb::CorsSettings {
    pb::CorsSettings { gateway_errors: errors.into(), ..Default::default() }
}

#[test]
fn errors_carry_the_headers_of_the_families_that_were_asked_for() {
    use pb::GatewayErrors::{Bare, Default4xx, Default5xx, Unspecified, WithCors};
    for (asked, client, server) in [
        (Unspecified, false, false),
        (Bare, false, false),
        (Default4xx, true, false),
        (Default5xx, false, true),
        (WithCors, true, true),
    ] {
        let site = site();
        site.enable("", with(asked));
        site.deploy();
        for (path, status, expected) in [("/nowhere", 403, client), ("/dead", 500, server)] {
            let answer = site.get(path, Some(ORIGIN));
            assert_eq!(answer.status, status);
            let three = headers(&[
                (
                    "access-control-allow-headers",
                    "Content-Type,X-Amz-Date,Authorization,X-Api-Key,X-Amz-Security-Token",
                ),
                ("access-control-allow-methods", "GET,OPTIONS"),
                ("access-control-allow-origin", "*"),
            ]);
            let expected = if expected { three } else { headers(&[]) };
            assert_eq!(cors_headers(&answer), expected, "{asked:?} {path}");
        }
        assert_eq!(site.get("/pets", Some(ORIGIN)).header("access-control-allow-origin"), Some("*"));
    }
}

#[test]
fn a_script_reads_an_error_only_with_the_header_and_a_preflight_still_fails() {
    let site = site();
    site.enable("", with(pb::GatewayErrors::WithCors));
    site.deploy();
    let browser = site.browser();
    assert!(browser.fetch("/prod/nowhere", &Script::new(ORIGIN, "GET")).outcome.is_answer());
    let put = browser.fetch("/prod/nowhere", &Script::new(ORIGIN, "PUT"));
    assert!(!put.outcome.is_answer(), "a 403 to the preflight lets nothing through");
    assert_eq!(put.preflight.expect("a preflight").status, 403);
    assert!(put.answer.is_none());
}

#[test]
fn a_type_that_is_customised_itself_takes_nothing_from_its_family() {
    let site = site();
    site.try_gateway_response("MISSING_AUTHENTICATION_TOKEN", &[("X-Mine", "'1'")]).expect("it can be put");
    let enabled = site.enable("", with(pb::GatewayErrors::WithCors));
    let warned = enabled.warnings.iter().any(|w| w.message.contains("MISSING_AUTHENTICATION_TOKEN"));
    assert!(warned, "{:?}", enabled.warnings);
    site.deploy();
    let answer = site.get("/nowhere", Some(ORIGIN));
    assert_eq!((answer.header("x-mine"), answer.header("access-control-allow-origin")), (Some("1"), None));
}

#[test]
fn reflecting_any_origin_with_credentials_is_refused() {
    let site = site();
    let origin = ("Access-Control-Allow-Origin", "method.request.header.Origin");
    let refused = site
        .try_gateway_response("DEFAULT_4XX", &[origin, ("Access-Control-Allow-Credentials", "'true'")])
        .expect_err("it would let every page read as the user");
    let fields = faulty_fields(&refused);
    assert!(fields[0].contains("Access-Control-Allow-Origin"), "{fields:?}");
    // Without credentials it is no worse than *, and is let through.
    site.try_gateway_response("DEFAULT_4XX", &[origin]).expect("no credentials, no harm");
    site.deploy();
    let answer = site.get("/nowhere", Some(ORIGIN));
    assert_eq!(answer.header("access-control-allow-origin"), Some(ORIGIN));
    assert_eq!(site.get("/nowhere", None).header("access-control-allow-origin"), None);
}

#[test]
fn disabling_takes_the_gateway_responses_away_again() {
    let site = site();
    site.enable("", with(pb::GatewayErrors::WithCors));
    site.disable("");
    site.deploy();
    assert_eq!(cors_headers(&site.get("/nowhere", Some(ORIGIN))), headers(&[]));
    let request = Request::new("OPTIONS", "/prod/pets").header("Origin", ORIGIN);
    assert_eq!(site.send(&request).status, 403);
}
