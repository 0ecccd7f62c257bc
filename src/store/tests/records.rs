//! What every caller of the records may rely on.

use std::sync::Arc;

use super::samples::*;
use crate::model::{Partition, Revision, StoreRevision};
use tempfile::TempDir;

use crate::store::{
    ChangeKind, CommitError, MemoryStore, OnFault, Records, SledStore, Was, WatchError, chain_hash,
};

fn records() -> Records {
    Records::new(Arc::new(MemoryStore::new()))
}

/// The records of every body; the folders live as long as the list.
fn every_body() -> Vec<(Records, Option<TempDir>)> {
    let dir = tempfile::tempdir().unwrap();
    let on_disk = SledStore::open(dir.path(), OnFault::Refuse).unwrap().records;
    vec![(records(), None), (on_disk, Some(dir))]
}

#[expect(clippy::needless_pass_by_value, reason = "a result that was just made")]
fn is_conflict<T>(result: Result<T, CommitError>) -> bool {
    matches!(result, Err(CommitError::Conflict { .. }))
}

#[tokio::test]
async fn a_draft_reads_back_as_it_was_written_also_without_the_cache() {
    for (records, _dir) in every_body() {
        let id = api_id(1);
        let head = create(&records, id, 300).await;
        let written = definition(id, 300);
        for records in [records.clone(), Records::new(Arc::clone(records.store()))] {
            assert_eq!(records.api(id).await.unwrap(), Some(head.clone()));
            assert_eq!(*records.definition(head.root).await.unwrap(), written);
            assert_eq!(records.api_settings(head.root).await.unwrap(), written.api);
        }
    }
}

#[tokio::test]
async fn equal_content_has_equal_roots_however_it_came_to_be() {
    let records = records();
    let id = api_id(1);
    let mut draft = definition(id, 500);
    let head = create(&records, id, 500).await;
    set_uri(&mut draft, 7, "https://elsewhere.example/");
    draft.remove(resource_id(9)).unwrap();
    let edited = commit(&records, ChangeKind::DraftChanged, |edit| edit.put_draft(&head, Arc::new(draft)));
    let edited = edited.await.unwrap().heads[&id].clone();
    assert_ne!(edited.root, head.root);
    assert_eq!(edited.revision, Revision(2));

    // Written at once by a caller that has no former draft to start from.
    let fresh = Records::new(Arc::new(MemoryStore::new()));
    let mut whole = definition(id, 500);
    whole.remove(resource_id(9)).unwrap();
    set_uri(&mut whole, 7, "https://elsewhere.example/");
    let made = commit(&fresh, ChangeKind::ApiCreated, |edit| edit.create_api(new_api(id), Arc::new(whole)));
    assert_eq!(made.await.unwrap().heads[&id].root, edited.root);

    let back = Arc::new(definition(id, 500));
    let back = commit(&records, ChangeKind::DraftChanged, |edit| edit.put_draft(&edited, back));
    assert_eq!(back.await.unwrap().heads[&id].root, head.root);
}

#[tokio::test]
async fn an_edit_of_a_large_api_writes_one_part_one_page_and_the_manifest() {
    for (records, _dir) in every_body() {
        let head = create(&records, api_id(1), 2000).await;
        let before = records.store().blob_hashes(None, usize::MAX).await.unwrap().len();
        let mut draft = (*records.definition(head.root).await.unwrap()).clone();
        set_uri(&mut draft, 1234, "https://elsewhere.example/");
        let edit = commit(&records, ChangeKind::DraftChanged, |edit| edit.put_draft(&head, Arc::new(draft)));
        edit.await.unwrap();
        let after = records.store().blob_hashes(None, usize::MAX).await.unwrap().len();
        assert_eq!(after - before, 3);
    }
}

