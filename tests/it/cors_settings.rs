//! Mistakes that must not be possible: each is refused at its field, and nothing is written.

use postern::wire::pb;

use crate::support::cors::{Site, enable, faulty_fields, origins};
use crate::support::mock;

#[test]
fn every_mistake_is_refused_at_its_field() {
    let site = Site::new();
    site.resource("/pets", &[("GET", mock(200, &[], "[]"))]);
    let one = || origins(&["https://a.example"]);
    let credentialed = |settings: pb::CorsSettings| pb::CorsSettings { allow_credentials: true, ..settings };
    let list = |texts: &[&str]| texts.iter().map(|t| (*t).to_owned()).collect::<Vec<_>>();
    for (what, settings, field) in [
        ("* with credentials", credentialed(origins(&["*"])), "settings.allow_credentials"),
        ("the default origin with credentials", credentialed(origins(&[])), "settings.allow_credentials"),
        ("null with credentials", credentialed(origins(&["null"])), "settings.allow_credentials"),
        ("a suffix", origins(&[".example.com"]), "settings.allow_origins[0]"),
        ("a glued wildcard", origins(&["https://*example.com"]), "settings.allow_origins[0]"),
        ("a wildcard domain", origins(&["https://*.com"]), "settings.allow_origins[0]"),
        ("a regular expression", origins(&["https://.*"]), "settings.allow_origins[0]"),
        ("no scheme", origins(&["https://a.example", "b.example"]), "settings.allow_origins[1]"),
        ("a path", origins(&["https://a.example/"]), "settings.allow_origins[0]"),
        ("a line break", origins(&["https://a.example\r\nX: y"]), "settings.allow_origins[0]"),
        ("* and another", origins(&["*", "https://a.example"]), "settings.allow_origins"),
        (
            "a long max age",
            pb::CorsSettings { max_age_seconds: Some(86_400), ..one() },
            "settings.max_age_seconds",
        ),
        (
            "* headers with credentials",
            credentialed(pb::CorsSettings { allow_headers: list(&["*"]), ..one() }),
            "settings.allow_headers",
        ),
        (
            "* methods with credentials",
            credentialed(pb::CorsSettings { allow_methods: list(&["*"]), ..one() }),
            "settings.allow_methods",
        ),
        (
            "* exposed with credentials",
            credentialed(pb::CorsSettings { expose_headers: list(&["*"]), ..one() }),
            "settings.expose_headers",
        ),
        (
            "a method in lower case",
            pb::CorsSettings { allow_methods: list(&["get"]), ..one() },
            "settings.allow_methods[0]",
        ),
        (
            "a header that injects another",
            pb::CorsSettings { allow_headers: list(&["X-A\r\nSet-Cookie: a=b"]), ..one() },
            "settings.allow_headers[0]",
        ),
    ] {
        let refused = site.try_enable(enable("/pets", settings)).expect_err(what);
        assert_eq!(refused.code(), tonic::Code::InvalidArgument, "{what}: {refused:?}");
        assert_eq!(faulty_fields(&refused), [field], "{what}");
    }
    assert_eq!(site.method("/pets", "OPTIONS"), None, "nothing was written");
}

#[test]
fn what_is_risky_is_warned_of() {
    let site = Site::new();
    site.resource("/pets", &[("GET", mock(200, &[], "[]"))]);
    for (settings, warned) in [
        (origins(&["*"]), true),
        (origins(&["https://a.example"]), false),
        (pb::CorsSettings { allow_credentials: true, ..origins(&["http://a.example"]) }, true),
        (pb::CorsSettings { allow_credentials: true, ..origins(&["http://localhost:3000"]) }, false),
        (origins(&["null"]), true),
    ] {
        let enabled = site.enable("/pets", settings.clone());
        let about = enabled.warnings.iter().any(|w| w.field == "settings.allow_origins");
        assert_eq!(about, warned, "{settings:?}: {:?}", enabled.warnings);
    }
}
