//! Methods and their parts over the real admin listener.

use postern::wire::pb;
use tonic::Code;

use crate::support::admin::{AdminServer, fields, mask, mock};

async fn get(server: &AdminServer, api_id: &str, resource: &str, http_method: &str) -> pb::Method {
    let request = pb::GetMethodRequest {
        api_id: api_id.to_owned(),
        resource: resource.to_owned(),
        http_method: http_method.to_owned(),
    };
    server.methods().get_method(request).await.unwrap().into_inner().method.unwrap()
}

fn http_method() -> pb::Method {
    pb::Method {
        request_parameters: [("method.request.querystring.page".to_owned(), false)].into(),
        responses: vec![pb::MethodResponse {
            status_code: 200,
            response_parameters: [("method.response.header.X-Total".to_owned(), true)].into(),
            ..Default::default()
        }],
        integration: Some(pb::Integration {
            r#type: pb::IntegrationType::Http.into(),
            http_method: Some("GET".into()),
            uri: Some("http://127.0.0.1:9/pets".into()),
            timeout_ms: 1000,
            request_parameters: [(
                "integration.request.querystring.p".to_owned(),
                "method.request.querystring.page".to_owned(),
            )]
            .into(),
            responses: vec![pb::IntegrationResponse {
                status_code: 200,
                response_parameters: [(
                    "method.response.header.X-Total".to_owned(),
                    "integration.response.header.Total".to_owned(),
                )]
                .into(),
                ..Default::default()
            }],
            ..Default::default()
        }),
        ..Default::default()
    }
}

#[tokio::test]
async fn a_whole_method_comes_back_as_it_was_put() {
    let server = AdminServer::start().await;
    let api_id = server.api("pets").await;
    let sent = http_method();
    server.put(&api_id, "/pets", "GET", sent.clone()).await;
    let read = get(&server, &api_id, "/pets", "GET").await;
    assert_eq!((read.path.as_str(), read.http_method.as_str()), ("/pets", "GET"));
    assert_eq!(read.request_parameters, sent.request_parameters);
    assert_eq!(read.responses, sent.responses);
    let (read, sent) = (read.integration.unwrap(), sent.integration.unwrap());
    assert_eq!((read.uri, read.timeout_ms, read.responses), (sent.uri, sent.timeout_ms, sent.responses));
    assert_eq!(read.request_parameters, sent.request_parameters);
}

#[tokio::test]
async fn an_update_reaches_into_the_integration_and_leaves_the_rest() {
    let server = AdminServer::start().await;
    let api_id = server.api("pets").await;
    server.put(&api_id, "/pets", "GET", http_method()).await;
    let before = get(&server, &api_id, "/pets", "GET").await;
    let uri = Some("http://127.0.0.1:9/animals".to_owned());
    let request = pb::UpdateMethodRequest {
        api_id: api_id.clone(),
        resource: "/pets".into(),
        http_method: "GET".into(),
        method: Some(pb::Method {
            integration: Some(pb::Integration { uri: uri.clone(), ..Default::default() }),
            ..Default::default()
        }),
        update_mask: mask(&["integration.uri", "integration.timeout_ms"]),
        ..Default::default()
    };
    let after = server.methods().update_method(request).await.unwrap().into_inner().method.unwrap();
    let mut expected = before;
    let integration = expected.integration.as_mut().unwrap();
    integration.uri = uri;
    integration.timeout_ms = 29_000;
    assert_eq!(after, expected);
}

