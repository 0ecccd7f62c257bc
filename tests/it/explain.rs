//! `ExplainCors` says what a browser would conclude: held against a browser that was written from the Fetch standard
//! alone and judges the bytes that the listener really sent.

use std::sync::{Arc, Mutex};

use postern::wire::pb;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::support::cors::{Site, enable, origins};
use crate::support::{Fetched, Outcome, Script, Upstream};
use crate::support::{http, mock, proxy};

const APP: &str = "https://app.example.com";
const SHOP: &str = "https://a.shop.example.org";

/// What the back end answers: status and headers, first to OPTIONS, then to anything else.
type BackEnd = [(u16, Vec<(String, String)>); 2];

/// A site with every way in which a request can be answered, and the hands on its back end.
struct Stage {
    site: Site,
    back_end: Arc<Mutex<BackEnd>>,
    _upstream: Upstream,
}

impl Stage {
    fn new() -> Self {
        let back_end: Arc<Mutex<BackEnd>> = Arc::new(Mutex::new([(200, vec![]), (200, vec![])]));
        let script = Arc::clone(&back_end);
        let upstream = Upstream::start(move |request, wire| {
            let (status, headers) = script.lock().unwrap()[usize::from(request.method != "OPTIONS")].clone();
            let headers: Vec<_> = headers.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
            wire.answer(status, &headers, if request.method == "HEAD" { "" } else { "x" });
        });
        let site = Site::new();
        let back = upstream.url("/");
        let total = || mock(200, &[("X-Total", "3")], "[]");
        let mocks = [("GET", total()), ("POST", total()), ("PUT", total()), ("PATCH", total())];
        let three = |resource: &str, more: pb::CorsSettings| enable(resource, more);
        site.resource("/star", &mocks);
        let everything = pb::CorsSettings {
            allow_headers: vec!["*".into()],
            allow_methods: vec!["*".into()],
            expose_headers: vec!["*".into()],
            ..Default::default()
        };
        site.try_enable(three("/star", everything)).expect("/star");
        site.resource("/one", &mocks);
        let one = pb::CorsSettings {
            allow_credentials: true,
            expose_headers: vec!["X-Total".into()],
            ..origins(&[APP])
        };
        site.try_enable(three("/one", one.clone())).expect("/one");
        site.resource("/several", &mocks);
        let several = pb::CorsSettings {
            allow_headers: vec!["X-A".into(), "Authorization".into()],
            ..pb::CorsSettings { allow_origins: vec![APP.into(), "https://*.shop.example.org".into()], ..one }
        };
        site.try_enable(three("/several", several.clone())).expect("/several");
        site.resource("/bare", &mocks);
        site.resource(
            "/http",
            &[("GET", http("GET", &back, &[], &[])), ("POST", http("POST", &back, &[], &[]))],
        );
        site.try_enable(three("/http", Default::default())).expect("/http");
        site.resource("/left", &[("GET", proxy(&back)), ("PUT", proxy(&back))]);
        site.try_enable(three("/left", Default::default())).expect("/left");
        site.resource("/own", &[("ANY", proxy(&back))]);
        let own = pb::CorsSettings { proxy: pb::ProxyCors::Own.into(), ..several };
        site.try_enable(three("/own", own)).expect("/own");
        site.resource("/any", &[("ANY", proxy(&back))]);
        site.resource("/greedy", &[]);
        site.resource(
            "/greedy/{proxy+}",
            &[(
                "OPTIONS",
                mock(
                    200,
                    &[("Access-Control-Allow-Origin", "*"), ("Access-Control-Allow-Methods", "PUT")],
                    "",
                ),
            )],
        );
        site.resource("/greedy/put", &[("PUT", mock(200, &[("Access-Control-Allow-Origin", "*")], ""))]);
        site.try_gateway_response("DEFAULT_4XX", &[("Access-Control-Allow-Origin", "'*'")])
            .expect("DEFAULT_4XX");
        site.deploy();
        Self { site, back_end, _upstream: upstream }
    }

