//! What tools find out by themselves: reflection in both versions, and health.

use prost::Message as _;
use prost_types::FileDescriptorProto;
use tonic_health::pb::health_client::HealthClient;
use tonic_health::pb::{HealthCheckRequest, health_check_response::ServingStatus};
use tonic_reflection::pb::{v1, v1alpha};

use crate::support::admin::AdminServer;

const SERVICES: [&str; 10] = [
    "Api",
    "Cors",
    "Deployment",
    "Domain",
    "GatewayResponse",
    "Method",
    "Resource",
    "Stage",
    "Test",
    "Watch",
];

fn service(name: &str) -> String {
    format!("postern.admin.v1.{name}Service")
}

macro_rules! reflect {
    ($version:ident, $server:expr, $ask:ident($text:expr)) => {{
        use $version::server_reflection_client::ServerReflectionClient;
        use $version::server_reflection_request::MessageRequest;
        let request = $version::ServerReflectionRequest {
            host: String::new(),
            message_request: Some(MessageRequest::$ask($text.to_owned())),
        };
        let mut client = ServerReflectionClient::new($server.channel.clone());
        let mut answers =
            client.server_reflection_info(tokio_stream::once(request)).await.unwrap().into_inner();
        answers.message().await.unwrap().unwrap().message_response.unwrap()
    }};
}

#[tokio::test]
async fn both_versions_of_reflection_list_every_service() {
    let server = AdminServer::start().await;
    let v1::server_reflection_response::MessageResponse::ListServicesResponse(list) =
        reflect!(v1, server, ListServices(""))
    else {
        panic!("no list");
    };
    let names: Vec<_> = list.service.into_iter().map(|service| service.name).collect();
    let v1alpha::server_reflection_response::MessageResponse::ListServicesResponse(list) =
        reflect!(v1alpha, server, ListServices(""))
    else {
        panic!("no list");
    };
    let older: Vec<_> = list.service.into_iter().map(|service| service.name).collect();
    for name in SERVICES {
        assert!(names.contains(&service(name)), "{name} is not in {names:?}");
        assert!(older.contains(&service(name)), "{name} is not in {older:?}");
    }
    assert!(names.contains(&"grpc.health.v1.Health".to_owned()));
}

#[tokio::test]
async fn a_symbol_leads_to_its_file() {
    let server = AdminServer::start().await;
    let v1::server_reflection_response::MessageResponse::FileDescriptorResponse(files) =
        reflect!(v1, server, FileContainingSymbol("postern.admin.v1.CorsService.EnableCors"))
    else {
        panic!("no file");
    };
    let names: Vec<_> = files
        .file_descriptor_proto
        .iter()
        .map(|file| FileDescriptorProto::decode(&**file).unwrap().name().to_owned())
        .collect();
    assert!(names.contains(&"postern/admin/v1/cors.proto".to_owned()), "{names:?}");
}

#[tokio::test]
async fn the_server_and_each_service_are_healthy() {
    let server = AdminServer::start().await;
    let mut client = HealthClient::new(server.channel.clone());
    for name in [String::new()].into_iter().chain(SERVICES.map(service)) {
        let answer = client.check(HealthCheckRequest { service: name.clone() }).await.unwrap().into_inner();
        assert_eq!(answer.status(), ServingStatus::Serving, "{name:?}");
    }
    let unknown = client.check(HealthCheckRequest { service: "nobody".into() }).await.unwrap_err();
    assert_eq!(unknown.code(), tonic::Code::NotFound);
}
