//! Following changes.

use std::pin::pin;

use futures_util::StreamExt as _;

use super::Bench;
use crate::model::StoreRevision;
use crate::store::ChangeKind;

#[tokio::test]
async fn changes_come_in_order_and_without_gaps() {
    let bench = Bench::new().await;
    let mut live = pin!(bench.control.watch(None));
    let api = bench.pets().await;
    bench.deploy(api, "prod").await;
    bench.deploy(api, "prod").await;
    let expected = [
        ChangeKind::ApiCreated,
        ChangeKind::DraftChanged,
        ChangeKind::DraftChanged,
        ChangeKind::StageCreated,
        ChangeKind::StageChanged,
    ];
    let mut seen = Vec::new();
    for kind in expected {
        let change = live.next().await.expect("it goes on").expect("a sound store");
        assert_eq!((change.kind, change.api_id), (kind, Some(api)));
        seen.push(change);
    }
    assert_eq!(seen[3].name.as_deref(), Some("prod"));
    let after = seen[0].store_revision;
    let later: Vec<_> =
        bench.control.watch(Some(after)).take(4).map(|c| c.expect("a sound store")).collect().await;
    assert_eq!(later, seen[1..]);
    assert!(later.windows(2).all(|pair| pair[1].store_revision == pair[0].store_revision.next()));
}

#[tokio::test]
async fn a_revision_that_never_was_is_refused() {
    let bench = Bench::new().await;
    let mut ahead = pin!(bench.control.watch(Some(StoreRevision(1_000))));
    assert!(ahead.next().await.expect("an answer").is_err());
    assert!(ahead.next().await.is_none());
}
