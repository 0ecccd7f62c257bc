//! A data plane of its own for a test: real listeners and workers, an API put together by hand and compiled, no
//! store and no admin face behind it.

use std::net::SocketAddr;
use std::str::FromStr;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use postern::compile::cell::Publisher;
use postern::compile::{CompileOptions, Snapshot, StagePlan, StageSettings, bind, compile};
use postern::gateway::{Gateway, GatewayConfig, Running};
use postern::model::{
    Api, ApiId, Definition, DomainBinding, GatewayResponse, GatewayResponseType, HeaderParameter,
    Integration, IntegrationResponse, IntegrationTimeout, IntegrationType, MediaType, Method,
    MethodParameter, MethodResponse, Partition, PathPart, Resource, ResourceId, ResourcePath, Revision,
    StageVariables, Status, StoreRevision, Verb,
};
use postern::ops::Metrics;

pub const API_ID: &str = "testapi000";

/// A text as whatever the model makes of it.
#[track_caller]
pub fn parsed<T: FromStr<Err: std::fmt::Display>>(text: &str) -> T {
    text.parse().unwrap_or_else(|error| panic!("{text:?}: {error}"))
}

/// An API in the making.
#[derive(Clone)]
pub struct TestApi {
    pub definition: Definition,
    pub variables: Vec<(String, String)>,
    made: u32,
}

impl TestApi {
    pub fn new() -> Self {
        let api = Api::new(parsed(API_ID), "test".to_owned(), SystemTime::UNIX_EPOCH);
        let definition = Definition::new(api, parsed("root00"));
        Self { definition, variables: Vec::new(), made: 0 }
    }

    /// Changes the API's own settings.
    pub fn api(mut self, change: impl FnOnce(&mut Api)) -> Self {
        change(Arc::make_mut(&mut self.definition.api));
        self
    }

    /// Puts a method on a path, whose resources are made as needed.
    #[track_caller]
    pub fn method(mut self, path: &str, verb: &str, method: TestMethod) -> Self {
        let id = self.resource(path);
        let verb: Verb = parsed(verb);
        self.edit(id, |resource| drop(resource.methods.insert(verb, method.0)));
        self
    }

    /// Changes a resource.
    #[track_caller]
    pub fn on(mut self, path: &str, change: impl FnOnce(&mut Resource)) -> Self {
        let id = self.resource(path);
        self.edit(id, change);
        self
    }

    /// Customises a gateway response: headers as expressions, and a JSON template if not empty.
    #[track_caller]
    pub fn gateway_response(
        mut self,
        kind: GatewayResponseType,
        status: Option<&str>,
        headers: &[(&str, &str)],
        template: &str,
    ) -> Self {
        let response = GatewayResponse {
            status: status.map(parsed),
            response_parameters: headers.iter().map(|(n, v)| (parsed(n), (*v).to_owned())).collect(),
            response_templates: (!template.is_empty())
                .then(|| (parsed::<MediaType>("application/json"), template.to_owned()))
                .into_iter()
                .collect(),
        };
        self.definition.gateway_responses.insert(kind, Arc::new(response));
        self
    }

    pub fn variable(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The API on the stage `prod`.
    #[track_caller]
    pub fn plan(&self) -> Arc<StagePlan> {
        let compiled = compile(&self.definition, &CompileOptions::default())
            .unwrap_or_else(|issues| panic!("does not compile: {issues:#?}"));
        let settings = StageSettings {
            partition: Partition::default(),
            name: parsed("prod"),
            deployment: Some(parsed("deploy")),
            variables: StageVariables::parse(self.variables.clone()).unwrap(),
            aws: Arc::default(),
            lambda_endpoint: None,
        };
        bind(&compiled, &settings)
    }

    #[track_caller]
    fn resource(&mut self, path: &str) -> ResourceId {
        let path: ResourcePath = parsed(path);
        let mut id = self.definition.root();
        let mut here = ResourcePath::ROOT;
        for part in path.parts() {
            here = here.join(PathPart::clone(part));
            id = match self.definition.find(&here) {
                Some(resource) => resource.id,
                None => {
                    self.made += 1;
                    let child: ResourceId = parsed(&format!("r{:05}", self.made));
                    self.definition.add(child, id, part.clone()).unwrap();
                    child
                }
            };
        }
        id
    }

    #[track_caller]
    fn edit(&mut self, id: ResourceId, change: impl FnOnce(&mut Resource)) {
        self.definition.edit(id, change).unwrap();
    }
}

/// A method in the making.
#[derive(Clone)]
pub struct TestMethod(pub Method);

impl TestMethod {
    /// A mock that answers this.
    pub fn mock(status: u16, headers: &[(&str, &str)], body: &str) -> Self {
        let mut integration = Integration::new(IntegrationType::Mock);
        let template = format!("{{\"statusCode\": {status}}}");
        integration.request_templates.insert(parsed("application/json"), template);
        let mut method = Self(Method { integration: Some(integration), ..Method::default() });
        method = method.responds(status, None, headers);
        let integration = method.0.integration.as_mut().unwrap();
        let response = integration.responses.values_mut().next().unwrap();
        response.response_templates.insert(parsed("application/json"), body.to_owned());
        method
    }

    /// `HTTP` to `uri` with a default response of 200.
    pub fn http(uri: &str) -> Self {
        Self::calls(IntegrationType::Http, uri).responds(200, None, &[])
    }

