//! `--parity strict`: what Amazon would refuse is refused here, with the field; without it, it is allowed.

use postern::wire::pb;
use tonic::Code;

use crate::support::{Postern, mock, proxy};

async fn put(server: &Postern, api: &str, method: pb::Method) -> Result<(), tonic::Status> {
    let request = pb::PutMethodRequest {
        api_id: api.to_owned(),
        resource: "/".to_owned(),
        http_method: "GET".to_owned(),
        method: Some(method),
        ..Default::default()
    };
    server.methods().put_method(request).await.map(drop)
}

fn slow() -> pb::Method {
    let mut method = proxy("http://127.0.0.1:9/");
    method.integration.as_mut().unwrap().timeout_ms = 29_001;
    method
}

async fn enable(server: &Postern, api: &str, origins: &[&str]) -> Result<(), tonic::Status> {
    let settings = pb::CorsSettings {
        allow_origins: origins.iter().map(|origin| (*origin).to_owned()).collect(),
        ..Default::default()
    };
    let request = pb::EnableCorsRequest {
        api_id: api.to_owned(),
        resource: "/".to_owned(),
        settings: Some(settings),
        ..Default::default()
    };
    server.cors().enable_cors(request).await.map(drop)
}

const TWO: [&str; 2] = ["https://a.example.com", "https://b.example.com"];

#[tokio::test]
async fn strict_parity_has_amazons_limits_and_only_the_static_form() {
    let server = Postern::with(|flags| flags.with("parity", ["strict"])).await;
    let api = server.api("strict").await;

    let refused = put(&server, &api, slow()).await.unwrap_err();
    assert_eq!(refused.code(), Code::InvalidArgument, "{refused:?}");
    put(&server, &api, mock(200, &[], "{}")).await.unwrap();

    let refused = enable(&server, &api, &TWO).await.unwrap_err();
    assert_eq!(refused.code(), Code::InvalidArgument, "only the policy form can list two: {refused:?}");
    enable(&server, &api, &TWO[..1]).await.unwrap();

    // Eleven stages are one too many; ten are not.
    for number in 0..10 {
        server.deploy(&api, &format!("stage{number}")).await;
    }
    let request = pb::CreateDeploymentRequest {
        api_id: api.clone(),
        stage_name: "stage10".to_owned(),
        ..Default::default()
    };
    let refused = server.deployments().create_deployment(request).await.unwrap_err();
    assert_eq!(refused.code(), Code::ResourceExhausted, "{refused:?}");
    server.drain().await;
}

#[tokio::test]
async fn otherwise_those_limits_are_lifted() {
    let server = Postern::start().await;
    let api = server.api("lifted").await;
    put(&server, &api, slow()).await.unwrap();
    put(&server, &api, mock(200, &[], "{}")).await.unwrap();
    enable(&server, &api, &TWO).await.unwrap();
    for number in 0..11 {
        server.deploy(&api, &format!("stage{number}")).await;
    }
    server.drain().await;
}
