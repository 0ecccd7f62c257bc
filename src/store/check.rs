//! Checking a data directory that no process uses: every record, every reference, every hash.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use super::disk::{OpenError, open_for_check};
use super::records::{Reachable, Records, chain_hash};
use super::{Range, Store as _, StoreError, serving};
use crate::model::{ApiId, ChainHash, Hash, StoreRevision};

/// What a check found.
#[derive(Clone, Debug, Default)]
pub struct CheckReport {
    /// The store's revision.
    pub revision: StoreRevision,
    /// How many records there are.
    pub record_count: usize,
    /// How many APIs.
    pub api_count: usize,
    /// How many stages.
    pub stage_count: usize,
    /// How many deployments that have their content.
    pub deployment_count: usize,
    /// How many blobs.
    pub blob_count: usize,
    /// How many blobs nothing names; the next sweep removes them.
    pub unnamed_blob_count: usize,
    /// How many bytes the store takes on disk.
    pub size_bytes: u64,
    /// The revision of what is exported for serving without the store; `None` when nothing is.
    pub serving_revision: Option<StoreRevision>,
    /// Everything that is wrong, where and what; empty when the store is sound.
    pub findings: Vec<String>,
}

/// Checks the store of a data directory. Changes nothing that anybody sees.
///
/// # Errors
/// [`OpenError`] when it cannot be opened at all: in use, damaged as a whole, or written by a newer Postern.
pub async fn check(dir: &Path) -> Result<CheckReport, OpenError> {
    let opening = dir.to_owned();
    let opened = tokio::task::spawn_blocking(move || open_for_check(&opening)).await;
    let (store, against_mark) = match opened {
        Ok(opened) => opened?,
        Err(panicked) => std::panic::resume_unwind(panicked.into_panic()),
    };
    let mut report = CheckReport::default();
    report.findings.extend(against_mark.map(|error| error.to_string()));
    report.size_bytes = store.size_on_disk().await.unwrap_or_default();
    let store = Arc::new(store);
    if let Err(error) = look(&Records::new(store.clone()), &mut report).await {
        report.findings.push(error.to_string());
    }
    report.revision = *store.durable().borrow();
    side_files(dir, &mut report);
    match serving::load(dir) {
        Ok(state) => report.serving_revision = Some(state.revision),
        Err((path, _)) if !path.exists() => {}
        Err((path, error)) => report.findings.push(format!("{}: {error}", path.display())),
    }
    Ok(report)
}

/// sled puts what is long into files that it never syncs; ours is never long.
fn side_files(dir: &Path, report: &mut CheckReport) {
    let Ok(files) = fs::read_dir(dir.join("store").join("blobs")) else { return };
    let count = files.count();
    if count > 0 {
        report
            .findings
            .push(format!("store/blobs has {count} files, which are never synced: please report this"));
    }
}

async fn look(records: &Records, report: &mut CheckReport) -> Result<(), StoreError> {
    let listed = records.store().list(vec![Range::all("")]).await?;
    let entries = listed.value.into_iter().flatten().collect::<Vec<_>>();
    report.record_count = entries.len();
    let mut reachable = Reachable::default();
    for entry in &entries {
        // Each record by itself, so that all that are damaged are named.
        match reachable.add(std::slice::from_ref(entry)) {
            Ok(()) => {}
            Err(error) => report.findings.push(error.to_string()),
        }
    }
    for head in records.all_apis().await? {
        report.api_count += 1;
        if let Err(error) = records.definition(head.root).await {
            report.findings.push(format!("the draft of API {}: {error}", head.id));
        }
        let chain = deployments(records, head.id, report).await?;
        if head.last_number > 0 && chain != Some(head.last_chain) {
            report
                .findings
                .push(format!("API {}: its latest deployment is not where its chain ends", head.id));
        }
    }
    match records.served().await {
        Ok(served) => report.stage_count = served.stages.len(),
        Err(error) => report.findings.push(error.to_string()),
    }
    count_blobs(records, reachable, report).await
}

/// Checks the chain and the content of an API's deployments; gives the chain's end.
async fn deployments(
    records: &Records,
    api: ApiId,
    report: &mut CheckReport,
) -> Result<Option<ChainHash>, StoreError> {
    let mut chain = BTreeMap::new();
    let mut before = None;
    loop {
        let page = records.deployments(api, before, 500).await?;
        let Some(last) = page.last() else { break };
        before = Some(last.number);
        for deployment in page {
            if !deployment.deleted {
                report.deployment_count += 1;
                if let Err(error) = records.definition(deployment.content_hash).await {
                    report.findings.push(format!("deployment {} of API {api}: {error}", deployment.id));
                }
            }
            chain.insert(deployment.number, (deployment.content_hash, deployment.chain_hash));
        }
    }
    let (mut previous, mut end) = (Hash([0; 32]), None);
    for (number, (content, link)) in chain {
        if chain_hash(api, number, content, previous) != link {
            report
                .findings
                .push(format!("deployment number {number} of API {api} does not fit into the chain"));
        }
        (previous, end) = (link, Some(link));
    }
    Ok(end)
}

async fn count_blobs(
    records: &Records,
    mut reachable: Reachable,
    report: &mut CheckReport,
) -> Result<(), StoreError> {
    let named = reachable.mark(&**records.store()).await?;
    let mut after = None;
    loop {
        let hashes = records.store().blob_hashes(after, 4096).await?;
        let Some(last) = hashes.last() else { return Ok(()) };
        after = Some(*last);
        report.blob_count += hashes.len();
        report.unnamed_blob_count += hashes.iter().filter(|hash| !named.contains(hash)).count();
    }
}
