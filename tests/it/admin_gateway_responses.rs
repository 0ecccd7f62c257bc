//! Gateway responses over the real admin listener.

use postern::wire::pb;
use tonic::Code;

use crate::support::admin::{AdminServer, fields, mask};
use crate::support::{Postern, mock};

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
async fn every_type_is_set_inherited_and_compiled() {
    let server = Postern::start().await;
    let api_id = server.api("pets").await;
    server.put(&api_id, "/", "GET", mock(200, &[], "{}")).await;
    let put = |response_type: &str, gateway_response| pb::PutGatewayResponseRequest {
        api_id: api_id.clone(),
        response_type: response_type.into(),
        gateway_response: Some(gateway_response),
        ..Default::default()
    };
    let list = || pb::ListGatewayResponsesRequest { api_id: api_id.clone() };
    let mut client = server.gateway_responses();
    let defaults = client.list_gateway_responses(list()).await.unwrap().into_inner().gateway_responses;
    let family = |response: &pb::GatewayResponse| match response.status_code {
        Some(400..=499) => "'4'",
        Some(500..=599) => "'5'",
        _ => panic!("{response:?}"),
    };
    let types: Vec<_> =
        defaults.iter().filter(|response| !response.response_type.starts_with("DEFAULT_")).collect();
    assert_eq!(types.len(), 19);

    for (name, value) in [("DEFAULT_4XX", "'4'"), ("DEFAULT_5XX", "'5'")] {
        client.put_gateway_response(put(name, header(value))).await.unwrap();
    }
    let inherited = client.list_gateway_responses(list()).await.unwrap().into_inner().gateway_responses;
    for before in &types {
        let now = inherited.iter().find(|r| r.response_type == before.response_type).unwrap();
        assert_eq!(now.response_parameters, header(family(before)).response_parameters, "{now:?}");
        assert_eq!((now.customized, now.status_code), (false, before.status_code), "{now:?}");
    }

    for response in &types {
        let own = pb::GatewayResponse {
            status_code: Some(418),
            response_templates: [("application/json".to_owned(), "$context.error.message".to_owned())].into(),
            ..header("'own'")
        };
        client.put_gateway_response(put(&response.response_type, own)).await.unwrap();
    }
    server.deploy(&api_id, "prod").await;
    let own = client.list_gateway_responses(list()).await.unwrap().into_inner().gateway_responses;
    for response in own.iter().filter(|response| !response.response_type.starts_with("DEFAULT_")) {
        assert_eq!((response.customized, response.status_code), (true, Some(418)), "{response:?}");
        assert_eq!(response.response_parameters, header("'own'").response_parameters, "{response:?}");
    }

    // What does not compile is refused, whichever type it is of.
    for response in defaults {
        let wrong = pb::GatewayResponse {
            response_templates: [("application/json".to_owned(), "$method.request.body".to_owned())].into(),
            ..Default::default()
        };
        client.put_gateway_response(put(&response.response_type, wrong)).await.unwrap();
        let deploy = pb::CreateDeploymentRequest { api_id: api_id.clone(), ..Default::default() };
        let refused = server.deployments().create_deployment(deploy).await.unwrap_err();
        let place = format!("gateway response {}, template application/json", response.response_type);
        let said = fields(&refused).join(", ") + refused.message();
        assert!(said.contains(&place), "{place}: {said}");
        client.put_gateway_response(put(&response.response_type, header("'own'"))).await.unwrap();
    }
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
