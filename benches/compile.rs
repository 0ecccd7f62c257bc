//! From a definition to a stage: what a deployment and a move of a stage cost.

mod support;

use std::sync::Arc;

use divan::Bencher;
use postern::compile::{CompileOptions, Snapshot, StageSettings, bind, compile};
use postern::model::{Partition, StageVariables, StoreRevision};

fn main() {
    divan::main();
}

fn settings() -> StageSettings {
    StageSettings {
        partition: Partition::default(),
        name: "prod".parse().expect("a stage name"),
        deployment: None,
        variables: StageVariables::default(),
        aws: Default::default(),
        lambda_endpoint: None,
    }
}

#[divan::bench(args = [10, 1_000, 20_000], max_time = 3)]
fn compile_api(bencher: Bencher<'_, '_>, resources: usize) {
    let definition = support::api(resources);
    bencher.bench(|| compile(&definition, &CompileOptions::default()).expect("a good definition"));
}

#[divan::bench(args = [10, 1_000, 20_000], max_time = 1)]
fn bind_api(bencher: Bencher<'_, '_>, resources: usize) {
    let compiled = compile(&support::api(resources), &CompileOptions::default()).expect("a good definition");
    bencher.bench(|| bind(&compiled, &settings()));
}

/// A stage moves among this many APIs.
#[divan::bench(args = [10, 1_000, 10_000], max_time = 1)]
fn next_snapshot(bencher: Bencher<'_, '_>, apis: u32) {
    let mut edit = Snapshot::empty().edit(StoreRevision(1));
    let mut definition = support::api(10);
    for api in 0..apis {
        let id = format!("{api:010}").parse().expect("an id");
        Arc::make_mut(&mut definition.api).id = id;
        let compiled = compile(&definition, &CompileOptions::default()).expect("a good definition");
        edit.put_stage(bind(&compiled, &settings()));
    }
    let snapshot = edit.finish();
    let moved =
        bind(&compile(&definition, &CompileOptions::default()).expect("a good definition"), &settings());
    bencher.bench(|| {
        let mut edit = snapshot.edit(StoreRevision(2));
        edit.put_stage(Arc::clone(&moved));
        edit.finish()
    });
}
