//! Checks on the preflight's answer.

use super::*;
use crate::model::GatewayResponseType;

fn preflight_rule(asked: &PageRequest, preflight: &Observation) -> Option<Rule> {
    let actual = answer(200, &[("origin", ORIGIN), ("credentials", "true")]);
    let told = judged(asked, preflight, &actual);
    assert!(told.preflighted, "the case is about a preflight");
    assert_eq!(told.verdict == Verdict::Refused, told.failure.is_some());
    told.failure.map(|f| f.rule)
}

#[test]
fn each_rule_of_the_preflight_is_kept_or_broken() {
    use Rule::*;
    let json = [("Content-Type", "application/json")];
    let auth = [("Authorization", "Bearer x")];
    let custom = [("X-A", "1"), ("X-B", "2")];
    type Case<'a> = (&'a str, &'a [(&'a str, &'a str)], u16, &'a [(&'a str, &'a str)], Option<Rule>);
    let cases: &[Case<'_>] = &[
        // Status.
        ("PUT", &[], 200, &[("origin", "*"), ("methods", "PUT")], None),
        ("PUT", &[], 204, &[("origin", "*"), ("methods", "PUT")], None),
        ("PUT", &[], 299, &[("origin", "*"), ("methods", "PUT")], None),
        ("PUT", &[], 301, &[("origin", "*"), ("methods", "PUT"), ("location", "/x")], Some(PreflightStatus)),
        ("PUT", &[], 403, &[("origin", "*"), ("methods", "PUT")], Some(PreflightStatus)),
        ("PUT", &[], 500, &[("origin", "*"), ("methods", "PUT")], Some(PreflightStatus)),
        ("PUT", &[], 403, &[], Some(PreflightCorsCheck)),
        // CORS check.
        ("PUT", &[], 200, &[("methods", "PUT")], Some(PreflightCorsCheck)),
        (
            "PUT",
            &[],
            200,
            &[("origin", "https://other.example"), ("methods", "PUT")],
            Some(PreflightCorsCheck),
        ),
        (
            "+PUT",
            &[],
            200,
            &[("origin", "*"), ("methods", "PUT"), ("credentials", "true")],
            Some(PreflightCorsCheck),
        ),
        ("+PUT", &[], 200, &[("origin", ORIGIN), ("methods", "PUT")], Some(PreflightCorsCheck)),
        ("+PUT", &[], 200, &[("origin", ORIGIN), ("methods", "PUT"), ("credentials", "true")], None),
        // Lists.
        ("PUT", &[], 200, &[("origin", "*"), ("methods", "PUT, GET")], None),
        ("PUT", &[], 200, &[("origin", "*"), ("methods", "GET"), ("methods", "PUT")], None),
        ("PUT", &[], 200, &[("origin", "*"), ("methods", ",PUT,,")], None),
        ("PUT", &[], 200, &[("origin", "*"), ("methods", "PUT GET")], Some(PreflightLists)),
        ("PUT", &[], 200, &[("origin", "*"), ("methods", "PUT"), ("headers", "X A")], Some(PreflightLists)),
        // Method.
        ("PUT", &[], 200, &[("origin", "*")], Some(PreflightMethod)),
        ("PUT", &[], 200, &[("origin", "*"), ("methods", "")], Some(PreflightMethod)),
        ("PUT", &[], 200, &[("origin", "*"), ("methods", "GET,POST")], Some(PreflightMethod)),
        ("PUT", &[], 200, &[("origin", "*"), ("methods", "put")], Some(PreflightMethod)),
        ("put", &[], 200, &[("origin", "*"), ("methods", "PUT")], None),
        ("patch", &[], 200, &[("origin", "*"), ("methods", "PATCH")], Some(PreflightMethod)),
        ("patch", &[], 200, &[("origin", "*"), ("methods", "patch")], None),
        ("patch", &[], 200, &[("origin", "*"), ("methods", "*")], None),
        ("PATCH", &[], 200, &[("origin", "*"), ("methods", "PATCH")], None),
        ("PUT", &[], 200, &[("origin", "*"), ("methods", "*")], None),
        (
            "+PUT",
            &[],
            200,
            &[("origin", ORIGIN), ("credentials", "true"), ("methods", "*")],
            Some(PreflightMethod),
        ),
        ("POST", &json, 200, &[("origin", "*"), ("headers", "content-type")], None),
        // Headers.
        ("POST", &json, 200, &[("origin", "*"), ("headers", "CONTENT-TYPE")], None),
        ("POST", &json, 200, &[("origin", "*")], Some(PreflightHeaders)),
        ("GET", &custom, 200, &[("origin", "*"), ("headers", "x-b, x-a")], None),
        ("GET", &custom, 200, &[("origin", "*"), ("headers", "X-A"), ("headers", "X-B")], None),
        ("GET", &custom, 200, &[("origin", "*"), ("headers", "X-A")], Some(PreflightHeaders)),
        ("GET", &custom, 200, &[("origin", "*"), ("headers", "*")], None),
        (
            "+GET",
            &custom,
            200,
            &[("origin", ORIGIN), ("credentials", "true"), ("headers", "*")],
            Some(PreflightHeaders),
        ),
        (
            "+GET",
            &custom,
            200,
            &[("origin", ORIGIN), ("credentials", "true"), ("headers", "*,X-A,X-B")],
            None,
        ),
        // Authorization.
        ("GET", &auth, 200, &[("origin", "*"), ("headers", "*")], Some(PreflightAuthorization)),
        ("GET", &auth, 200, &[("origin", "*"), ("headers", "*,authorization")], None),
        ("GET", &auth, 200, &[("origin", "*"), ("headers", "Authorization")], None),
    ];
    for (method, headers, status, told, rule) in cases {
        let asked = page(method, headers);
        assert_eq!(
            preflight_rule(&asked, &answer(*status, told)),
            *rule,
            "{method} {headers:?} {status} {told:?}"
        );
    }
}

