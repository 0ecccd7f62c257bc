//! APIs over the real admin listener.

use postern::wire::pb;
use tonic::Code;
use tonic_types::StatusExt as _;

use crate::support::admin::{AdminServer, fields, mask, reason};

fn named(name: &str) -> Option<pb::Api> {
    Some(pb::Api { name: name.to_owned(), ..Default::default() })
}

#[tokio::test]
async fn an_api_is_created_read_changed_and_deleted() {
    let server = AdminServer::start().await;
    let sent = pb::Api {
        description: Some("of all kinds".into()),
        binary_media_types: vec!["image/png".into()],
        tags: [("team".to_owned(), "zoo".to_owned())].into(),
        id: "given by the gateway".into(),
        ..named("pets").unwrap()
    };
    let request = pb::CreateApiRequest { api: Some(sent), ..Default::default() };
    let created = server.apis().create_api(request).await.unwrap().into_inner().api.unwrap();
    assert_eq!((created.id.len(), created.name.as_str(), created.region.as_str()), (10, "pets", "us-east-1"));
    assert!(created.created_at.is_some() && created.root_resource_id.len() == 6);

    let get = pb::GetApiRequest { api_id: created.id.clone() };
    let read = server.apis().get_api(get.clone()).await.unwrap().into_inner().api.unwrap();
    assert_eq!(read, created);

    let request = pb::UpdateApiRequest {
        api_id: created.id.clone(),
        api: Some(pb::Api { version: Some("2".into()), name: "ignored".into(), ..Default::default() }),
        update_mask: mask(&["version", "tags"]),
        expected_revision: created.revision,
        ..Default::default()
    };
    let changed = server.apis().update_api(request).await.unwrap().into_inner().api.unwrap();
    assert_eq!((changed.name.as_str(), changed.version.as_deref()), ("pets", Some("2")));
    assert!(changed.tags.is_empty(), "a named field that is not set returns to its default");
    assert_eq!(changed.description, created.description);
    assert_eq!(changed.revision, created.revision + 1);

    let request = pb::DeleteApiRequest { api_id: created.id.clone(), ..Default::default() };
    server.apis().delete_api(request).await.unwrap();
    let gone = server.apis().get_api(get).await.unwrap_err();
    assert_eq!((gone.code(), reason(&gone).as_str()), (Code::NotFound, "NOT_FOUND"));
    assert_eq!(gone.get_details_resource_info().unwrap().resource_name, created.id);
}

#[tokio::test]
async fn a_check_writes_nothing() {
    let server = AdminServer::start().await;
    let request = pb::CreateApiRequest { api: named("pets"), validate_only: true, ..Default::default() };
    assert!(server.apis().create_api(request).await.unwrap().into_inner().api.is_some());
    let listed = server.apis().list_apis(pb::ListApisRequest::default()).await.unwrap().into_inner();
    assert!(listed.apis.is_empty());
}

#[tokio::test]
async fn a_stale_revision_is_aborted_and_tells_both() {
    let server = AdminServer::start().await;
    let api_id = server.api("pets").await;
    let update = |name: &str, expected_revision| pb::UpdateApiRequest {
        api_id: api_id.clone(),
        api: named(name),
        expected_revision,
        ..Default::default()
    };
    server.apis().update_api(update("dogs", 1)).await.unwrap();
    let stale = server.apis().update_api(update("cats", 1)).await.unwrap_err();
    assert_eq!((stale.code(), reason(&stale).as_str()), (Code::Aborted, "STALE_REVISION"));
    let info = stale.get_details_error_info().unwrap();
    assert_eq!((info.metadata["expected"].as_str(), info.metadata["current"].as_str()), ("1", "2"));
}

#[tokio::test]
async fn faults_come_all_at_once_by_field() {
    let server = AdminServer::start().await;
    let broken = pb::Api { endpoint_type: 77, binary_media_types: vec!["png".into()], ..Default::default() };
    let request = pb::CreateApiRequest { api: Some(broken), region: "Mars!".into(), ..Default::default() };
    let refused = server.apis().create_api(request).await.unwrap_err();
    assert_eq!(refused.code(), Code::InvalidArgument);
    assert_eq!(fields(&refused), ["api.endpoint_type", "api.binary_media_types[0]", "region"]);

    let request = pb::CreateApiRequest { api: named(""), ..Default::default() };
    assert_eq!(fields(&server.apis().create_api(request).await.unwrap_err()), ["api.name"]);
    let request = pb::CreateApiRequest::default();
    assert_eq!(fields(&server.apis().create_api(request).await.unwrap_err()), ["api"]);

    let request = pb::UpdateApiRequest {
        api_id: "NO".into(),
        api: named("x"),
        update_mask: mask(&["name", "id"]),
        ..Default::default()
    };
    let refused = server.apis().update_api(request).await.unwrap_err();
    assert_eq!(fields(&refused), ["api_id", "update_mask.paths[1]"]);
}

#[tokio::test]
async fn a_list_comes_in_pages_and_regions_are_kept_apart() {
    let server = AdminServer::start().await;
    let mut expected = Vec::new();
    for at in 0..5 {
        expected.push(server.api(&format!("api {at}")).await);
    }
    expected.sort();
    let elsewhere =
        pb::CreateApiRequest { api: named("far"), region: "eu-west-1".into(), ..Default::default() };
    let far = server.apis().create_api(elsewhere).await.unwrap().into_inner().api.unwrap();
    assert_eq!(far.region, "eu-west-1");

    let mut found = Vec::new();
    let mut request = pb::ListApisRequest { page_size: 2, ..Default::default() };
    loop {
        let page = server.apis().list_apis(request.clone()).await.unwrap().into_inner();
        assert!(page.apis.len() <= 2);
        found.extend(page.apis.into_iter().map(|api| api.id));
        if page.next_page_token.is_empty() {
            break;
        }
        request.page_token = page.next_page_token;
    }
    assert_eq!(found, expected);

    let there = pb::ListApisRequest { region: "eu-west-1".into(), ..Default::default() };
    let page = server.apis().list_apis(there).await.unwrap().into_inner();
    assert_eq!(page.apis, [far]);

    let bad = pb::ListApisRequest { page_token: "made up".into(), ..Default::default() };
    assert_eq!(fields(&server.apis().list_apis(bad).await.unwrap_err()), ["page_token"]);
}
