//! Going back: as fast as going on, and as sure.

use postern::wire::pb;
use tonic::Code;

use crate::support::{Postern, mock};

/// A server whose `prod` has had `count` versions, each naming its number.
async fn with_versions(count: u64) -> (Postern, String) {
    let server = Postern::start().await;
    let api = server.serve([("/pets", "GET", mock(200, &[("X-Version", "1")], "{}"))]).await;
    for number in 2..=count {
        let method = mock(200, &[("X-Version", &number.to_string())], "{}");
        server.put(&api, "/pets", "GET", method).await;
        server.deploy(&api, "prod").await;
    }
    (server, api)
}

fn back(api: &str, deployment: &str) -> pb::RollbackStageRequest {
    pb::RollbackStageRequest {
        api_id: api.to_owned(),
        stage_name: "prod".to_owned(),
        deployment: deployment.to_owned(),
        ..Default::default()
    }
}

fn served(server: &Postern) -> String {
    server.get("/pets").header("x-version").unwrap_or_default().to_owned()
}

#[tokio::test]
async fn each_step_back_is_served_from_its_return_on() {
    let (server, api) = with_versions(4).await;
    for expected in ["3", "2", "1"] {
        server.stages().rollback_stage(back(&api, "")).await.unwrap();
        assert_eq!(served(&server), expected);
    }
    let refused = server.stages().rollback_stage(back(&api, "")).await.unwrap_err();
    assert_eq!(refused.code(), Code::FailedPrecondition, "{refused}");
    assert_eq!(served(&server), "1");
}

#[tokio::test]
async fn a_deployment_can_be_named_forward_and_back() {
    let (server, api) = with_versions(5).await;
    for expected in ["2", "5", "1", "4", "4"] {
        let moved = server.stages().rollback_stage(back(&api, &format!("#{expected}"))).await.unwrap();
        assert!(!moved.into_inner().previous_deployment_id.is_empty());
        assert_eq!(served(&server), expected);
    }
    let refused = server.stages().rollback_stage(back(&api, "#6")).await.unwrap_err();
    assert_eq!(refused.code(), Code::NotFound, "{refused}");
    assert_eq!(served(&server), "4");
}

#[tokio::test]
async fn a_preview_moves_nothing_and_a_stale_revision_neither() {
    let (server, api) = with_versions(2).await;
    let preview = pb::RollbackStageRequest { validate_only: true, ..back(&api, "") };
    server.stages().rollback_stage(preview).await.unwrap();
    assert_eq!(served(&server), "2");
    let stale = pb::RollbackStageRequest { expected_revision: 1, ..back(&api, "") };
    let refused = server.stages().rollback_stage(stale).await.unwrap_err();
    assert_eq!(refused.code(), Code::Aborted, "{refused}");
    assert_eq!(served(&server), "2");
    let seen = pb::RollbackStageRequest { expected_revision: 2, ..back(&api, "") };
    server.stages().rollback_stage(seen).await.unwrap();
    assert_eq!(served(&server), "1");
}

#[tokio::test]
async fn the_draft_stays_where_it_is() {
    let (server, api) = with_versions(3).await;
    server.stages().rollback_stage(back(&api, "#1")).await.unwrap();
    server.deploy(&api, "prod").await;
    assert_eq!(served(&server), "3");
}