#[tokio::test]
async fn a_stale_write_is_a_conflict_and_writes_nothing() {
    for (records, _dir) in every_body() {
        let id = api_id(1);
        let seen = create(&records, id, 1).await;
        let draft = Arc::new(definition(id, 2));
        let first =
            commit(&records, ChangeKind::DraftChanged, |e| e.put_draft(&seen, Arc::clone(&draft))).await;
        let first = first.unwrap();
        let late = commit(&records, ChangeKind::DraftChanged, |e| e.put_draft(&seen, draft)).await;
        assert!(is_conflict(late));
        let late =
            commit(&records, ChangeKind::DeploymentCreated, |e| e.deploy(&seen, new_deployment(1))).await;
        assert!(is_conflict(late));
        assert_eq!(records.api(id).await.unwrap().unwrap(), first.heads[&id]);
        assert_eq!(records.latest(), first.store_revision);
    }
}

#[tokio::test]
async fn ids_are_given_once_across_partitions() {
    for (records, _dir) in every_body() {
        let head = create(&records, api_id(1), 1).await;
        let mut elsewhere = new_api(api_id(1));
        elsewhere.partition = Partition { region: "eu-west-1".parse().unwrap(), ..Partition::default() };
        let draft = Arc::new(definition(api_id(1), 1));
        let twice = commit(&records, ChangeKind::ApiCreated, |e| e.create_api(elsewhere, draft)).await;
        assert!(twice.unwrap_err().is_id_taken());

        deploy(&records, &head, 1).await;
        let other = create(&records, api_id(2), 1).await;
        let twice =
            commit(&records, ChangeKind::DeploymentCreated, |e| e.deploy(&other, new_deployment(1))).await;
        assert!(twice.unwrap_err().is_id_taken());
    }
}

#[tokio::test]
async fn deployments_are_numbered_chained_and_listed_latest_first() {
    for (records, _dir) in every_body() {
        let id = api_id(1);
        let mut head = create(&records, id, 1).await;
        for n in 1..=12 {
            head = deploy(&records, &head, n).await;
        }
        let listed = records.deployments(id, None, 5).await.unwrap();
        assert_eq!(listed.iter().map(|d| d.number).collect::<Vec<_>>(), [12, 11, 10, 9, 8]);
        let older = records.deployments(id, Some(3), 5).await.unwrap();
        assert_eq!(older.iter().map(|d| d.number).collect::<Vec<_>>(), [2, 1]);
        assert_eq!(older[0].chain_hash, chain_hash(id, 2, head.root, older[1].chain_hash));
        assert_eq!(listed[0].chain_hash, head.last_chain);
        assert_eq!(records.deployment(id, deployment_id(3)).await.unwrap().unwrap().number, 3);
        assert_eq!(records.deployment(api_id(2), deployment_id(3)).await.unwrap(), None);
    }
}

#[tokio::test]
async fn what_is_pointed_at_cannot_be_deleted() {
    for (records, _dir) in every_body() {
        let id = api_id(1);
        let head = create(&records, id, 1).await;
        assert!(
            is_conflict(put_stage(&records, stage(id, "prod", 1), Was::Absent).await),
            "no such deployment"
        );
        let head = deploy(&records, &head, 1).await;
        let prod = put_stage(&records, stage(id, "prod", 1), Was::Absent).await.unwrap();
        assert_eq!(prod.revision, Revision(1));
        assert!(
            is_conflict(put_stage(&records, stage(id, "prod", 1), Was::Absent).await),
            "it is there already"
        );

        let deployment = records.deployment(id, deployment_id(1)).await.unwrap().unwrap();
        let delete =
            |e| commit(&records, ChangeKind::DeploymentDeleted, move |edit| edit.delete_deployment(e));
        assert!(is_conflict(delete(&deployment).await), "a stage points at it");

        let partition = Partition::default();
        let bound = |stage: &'static str, was| {
            let edit = commit(&records, ChangeKind::BindingCreated, move |e| {
                e.put_binding(Partition::default(), binding(id, "api.example.com", stage), was)
            });
            async { edit.await.map(|made| made.bindings[0].clone()) }
        };
        assert!(is_conflict(bound("none", Was::Absent).await), "no such stage");
        let placed = bound("prod", Was::Absent).await.unwrap();
        assert_eq!(
            records.binding(&placed.binding.host, &placed.binding.base_path).await.unwrap().unwrap(),
            placed
        );
        let gone = commit(&records, ChangeKind::StageDeleted, |e| e.delete_stage(&prod)).await;
        assert!(is_conflict(gone), "a binding points at it");
        assert!(is_conflict(commit(&records, ChangeKind::ApiDeleted, |e| e.delete_api(&head)).await));

        let served = records.served().await.unwrap();
        assert_eq!(served.stages, std::slice::from_ref(&prod));
        assert_eq!(served.bindings, std::slice::from_ref(&placed));
        assert_eq!(served.deployments[&deployment_id(1)], deployment);

        commit(&records, ChangeKind::BindingDeleted, |e| e.delete_binding(&placed)).await.unwrap();
        assert_eq!(records.bindings(&partition, None, 10).await.unwrap(), []);
        commit(&records, ChangeKind::StageDeleted, |e| e.delete_stage(&prod)).await.unwrap();
        delete(&deployment).await.unwrap();
        let tombstone = records.deployment(id, deployment_id(1)).await.unwrap().unwrap();
        assert!(tombstone.deleted);
        assert_eq!(tombstone.chain_hash, deployment.chain_hash);
        assert!(
            is_conflict(put_stage(&records, stage(id, "prod", 1), Was::Absent).await),
            "only a tombstone"
        );

        commit(&records, ChangeKind::ApiDeleted, |e| e.delete_api(&head)).await.unwrap();
        assert_eq!(records.api(id).await.unwrap(), None);
        assert_eq!(records.deployments(id, None, 9).await.unwrap(), []);
    }
}

