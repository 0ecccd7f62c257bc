//! A body rendered through a mapping template, beside parsing and writing it again, and beside a template engine of
//! the usual kind. `docs/performance.md` says what was seen.

use std::borrow::Cow;

use bytes::Bytes;
use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use http::{HeaderMap, HeaderValue};
use postern::mapping::{ContextVariable, Facts, Payload};
use postern::template::{Budget, Environment, Overrides, Template};
use serde_json::{Value, json};

fn main() {
    divan::main();
}

/// The sizes of bodies, in KiB.
const SIZES: [usize; 3] = [1, 10, 100];

/// Takes every item apart and puts it together again.
const FIELDS: &str = r#"#set($root = $input.path('$'))
{"count": $root.items.size(), "items": [
#foreach($item in $root.items)
{"id": $item.id, "title": "$item.name", "price": $item.price, "tags": ["$item.tags[0]", "$item.tags[1]"]}#if($foreach.hasNext),#end

#end
]}"#;
const FIELDS_JINJA: &str = r#"{"count": {{ root["items"]|length }}, "items": [
{% for item in root["items"] %}{"id": {{ item.id }}, "title": "{{ item.name }}", "price": {{ item.price }}, "tags": ["{{ item.tags[0] }}", "{{ item.tags[1] }}"]}{% if not loop.last %},{% endif %}
{% endfor %}
]}"#;

/// The body as a whole, within something else.
const WHOLE: &str = r#"{"body": $input.json('$')}"#;
const WHOLE_JINJA: &str = r#"{"body": {{ root|tojson }}}"#;

struct Request {
    headers: HeaderMap,
    body: Payload,
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
}

impl Environment for Request {
    fn input(&self) -> Option<&Payload> {
        Some(&self.body)
    }

    fn path_parameters<'a>(&'a self, _: &mut dyn FnMut(&'a str, &'a str)) {}

    fn headers_as_sent<'a>(&'a self, _: &mut dyn FnMut(&'a str, &'a HeaderValue)) {}

    fn stage_variable(&self, _: &str) -> Option<&str> {
        None
    }

    fn stage_variables<'a>(&'a self, _: &mut dyn FnMut(&'a str, &'a str)) {}
}

/// A list of orders of about so many KiB.
fn body(size: usize) -> Bytes {
    let items: Vec<Value> = (0..size * 9)
        .map(|at| {
            let name = format!("item number {at}, with a name of some length");
            json!({"id": at, "name": name, "price": at as f64 * 0.25, "tags": ["red", "green"]})
        })
        .collect();
    Bytes::from(json!({ "items": items }).to_string())
}

fn through_vtl(bencher: Bencher<'_, '_>, size: usize, text: &str) {
    let template = Template::parse(text).expect("it parses");
    let body = body(size);
    bencher.counter(BytesCount::new(body.len())).bench(|| {
        let request = Request { headers: HeaderMap::new(), body: Payload::new(black_box(&body).clone()) };
        template.render(&request, &mut Overrides::default(), &Budget::default()).expect("it renders")
    });
}

fn through_minijinja(bencher: Bencher<'_, '_>, size: usize, text: &'static str) {
    let mut engine = minijinja::Environment::new();
    engine.add_template("template", text).expect("it parses");
    let template = engine.get_template("template").expect("it is there");
    let body = body(size);
    bencher.counter(BytesCount::new(body.len())).bench(|| {
        let root: minijinja::Value = serde_json::from_slice(black_box(&body)).expect("it is JSON");
        template.render(minijinja::context! { root }).expect("it renders")
    });
}

#[divan::bench(args = SIZES)]
fn a_parse_and_write(bencher: Bencher<'_, '_>, size: usize) {
    let body = body(size);
    bencher.counter(BytesCount::new(body.len())).bench(|| {
        let root: Value = serde_json::from_slice(black_box(&body)).expect("it is JSON");
        serde_json::to_string(&root).expect("it is written")
    });
}

#[divan::bench(args = SIZES)]
fn whole_vtl(bencher: Bencher<'_, '_>, size: usize) {
    through_vtl(bencher, size, WHOLE);
}

#[divan::bench(args = SIZES)]
fn whole_minijinja(bencher: Bencher<'_, '_>, size: usize) {
    through_minijinja(bencher, size, WHOLE_JINJA);
}

#[divan::bench(args = SIZES)]
fn fields_vtl(bencher: Bencher<'_, '_>, size: usize) {
    through_vtl(bencher, size, FIELDS);
}

#[divan::bench(args = SIZES)]
fn fields_minijinja(bencher: Bencher<'_, '_>, size: usize) {
    through_minijinja(bencher, size, FIELDS_JINJA);
}
