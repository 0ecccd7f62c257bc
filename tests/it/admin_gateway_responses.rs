//! Gateway responses over the real admin listener.

use postern::wire::pb;
use tonic::Code;

use crate::support::admin::{AdminServer, fields, mask};

fn header(value: &str) -> pb::GatewayResponse {
    pb::GatewayResponse {
        response_parameters: [("gatewayresponse.header.X-A".to_owned(), value.to_owned())].into(),
        ..Default::default()
    }
}

#[tokio::test]
async fn a_type_is_customised_inherited_changed_and_given_back() {
    let server = AdminServer::start().await;
    let api_id = server.api("pets").await;
    let put = pb::PutGatewayResponseRequest {
        api_id: api_id.clone(),
        response_type: "DEFAULT_4XX".into(),
        gateway_response: Some(header("'1'")),
        ..Default::default()
    };
    let put = server.gateway_responses().put_gateway_response(put).await.unwrap().into_inner();
    let put = put.gateway_response.unwrap();
    assert!(put.customized);
    assert_eq!(put.status_code, None, "each error keeps its own");

    let list = pb::ListGatewayResponsesRequest { api_id: api_id.clone() };
    let all = server.gateway_responses().list_gateway_responses(list).await.unwrap().into_inner();
    assert_eq!(all.gateway_responses.len(), 21);
    let throttled = all.gateway_responses.iter().find(|r| r.response_type == "THROTTLED").unwrap();
    assert_eq!((throttled.customized, throttled.status_code), (false, Some(429)));
    assert_eq!(throttled.response_parameters, header("'1'").response_parameters);

    let update = pb::UpdateGatewayResponseRequest {
        api_id: api_id.clone(),
        response_type: "DEFAULT_4XX".into(),
        gateway_response: Some(pb::GatewayResponse { status_code: Some(499), ..Default::default() }),
        update_mask: mask(&["status_code"]),
        ..Default::default()
    };
    let updated = server.gateway_responses().update_gateway_response(update).await.unwrap().into_inner();
    let updated = updated.gateway_response.unwrap();
    assert_eq!(updated.status_code, Some(499));
    assert_eq!(updated.response_parameters, put.response_parameters);

    let delete = pb::DeleteGatewayResponseRequest {
        api_id: api_id.clone(),
        response_type: "DEFAULT_4XX".into(),
        ..Default::default()
    };
    server.gateway_responses().delete_gateway_response(delete.clone()).await.unwrap();
    let twice = server.gateway_responses().delete_gateway_response(delete).await.unwrap_err();
    assert_eq!(twice.code(), Code::NotFound);
    let get = pb::GetGatewayResponseRequest { api_id, response_type: "THROTTLED".into() };
    let read = server.gateway_responses().get_gateway_response(get).await.unwrap().into_inner();
    assert!(read.gateway_response.unwrap().response_parameters.is_empty());
}

#[tokio::test]
async fn wrong_types_and_values_are_refused_by_field() {
    let server = AdminServer::start().await;
    let api_id = server.api("pets").await;
    let put = |response_type: &str, gateway_response| pb::PutGatewayResponseRequest {
        api_id: api_id.clone(),
        response_type: response_type.into(),
        gateway_response: Some(gateway_response),
        ..Default::default()
    };
    for (request, field) in [
        (put("DEFAULT_3XX", header("'1'")), "response_type"),
        (
            put("THROTTLED", header("unquoted")),
            "gateway_response.response_parameters[gatewayresponse.header.X-A]",
        ),
        (
            put("THROTTLED", pb::GatewayResponse { status_code: Some(7), ..Default::default() }),
            "gateway_response.status_code",
        ),
    ] {
        let refused = server.gateway_responses().put_gateway_response(request).await.unwrap_err();
        assert_eq!((refused.code(), fields(&refused)), (Code::InvalidArgument, vec![field.to_owned()]));
    }
}
