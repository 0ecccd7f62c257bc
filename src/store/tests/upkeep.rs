//! Sweeping, backing up, exporting, crashing.

use std::sync::Arc;

use super::samples::*;
use crate::model::{Hash, StoreRevision};
use crate::store::{
    ChangeKind, CommitError, CrashPoint, CrashingStore, MemoryStore, OnFault, Records, SledStore, StoreError,
    Was, restore,
};

async fn blobs(records: &Records) -> Vec<Hash> {
    records.store().blob_hashes(None, usize::MAX).await.unwrap()
}

/// An API with two deployments, the first given up, a stage on the second, and a binding.
async fn populate(records: &Records) {
    let id = api_id(1);
    let head = create(records, id, 300).await;
    let head = deploy(records, &head, 1).await;
    let mut draft = definition(id, 300);
    set_uri(&mut draft, 5, "https://second.example/");
    let edit = commit(records, ChangeKind::DraftChanged, |e| e.put_draft(&head, Arc::new(draft.clone())));
    let head = edit.await.unwrap().heads[&id].clone();
    let head = deploy(records, &head, 2).await;
    set_uri(&mut draft, 6, "https://draft.example/");
    commit(records, ChangeKind::DraftChanged, |e| e.put_draft(&head, Arc::new(draft))).await.unwrap();
    let mut prod = stage(id, "prod", 2);
    prod.settings = (0..200).map(|n| (format!("*/*/setting{n}"), "x".repeat(50))).collect();
    put_stage(records, prod, Was::Absent).await.unwrap();
    let bound = commit(records, ChangeKind::BindingCreated, |e| {
        e.put_binding(Default::default(), binding(id, "api.example.com", "prod"), Was::Absent)
    });
    bound.await.unwrap();
    let first = records.deployment(id, deployment_id(1)).await.unwrap().unwrap();
    commit(records, ChangeKind::DeploymentDeleted, |e| e.delete_deployment(&first)).await.unwrap();
}

#[tokio::test]
async fn a_sweep_removes_what_nothing_names_and_nothing_else() {
    let records = Records::new(Arc::new(MemoryStore::new()));
    populate(&records).await;
    let before = blobs(&records).await.len();
    let swept = records.sweep(now()).await.unwrap();
    assert!(swept.blobs >= 3, "a part, a page and a manifest of the deployment given up: {swept:?}");
    assert_eq!(blobs(&records).await.len(), before - swept.blobs);

    let fresh = Records::new(Arc::clone(records.store()));
    let head = fresh.api(api_id(1)).await.unwrap().unwrap();
    fresh.definition(head.root).await.unwrap();
    for deployment in fresh.deployments(head.id, None, 9).await.unwrap() {
        assert_eq!(fresh.definition(deployment.content_hash).await.is_ok(), !deployment.deleted);
    }
    assert_eq!(fresh.stages(head.id).await.unwrap().len(), 1, "a record too long for its key is kept");
    assert_eq!(fresh.sweep(now()).await.unwrap().blobs, 0);
}

#[tokio::test]
async fn a_sweep_removes_the_remains_of_a_deleted_api_and_frees_its_ids() {
    let records = Records::new(Arc::new(MemoryStore::new()));
    let mut head = create(&records, api_id(1), 1).await;
    for n in 1..=70 {
        head = deploy(&records, &head, n).await;
    }
    put_stage(&records, stage(head.id, "prod", 1), Was::Absent).await.unwrap();
    commit(&records, ChangeKind::ApiDeleted, |e| e.delete_api(&head)).await.unwrap();
    assert!(records.served().await.unwrap().stages.is_empty());
    let again = Arc::new(definition(head.id, 1));
    let taken = commit(&records, ChangeKind::ApiCreated, |e| e.create_api(new_api(head.id), again)).await;
    assert!(taken.unwrap_err().is_id_taken(), "what belonged to the id is still there");
    // 70 deployments with their claims, a stage, pins and the API's claim.
    assert_eq!(records.sweep(now()).await.unwrap().records, 143);
    assert!(blobs(&records).await.is_empty());
    let head = create(&records, head.id, 1).await;
    assert!(records.stages(head.id).await.unwrap().is_empty());
    deploy(&records, &head, 1).await;
}

#[tokio::test]
async fn commits_are_refused_while_another_process_sweeps() {
    let store = Arc::new(MemoryStore::new());
    let (here, there) = (Records::new(store.clone()), Records::new(store));
    let head = create(&here, api_id(1), 1).await;
    there.set_sweeping_for_test(true).await;
    let edit =
        commit(&here, ChangeKind::DraftChanged, |e| e.put_draft(&head, Arc::new(definition(head.id, 2))));
    assert!(matches!(edit.await, Err(CommitError::Conflict { .. })));
    there.set_sweeping_for_test(false).await;
    let edit =
        commit(&here, ChangeKind::DraftChanged, |e| e.put_draft(&head, Arc::new(definition(head.id, 2))));
    edit.await.unwrap();
}

