//! Starting again: what a process that was stopped needs to have everything at hand, in time and memory; and what
//! one edit of a large API costs. Each open checks every record, each definition every hash.

mod support;

use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use divan::Bencher;
use postern::model::{
    ApiId, Definition, Integration, IntegrationType, Method, Partition, Revision, Stage, StageTarget,
    StageVariables, Verb,
};
use postern::store::{
    ApiHead, ChangeKind, Edit, NewApi, NewDeployment, OnFault, Records, Retention, SledStore, Was,
};
use tempfile::TempDir;
use tokio::runtime::Runtime;

fn main() {
    divan::main();
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime")
}

fn open(dir: &Path) -> Records {
    SledStore::open(dir, OnFault::Refuse).expect("a sound store").records
}

/// Makes an API, deployed and served.
async fn create(records: &Records, n: usize, definition: Arc<Definition>) -> ApiHead {
    let now = SystemTime::UNIX_EPOCH;
    let id: ApiId = format!("{n:010}").parse().expect("an id");
    let new = NewApi { id, partition: Partition::default(), created_at: now, retention: Retention::All };
    let mut edit = Edit::new(ChangeKind::ApiCreated, now);
    edit.create_api(new, definition);
    let head = records.commit(edit).await.expect("a commit").heads[&id].clone();
    let deployment = format!("{n:06}").parse().expect("an id");
    let stage = Stage {
        api_id: id,
        name: "prod".parse().expect("a name"),
        revision: Revision(0),
        description: None,
        target: StageTarget { deployment, canary: None },
        variables: StageVariables::default(),
        lambda_endpoint: None,
        tags: Default::default(),
        settings: Default::default(),
        created_at: now,
        updated_at: now,
    };
    let mut edit = Edit::new(ChangeKind::DeploymentCreated, now);
    edit.deploy(&head, NewDeployment { id: deployment, description: None, created_at: now });
    edit.put_stage(stage, Was::Absent);
    records.commit(edit).await.expect("a commit").heads[&id].clone()
}

/// A data directory with so many APIs of so many resources.
fn written(apis: usize, resources: usize) -> TempDir {
    let dir = tempfile::tempdir().expect("a folder");
    let definition = Arc::new(support::api(resources));
    runtime().block_on(async {
        let records = open(dir.path());
        let mut tasks = tokio::task::JoinSet::new();
        for first in 0..apis.min(64) {
            let (records, definition) = (records.clone(), Arc::clone(&definition));
            tasks.spawn(async move {
                for n in (first..apis).step_by(64) {
                    create(&records, n, Arc::clone(&definition)).await;
                }
            });
        }
        while let Some(ended) = tasks.join_next().await {
            ended.expect("a task that ends");
        }
    });
    dir
}

/// From a closed store to every definition that a stage points at.
fn start(runtime: &Runtime, dir: &Path) -> Vec<Arc<Definition>> {
    runtime.block_on(async {
        let records = open(dir);
        let served = records.served().await.expect("a sound store");
        let mut definitions = Vec::with_capacity(served.deployments.len());
        for deployment in served.deployments.values() {
            definitions.push(records.definition(deployment.content_hash).await.expect("a sound store"));
        }
        definitions
    })
}

fn report(what: &str, dir: &Path) {
    let memory = || {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let line =
            status.lines().find_map(|line| line.strip_prefix("VmRSS:")).map(|text| text.trim().to_owned());
        line.unwrap_or_else(|| "not known".to_owned())
    };
    let before = memory();
    let started = start(&runtime(), dir);
    eprintln!("{what}: resident {before} before, {} with {} definitions at hand", memory(), started.len());
}

#[divan::bench(args = [100, 1_000, 10_000], max_time = 5)]
fn one_api_of_resources(bencher: Bencher<'_, '_>, resources: usize) {
    let dir = written(1, resources);
    report(&format!("one API of {resources} resources"), dir.path());
    let runtime = runtime();
    bencher.bench_local(|| start(&runtime, dir.path()));
}

#[divan::bench(args = [10, 100, 1_000], max_time = 5)]
fn apis_of_ten_resources(bencher: Bencher<'_, '_>, apis: usize) {
    let dir = written(apis, 10);
    report(&format!("{apis} APIs of 10 resources"), dir.path());
    let runtime = runtime();
    bencher.bench_local(|| start(&runtime, dir.path()));
}

/// One method of an API is changed and the change durable, two syncs included.
#[divan::bench(args = [10, 1_000, 10_000], max_time = 3)]
fn one_edit(bencher: Bencher<'_, '_>, resources: usize) {
    let dir = tempfile::tempdir().expect("a folder");
    let runtime = runtime();
    let records = open(dir.path());
    let mut definition = support::api(resources);
    let edited = definition.resources().next().expect("a root").id;
    let mut head = runtime.block_on(create(&records, 0, Arc::new(definition.clone())));
    let mut n = 0;
    bencher.bench_local(|| {
        n += 1;
        let mut integration = Integration::new(IntegrationType::Http);
        integration.uri = Some(format!("https://origin.example/{n}"));
        let method = Method { integration: Some(integration), ..Method::default() };
        definition
            .edit(edited, |resource| drop(resource.methods.insert(Verb::Get, method)))
            .expect("it is there");
        let mut edit = Edit::new(ChangeKind::DraftChanged, SystemTime::UNIX_EPOCH);
        edit.put_draft(&head, Arc::new(definition.clone()));
        head = runtime.block_on(records.commit(edit)).expect("a commit").heads[&head.id].clone();
    });
}