    fn fetch(&self, case: &Case, back_end: BackEnd) -> Fetched {
        *self.back_end.lock().unwrap() = back_end;
        self.site.browser().fetch(&format!("/prod{}", case.path), &case.script)
    }

    fn explain(
        &self,
        case: &Case,
        back_end: Option<&(u16, Vec<(String, String)>)>,
    ) -> pb::ExplainCorsResponse {
        let header =
            |(name, value): &(String, String)| pb::Header { name: name.clone(), value: value.clone() };
        self.site.explain(pb::ExplainCorsRequest {
            stage_name: "prod".to_owned(),
            path: case.path.to_owned(),
            origin: case.script.origin.clone(),
            http_method: case.script.method.clone(),
            headers: case.script.headers.iter().map(header).collect(),
            credentials: case.script.include,
            back_end_answer: back_end.map(|(status, headers)| pb::BackEndAnswer {
                status_code: u32::from(*status),
                headers: headers.iter().map(header).collect(),
            }),
            ..Default::default()
        })
    }
}

#[derive(Clone, Debug)]
struct Case {
    path: &'static str,
    script: Script,
    answer: (u16, Vec<(String, String)>),
}

fn some_case() -> impl Strategy<Value = Case> {
    let path = prop::sample::select(vec![
        "/star",
        "/one",
        "/several",
        "/bare",
        "/http",
        "/left",
        "/own",
        "/any",
        "/any",
        "/greedy/put",
        "/nowhere",
    ]);
    let origin = prop::sample::select(vec![
        APP,
        APP,
        APP,
        SHOP,
        "https://evil.example",
        "http://app.example.com",
        "null",
    ]);
    let method = prop::sample::select(vec![
        "GET", "GET", "get", "HEAD", "POST", "PUT", "put", "PATCH", "patch", "DELETE",
    ]);
    let header = prop::sample::select(vec![
        ("X-A", "1"),
        ("X-B", "2"),
        ("Authorization", "Bearer t"),
        ("Content-Type", "application/json"),
        ("Content-Type", "text/plain"),
        ("Accept", "text/html"),
        ("Accept-Language", "de_CH"),
        ("Range", "bytes=0-1"),
        ("Range", "bytes=-1"),
    ]);
    let sent = prop::sample::select(vec![
        ("Access-Control-Allow-Origin", "*"),
        ("Access-Control-Allow-Origin", APP),
        ("Access-Control-Allow-Origin", APP),
        ("Access-Control-Allow-Origin", SHOP),
        ("Access-Control-Allow-Credentials", "true"),
        ("Access-Control-Allow-Credentials", "True"),
        ("Access-Control-Allow-Methods", "PUT,PATCH"),
        ("Access-Control-Allow-Methods", "*"),
        ("Access-Control-Allow-Methods", "PUT DELETE"),
        ("Access-Control-Allow-Headers", "x-a, X-B,content-type,Authorization"),
        ("Access-Control-Allow-Headers", "*"),
        ("Access-Control-Expose-Headers", "X-Total"),
        ("Access-Control-Expose-Headers", "*"),
        ("X-Total", "4"),
    ]);
    let own = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    let status = prop::sample::select(vec![200, 200, 200, 204, 404, 500]);
    (
        path,
        origin,
        method,
        prop::collection::vec(header, 0..3),
        any::<bool>(),
        status,
        prop::collection::vec(sent, 0..6),
    )
        .prop_map(move |(path, origin, method, mut headers, include, status, answer)| {
            // A script that sets a header twice sends it once, with both values: not what is tried here.
            headers.sort_unstable();
            headers.dedup_by_key(|(name, _)| *name);
            let headers = headers.into_iter().map(own).collect();
            let script = Script { headers, include, ..Script::new(origin, method) };
            Case { path, script, answer: (status, answer.into_iter().map(own).collect()) }
        })
}

