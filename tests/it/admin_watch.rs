//! The stream of changes over the real admin listener.

use postern::wire::pb;
use tonic::Code;

use crate::support::PATIENCE;
use crate::support::admin::{AdminServer, mock};

#[tokio::test]
async fn every_change_comes_in_order_and_the_stream_ends_with_the_server() {
    let server = AdminServer::start().await;
    let api_id = server.api("pets").await;
    let other = server.api("other").await;
    let request = pb::WatchRequest { after_store_revision: 1, api_id: api_id.clone() };
    let mut changes = server.watcher().watch(request).await.unwrap().into_inner();
    server.put(&other, "/x", "GET", mock()).await;
    server.put(&api_id, "/pets", "GET", mock()).await;
    let deployment = server.deploy(&api_id, "").await;
    let stage = pb::Stage { name: "prod".into(), deployment_id: deployment.id.clone(), ..Default::default() };
    let request = pb::CreateStageRequest { api_id: api_id.clone(), stage: Some(stage), ..Default::default() };
    server.stages().create_stage(request).await.unwrap();

    let mut seen = Vec::new();
    while seen.len() < 4 {
        let change = tokio::time::timeout(PATIENCE, changes.message()).await.unwrap().unwrap().unwrap();
        assert_eq!(change.api_id, api_id, "only the API that was asked for");
        seen.push(change);
    }
    assert!(seen.windows(2).all(|pair| pair[0].store_revision < pair[1].store_revision));
    let kinds: Vec<_> = seen.iter().map(pb::WatchResponse::kind).collect();
    assert_eq!(kinds[..2], [pb::ChangeKind::DraftChanged; 2]);
    assert_eq!(kinds[2..], [pb::ChangeKind::DeploymentCreated, pb::ChangeKind::StageCreated]);
    assert_eq!((&seen[2].deployment_id, seen[3].stage_name.as_str()), (&deployment.id, "prod"));
    assert!(seen[2].changed_at.is_some());

    server.deploy(&api_id, "prod").await;
    let moved = tokio::time::timeout(PATIENCE, changes.message()).await.unwrap().unwrap().unwrap();
    assert_eq!((moved.kind(), moved.stage_name.as_str()), (pb::ChangeKind::StageChanged, "prod"));

    server.stop().await;
    let ended = tokio::time::timeout(PATIENCE, async {
        loop {
            match changes.message().await {
                Ok(Some(_)) => {}
                Ok(None) => panic!("a stream without end ends with a status"),
                Err(status) => return status,
            }
        }
    });
    assert_eq!(ended.await.unwrap().code(), Code::Unavailable);
}
