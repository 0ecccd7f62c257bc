//! What the fuzz targets do with a text; a plain test does the same with every text of the corpus.

use std::borrow::Cow;
use std::sync::LazyLock;
use std::time::SystemTime;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue};
use postern::mapping::{ContextVariable, Facts, JsonPath, Payload};
use postern::model::{Api, ApiId, Definition, ResourceId};
use postern::openapi::{self, Address, Export, Extensions, Format, ImportOptions, Notation};
use postern::template::{Budget, Environment, Overrides, Template};
use serde_json::{Value, json};

/// A text as a mapping template, rendered twice for a request: it never panics, and ends within the budget.
pub(crate) fn template(text: &str) {
    let Ok(template) = Template::parse(text) else { return };
    let body = r#"{"user":{"name":"Ann \"é😀","tags":["a",{"b":null},1.5e10]},"n":18446744073709551615}"#;
    let mut headers = HeaderMap::new();
    headers.insert("x-header", HeaderValue::from_static("value"));
    let request = Request { headers, body: Payload::new(Bytes::from_static(body.as_bytes())) };
    let budget = Budget { steps: 50_000, output_bytes: 1 << 20, ..Budget::default() };
    let mut overrides = Overrides::default();
    for _ in 0..2 {
        if let Ok(rendered) = template.render(&request, &mut overrides, &budget) {
            assert!(rendered.len() <= budget.output_bytes);
        }
    }
}

/// A text as a JSONPath, followed through a document.
pub(crate) fn json_path(text: &str) {
    if let Ok(path) = JsonPath::parse(text) {
        let _ = path.find(&DOCUMENT);
    }
}

/// A text as an OpenAPI document, put on an API with nothing: what is made of it is exported in both formats, and an
/// export says the same again after it is imported.
pub(crate) fn openapi(text: &str) {
    let Some(first) = imported(text) else { return };
    let _swagger_cannot_say_everything = openapi::export(&first, &how(Format::Swagger2));
    let export = |definition: &Definition| {
        let exported = openapi::export(definition, &how(Format::OpenApi3)).expect("OpenAPI says every API");
        openapi::write(&exported.document, Notation::Yaml)
    };
    let again = imported(&export(&first)).expect("an export can be imported");
    let second = export(&again);
    assert_eq!(export(&imported(&second).expect("an export can be imported")), second);
}

fn imported(text: &str) -> Option<Definition> {
    let api = Api::new(ApiId::from_random([0; 10]), "blank".to_owned(), SystemTime::UNIX_EPOCH);
    let mut blank = Definition::new(api, ResourceId::from_random([0; 6]));
    blank.models.clear();
    let mut count = 0u64;
    let mut draw = || {
        count += 1;
        let mut left = count;
        std::array::from_fn(|_| {
            let digit = u8::try_from(left % 36).expect("below 36");
            left /= 36;
            digit
        })
    };
    let document = openapi::read(text).ok()?;
    Some(openapi::import(&document, &blank, ImportOptions::default(), &mut draw).ok()?.definition)
}

fn how(format: Format) -> Export {
    let address =
        Address { scheme: "http".to_owned(), host: "localhost".to_owned(), base_path: "a".to_owned() };
    Export { format, extensions: Extensions::ALL, address, documentation_version: None }
}

static DOCUMENT: LazyLock<Value> = LazyLock::new(|| {
    json!({
        "store": {
            "book": [
                {"category": "reference", "author": "A", "title": "T", "price": 8.95},
                {"category": "fiction", "author": "B", "title": "U", "price": 12.99, "isbn": "0-553"},
                {"category": "fiction", "author": "C", "title": "V", "price": 22, "tags": ["x", null]},
            ],
            "bicycle": {"color": "red", "price": 19.95},
        },
        "numbers": [1, 2.5, -3, 18446744073709551615_u64],
        "with-dash": {"it's": true, "": {"a": {"b": [[[]]]}}},
    })
});

/// The request that templates are rendered for.
struct Request {
    headers: HeaderMap,
    body: Payload,
}

impl Facts for Request {
    fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    fn query(&self) -> Option<&str> {
        Some("q=x&q=%C3%A9")
    }

    fn path_parameter(&self, name: &str) -> Option<&str> {
        (name == "id").then_some("7")
    }

    fn context(&self, variable: ContextVariable) -> Option<Cow<'_, str>> {
        (variable == ContextVariable::Stage).then_some(Cow::Borrowed("prod"))
    }
}

impl Environment for Request {
    fn input(&self) -> Option<&Payload> {
        Some(&self.body)
    }

    fn path_parameters<'a>(&'a self, take: &mut dyn FnMut(&'a str, &'a str)) {
        take("id", "7");
    }

    fn headers_as_sent<'a>(&'a self, take: &mut dyn FnMut(&'a str, &'a HeaderValue)) {
        self.headers.iter().for_each(|(name, value)| take(name.as_str(), value));
    }

    fn stage_variable(&self, name: &str) -> Option<&str> {
        (name == "url").then_some("example.com")
    }

    fn stage_variables<'a>(&'a self, take: &mut dyn FnMut(&'a str, &'a str)) {
        take("url", "example.com");
    }
}