fn verdict_of(outcome: &Outcome) -> pb::CorsVerdict {
    match outcome {
        Outcome::Answer { .. } => pb::CorsVerdict::Allowed,
        Outcome::NetworkError(_) => pb::CorsVerdict::Refused,
    }
}

/// What only a served request has (its ids, the framing of a real back end) is no matter of the verdict.
fn told_apart(names: &[String]) -> Vec<&str> {
    const OF_THE_LISTENER: [&str; 7] = [
        "content-length",
        "date",
        "connection",
        "transfer-encoding",
        "x-amzn-requestid",
        "x-amz-apigw-id",
        "x-amzn-remapped-content-length",
    ];
    let mut names: Vec<&str> =
        names.iter().map(String::as_str).filter(|n| !OF_THE_LISTENER.contains(n)).collect();
    names.sort_unstable();
    names
}

#[test]
fn the_verdict_is_what_a_browser_makes_of_the_bytes() {
    let stage = Stage::new();
    let config = Config { cases: 400, failure_persistence: None, ..Config::default() };
    let seen = Mutex::new(std::collections::BTreeMap::<(i32, bool), usize>::new());
    TestRunner::new(config)
        .run(&some_case(), |case| {
            let fetched = stage.fetch(&case, [case.answer.clone(), case.answer.clone()]);
            let told = stage.explain(&case, Some(&case.answer));
            prop_assert_eq!(told.verdict(), verdict_of(&fetched.outcome), "{:?} but {:#?}", fetched, told);
            prop_assert_eq!(told.preflight.is_some(), fetched.preflight.is_some(), "{:#?}", told);
            if let (Some(sent), Some(seen)) = (&told.preflight, &fetched.preflight) {
                prop_assert_eq!(sent.status_code, u32::from(seen.status));
            }
            if let (Outcome::Answer { status, readable }, Some(actual)) = (&fetched.outcome, &told.actual) {
                prop_assert_eq!(actual.status_code, u32::from(*status));
                prop_assert_eq!(told_apart(&told.readable_headers), told_apart(readable));
            }
            if told.verdict() == pb::CorsVerdict::Refused {
                prop_assert!(!told.failed_rule.is_empty() && !told.mend.is_empty(), "{:#?}", told);
            }
            let key = (told.verdict().into(), told.preflight.is_some());
            *seen.lock().unwrap().entry(key).or_default() += 1;
            Ok(())
        })
        .unwrap_or_else(|error| panic!("{error}"));
    // The cases are worth something only if they reach all four corners.
    let seen = seen.into_inner().unwrap();
    assert!(seen.len() == 4 && seen.values().all(|count| *count >= 3), "{seen:?}");
}

#[test]
fn without_a_back_ends_answer_the_verdict_holds_for_any() {
    let stage = Stage::new();
    let config = Config { cases: 250, failure_persistence: None, ..Config::default() };
    let depended = Mutex::new(0);
    TestRunner::new(config)
        .run(&some_case(), |case| {
            let told = stage.explain(&case, None);
            if told.verdict() != pb::CorsVerdict::DependsOnBackEnd {
                let fetched = stage.fetch(&case, [case.answer.clone(), case.answer.clone()]);
                prop_assert_eq!(
                    told.verdict(),
                    verdict_of(&fetched.outcome),
                    "{:?} but {:#?}",
                    fetched,
                    told
                );
                return Ok(());
            }
            *depended.lock().unwrap() += 1;
            let pairs = |list: &[pb::Header]| -> Vec<(String, String)> {
                list.iter().map(|h| (h.name.clone(), h.value.clone())).collect()
            };
            let asked = [pairs(&told.required_preflight_headers), pairs(&told.required_headers)];
            let [preflight, actual] = asked.clone();
            let fetched = stage.fetch(&case, [(200, preflight), (200, actual)]);
            prop_assert!(
                fetched.outcome.is_answer(),
                "with exactly these headers: {:?} {:#?}",
                fetched,
                told
            );
            // Each of them is needed.
            for (which, list) in asked.iter().enumerate() {
                for (left_out, header) in list.iter().enumerate() {
                    let mut fewer = asked.clone();
                    fewer[which].remove(left_out);
                    let [preflight, actual] = fewer;
                    let fetched = stage.fetch(&case, [(200, preflight), (200, actual)]);
                    prop_assert!(!fetched.outcome.is_answer(), "{:?} is not needed: {:#?}", header, told);
                }
            }
            Ok(())
        })
        .unwrap_or_else(|error| panic!("{error}"));
    assert!(*depended.lock().unwrap() >= 3, "the cases hardly met a back end");
}

