//! What tools find out by themselves: reflection in both versions, and health.

use postern::wire::ADMIN_DESCRIPTOR_SET;
use prost::Message as _;
use prost_types::{FileDescriptorProto, FileDescriptorSet};
use tonic_health::pb::health_client::HealthClient;
use tonic_health::pb::{HealthCheckRequest, health_check_response::ServingStatus};
use tonic_reflection::pb::{v1, v1alpha};

use crate::support::admin::AdminServer;

/// Every service that the proto defines.
fn services() -> Vec<String> {
    let set = FileDescriptorSet::decode(ADMIN_DESCRIPTOR_SET).unwrap();
    let files = set.file.into_iter().filter(|file| file.package() == "postern.admin.v1");
    let services: Vec<_> = files.flat_map(|file| file.service).collect();
    assert!(services.len() >= 10);
    services.iter().map(|service| format!("postern.admin.v1.{}", service.name())).collect()
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
    for name in services() {
        assert!(names.contains(&name), "{name} is not in {names:?}");
        assert!(older.contains(&name), "{name} is not in {older:?}");
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
    for name in [String::new()].into_iter().chain(services()) {
        let answer = client.check(HealthCheckRequest { service: name.clone() }).await.unwrap().into_inner();
        assert_eq!(answer.status(), ServingStatus::Serving, "{name:?}");
    }
    let unknown = client.check(HealthCheckRequest { service: "nobody".into() }).await.unwrap_err();
    assert_eq!(unknown.code(), tonic::Code::NotFound);
}
