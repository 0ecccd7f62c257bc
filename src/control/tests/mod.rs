//! Use cases against a store in memory, and what can be done to a draft without any store.

mod access;
mod apis;
mod cors;
mod deployments;
mod domains;
mod draft;
mod drafts;
mod faults;
mod kept;
mod random;
mod stages;
mod start;
mod watch;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use crate::compile::Snapshot;
use crate::compile::cell::Publisher;
use crate::control::{
    ApiState, Clock, Control, Deployed, Limits, MethodRef, NewApi, NewDeployment, Options, Policy,
    ResourceRef, Setup, StageChoice, Written,
};
use crate::model::{
    ApiId, Integration, IntegrationResponse, IntegrationType, Method, MethodResponse, Partition,
    StageVariables, Status, Verb,
};
use crate::ops::Metrics;
use crate::store::{MemoryStore, Records};

/// The use cases on a store in memory, with what they publish.
struct Bench {
    store: Arc<MemoryStore>,
    publisher: Arc<Publisher>,
    control: Control,
}

impl Bench {
    async fn new() -> Self {
        Self::with(Policy::Lifted).await
    }

    async fn with(policy: Policy) -> Self {
        Self::on(Arc::new(MemoryStore::new()), policy).await
    }

    /// Another process on the same records, with nothing in memory.
    async fn reopened(&self) -> Self {
        Self::on(self.store.clone(), Policy::Lifted).await
    }

    async fn on(store: Arc<MemoryStore>, policy: Policy) -> Self {
        let publisher = Arc::new(Publisher::new(Arc::new(Snapshot::empty())));
        let records = Records::new(store.clone());
        let control = Control::open(records, publisher.clone(), setup(policy)).await.expect("a sound store");
        Self { store, publisher, control }
    }

    /// An API with `GET /pets` as a mock.
    async fn pets(&self) -> ApiId {
        let api = self.api("pets").await.value.api.id;
        self.mock(api, "/pets", Verb::Get).await;
        api
    }

    async fn api(&self, name: &str) -> Written<ApiState> {
        let new = NewApi { name: name.to_owned(), ..NewApi::default() };
        self.control.create_api(new, Options::default()).await.expect("a good name")
    }

    async fn mock(&self, api: ApiId, path: &str, verb: Verb) {
        let path = path.parse().expect("a path");
        let at = self.control.ensure_path(api, path, Options::default()).await.expect("room").value.resource;
        let at = MethodRef { resource: ResourceRef::Id(at.resource.id), verb };
        self.control.put_method(api, at, mock(), Options::default()).await.expect("a mock");
    }

    async fn deploy(&self, api: ApiId, stage: &str) -> Deployed {
        let new = to_stage(stage);
        self.control.create_deployment(api, new, Options::default()).await.expect("it compiles").value
    }

    /// The number of the deployment that a stage is served from, as the gateway sees it.
    async fn served(&self, api: ApiId, stage: &str) -> Option<u64> {
        let snapshot = self.publisher.current();
        let id = snapshot.stage(api, stage)?.settings.deployment.expect("a deployment");
        let at = crate::control::DeploymentRef::Id(id);
        Some(self.control.deployment(api, at).await.expect("it is served").number)
    }
}

fn setup(policy: Policy) -> Setup {
    Setup {
        limits: Limits::of(policy),
        clock: counting_clock(),
        partition: Partition::default(),
        aws: Arc::default(),
        metrics: Metrics::new(),
    }
}

/// A clock that moves on by a second whenever it is read.
fn counting_clock() -> Clock {
    let reads = AtomicU64::new(0);
    Clock::of(move || {
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000 + reads.fetch_add(1, Ordering::Relaxed))
    })
}

/// A method that answers 200 by itself.
fn mock() -> Method {
    let mut integration = Integration::new(IntegrationType::Mock);
    let json = "application/json".parse().expect("a media type");
    integration.request_templates.insert(json, r#"{"statusCode": 200}"#.to_owned());
    integration.responses.insert(Status::OK, IntegrationResponse::default());
    let mut method = Method { integration: Some(integration), ..Method::default() };
    method.responses.insert(Status::OK, MethodResponse::default());
    method
}

/// A method that calls `uri`.
fn http(uri: &str) -> Method {
    let mut method = mock();
    let integration = method.integration.as_mut().expect("it has one");
    integration.integration_type = IntegrationType::Http;
    integration.http_method = Some(Verb::Get);
    integration.uri = Some(uri.to_owned());
    integration.request_templates.clear();
    method
}

fn to_stage(name: &str) -> NewDeployment {
    let stage = StageChoice::new(name.parse().expect("a stage name"));
    NewDeployment { description: None, stage: Some(stage) }
}

fn variables(pairs: &[(&str, &str)]) -> StageVariables {
    let pairs = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    StageVariables::parse(pairs).expect("good variables")
}

fn at(path: &str, verb: Verb) -> MethodRef {
    MethodRef { resource: resource(path), verb }
}

fn resource(path: &str) -> ResourceRef {
    ResourceRef::Path(path.parse().expect("a path"))
}