#[tokio::test]
async fn parts_are_put_and_deleted_alone() {
    let server = AdminServer::start().await;
    let api_id = server.api("pets").await;
    server.put(&api_id, "/pets", "GET", mock()).await;
    let at = || (api_id.clone(), "/pets".to_owned(), "GET".to_owned());

    let (api, resource, http_method) = at();
    let request = pb::PutMethodResponseRequest {
        api_id: api,
        resource,
        http_method,
        method_response: Some(pb::MethodResponse { status_code: 404, ..Default::default() }),
        ..Default::default()
    };
    let method = server.methods().put_method_response(request).await.unwrap().into_inner().method.unwrap();
    assert_eq!(method.responses.iter().map(|r| r.status_code).collect::<Vec<_>>(), [200, 404]);

    let (api, resource, http_method) = at();
    let request = pb::PutIntegrationResponseRequest {
        api_id: api,
        resource,
        http_method,
        integration_response: Some(pb::IntegrationResponse {
            status_code: 404,
            selection_pattern: Some("4\\d{2}".into()),
            ..Default::default()
        }),
        ..Default::default()
    };
    let method =
        server.methods().put_integration_response(request).await.unwrap().into_inner().method.unwrap();
    assert_eq!(method.integration.unwrap().responses.len(), 2);

    let (api, resource, http_method) = at();
    let request = pb::DeleteIntegrationResponseRequest {
        api_id: api,
        resource,
        http_method,
        status_code: 200,
        ..Default::default()
    };
    let method =
        server.methods().delete_integration_response(request.clone()).await.unwrap().into_inner().method;
    assert_eq!(method.unwrap().integration.unwrap().responses.len(), 1);
    let twice = server.methods().delete_integration_response(request).await.unwrap_err();
    assert_eq!(twice.code(), Code::NotFound);

    let (api, resource, http_method) = at();
    let request = pb::DeleteMethodResponseRequest {
        api_id: api,
        resource,
        http_method,
        status_code: 404,
        ..Default::default()
    };
    let method = server.methods().delete_method_response(request).await.unwrap().into_inner().method.unwrap();
    assert_eq!(method.responses.len(), 1);

    let (api, resource, http_method) = at();
    let request = pb::PutIntegrationRequest {
        api_id: api,
        resource,
        http_method,
        integration: Some(pb::Integration { r#type: pb::IntegrationType::Mock.into(), ..Default::default() }),
        ..Default::default()
    };
    let method = server.methods().put_integration(request).await.unwrap().into_inner().method.unwrap();
    assert!(method.integration.unwrap().responses.is_empty(), "it is replaced whole, as on API Gateway");

    let (api, resource, http_method) = at();
    let request = pb::DeleteIntegrationRequest { api_id: api, resource, http_method, ..Default::default() };
    let method = server.methods().delete_integration(request).await.unwrap().into_inner().method.unwrap();
    assert!(method.integration.is_none());

    let (api, resource, http_method) = at();
    let request = pb::DeleteMethodRequest { api_id: api, resource, http_method, ..Default::default() };
    server.methods().delete_method(request.clone()).await.unwrap();
    assert_eq!(server.methods().delete_method(request).await.unwrap_err().code(), Code::NotFound);
}

#[tokio::test]
async fn a_list_is_of_one_resource_or_of_all() {
    let server = AdminServer::start().await;
    let api_id = server.api("pets").await;
    for (path, verb) in [("/pets", "GET"), ("/pets", "POST"), ("/pets/{id}", "GET"), ("/", "ANY")] {
        server.put(&api_id, path, verb, mock()).await;
    }
    let mut request = pb::ListMethodsRequest { api_id: api_id.clone(), page_size: 3, ..Default::default() };
    let mut found = Vec::new();
    loop {
        let page = server.methods().list_methods(request.clone()).await.unwrap().into_inner();
        found.extend(page.methods.into_iter().map(|method| (method.path, method.http_method)));
        if page.next_page_token.is_empty() {
            break;
        }
        request.page_token = page.next_page_token;
    }
    let found: Vec<_> = found.iter().map(|(path, verb)| (path.as_str(), verb.as_str())).collect();
    assert_eq!(found, [("/", "ANY"), ("/pets", "GET"), ("/pets", "POST"), ("/pets/{id}", "GET")]);
    let of_one = pb::ListMethodsRequest { api_id, resource: "/pets".into(), ..Default::default() };
    assert_eq!(server.methods().list_methods(of_one).await.unwrap().into_inner().methods.len(), 2);
}

#[tokio::test]
async fn faults_name_their_field_wherever_they_are_found() {
    let server = AdminServer::start().await;
    let api_id = server.api("pets").await;
    server.put(&api_id, "/pets", "GET", mock()).await;
    let put = |method: pb::Method| pb::PutMethodRequest {
        api_id: api_id.clone(),
        resource: "/pets".into(),
        http_method: "GET".into(),
        method: Some(method),
        ..Default::default()
    };
    // Found by reading the message.
    let mut unread = http_method();
    unread.integration.as_mut().unwrap().r#type = 0;
    let refused = server.methods().put_method(put(unread)).await.unwrap_err();
    assert_eq!(
        (refused.code(), fields(&refused)),
        (Code::InvalidArgument, vec!["method.integration.type".into()])
    );
    // Found by the rules.
    let mut against_the_rules = http_method();
    against_the_rules.integration.as_mut().unwrap().uri = Some("ftp://x".into());
    let refused = server.methods().put_method(put(against_the_rules)).await.unwrap_err();
    assert_eq!(
        (refused.code(), fields(&refused)),
        (Code::InvalidArgument, vec!["method.integration.uri".into()])
    );
}
