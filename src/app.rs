//! All parts joined: `Settings → App::build → drain`.
//!
//! This module alone knows every floor. The order in which it builds them matters: the store is opened and what its
//! stages point at is compiled and published *before* the data plane takes its first connection, so that a server that
//! is not ready yet answers nobody rather than wrongly; the admin and ops listeners are bound before the data plane
//! starts, since it has to know which addresses no integration may call.

mod admin_face;
mod aws;
mod error;
mod invoke;
pub mod offline;
mod ops;
mod upkeep;

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

pub use error::StartError;
use tokio::io::DuplexStream;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::mpsc::{Sender, channel};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::admin::{self, AdminConfig, Guard};
use crate::compile::Snapshot;
use crate::compile::cell::Publisher;
use crate::control::{self, Clock, Control, Setup};
use crate::gateway::{
    AwsCredentials, Gateway, GatewayConfig, Running, StartError as GatewayError, TlsRoots, UpstreamPolicy,
};
use crate::ops::{Health, Metrics};
use crate::settings::{DefaultEndpoints, LogFormat, LogSettings, OnStoreFault, Parity, Secret, Settings};
use crate::store::{OnFault, Opened, Records, SledStore, Store};

/// Threads for the admin API and ops: few, since a call of theirs waits for the disk, and enough that one that
/// compiles does not stop the others.
const CONTROL_THREADS: usize = 2;
/// How long calls of the admin API may take to finish: they wait for a disk, not for callers.
const ADMIN_GRACE: Duration = Duration::from_secs(5);
/// How many of the process's own connections to its admin API may wait to be taken.
const OWN_CONNECTIONS: usize = 4;
/// How much waits in each direction of one, in bytes.
const OWN_BUFFER: usize = 256 * 1024;
/// How long what is left may take to let go of the store.
const RUNTIME_GRACE: Duration = Duration::from_secs(5);

/// Where a server listens; ports are real.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Addresses {
    /// API callers.
    pub data: SocketAddr,
    /// The admin API.
    pub admin: SocketAddr,
    /// Probes and Prometheus.
    pub ops: SocketAddr,
    /// AWS clients, if the face is on.
    pub aws: Option<SocketAddr>,
}

/// A server that runs. Dropped without [`drain`](Self::drain), it cuts what is in flight.
#[must_use = "dropping it ends the server"]
pub struct App {
    at: Addresses,
    admin_has_tls: bool,
    health: Health,
    drain_timeout: Duration,
    gateway: Option<Running>,
    /// Where the process's own connections to its admin API go.
    own: Sender<DuplexStream>,
    /// The faces that are told to stop: the admin API, and the AWS face if it is on.
    faces: Vec<(oneshot::Sender<()>, JoinHandle<()>)>,
    /// Of the admin API and ops; taken when the app ends.
    runtime: Option<Runtime>,
}

impl App {
    /// Builds every part on the embedded store of `settings` and starts serving.
    ///
    /// # Errors
    /// When a part cannot be had; nothing is left running then.
    pub async fn build(settings: Settings) -> Result<Self, StartError> {
        Self::start(settings, None).await
    }

    /// The same on a store that the caller brings.
    ///
    /// # Errors
    /// As [`App::build`].
    pub async fn build_on(settings: Settings, store: Arc<dyn Store>) -> Result<Self, StartError> {
        Self::start(settings, Some(store)).await
    }

    async fn start(settings: Settings, store: Option<Arc<dyn Store>>) -> Result<Self, StartError> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(CONTROL_THREADS)
            .thread_name("control")
            .enable_all()
            .build()?;
        let built = runtime.spawn(build(settings, store)).await;
        let built = built.unwrap_or_else(|error| match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => unreachable!("nobody cancels the start"),
        });
        match built {
            Ok(mut app) => {
                app.runtime = Some(runtime);
                Ok(app)
            }
            Err(error) => {
                end(runtime).await;
                Err(error)
            }
        }
    }

    /// The address of the admin API as a URL.
    #[must_use]
    pub fn admin_url(&self) -> String {
        format!("{}://{}", if self.admin_has_tls { "https" } else { "http" }, self.at.admin)
    }

    /// Where it listens.
    #[must_use]
    pub fn addresses(&self) -> Addresses {
        self.at
    }

    /// A connection to the admin API within the process: no address, no certificate and no token is needed for it, and the
    /// audit says that the process itself called.
    ///
    /// # Errors
    /// When the admin API has stopped.
    pub async fn connect(&self) -> io::Result<DuplexStream> {
        let (near, far) = tokio::io::duplex(OWN_BUFFER);
        self.own.send(far).await.map_err(|_| io::Error::from(io::ErrorKind::ConnectionRefused))?;
        Ok(near)
    }

    /// Stops in good order: says that it is not ready, stops accepting, finishes what is in flight within the drain
    /// timeout, cuts the rest, and lets go of the store.
    pub async fn drain(mut self) {
        self.health.set_draining();
        tracing::info!(timeout = ?self.drain_timeout, "draining");
        let (gateway, timeout) = (self.gateway.take(), self.drain_timeout);
        let data = tokio::task::spawn_blocking(move || {
            if let Some(gateway) = gateway {
                gateway.drain(timeout);
            }
        });
        let (stops, faces): (Vec<_>, Vec<_>) = self.faces.drain(..).unzip();
        let calls = async {
            for stop in stops {
                // It may have ended by itself.
                let _ = stop.send(());
            }
            for face in faces {
                drop(face.await);
            }
        };
        let (data, ()) = tokio::join!(data, calls);
        if let Err(error) = data {
            tracing::error!(%error, "the data plane did not end in good order");
        }
        if let Some(runtime) = self.runtime.take() {
            end(runtime).await;
        }
        tracing::info!("stopped");
    }
}

