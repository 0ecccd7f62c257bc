//! A whole server in this process, on free ports, with a store of its own.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use postern::app::App;
use postern::settings::{Flags, Settings};
use postern::store::{MemoryStore, Store};
use postern::wire::pb;
use postern::wire::pb::api_service_client::ApiServiceClient;
use postern::wire::pb::cors_service_client::CorsServiceClient;
use postern::wire::pb::deployment_service_client::DeploymentServiceClient;
use postern::wire::pb::domain_service_client::DomainServiceClient;
use postern::wire::pb::gateway_response_service_client::GatewayResponseServiceClient;
use postern::wire::pb::method_service_client::MethodServiceClient;
use postern::wire::pb::model_service_client::ModelServiceClient;
use postern::wire::pb::request_validator_service_client::RequestValidatorServiceClient;
use postern::wire::pb::resource_service_client::ResourceServiceClient;
use postern::wire::pb::stage_service_client::StageServiceClient;
use postern::wire::pb::test_service_client::TestServiceClient;
use postern::wire::pb::watch_service_client::WatchServiceClient;
use tempfile::TempDir;
use tonic::transport::{Channel, Endpoint};

use super::{Request, Response};

/// A running server. Stopped when dropped; what is in flight is cut then.
pub struct Postern {
    app: App,
    channel: Channel,
    directory: Option<TempDir>,
    pub data: SocketAddr,
    pub admin: SocketAddr,
    pub ops: SocketAddr,
    pub aws: Option<SocketAddr>,
}

/// The flags every test server has: free ports, two workers, back ends on loopback allowed.
fn flags() -> Flags {
    Flags::default()
        .with("listen", ["127.0.0.1:0"])
        .with("admin-listen", ["127.0.0.1:0"])
        .with("ops-listen", ["127.0.0.1:0"])
        .with("workers", ["2"])
        .with("allow-upstream", ["127.0.0.0/8", "::1"])
}

fn settings(flags: Flags) -> Settings {
    Settings::merge(flags, |_| None).unwrap_or_else(|problems| panic!("{problems:?}"))
}

impl Postern {
    /// A server whose store is memory: for everything that does not outlive it.
    pub async fn start() -> Self {
        Self::with(|flags| flags).await
    }

    /// The same with more flags: `Postern::with(|flags| flags.with("max-uri-size", ["1KiB"]))`.
    pub async fn with(more: impl FnOnce(Flags) -> Flags) -> Self {
        Self::on(Arc::new(MemoryStore::new()), more).await
    }

    /// A server on a store that the test holds, too.
    pub async fn on(store: Arc<dyn Store>, more: impl FnOnce(Flags) -> Flags) -> Self {
        let app =
            App::build_on(settings(more(flags())), store).await.unwrap_or_else(|error| panic!("{error}"));
        Self::of(app)
    }

