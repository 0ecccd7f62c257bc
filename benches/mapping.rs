//! Mapped headers and targets of calls.

mod support;

use std::borrow::Cow;

use divan::{Bencher, black_box};
use http::{HeaderMap, HeaderValue};
use postern::compile::{CompileOptions, IntegrationPlan, StageSettings, bind, compile};
use postern::mapping::{ContextVariable, Facts, Pattern, map_headers};
use postern::model::{Partition, StageVariables, Verb};
use postern::route::RequestPath;

fn main() {
    divan::main();
}

struct Request(HeaderMap);

impl Facts for Request {
    fn headers(&self) -> &HeaderMap {
        &self.0
    }

    fn query(&self) -> Option<&str> {
        Some("sort=name&page=3")
    }

    fn path_parameter(&self, _: &str) -> Option<&str> {
        Some("4711")
    }

    fn context(&self, _: ContextVariable) -> Option<Cow<'_, str>> {
        Some(Cow::Borrowed("c6af9ac6-7b61-11e6-9a41-93e8deadbeef"))
    }
}

#[divan::bench]
fn headers_and_target(bencher: Bencher<'_, '_>) {
    let compiled = compile(&support::api(2), &CompileOptions::default()).expect("a good definition");
    let stage = bind(
        &compiled,
        &StageSettings {
            partition: Partition::default(),
            name: "prod".parse().expect("a stage name"),
            deployment: None,
            variables: StageVariables::default(),
            aws: Default::default(),
            lambda_endpoint: None,
        },
    );
    let path = RequestPath::parse("/group-0/item-0/4711").expect("a good path");
    let found = stage.find(path, Verb::Get).expect("a method answers");
    let IntegrationPlan::Http(plan) = &found.method.integration else { panic!("GET calls a back end") };
    let uri = plan.endpoint.uri.as_ref().expect("a valid URI");
    let mut headers = HeaderMap::new();
    headers.insert("user-agent", HeaderValue::from_static("curl/8"));
    let request = Request(headers);
    bencher.bench(|| {
        let mut sent = HeaderMap::with_capacity(8);
        map_headers(&plan.endpoint.headers, black_box(&request), &mut sent).expect("safe values");
        let target =
            uri.render(black_box(&request), None, &plan.endpoint.querystring).expect("a safe target");
        (sent, target)
    });
}

#[divan::bench(args = ["200", r"4\d{2}|5\d{2}"])]
fn parse_pattern(text: &str) -> Pattern {
    Pattern::parse(text).expect("a good pattern")
}