    /// `HTTP_PROXY` to `uri`.
    pub fn proxy(uri: &str) -> Self {
        Self::calls(IntegrationType::HttpProxy, uri)
    }

    fn calls(kind: IntegrationType, uri: &str) -> Self {
        let mut integration = Integration::new(kind);
        integration.uri = Some(uri.to_owned());
        integration.http_method = Some(Verb::Any);
        Self(Method { integration: Some(integration), ..Method::default() })
    }

    /// Adds an integration response and the method response that declares it. Headers are expressions; one that is
    /// in no quotes and names nothing is quoted.
    #[track_caller]
    pub fn responds(mut self, status: u16, pattern: Option<&str>, headers: &[(&str, &str)]) -> Self {
        let status = Status::try_from(u32::from(status)).unwrap();
        let expression = |text: &str| {
            let names = ["integration.response.", "context.", "stageVariables.", "'"];
            if names.iter().any(|n| text.starts_with(n)) { text.to_owned() } else { format!("'{text}'") }
        };
        let names = headers.iter().map(|(name, _)| (parsed::<HeaderParameter>(name), true));
        let declared = MethodResponse { response_parameters: names.collect(), ..MethodResponse::default() };
        self.0.responses.insert(status, declared);
        let response = IntegrationResponse {
            selection_pattern: pattern.map(str::to_owned),
            response_parameters: headers.iter().map(|(n, v)| (parsed(n), expression(v))).collect(),
            ..IntegrationResponse::default()
        };
        self.change(|integration| drop(integration.responses.insert(status, response)))
    }

    /// Maps a request parameter (`header.X`, `querystring.x`, `path.x`) and declares what it names.
    #[track_caller]
    pub fn maps(mut self, target: &str, expression: &str) -> Self {
        let target: MethodParameter = parsed(target);
        if let Some(source) = expression.strip_prefix("method.request.") {
            let source = source.replace("multivalueheader.", "header.").replace("multivaluequery", "query");
            self.0.request_parameters.insert(parsed(&source), false);
        }
        self.change(|integration| drop(integration.request_parameters.insert(target, expression.to_owned())))
    }

    /// The verb toward the back end.
    pub fn verb(self, verb: &str) -> Self {
        self.change(|integration| integration.http_method = Some(parsed(verb)))
    }

    pub fn timeout(self, millis: u32) -> Self {
        self.change(|integration| integration.timeout = IntegrationTimeout::from_millis(millis).unwrap())
    }

    pub fn change(mut self, change: impl FnOnce(&mut Integration)) -> Self {
        change(self.0.integration.as_mut().unwrap());
        self
    }
}

/// A running data plane.
pub struct Plane {
    pub address: SocketAddr,
    pub publisher: Publisher,
    pub metrics: Metrics,
    running: Option<Running>,
}

impl Plane {
    /// Serves `api` for every host and path, with back ends on loopback allowed.
    #[track_caller]
    pub fn start(api: &TestApi) -> Self {
        Self::with(api, |_| {})
    }

    /// As [`start`](Self::start), with other settings.
    #[track_caller]
    pub fn with(api: &TestApi, change: impl FnOnce(&mut GatewayConfig)) -> Self {
        let mut config = GatewayConfig::new(SocketAddr::from(([127, 0, 0, 1], 0)));
        config.workers = 2;
        config.upstream.allow = vec![parsed("127.0.0.0/8")];
        config.roots.only_files = true;
        change(&mut config);
        let publisher = Publisher::new(serving(1, &api.plan()));
        let metrics = Metrics::new();
        let running = Gateway::start(config, &publisher.reader(), &metrics).unwrap();
        Self { address: running.addresses()[0], publisher, metrics, running: Some(running) }
    }

    /// Serves another version from now on.
    #[track_caller]
    pub fn publish(&self, plan: &Arc<StagePlan>) {
        let next = StoreRevision(self.publisher.current().store_revision.0 + 1);
        let mut edit = self.publisher.current().edit(next);
        edit.put_stage(Arc::clone(plan));
        self.publisher.publish(edit.finish()).unwrap();
    }

    pub fn running(&self) -> &Running {
        self.running.as_ref().unwrap()
    }

    /// Ends it in good order.
    pub fn drain(mut self, timeout: Duration) {
        self.running.take().unwrap().drain(timeout);
    }

    /// The value of a metric, by the start of its line.
    pub fn metric(&self, start: &str) -> u64 {
        let text = self.metrics.encode();
        let line = text.lines().find(|line| line.starts_with(start));
        line.and_then(|line| line.rsplit(' ').next()?.parse().ok()).unwrap_or(0)
    }
}

/// A snapshot with one stage, which the binding `*` leads to.
pub fn serving(revision: u64, plan: &Arc<StagePlan>) -> Arc<Snapshot> {
    let mut edit = Snapshot::empty().edit(StoreRevision(revision));
    edit.put_stage(Arc::clone(plan));
    edit.set_bindings([&binding("*", "", plan.api_id)]);
    edit.finish()
}

pub fn binding(host: &str, base_path: &str, api_id: ApiId) -> DomainBinding {
    DomainBinding {
        host: parsed(host),
        base_path: parsed(base_path),
        api_id,
        stage: parsed("prod"),
        revision: Revision(1),
    }
}
