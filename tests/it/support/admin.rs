//! The admin API alone: its real listener over use cases on a store in memory, spoken to by real clients.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use postern::admin::{AccessConfig, AdminConfig, Guard, serve};
use postern::compile::Snapshot;
use postern::compile::cell::Publisher;
use postern::control::{Clock, Control, Limits, Setup};
use postern::model::Partition;
use postern::ops::Metrics;
use postern::store::{MemoryStore, Records};
use postern::wire::pb;
use tokio::net::TcpListener;
use tokio::sync::mpsc::channel;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tonic::Status;
use tonic::transport::{Channel, Endpoint};
use tonic_types::StatusExt as _;

/// A listener that stops when told, or with the test's runtime.
pub struct AdminServer {
    pub address: SocketAddr,
    pub channel: Channel,
    pub control: Control,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<()>,
}

macro_rules! clients {
    ($($name:ident: $module:ident::$client:ident),* $(,)?) => {
        impl AdminServer {
            $(pub fn $name(&self) -> pb::$module::$client<Channel> {
                pb::$module::$client::new(self.channel.clone())
            })*
        }
    };
}

clients! {
    apis: api_service_client::ApiServiceClient,
    resources: resource_service_client::ResourceServiceClient,
    methods: method_service_client::MethodServiceClient,
    models: model_service_client::ModelServiceClient,
    request_validators: request_validator_service_client::RequestValidatorServiceClient,
    gateway_responses: gateway_response_service_client::GatewayResponseServiceClient,
    cors: cors_service_client::CorsServiceClient,
    deployments: deployment_service_client::DeploymentServiceClient,
    stages: stage_service_client::StageServiceClient,
    domains: domain_service_client::DomainServiceClient,
    imports: import_service_client::ImportServiceClient,
    exports: export_service_client::ExportServiceClient,
    watcher: watch_service_client::WatchServiceClient,
}

impl AdminServer {
    pub async fn start() -> Self {
        Self::guarded(Guard::default()).await
    }

    pub async fn guarded(guard: Guard) -> Self {
        let publisher = Arc::new(Publisher::new(Arc::new(Snapshot::empty())));
        let setup = Setup {
            limits: Limits::default(),
            clock: Clock::system(),
            partition: Partition::default(),
            aws: Arc::default(),
            metrics: Metrics::new(),
        };
        let records = Records::new(Arc::new(MemoryStore::new()));
        let control = Control::open(records, publisher, setup).await.unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let config = AdminConfig {
            guard,
            access: AccessConfig::default(),
            tls: None,
            metrics: Metrics::new(),
            partition: Partition::default(),
            drain_timeout: Duration::from_secs(5),
        };
        let (stop, stopped) = oneshot::channel();
        let serving = serve(listener, channel(1).1, control.clone(), config, async {
            let _ = stopped.await;
        });
        let task = tokio::spawn(async { serving.await.unwrap() });
        let channel = Endpoint::try_from(format!("http://{address}")).unwrap().connect_lazy();
        Self { address, channel, control, stop: Some(stop), task }
    }

    /// Tells it to stop and waits until it has.
    pub async fn stop(mut self) {
        drop(self.channel);
        self.stop.take().unwrap().send(()).unwrap();
        self.task.await.unwrap();
    }

    /// A new API's id.
    pub async fn api(&self, name: &str) -> String {
        let api = pb::Api { name: name.to_owned(), ..Default::default() };
        let request = pb::CreateApiRequest { api: Some(api), ..Default::default() };
        self.apis().create_api(request).await.unwrap().into_inner().api.unwrap().id
    }

    /// Puts a method and every resource on the way to it.
    pub async fn put(&self, api_id: &str, path: &str, http_method: &str, method: pb::Method) {
        let request =
            pb::EnsurePathRequest { api_id: api_id.to_owned(), path: path.to_owned(), ..Default::default() };
        self.resources().ensure_path(request).await.unwrap();
        let request = pb::PutMethodRequest {
            api_id: api_id.to_owned(),
            resource: path.to_owned(),
            http_method: http_method.to_owned(),
            method: Some(method),
            ..Default::default()
        };
        self.methods().put_method(request).await.unwrap();
    }

    /// A deployment of the draft, served by a stage.
    pub async fn deploy(&self, api_id: &str, stage: &str) -> pb::Deployment {
        let request = pb::CreateDeploymentRequest {
            api_id: api_id.to_owned(),
            stage_name: stage.to_owned(),
            ..Default::default()
        };
        self.deployments().create_deployment(request).await.unwrap().into_inner().deployment.unwrap()
    }
}

/// A method that answers 200 with `{}` by itself.
pub fn mock() -> pb::Method {
    let json = |text: &str| [("application/json".to_owned(), text.to_owned())].into();
    pb::Method {
        responses: vec![pb::MethodResponse { status_code: 200, ..Default::default() }],
        integration: Some(pb::Integration {
            r#type: pb::IntegrationType::Mock.into(),
            request_templates: json(r#"{"statusCode": 200}"#),
            responses: vec![pb::IntegrationResponse {
                status_code: 200,
                response_templates: json("{}"),
                ..Default::default()
            }],
            ..Default::default()
        }),
        ..Default::default()
    }
}

/// The fields that a refusal names.
pub fn fields(status: &Status) -> Vec<String> {
    let violations = status.get_details_bad_request().map(|bad| bad.field_violations).unwrap_or_default();
    violations.into_iter().map(|violation| violation.field).collect()
}

/// The one word that says why.
pub fn reason(status: &Status) -> String {
    status.get_details_error_info().map(|info| info.reason).unwrap_or_default()
}

/// A mask of some fields.
pub fn mask(paths: &[&str]) -> Option<prost_types::FieldMask> {
    Some(prost_types::FieldMask { paths: paths.iter().map(ToString::to_string).collect() })
}
