//! What a mapping from a body costs over parsing the body: `parse` is the floor that every one stands on.

use std::borrow::Cow;

use bytes::Bytes;
use divan::{Bencher, black_box};
use http::HeaderMap;
use postern::mapping::{ContextVariable, Expression, Facts, JsonPath, Payload, Scope, Source};
use postern::model::StageVariables;
use serde_json::Value;

fn main() {
    divan::main();
}

const KIB: [usize; 3] = [1, 10, 100];

/// A list of orders of `kib` KiB.
fn body(kib: usize) -> Bytes {
    let mut text = String::from(r#"{"orders":["#);
    let mut number = 0;
    while text.len() < kib * 1024 - 200 {
        let comma = if number == 0 { "" } else { "," };
        text += &format!(
            r#"{comma}{{"id":"order-{number}","customer":{{"name":"Ann {number}","tags":["a","b"]}},"total":{number}.5}}"#
        );
        number += 1;
    }
    text += r#"],"next":"token"}"#;
    text.into()
}

struct Request {
    headers: HeaderMap,
    payload: Payload,
}

impl Facts for Request {
    fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    fn query(&self) -> Option<&str> {
        None
    }

    fn path_parameter(&self, _: &str) -> Option<&str> {
        None
    }

    fn context(&self, _: ContextVariable) -> Option<Cow<'_, str>> {
        None
    }

    fn payload(&self) -> Option<&Payload> {
        Some(&self.payload)
    }
}

fn source(path: &str) -> Source {
    let text = format!("method.request.body.{path}");
    let expression = Expression::parse(&text, Scope::IntegrationRequest).expect("an expression");
    expression.bind(&StageVariables::default()).expect("it has a value")
}

/// Parses and maps, as one request does.
fn mapped(bencher: Bencher<'_, '_>, kib: usize, path: &str) {
    let (source, body) = (source(path), body(kib));
    bencher.bench(|| {
        let request = Request { headers: HeaderMap::new(), payload: Payload::new(body.clone()) };
        source.evaluate(black_box(&request)).map(|value| value.map(Cow::into_owned))
    });
}

#[divan::bench(args = KIB)]
fn parse(bencher: Bencher<'_, '_>, kib: usize) {
    let body = body(kib);
    bencher.bench(|| serde_json::from_slice::<Value>(black_box(&body)));
}

#[divan::bench(args = KIB)]
fn definite(bencher: Bencher<'_, '_>, kib: usize) {
    mapped(bencher, kib, "orders[0].customer.name");
}

#[divan::bench(args = KIB)]
fn filter(bencher: Bencher<'_, '_>, kib: usize) {
    mapped(bencher, kib, "orders[?(@.total > 1 && @.customer.name =~ /Ann 1/)].id");
}

#[divan::bench(args = KIB)]
fn scan(bencher: Bencher<'_, '_>, kib: usize) {
    mapped(bencher, kib, ".tags.length()");
}

/// The look alone, at a body that is parsed already.
#[divan::bench(args = KIB)]
fn find_definite(bencher: Bencher<'_, '_>, kib: usize) {
    let document: Value = serde_json::from_slice(&body(kib)).expect("JSON");
    let path = JsonPath::parse("$.orders[0].customer.name").expect("a path");
    bencher.bench(|| path.find(black_box(&document)));
}
