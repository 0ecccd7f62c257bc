//! The admin listener: all services behind the door, from a bound socket to the last answer.

use std::future::Future;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tonic::server::NamedService;
use tonic::service::Routes;
use tonic::transport::Server;
use tonic_health::ServingStatus;
use tonic_health::server::HealthReporter;
use tonic_web::GrpcWebLayer;

use super::access::AccessLayer;
use super::admission::AdmissionLayer;
use super::door::{DoorLayer, MAX_METADATA_BYTES};
use super::incoming::{OwnConnections, incoming};
use super::{Admin, AdminConfig};
use crate::control::Control;
use crate::wire::ADMIN_DESCRIPTOR_SET;
use crate::wire::pb::api_service_server::ApiServiceServer;
use crate::wire::pb::audit_service_server::AuditServiceServer;
use crate::wire::pb::backup_service_server::BackupServiceServer;
use crate::wire::pb::cors_service_server::CorsServiceServer;
use crate::wire::pb::deployment_service_server::DeploymentServiceServer;
use crate::wire::pb::domain_service_server::DomainServiceServer;
use crate::wire::pb::export_service_server::ExportServiceServer;
use crate::wire::pb::gateway_response_service_server::GatewayResponseServiceServer;
use crate::wire::pb::import_service_server::ImportServiceServer;
use crate::wire::pb::method_service_server::MethodServiceServer;
use crate::wire::pb::model_service_server::ModelServiceServer;
use crate::wire::pb::request_validator_service_server::RequestValidatorServiceServer;
use crate::wire::pb::resource_service_server::ResourceServiceServer;
use crate::wire::pb::stage_service_server::StageServiceServer;
use crate::wire::pb::test_service_server::TestServiceServer;
use crate::wire::pb::token_service_server::TokenServiceServer;
use crate::wire::pb::watch_service_server::WatchServiceServer;

/// The most bytes of a decoded request. What may be larger, an import, has a limit of its own.
const MAX_REQUEST_BYTES: usize = 4 * 1024 * 1024;

/// The most bytes of a request to import: a document of 6 MiB is escaped by some clients, and grows.
const MAX_IMPORT_BYTES: usize = 64 * 1024 * 1024;

/// The most streams that a connection may have open.
const MAX_STREAMS: u32 = 256;

/// How often an idle connection is asked whether anybody is left, and how long an answer may take.
const KEEP_ALIVE: (Duration, Duration) = (Duration::from_secs(60), Duration::from_secs(20));

/// Why the listener stopped before it was told to.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The descriptor set that was built in is not one.
    #[error("reflection cannot be served")]
    Reflection(#[from] tonic_reflection::server::Error),
    /// The transport failed.
    #[error("the admin listener failed")]
    Transport(#[from] tonic::transport::Error),
}

/// Serves the admin API on a bound listener, and on connections of the process itself, until `shutdown`, then answers what is in flight, for as long as
/// `config.drain_timeout` lets it.
///
/// # Errors
/// When the listener fails before it is told to stop.
pub async fn serve(
    listener: TcpListener,
    own: OwnConnections,
    control: Control,
    config: AdminConfig,
    shutdown: impl Future<Output = ()> + Send,
) -> Result<(), ServeError> {
    let (stop, stopping) = watch::channel(false);
    let access = AccessLayer::new(config.access.clone(), control.clone(), &config.metrics);
    let (health, routes) = routes(control, &config, stopping.clone()).await?;
    let server = Server::builder()
        // Browsers speak gRPC-Web over HTTP/1.1.
        .accept_http1(true)
        .max_concurrent_streams(MAX_STREAMS)
        .http2_max_header_list_size(u32::try_from(2 * MAX_METADATA_BYTES).ok())
        .http2_keepalive_interval(Some(KEEP_ALIVE.0))
        .http2_keepalive_timeout(Some(KEEP_ALIVE.1))
        .layer(DoorLayer::new(config.guard))
        .layer(GrpcWebLayer::new())
        .layer(access)
        .layer(AdmissionLayer::new())
        .add_routes(routes);
    let mut told = stopping.clone();
    let until = async move {
        let _ = told.wait_for(|stopping| *stopping).await;
    };
    let incoming = incoming(listener, config.tls, own);
    let serving = server.serve_with_incoming_shutdown(incoming, until);
    tokio::pin!(serving);
    tokio::select! {
        ended = &mut serving => return Ok(ended?),
        () = shutdown => {}
    }
    health.set_service_status("", ServingStatus::NotServing).await;
    let _ = stop.send(true);
    match tokio::time::timeout(config.drain_timeout, serving).await {
        Ok(ended) => Ok(ended?),
        Err(_) => {
            tracing::warn!("admin calls were still open when the drain timeout ended");
            Ok(())
        }
    }
}

async fn routes(
    control: Control,
    config: &AdminConfig,
    stopping: watch::Receiver<bool>,
) -> Result<(HealthReporter, Routes), ServeError> {
    let admin = Admin { control, partition: config.partition.clone(), stopping };
    let (health, health_service) = tonic_health::server::health_reporter();
    let mut routes = Routes::builder();
    routes.add_service(health_service);
    macro_rules! add {
        ($($service:ident),*) => {$(
            let service = $service::new(admin.clone()).max_decoding_message_size(MAX_REQUEST_BYTES);
            set_serving(&health, &service).await;
            routes.add_service(service);
        )*};
    }
    add!(ApiServiceServer, ResourceServiceServer, MethodServiceServer, GatewayResponseServiceServer);
    add!(ModelServiceServer, RequestValidatorServiceServer);
    add!(CorsServiceServer, DeploymentServiceServer, StageServiceServer, DomainServiceServer);
    add!(TestServiceServer, WatchServiceServer, BackupServiceServer, ExportServiceServer);
    add!(TokenServiceServer, AuditServiceServer);
    let imports = ImportServiceServer::new(admin).max_decoding_message_size(MAX_IMPORT_BYTES);
    set_serving(&health, &imports).await;
    routes.add_service(imports);
    let reflection = || {
        tonic_reflection::server::Builder::configure()
            .register_encoded_file_descriptor_set(ADMIN_DESCRIPTOR_SET)
            .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
    };
    routes.add_service(reflection().build_v1()?);
    // grpcurl before 1.9 and other older clients know only this one.
    routes.add_service(reflection().build_v1alpha()?);
    Ok((health, routes.routes()))
}

async fn set_serving<S: NamedService>(health: &HealthReporter, _: &S) {
    health.set_service_status(S::NAME, ServingStatus::Serving).await;
}