impl Drop for App {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            // Waiting is not allowed where async code drops us.
            runtime.shutdown_background();
        }
    }
}

/// Sets up the process's log.
///
/// # Errors
/// When it is set up already; what it says is fit to be shown.
pub fn init_log(settings: &LogSettings) -> Result<(), String> {
    let format = match settings.format {
        LogFormat::Text => crate::ops::LogFormat::Text,
        LogFormat::Json => crate::ops::LogFormat::Json,
    };
    crate::ops::init_log(&settings.filter, format).map_err(|error| error.to_string())
}

/// Ends a runtime, and with it whatever holds the store.
async fn end(runtime: Runtime) {
    let ended = tokio::task::spawn_blocking(move || runtime.shutdown_timeout(RUNTIME_GRACE)).await;
    if let Err(error) = ended {
        tracing::error!(%error, "the control threads did not end in good order");
    }
}

/// Builds every part, on the runtime of the admin API.
async fn build(settings: Settings, store: Option<Arc<dyn Store>>) -> Result<App, StartError> {
    let (health, metrics) = (Health::new(), Metrics::new());
    let tls = admin_face::tls(&settings).await?;
    let admin_listener = listen("--admin-listen", settings.admin.listen).await?;
    let ops_listener = listen("--ops-listen", settings.ops_listen).await?;
    let aws_listener = aws::listen(&settings).await?;
    let at_aws = aws_listener.as_ref().map(|(_, at)| *at);
    let mut own = vec![admin_listener.local_addr()?, ops_listener.local_addr()?];
    own.extend(at_aws);
    let guard = Guard {
        allow_hosts: settings.admin.allow_hosts.clone(),
        allow_origins: settings.admin.allow_origins.clone(),
    };
    // From now on probes are answered: alive, not ready.
    let ops = ops::Ops { guard: Arc::new(guard.clone()), health: health.clone(), metrics: metrics.clone() };
    let at_ops = ops_listener.local_addr()?;
    tokio::spawn(ops::serve(ops_listener, ops));

    let records = match store {
        Some(store) => Records::new(store),
        None => open(&settings, &health).await?,
    };
    tokio::spawn(upkeep::run(records.clone(), health.clone(), metrics.clone()));
    let publisher = Arc::new(Publisher::new(Arc::new(Snapshot::empty())));
    let reader = publisher.reader();
    let policy = match settings.parity {
        Parity::Lifted => control::Policy::Lifted,
        Parity::Strict => control::Policy::Strict,
    };
    let setup = Setup {
        limits: control::Limits::of(policy),
        clock: Clock::system(),
        partition: settings.partition.clone(),
        aws: Arc::new(settings.aws.endpoints.clone()),
        metrics: metrics.clone(),
    };
    let control = Control::open(records, publisher, setup).await.map_err(StartError::Records)?;
    for unserved in control.unserved().await {
        tracing::error!(api_id = %unserved.api_id, stage = %unserved.stage, reason = unserved.reason, "a stage cannot be served");
    }

    tokio::spawn(control.keep_swept(control::SWEEP_INTERVAL));

    let gateway = Gateway::start(gateway_config(&settings, own), &reader, &metrics).map_err(gateway_error)?;
    control.join(Arc::new(invoke::Joined(gateway.invoker())));
    let at = Addresses {
        data: *gateway.addresses().first().expect("one address was asked for and is bound"),
        admin: admin_listener.local_addr()?,
        ops: at_ops,
        aws: at_aws,
    };
    let access = admin_face::access(&settings, &control).await?;
    let (own_sender, own) = channel(OWN_CONNECTIONS);
    let config = AdminConfig {
        guard: if access.required { guard.for_known_callers() } else { guard.clone() },
        access,
        tls,
        metrics: metrics.clone(),
        partition: settings.partition.clone(),
        drain_timeout: settings.drain_timeout.min(ADMIN_GRACE),
    };
    let mut faces = Vec::new();
    if let Some((listener, at)) = aws_listener {
        let config = aws::config(&settings, guard, config.drain_timeout);
        let forward = Arc::new(aws::Forward { door: gateway.door(), at });
        let control = control.clone();
        faces.push(face(|stopped| crate::aws::serve(listener, control, forward, config, stopped)));
    }
    faces.push(face(|stopped| async move {
        if let Err(error) = admin::serve(admin_listener, own, control, config, stopped).await {
            tracing::error!(%error, "the admin API stopped");
        }
    }));
    health.set_ready();
    tracing::info!(data = %at.data, admin = %at.admin, ops = %at.ops, "ready");
    Ok(App {
        at,
        admin_has_tls: settings.admin.tls.is_some(),
        health,
        drain_timeout: settings.drain_timeout,
        gateway: Some(gateway),
        own: own_sender,
        faces,
        runtime: None,
    })
}

