//! From host and path to a method. The cost must not grow with the number of routes or APIs.

mod support;

use std::sync::Arc;

use divan::{Bencher, black_box};
use postern::compile::{CompileOptions, PathForm, Snapshot, StagePlan, StageSettings, bind, compile};
use postern::model::{DomainBinding, Partition, Revision, StageVariables, StoreRevision, Verb};
use postern::route::RequestPath;

fn main() {
    divan::main();
}

fn stage(resources: usize) -> Arc<StagePlan> {
    let compiled = compile(&support::api(resources), &CompileOptions::default()).expect("a good definition");
    bind(
        &compiled,
        &StageSettings {
            partition: Partition::default(),
            name: "prod".parse().expect("a stage name"),
            deployment: None,
            variables: StageVariables::default(),
            aws: Default::default(),
            lambda_endpoint: None,
        },
    )
}

#[divan::bench(args = [10, 1_000, 20_000])]
fn path(bencher: Bencher<'_, '_>, resources: usize) {
    let stage = stage(resources);
    let item = resources / 2 - 1;
    let path = format!("/group-{}/item-{item}/4711", item / 100);
    bencher.bench(|| {
        let path = RequestPath::parse(black_box(&path)).expect("a good path");
        stage.find(path, Verb::Get).expect("a method answers").route.parameter("id").map(str::len)
    });
}

#[divan::bench(args = [10, 1_000, 20_000])]
fn no_such_path(bencher: Bencher<'_, '_>, resources: usize) {
    let stage = stage(resources);
    bencher.bench(|| {
        let path = RequestPath::parse(black_box("/group-0/item-x/4711")).expect("a good path");
        stage.find(path, Verb::Get).is_none()
    });
}

#[divan::bench(args = [10, 1_000, 10_000])]
fn host(bencher: Bencher<'_, '_>, bindings: usize) {
    let stage = stage(10);
    let mut edit = Snapshot::empty().edit(StoreRevision(1));
    let bindings: Vec<_> = (0..bindings)
        .map(|n| DomainBinding {
            host: format!("api-{n}.example.com").parse().expect("a host"),
            base_path: "v1".parse().expect("a base path"),
            api_id: stage.api_id,
            stage: stage.settings.name.clone(),
            revision: Revision(1),
        })
        .collect();
    edit.put_stage(stage).set_bindings(&bindings);
    let snapshot = edit.finish();
    bencher.bench(|| {
        let routed = snapshot.route(black_box("api-7.example.com:8080"), "/v1/pets", PathForm::Closed);
        routed.expect("bound").path.len()
    });
}
