//! Starts the workers, and stops them in good order.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::{mpsc, watch};

use super::config::GatewayConfig;
use super::invoke::{Invoker, NotRunning};
use super::listener::{self, BindError};
use super::upstream::{InvalidRoots, TlsClients};
use super::worker::{self, Doors, Handed, Seed};
use crate::compile::cell::Reader;
use crate::ops::Metrics;

/// The data plane.
pub struct Gateway;

/// Why the data plane did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// An address cannot be listened on.
    #[error(transparent)]
    Bind(#[from] BindError),
    /// Root certificates cannot be read.
    #[error(transparent)]
    Roots(#[from] InvalidRoots),
    /// A worker's thread or runtime cannot be made.
    #[error("cannot start a worker: {0}")]
    Worker(#[from] io::Error),
}

/// A data plane that serves. Dropped without [`drain`](Self::drain), it cuts what is in flight.
#[must_use = "dropping it ends the data plane"]
pub struct Running {
    addresses: Vec<SocketAddr>,
    drain: watch::Sender<Option<Duration>>,
    threads: Vec<JoinHandle<()>>,
    invoker: Invoker,
    door: Door,
}

/// Lets connections in that arrive elsewhere than on the gateway's own listeners. On them the path form
/// (`/restapis/{id}/{stage}/_user_request_/…`) is always served. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Door {
    workers: Arc<[mpsc::UnboundedSender<Handed>]>,
    next: Arc<AtomicUsize>,
}

impl Door {
    /// Hands a connection of `caller`, who connected to `at`, to a worker, to each in turn.
    ///
    /// # Errors
    /// When the data plane has ended.
    pub fn enter(
        &self,
        tcp: std::net::TcpStream,
        caller: SocketAddr,
        at: SocketAddr,
    ) -> Result<(), NotRunning> {
        let turn = self.next.fetch_add(1, Ordering::Relaxed);
        let worker = self.workers.get(turn % self.workers.len().max(1)).ok_or(NotRunning)?;
        worker.send(Handed { tcp, caller, at }).map_err(|_| NotRunning)
    }
}

impl Gateway {
    /// Binds every address and starts the workers. They serve whatever `reader` gives from the first request on.
    ///
    /// # Errors
    /// When an address is in use or cannot be bound, when root certificates cannot be read, or when a thread
    /// cannot be started; nothing is left running then.
    pub fn start(config: GatewayConfig, reader: &Reader, metrics: &Metrics) -> Result<Running, StartError> {
        let workers = match config.workers {
            0 => std::thread::available_parallelism().map_or(1, usize::from),
            count => count,
        };
        let tls = TlsClients::new(&config.roots)?;
        let mut addresses = Vec::new();
        let mut listeners: Vec<Vec<std::net::TcpListener>> = (0..workers).map(|_| Vec::new()).collect();
        for address in &config.listen {
            let bound = listener::bind(*address, workers)?;
            addresses.extend(bound.first().and_then(|l| l.local_addr().ok()));
            for (mine, listener) in listeners.iter_mut().zip(bound) {
                mine.push(listener);
            }
        }
        let config = Arc::new(config);
        let doors = Arc::new(Doors::default());
        let (drain, signal) = watch::channel(None);
        let seed = || Seed {
            config: Arc::clone(&config),
            workers,
            tls: tls.clone(),
            reader: reader.clone(),
            metrics: metrics.clone(),
        };
        let mut threads = Vec::with_capacity(workers);
        let mut entries = Vec::with_capacity(workers);
        for (number, listeners) in listeners.into_iter().enumerate() {
            let (seed, doors, signal) = (seed(), Arc::clone(&doors), signal.clone());
            let (entry, handed) = mpsc::unbounded_channel();
            entries.push(entry);
            let body = move || {
                if let Err(error) = worker::run(seed, listeners, handed, &doors, signal) {
                    tracing::error!(%error, number, "a worker cannot run");
                }
            };
            threads.push(std::thread::Builder::new().name(format!("gateway-{number}")).spawn(body)?);
        }
        let invoker = Invoker::start(Seed { metrics: Metrics::new(), ..seed() })?;
        let door = Door { workers: entries.into(), next: Arc::default() };
        Ok(Running { addresses, drain, threads, invoker, door })
    }
}

impl Running {
    /// The addresses that are listened on, in the order they were asked for; ports are real.
    #[must_use]
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// Runs single methods beside the listeners, for `TestMethod` and `ExplainCors`. Cheap to clone.
    #[must_use]
    pub fn invoker(&self) -> Invoker {
        self.invoker.clone()
    }

    /// Where connections can be handed in that arrive elsewhere.
    #[must_use]
    pub fn door(&self) -> Door {
        self.door.clone()
    }

    /// Stops accepting, finishes what is in flight for at most `timeout`, cuts the rest, and returns when every
    /// worker has ended. Blocks: call it where blocking is allowed.
    pub fn drain(mut self, timeout: Duration) {
        self.drain.send_replace(Some(timeout));
        for thread in self.threads.drain(..) {
            if thread.join().is_err() {
                tracing::error!("a worker panicked");
            }
        }
    }
}