    /// A server with the embedded store in a directory that goes with it.
    pub async fn on_disk() -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let mut server = Self::in_directory(directory.path(), |flags| flags).await;
        server.directory = Some(directory);
        server
    }

    /// A server with the embedded store in `directory`, which stays.
    pub async fn in_directory(directory: &Path, more: impl FnOnce(Flags) -> Flags) -> Self {
        let flags = more(flags()).with("data-dir", [directory.display().to_string()]);
        let app = App::build(settings(flags)).await.unwrap_or_else(|error| panic!("{error}"));
        Self::of(app)
    }

    fn of(app: App) -> Self {
        let at = app.addresses();
        let endpoint = Endpoint::from_shared(format!("http://{}", at.admin)).expect("an address");
        Self {
            app,
            channel: endpoint.connect_lazy(),
            directory: None,
            data: at.data,
            admin: at.admin,
            ops: at.ops,
            aws: at.aws,
        }
    }

    /// Stops it in good order.
    pub async fn drain(self) {
        self.app.drain().await;
    }

    // -- the data plane ---------------------------------------------------------------------------

    /// Sends a request on a connection of its own.
    #[track_caller]
    pub fn send(&self, request: &Request) -> Response {
        request.send(self.data)
    }

    #[track_caller]
    pub fn get(&self, target: &str) -> Response {
        self.send(&Request::get(target))
    }

    // -- the admin API ----------------------------------------------------------------------------

    pub fn channel(&self) -> Channel {
        self.channel.clone()
    }

    pub fn apis(&self) -> ApiServiceClient<Channel> {
        ApiServiceClient::new(self.channel())
    }

    pub fn resources(&self) -> ResourceServiceClient<Channel> {
        ResourceServiceClient::new(self.channel())
    }

    pub fn methods(&self) -> MethodServiceClient<Channel> {
        MethodServiceClient::new(self.channel())
    }

    pub fn models(&self) -> ModelServiceClient<Channel> {
        ModelServiceClient::new(self.channel())
    }

    pub fn request_validators(&self) -> RequestValidatorServiceClient<Channel> {
        RequestValidatorServiceClient::new(self.channel())
    }

    pub fn cors(&self) -> CorsServiceClient<Channel> {
        CorsServiceClient::new(self.channel())
    }

    pub fn gateway_responses(&self) -> GatewayResponseServiceClient<Channel> {
        GatewayResponseServiceClient::new(self.channel())
    }

    pub fn deployments(&self) -> DeploymentServiceClient<Channel> {
        DeploymentServiceClient::new(self.channel())
    }

    pub fn stages(&self) -> StageServiceClient<Channel> {
        StageServiceClient::new(self.channel())
    }

    pub fn domains(&self) -> DomainServiceClient<Channel> {
        DomainServiceClient::new(self.channel())
    }

    pub fn tests(&self) -> TestServiceClient<Channel> {
        TestServiceClient::new(self.channel())
    }

    pub fn watches(&self) -> WatchServiceClient<Channel> {
        WatchServiceClient::new(self.channel())
    }

    // -- what most tests begin with ---------------------------------------------------------------

    /// Creates an API and gives its id.
    pub async fn api(&self, name: &str) -> String {
        let api = pb::Api { name: name.to_owned(), ..Default::default() };
        let request = pb::CreateApiRequest { api: Some(api), ..Default::default() };
        self.apis().create_api(request).await.unwrap().into_inner().api.unwrap().id
    }

    /// Puts a method, with every resource on the way to it.
    pub async fn put(&self, api: &str, path: &str, verb: &str, method: pb::Method) {
        self.ensure(api, path).await;
        let request = pb::PutMethodRequest {
            api_id: api.to_owned(),
            resource: path.to_owned(),
            http_method: verb.to_owned(),
            method: Some(method),
            ..Default::default()
        };
        self.methods().put_method(request).await.unwrap();
    }

    /// Sees to it that a path exists.
    pub async fn ensure(&self, api: &str, path: &str) {
        let request =
            pb::EnsurePathRequest { api_id: api.to_owned(), path: path.to_owned(), ..Default::default() };
        self.resources().ensure_path(request).await.unwrap();
    }

    /// Deploys to a stage; gives the deployment's id.
    pub async fn deploy(&self, api: &str, stage: &str) -> String {
        let request = pb::CreateDeploymentRequest {
            api_id: api.to_owned(),
            stage_name: stage.to_owned(),
            ..Default::default()
        };
        self.deployments().create_deployment(request).await.unwrap().into_inner().deployment.unwrap().id
    }

    /// Leads a host to a stage; `*` for every host.
    pub async fn bind(&self, host: &str, base_path: &str, api: &str, stage: &str) {
        let binding = pb::DomainBinding {
            host: host.to_owned(),
            base_path: base_path.to_owned(),
            api_id: api.to_owned(),
            stage_name: stage.to_owned(),
            ..Default::default()
        };
        let request = pb::CreateDomainBindingRequest { domain_binding: Some(binding), ..Default::default() };
        self.domains().create_domain_binding(request).await.unwrap();
    }

    /// An API with these methods, deployed to `prod` and reached under every host; gives its id.
    pub async fn serve(&self, methods: impl IntoIterator<Item = (&str, &str, pb::Method)>) -> String {
        let api = self.api("test").await;
        for (path, verb, method) in methods {
            self.put(&api, path, verb, method).await;
        }
        self.deploy(&api, "prod").await;
        self.bind("*", "", &api, "prod").await;
        api
    }
}
