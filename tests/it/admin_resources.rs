//! Resources over the real admin listener.

use postern::wire::pb;
use tonic::Code;

use crate::support::admin::{AdminServer, fields, mock};

async fn ensure(server: &AdminServer, api_id: &str, path: &str) -> pb::EnsurePathResponse {
    let request =
        pb::EnsurePathRequest { api_id: api_id.to_owned(), path: path.to_owned(), ..Default::default() };
    server.resources().ensure_path(request).await.unwrap().into_inner()
}

#[tokio::test]
async fn a_path_is_made_once_and_named_by_path_or_id() {
    let server = AdminServer::start().await;
    let api_id = server.api("pets").await;
    let made = ensure(&server, &api_id, "/pets/{id}").await;
    let paths: Vec<_> = made.created.iter().map(|resource| resource.path.as_str()).collect();
    assert_eq!(paths, ["/pets", "/pets/{id}"]);
    let again = ensure(&server, &api_id, "/pets/{id}").await;
    assert!(again.created.is_empty());
    assert_eq!((again.resource.clone(), again.revision), (made.resource.clone(), made.revision));

    let resource = made.resource.unwrap();
    for name in ["/pets/{id}", "/pets/{id}/", resource.id.as_str()] {
        let request = pb::GetResourceRequest { api_id: api_id.clone(), resource: name.to_owned() };
        let read = server.resources().get_resource(request).await.unwrap().into_inner().resource.unwrap();
        assert_eq!(read, resource, "{name}");
    }
}

#[tokio::test]
async fn a_resource_hangs_under_its_parent_and_a_twin_is_refused() {
    let server = AdminServer::start().await;
    let api_id = server.api("pets").await;
    let create = |parent: &str, part: &str| pb::CreateResourceRequest {
        api_id: api_id.clone(),
        parent: parent.to_owned(),
        path_part: part.to_owned(),
        ..Default::default()
    };
    let top = server.resources().create_resource(create("", "pets")).await.unwrap().into_inner();
    let top = top.resource.unwrap();
    let below = server.resources().create_resource(create(&top.id, "{id}")).await.unwrap().into_inner();
    let below = below.resource.unwrap();
    assert_eq!((below.path.as_str(), below.parent_id), ("/pets/{id}", top.id));

    let twin = server.resources().create_resource(create("/", "pets")).await.unwrap_err();
    assert_eq!(twin.code(), Code::AlreadyExists);
    let second = server.resources().create_resource(create("/pets", "{name}")).await.unwrap_err();
    assert_eq!((second.code(), fields(&second)), (Code::InvalidArgument, vec!["path_part".to_owned()]));
    let orphan = server.resources().create_resource(create("/nowhere", "x")).await.unwrap_err();
    assert_eq!(orphan.code(), Code::NotFound);
    let wrong = server.resources().create_resource(create("pets", "a/b")).await.unwrap_err();
    assert_eq!(fields(&wrong), ["parent", "path_part"]);
}

#[tokio::test]
async fn deleting_takes_the_subtree_and_never_the_root() {
    let server = AdminServer::start().await;
    let api_id = server.api("pets").await;
    ensure(&server, &api_id, "/pets/{id}").await;
    ensure(&server, &api_id, "/other").await;
    let delete = |resource: &str, validate_only| pb::DeleteResourceRequest {
        api_id: api_id.clone(),
        resource: resource.to_owned(),
        validate_only,
        ..Default::default()
    };
    let list = || pb::ListResourcesRequest { api_id: api_id.clone(), ..Default::default() };
    let preview = server.resources().delete_resource(delete("/pets", true)).await.unwrap().into_inner();
    assert_eq!(preview.deleted_ids.len(), 2);
    assert_eq!(server.resources().list_resources(list()).await.unwrap().into_inner().resources.len(), 4);
    let gone = server.resources().delete_resource(delete("/pets", false)).await.unwrap().into_inner();
    assert_eq!(gone.deleted_ids, preview.deleted_ids);
    let left = server.resources().list_resources(list()).await.unwrap().into_inner().resources;
    let left: Vec<_> = left.into_iter().map(|resource| resource.path).collect();
    assert_eq!(left, ["/", "/other"]);
    let root = server.resources().delete_resource(delete("/", false)).await.unwrap_err();
    assert_eq!(root.code(), Code::FailedPrecondition);
}

#[tokio::test]
async fn a_list_names_verbs_and_comes_in_pages() {
    let server = AdminServer::start().await;
    let api_id = server.api("pets").await;
    server.put(&api_id, "/pets", "POST", mock()).await;
    server.put(&api_id, "/pets", "GET", mock()).await;
    let mut request = pb::ListResourcesRequest { api_id, page_size: 1, ..Default::default() };
    let first = server.resources().list_resources(request.clone()).await.unwrap().into_inner();
    assert_eq!(first.resources[0].path, "/");
    request.page_token = first.next_page_token;
    let second = server.resources().list_resources(request).await.unwrap().into_inner();
    assert_eq!(second.resources[0].http_methods, ["GET", "POST"]);
    assert_eq!(second.next_page_token, "");
}
