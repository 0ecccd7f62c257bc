//! What importing a large OpenAPI document costs: time, beside that of parsing the text alone, and the most memory that is
//! held at once.
//!
//! `cargo bench --bench import`

#![expect(clippy::print_stdout, reason = "a report is what it is for")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use postern::compile::Snapshot;
use postern::compile::cell::Publisher;
use postern::control::{Clock, Control, ExportCall, Limits, Options, Setup, Version};
use postern::model::Partition;
use postern::openapi::{Extensions, Format, ImportOptions, Mode};
use postern::ops::Metrics;
use postern::store::{MemoryStore, Records};

/// How many paths the document has, with two operations each.
const PATHS: usize = 2_000;

/// The system's allocator, counting what is held.
struct Counting;

static HELD: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);

#[expect(unsafe_code, reason = "an allocator is unsafe by nature; this one hands everything on")]
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let held = HELD.fetch_add(layout.size(), Ordering::Relaxed) + layout.size();
        MOST.fetch_max(held, Ordering::Relaxed);
        // SAFETY: the caller keeps to the contract of `alloc`, which is this one's.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        HELD.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller keeps to the contract of `dealloc`, which is this one's.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn document(paths: usize) -> String {
    let mut text = String::from("openapi: 3.0.1\ninfo: {title: large, version: '1'}\npaths:\n");
    for n in 0..paths {
        let write = write!(
            text,
            "  /area{}/things{n}/{{id}}:\n    get:\n      parameters:\n        - {{name: page, in: query, schema: {{type: \
             string}}}}\n      responses:\n        '200':\n          description: ok\n          headers: {{X-Total: \
             {{schema: {{type: string}}}}}}\n          content: {{application/json: {{schema: {{$ref: \
             '#/components/schemas/Thing'}}}}}}\n      x-amazon-apigateway-integration:\n        type: http\n        \
             httpMethod: GET\n        uri: 'http://backend.internal/things{n}/{{id}}'\n        requestParameters:\n          \
             integration.request.path.id: method.request.path.id\n        responses:\n          default:\n            \
             statusCode: '200'\n            responseParameters: {{method.response.header.X-Total: \
             integration.response.header.X-Total}}\n    put:\n      requestBody: {{content: {{application/json: {{schema: \
             {{$ref: '#/components/schemas/Thing'}}}}}}}}\n      responses: {{'204': {{description: done}}}}\n      \
             x-amazon-apigateway-integration: {{type: http_proxy, httpMethod: PUT, uri: \
             'http://backend.internal/things{n}'}}\n",
            n % 50
        );
        write.expect("a text takes everything");
    }
    text.push_str("components: {schemas: {Thing: {type: object, properties: {name: {type: string}}}}}\n");
    text
}

async fn control() -> Control {
    let publisher = Arc::new(Publisher::new(Arc::new(Snapshot::empty())));
    let setup = Setup {
        limits: Limits::default(),
        clock: Clock::system(),
        partition: Partition::default(),
        aws: Arc::default(),
        metrics: Metrics::new(),
    };
    Control::open(Records::new(Arc::new(MemoryStore::new())), publisher, setup)
        .await
        .expect("an empty store opens")
}

/// How often each thing is done; the quickest time counts, since other work on the machine only adds to it.
const ROUNDS: usize = 5;

/// Runs something some times; prints and gives what it cost at best, in milliseconds, with what the last run gave.
async fn measured<T, F: Future<Output = T>>(what: &str, mut run: impl FnMut() -> F) -> (f64, T) {
    let (mut best, mut most, mut value) = (f64::INFINITY, usize::MAX, None);
    for _ in 0..ROUNDS {
        drop(value.take());
        let before = HELD.load(Ordering::Relaxed);
        MOST.store(before, Ordering::Relaxed);
        let began = Instant::now();
        value = Some(run().await);
        best = best.min(began.elapsed().as_secs_f64() * 1e3);
        most = most.min(MOST.load(Ordering::Relaxed).saturating_sub(before));
    }
    println!("  {what:<44} {best:>8.1} ms  {:>7.1} MiB at most", most as f64 / 1_048_576.0);
    (best, value.expect("it ran"))
}

/// Everything about one text.
async fn all_about(text: &str, changed: &str) {
    let control = control().await;
    let control = &control;
    let quiet = |_| {};
    let quiet = &quiet;
    let merge = ImportOptions::default();
    let overwrite = ImportOptions { mode: Mode::Overwrite, ..merge };
    let is_json = text.starts_with('{');
    let (parse, _) = measured("parsing alone", || async {
        let value: serde_json::Value =
            if is_json { serde_json::from_str(text).expect("JSON") } else { yaml(text) };
        value
    })
    .await;
    measured("read", || async { postern::openapi::read(text).expect("a document") }).await;
    let (import, made) = measured("import as a new API", || async {
        control.import_api(text.to_owned(), merge, Options::default(), quiet).await.expect("an import")
    })
    .await;
    let id = made.value.api.api.id;
    measured("the same over it: nothing is written", || async {
        control
            .put_import(id, text.to_owned(), overwrite, Options::default(), quiet)
            .await
            .expect("an import")
    })
    .await;
    let mut round = 0;
    measured("every second operation changed, overwritten", || {
        round += 1;
        let text = if round % 2 == 1 { changed } else { text };
        async move {
            control
                .put_import(id, text.to_owned(), overwrite, Options::default(), quiet)
                .await
                .expect("an import")
        }
    })
    .await;
    println!("  an import takes {:.2} times as long as parsing alone", import / parse);
    let call = ExportCall {
        version: Version::Draft,
        format: Format::OpenApi3,
        extensions: Extensions::ALL,
        address: None,
    };
    measured("export", || async { control.export(id, call.clone()).await.expect("a document") }).await;
}

/// YAML as this crate's own reader has it parsed, but into any value.
fn yaml(text: &str) -> serde_json::Value {
    let mut options = serde_saphyr::Options::default();
    options.budget = serde_saphyr::budget! { max_events: 8_000_000, max_nodes: 4_000_000 };
    serde_saphyr::from_str_with_options(text, options).expect("YAML")
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let text = document(PATHS);
    let changed = text.replace("'204'", "'202'");
    println!("{PATHS} paths, {} operations: {:.1} MiB of YAML", 2 * PATHS, text.len() as f64 / 1_048_576.0);
    all_about(&text, &changed).await;
    let json = |text: &str| yaml(text).to_string();
    let (text, changed) = (json(&text), json(&changed));
    println!("the same as {:.1} MiB of JSON", text.len() as f64 / 1_048_576.0);
    all_about(&text, &changed).await;
}