#[test]
fn an_upload_is_its_own_leave_when_no_methods_are_named() {
    let asked = PageRequest { upload: true, ..page("POST", &[("Content-Type", "text/plain")]) };
    assert_eq!(preflight_rule(&asked, &answer(200, &[("origin", "*")])), None);
    let put = PageRequest { upload: true, ..page("PUT", &[]) };
    assert_eq!(preflight_rule(&put, &answer(200, &[("origin", "*")])), None);
    assert_eq!(
        preflight_rule(&put, &answer(200, &[("origin", "*"), ("methods", "GET")])),
        Some(Rule::PreflightMethod)
    );
}

#[test]
fn an_unrouted_preflight_is_mended_by_enabling_cors() {
    let mut observed = answer(403, &[]);
    observed.by = AnsweredBy::Gateway(GatewayResponseType::MissingAuthenticationToken);
    let told = judged(&page("PUT", &[]), &observed, &answer(200, &[]));
    let failure = told.failure.expect("it fails");
    assert!(failure.mend.starts_with("EnableCors on the resource"), "{}", failure.mend);
    observed.answer = answer(403, &[("origin", "*")]).answer;
    let told = judged(&page("PUT", &[]), &observed, &answer(200, &[]));
    assert_eq!(
        short(&told),
        (Verdict::Refused, Some(Rule::PreflightStatus)),
        "a readable 403 is still no leave"
    );
}

#[test]
fn a_preflight_that_another_resource_answers_is_pointed_out() {
    let mut preflight = answer(200, &[("origin", "*"), ("methods", "PUT")]);
    let mut actual = answer(200, &[("origin", "*")]);
    actual.by = by("/test", Verb::Put);
    for (by_whom, detail) in [
        (
            by("/{proxy+}", Verb::Options),
            "the preflight for /test is answered by OPTIONS /{proxy+}, since /test has neither OPTIONS nor ANY",
        ),
        (by("/test", Verb::Any), "the preflight is answered by ANY /test, since /test has no OPTIONS"),
        (by("/test", Verb::Options), "the preflight is answered by OPTIONS /test"),
    ] {
        preflight.by = by_whom;
        let told = judged(&page("PUT", &[]), &preflight, &actual);
        let noted = told.steps.iter().find(|s| s.rule == Rule::Routing).expect("routing is noted");
        assert_eq!(noted.detail, detail);
    }
}

#[test]
fn a_preflight_that_the_back_end_answers_names_what_it_must_send() {
    let preflight = Observation { by: by("/{proxy+}", Verb::Any), answer: Answer::BackEnd };
    let fine = answer(200, &[("origin", ORIGIN), ("credentials", "true")]);
    let asked = page("+DELETE", &[("X-A", "1")]);
    let told = judged(&asked, &preflight, &fine);
    assert_eq!(told.verdict, Verdict::DependsOnBackEnd);
    let must: Vec<_> =
        told.must_send.iter().map(|m| (m.on_preflight, m.header.as_str(), m.value.as_str())).collect();
    assert_eq!(
        must,
        [
            (true, "Access-Control-Allow-Origin", ORIGIN),
            (true, "Access-Control-Allow-Credentials", "true"),
            (true, "Access-Control-Allow-Methods", "DELETE"),
            (true, "Access-Control-Allow-Headers", "x-a"),
        ]
    );
    // Whatever the back end says, an actual answer without the header is refused.
    let told = judged(&asked, &preflight, &answer(200, &[]));
    assert_eq!(short(&told), (Verdict::Refused, Some(Rule::CorsCheck)));
    assert!(told.must_send.is_empty());
}