#[tokio::test]
async fn a_deployment_and_the_stage_on_it_can_be_made_at_once() {
    for (records, _dir) in every_body() {
        let id = api_id(1);
        let head = create(&records, id, 1).await;
        let made = commit(&records, ChangeKind::DeploymentCreated, |edit| {
            edit.put_draft(&head, Arc::new(definition(id, 3)))
                .deploy(&head, new_deployment(1))
                .put_stage(stage(id, "prod", 1), Was::Absent)
        });
        let made = made.await.unwrap();
        assert_eq!(made.deployments[0].content_hash, made.heads[&id].root);
        assert_eq!(made.deployments[0].revision, Revision(2));
        assert_eq!(records.stages(id).await.unwrap(), made.stages);
    }
}

#[tokio::test]
async fn a_stage_too_long_for_its_key_reads_back() {
    for (records, _dir) in every_body() {
        let id = api_id(1);
        let head = create(&records, id, 1).await;
        deploy(&records, &head, 1).await;
        let mut long = stage(id, "prod", 1);
        long.variables =
            crate::model::StageVariables::parse((0..100).map(|n| (format!("variable_{n}"), "x".repeat(512))))
                .unwrap();
        let long = put_stage(&records, long, Was::Absent).await.unwrap();
        assert_eq!(records.stage(id, &long.name).await.unwrap(), Some(long));
    }
}

#[tokio::test]
async fn changes_are_followed_in_order_and_who_is_too_late_is_told() {
    let records = records();
    let id = api_id(1);
    let mut watch = records.watch(StoreRevision(0));
    let mut head = create(&records, id, 1).await;
    let first = watch.next().await.unwrap();
    assert_eq!(first.len(), 1);
    assert_eq!(
        (first[0].kind, first[0].api_id, first[0].revision),
        (ChangeKind::ApiCreated, Some(id), Some(Revision(1)))
    );
    let draft = Arc::new(definition(id, 1));
    for _ in 0..crate::store::KEPT_CHANGES + 1 {
        let made = commit(&records, ChangeKind::DraftChanged, |e| e.put_draft(&head, Arc::clone(&draft)));
        head = made.await.unwrap().heads[&id].clone();
    }
    assert!(matches!(watch.next().await, Err(WatchError::TooOld { .. })));
    let mut watch = records.watch(StoreRevision(records.latest().0 - 300));
    let mut followed = 0;
    while followed < 300 {
        followed += watch.next().await.unwrap().len();
    }
    assert!(matches!(records.watch(StoreRevision(1 << 40)).next().await, Err(WatchError::Ahead { .. })));
}