#[tokio::test]
async fn a_backup_restores_every_record_and_blob_byte_by_byte() {
    let records = Records::new(Arc::new(MemoryStore::new()));
    populate(&records).await;
    records.sweep(now()).await.unwrap();
    let mut archive = Vec::new();
    let backed_up = records.backup(&mut archive).await.unwrap();
    assert_eq!(backed_up.revision, records.latest());

    let dir = tempfile::tempdir().unwrap();
    assert_eq!(restore(dir.path(), &*archive).unwrap(), backed_up);
    assert!(restore(dir.path(), &*archive).is_err(), "only into an empty directory");
    let restored = SledStore::open(dir.path(), OnFault::Refuse).unwrap().records;
    let mut again = Vec::new();
    restored.backup(&mut again).await.unwrap();
    assert_eq!(blobs(&restored).await, blobs(&records).await);
    assert_eq!(again, archive);
    assert_eq!(restored.latest(), records.latest());

    let elsewhere = tempfile::tempdir().unwrap();
    assert!(restore(elsewhere.path(), &archive[..archive.len() - 1]).is_err());
    assert!(!elsewhere.path().join("store").exists(), "nothing is left behind");
    assert!(restore(elsewhere.path(), &*archive).is_ok(), "so that it can be tried again");
}

#[tokio::test]
async fn what_is_served_can_be_read_when_the_store_cannot() {
    let dir = tempfile::tempdir().unwrap();
    let served = {
        let records = SledStore::open(dir.path(), OnFault::Refuse).unwrap().records;
        populate(&records).await;
        records.export_serving(records.latest()).await.unwrap();
        records.served().await.unwrap()
    };
    std::fs::remove_file(dir.path().join("mark")).unwrap();
    assert!(SledStore::open(dir.path(), OnFault::Refuse).is_err());
    let opened = SledStore::open(dir.path(), OnFault::Serve).unwrap();
    assert!(opened.fault.is_some());
    let again = opened.records.served().await.unwrap();
    assert_eq!(format!("{again:?}"), format!("{served:?}"));
    let deployment = &again.deployments[&deployment_id(2)];
    let definition = opened.records.definition(deployment.content_hash).await.unwrap();
    assert_eq!(definition.resource_count(), 301);
    let head = &again.apis[&api_id(1)];
    let draft = opened.records.definition(head.root).await;
    assert!(matches!(draft, Err(StoreError::NotExported { .. })), "drafts are not exported");
    let write = commit(&opened.records, ChangeKind::DeploymentCreated, |e| e.deploy(head, new_deployment(9)));
    assert!(matches!(write.await, Err(CommitError::ReadOnly { .. })));
}

#[tokio::test]
async fn an_export_names_only_what_stages_point_at() {
    let dir = tempfile::tempdir().unwrap();
    let records = SledStore::open(dir.path(), OnFault::Refuse).unwrap().records;
    populate(&records).await;
    records.export_serving(records.latest()).await.unwrap();
    let names = || std::fs::read_dir(dir.path().join("content")).unwrap().count();
    assert_eq!(names(), 2, "the deployment and the long stage");
    let id = api_id(1);
    let name = "prod".parse().unwrap();
    let prod = records.stage(id, &name).await.unwrap().unwrap();
    let head = records.api(id).await.unwrap().unwrap();
    deploy(&records, &head, 3).await;
    let moved = crate::model::Stage { settings: Default::default(), ..stage(id, "prod", 3) };
    put_stage(&records, moved, Was::At(prod.revision)).await.unwrap();
    records.export_serving(records.latest()).await.unwrap();
    assert_eq!(names(), 1);
}

#[tokio::test]
async fn an_acknowledged_write_survives_a_crash_at_any_moment() {
    for point in [CrashPoint::BeforeWrite, CrashPoint::BeforeSync, CrashPoint::BeforeAcknowledge] {
        for writes in 0..24 {
            let store = CrashingStore::new();
            store.crash_after(writes, point);
            let acknowledged = work(&Records::new(Arc::new(store.clone()))).await;
            let after = Records::new(Arc::new(store.reopen()));
            let case = format!("{point:?} after {writes} writes");
            assert!(after.latest() >= acknowledged.0, "{case}");
            if let Some(head) = after.api(api_id(1)).await.unwrap() {
                assert!(head.revision.0 >= acknowledged.1, "{case}");
                assert!(head.last_number >= acknowledged.2, "{case}");
                after.definition(head.root).await.unwrap_or_else(|error| panic!("{case}: {error}"));
                for deployment in after.deployments(head.id, None, 99).await.unwrap() {
                    after.definition(deployment.content_hash).await.unwrap();
                }
            } else {
                assert_eq!(acknowledged.1, 0, "{case}");
            }
        }
    }
}

/// Edits and deploys until the store crashes; gives the last store revision, draft revision and deployment number
/// that were acknowledged.
async fn work(records: &Records) -> (StoreRevision, u64, u64) {
    let id = api_id(1);
    let mut last = (StoreRevision(0), 0, 0);
    let made =
        commit(records, ChangeKind::ApiCreated, |e| e.create_api(new_api(id), Arc::new(definition(id, 4))));
    let Ok(made) = made.await else { return last };
    let mut head = made.heads[&id].clone();
    last = (made.store_revision, head.revision.0, head.last_number);
    for n in 1..=9 {
        let mut draft = definition(id, 4);
        set_uri(&mut draft, 1, &format!("https://origin.example/{n}"));
        let steps = commit(records, ChangeKind::DeploymentCreated, |e| {
            e.put_draft(&head, Arc::new(draft)).deploy(&head, new_deployment(n))
        });
        let Ok(made) = steps.await else { return last };
        head = made.heads[&id].clone();
        last = (made.store_revision, head.revision.0, head.last_number);
    }
    last
}