#[test]
fn a_preflight_that_another_resource_answers_is_named() {
    let stage = Stage::new();
    let case = Case { path: "/greedy/put", script: Script::new(APP, "PUT"), answer: (200, vec![]) };
    let told = stage.explain(&case, None);
    assert_eq!(told.verdict(), pb::CorsVerdict::Allowed, "{told:#?}");
    let preflight = told.preflight.expect("a preflight");
    assert_eq!((preflight.http_method.as_str(), preflight.path.as_str()), ("OPTIONS", "/greedy/{proxy+}"));
    let noted = told.steps.iter().any(|step| step.detail.contains("/greedy/put has neither OPTIONS nor ANY"));
    assert!(noted, "{:#?}", told.steps);
}

#[test]
fn the_draft_is_explained_as_if_it_were_deployed() {
    let site = Site::new();
    site.resource("/pets", &[("GET", mock(200, &[], "[]"))]).deploy();
    let asked = |stage: &str| pb::ExplainCorsRequest {
        stage_name: stage.to_owned(),
        path: "/pets".to_owned(),
        origin: APP.to_owned(),
        ..Default::default()
    };
    site.enable("/pets", pb::CorsSettings::default());
    assert_eq!(site.explain(asked("")).verdict(), pb::CorsVerdict::Allowed);
    let deployed = site.explain(asked("prod"));
    assert_eq!(deployed.verdict(), pb::CorsVerdict::Refused);
    assert!(deployed.mend.contains("EnableCors"), "{}", deployed.mend);
    site.deploy();
    assert_eq!(site.explain(asked("prod")).verdict(), pb::CorsVerdict::Allowed);
}

#[test]
fn following_the_mend_mends_it() {
    let site = Site::new();
    site.resource("/pets", &[("PUT", mock(200, &[], "{}"))]).deploy();
    let asked = pb::ExplainCorsRequest {
        path: "/pets".to_owned(),
        origin: APP.to_owned(),
        http_method: "PUT".to_owned(),
        ..Default::default()
    };
    let refused = site.explain(asked.clone());
    assert_eq!(refused.verdict(), pb::CorsVerdict::Refused);
    assert!(refused.mend.starts_with("EnableCors on the resource"), "{}", refused.mend);
    site.enable("/pets", pb::CorsSettings::default());
    assert_eq!(site.explain(asked).verdict(), pb::CorsVerdict::Allowed);
}

#[test]
fn what_fetch_throws_at_is_a_fault_of_the_request() {
    let site = Site::new();
    site.resource("/pets", &[("GET", mock(200, &[], "[]"))]).deploy();
    for (method, field) in [("TRACE", "http_method"), ("G ET", "http_method")] {
        let asked = pb::ExplainCorsRequest {
            path: "/pets".to_owned(),
            origin: APP.to_owned(),
            http_method: method.to_owned(),
            ..Default::default()
        };
        let refused = site.try_explain(asked).expect_err("fetch() throws");
        assert_eq!(crate::support::cors::faulty_fields(&refused), [field], "{method}");
    }
}