/// Starts a face on the runtime it is called on. It ends when the sender is used or dropped.
fn face<F>(
    serve: impl FnOnce(Pin<Box<dyn Future<Output = ()> + Send>>) -> F,
) -> (oneshot::Sender<()>, JoinHandle<()>)
where
    F: Future<Output = ()> + Send + 'static,
{
    let (stop, stopped) = oneshot::channel();
    let stopped = async {
        // A dropped sender is a stop, too.
        drop(stopped.await);
    };
    (stop, tokio::spawn(serve(Box::pin(stopped))))
}

/// Binds a control listener. tokio sets no `SO_REUSEPORT`, so an address in use is an error.
async fn listen(flag: &'static str, address: SocketAddr) -> Result<TcpListener, StartError> {
    TcpListener::bind(address).await.map_err(|source| StartError::Listen { flag, address, source })
}

fn gateway_error(error: GatewayError) -> StartError {
    match error {
        GatewayError::Bind(error) => {
            StartError::Listen { flag: "--listen", address: error.address, source: error.source }
        }
        GatewayError::Roots(error) => StartError::Roots(error),
        other @ GatewayError::Worker(_) => StartError::Gateway(other),
    }
}

/// Opens the embedded store, which may take a while.
async fn open(settings: &Settings, health: &Health) -> Result<Records, StartError> {
    let directory = settings.data_dir.clone();
    let on_fault = match settings.on_store_fault {
        OnStoreFault::Refuse => OnFault::Refuse,
        OnStoreFault::Serve => OnFault::Serve,
    };
    let opened = tokio::task::spawn_blocking(move || SledStore::open(&directory, on_fault)).await;
    let Opened { records, fault } = opened.map_err(io::Error::other)?.map_err(StartError::Store)?;
    if let Some(fault) = fault {
        tracing::error!(%fault, "the store cannot be used; what was served last is served, and nothing can be written");
        health.set_read_only(Some(fault.to_string()));
    }
    Ok(records)
}

fn gateway_config(settings: &Settings, own: Vec<SocketAddr>) -> GatewayConfig {
    let (limits, timeouts) = (&settings.limits, &settings.timeouts);
    let mut config = GatewayConfig::new(settings.listen);
    config.workers = settings.workers.get();
    config.path_endpoints = settings.default_endpoints == DefaultEndpoints::Path;
    // Who works with AWS's clients against this machine has the back ends on it, too.
    let of_face = if settings.aws_face.listen.is_some() { &["127.0.0.0/8", "::1"][..] } else { &[] };
    let allowed = settings.allow_upstream.iter().map(ToString::to_string);
    config.upstream = UpstreamPolicy {
        allow: allowed
            .chain(of_face.iter().map(|rule| (*rule).to_owned()))
            .map(|rule| rule.parse().expect("the data plane reads every rule that settings can hold"))
            .collect(),
        own,
    };
    config.roots = TlsRoots { files: settings.upstream_ca.iter().cloned().collect(), only_files: false };
    config.credentials = settings.aws.credentials.as_ref().map(|key| {
        let token = key.session_token.as_ref().map(Secret::reveal);
        AwsCredentials::new(&key.access_key_id, key.secret_access_key.reveal(), token)
    });
    config.limits.head_bytes = limits.max_head_size.as_usize();
    config.limits.header_fields = limits.max_header_fields.get();
    config.limits.uri_bytes = limits.max_uri_size.as_usize();
    config.limits.buffered_body_bytes = limits.max_buffered_body_size.as_usize();
    config.limits.streamed_body_bytes = limits.max_body_size.map(|size| size.0);
    config.limits.connections = limits.max_connections.get();
    config.limits.connections_per_client = limits.max_connections_per_address.get();
    config.limits.requests_per_connection = limits.max_requests_per_connection.get() as u64;
    config.limits.http2_streams = u32::try_from(limits.max_http2_streams.get()).unwrap_or(u32::MAX);
    config.limits.upstream_head_bytes = limits.max_upstream_head_size.as_usize();
    config.limits.upstream_header_fields = limits.max_upstream_header_fields.get();
    config.limits.upstream_in_flight = limits.max_upstream_requests.get();
    config.timeouts.detect = timeouts.detect;
    config.timeouts.head = timeouts.head;
    config.timeouts.body_idle = timeouts.body_idle;
    config.timeouts.keep_alive = timeouts.keep_alive;
    config.timeouts.write = timeouts.write;
    config.timeouts.connect = timeouts.connect;
    config.timeouts.upstream_idle = timeouts.upstream_idle;
    config.timeouts.upstream_keep_alive = timeouts.upstream_keep_alive;
    config.timeouts.dns_cache = timeouts.dns_cache;
    config
}
