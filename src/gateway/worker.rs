//! A worker: one thread with a runtime, a listener and a pool of its own, sharing nothing per request.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hyper::server::conn::{http1, http2};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::task::spawn_local;

use super::aws::AwsCredentials;
use super::clock::Clock;
use super::config::{GatewayConfig, Limits, Timeouts};
use super::connection::{self, Entrance};
use super::ids::Ids;
use super::ready::Date;
use super::snapshot::Current;
use super::upstream::{Pool, TlsClients};
use crate::compile::cell::Reader;
use crate::ops::{LimitKind, Metrics, WorkerMetrics};

/// hyper's own cap on bytes lies above ours, so that what is too large gets an answer with CORS headers.
const HYPER_HEAD_BYTES: usize = 64 * 1024;

/// As many fields hyper takes without allocating for each head. More than that, and more than are allowed, are refused by
/// hyper itself, with a bare 431.
const HYPER_CHEAP_FIELDS: usize = 100;
const HYPER_MOST_FIELDS: usize = 200;

/// Between two looks at kept connections to back ends.
const SWEEP: Duration = Duration::from_secs(1);

/// Pause after an accept failed for want of file descriptors or memory.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Everything that the requests of one worker share.
pub(super) struct Worker {
    pub(super) limits: Limits,
    pub(super) timeouts: Timeouts,
    pub(super) path_endpoints: bool,
    pub(super) credentials: Option<AwsCredentials>,
    pub(super) clock: Rc<Clock>,
    pub(super) current: Current,
    pub(super) pool: Pool,
    pub(super) ids: Ids,
    pub(super) date: Date,
    /// Where ready-made answers are put together.
    pub(super) scratch: RefCell<Vec<u8>>,
    pub(super) metrics: Arc<WorkerMetrics>,
    pub(super) http1: http1::Builder,
    pub(super) http2: http2::Builder<LocalExecutor>,
    draining: Cell<bool>,
}

/// What a worker is made of, carried to its thread.
pub(super) struct Seed {
    pub(super) config: Arc<GatewayConfig>,
    pub(super) workers: usize,
    pub(super) tls: TlsClients,
    pub(super) reader: Reader,
    pub(super) metrics: Metrics,
}

impl Worker {
    /// Built on the thread that will run it.
    pub(super) fn new(seed: Seed) -> Rc<Self> {
        let Seed { config, workers, tls, reader, metrics } = seed;
        let clock = Clock::new();
        let metrics = metrics.worker();
        let pool = Pool::new(
            Rc::clone(&clock),
            config.upstream.clone(),
            tls,
            (&config.limits, &config.timeouts),
            workers,
            Arc::clone(&metrics),
        );
        Rc::new(Self {
            limits: config.limits.clone(),
            timeouts: config.timeouts.clone(),
            path_endpoints: config.path_endpoints,
            credentials: config.credentials.clone(),
            clock,
            current: Current::new(&reader, Arc::clone(&metrics)),
            pool,
            ids: Ids::new(),
            date: Date::new(),
            scratch: RefCell::default(),
            metrics,
            http1: http1_builder(&config.limits),
            http2: http2_builder(&config.limits),
            draining: Cell::new(false),
        })
    }

    /// Whether no new requests are wanted.
    pub(super) fn is_draining(&self) -> bool {
        self.draining.get()
    }

    fn drain(&self) {
        self.draining.set(true);
        self.clock.wake_all();
    }

    /// Starts what runs beside the requests: the clock, the pool's sweep, the watch for swaps.
    pub(super) fn start_chores(self: &Rc<Self>) {
        let worker = Rc::clone(self);
        spawn_local(async move { worker.clock.tick().await });
        let worker = Rc::clone(self);
        spawn_local(async move {
            loop {
                tokio::time::sleep(SWEEP).await;
                worker.pool.sweep();
            }
        });
        let worker = Rc::clone(self);
        spawn_local(async move { worker.current.follow().await });
    }
}

fn http1_builder(limits: &Limits) -> http1::Builder {
    let mut builder = http1::Builder::new();
    builder
        .keep_alive(true)
        // A caller that ends its side ends the exchange: there is nobody left to answer.
        .half_close(false)
        .max_buf_size(HYPER_HEAD_BYTES)
        // Timed by the worker's clock instead (`connection`).
        .header_read_timeout(None);
    if limits.header_fields > HYPER_CHEAP_FIELDS {
        builder.max_headers(HYPER_MOST_FIELDS);
    }
    builder
}

fn http2_builder(limits: &Limits) -> http2::Builder<LocalExecutor> {
    let mut builder = http2::Builder::new(LocalExecutor);
    builder
        .max_concurrent_streams(limits.http2_streams)
        .initial_stream_window_size(64 * 1024)
        .initial_connection_window_size(1024 * 1024)
        .max_frame_size(16 * 1024)
        .header_table_size(4 * 1024)
        .max_header_list_size(HYPER_HEAD_BYTES as u32)
        .max_send_buf_size(64 * 1024)
        .max_pending_accept_reset_streams(20)
        .max_local_error_reset_streams(1_024);
    builder
}

/// Spawns HTTP/2 streams on the worker's own thread.
#[derive(Clone, Copy)]
pub(super) struct LocalExecutor;

impl<F> hyper::rt::Executor<F> for LocalExecutor
where
    F: Future<Output: 'static> + 'static,
{
    fn execute(&self, future: F) {
        spawn_local(future);
    }
}

/// The counts of connections that all workers share; touched per connection, never per request.
#[derive(Default)]
pub(super) struct Doors {
    open: AtomicUsize,
    by_client: Mutex<HashMap<IpAddr, usize>>,
}

/// The right to a connection; ends when dropped.
struct Entry {
    doors: Arc<Doors>,
    client: Option<IpAddr>,
    metrics: Arc<WorkerMetrics>,
}

impl Doors {
    /// Lets a connection in, or says which limit is against it. Loopback addresses have no limit of their own.
    fn enter(self: &Arc<Self>, peer: IpAddr, worker: &Worker) -> Result<Entry, LimitKind> {
        let peer = peer.to_canonical();
        let client = (!peer.is_loopback()).then_some(peer);
        if self.open.fetch_add(1, Ordering::Relaxed) >= worker.limits.connections {
            self.open.fetch_sub(1, Ordering::Relaxed);
            return Err(LimitKind::Connections);
        }
        if let Some(client) = client {
            let mut by_client = self.by_client.lock().unwrap_or_else(PoisonError::into_inner);
            let count = by_client.entry(client).or_default();
            if *count >= worker.limits.connections_per_client {
                self.open.fetch_sub(1, Ordering::Relaxed);
                return Err(LimitKind::ConnectionsPerClient);
            }
            *count += 1;
        }
        worker.metrics.connections.inc();
        Ok(Entry { doors: Arc::clone(self), client, metrics: Arc::clone(&worker.metrics) })
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.metrics.connections.dec();
        self.doors.open.fetch_sub(1, Ordering::Relaxed);
        if let Some(client) = self.client {
            let mut by_client = self.doors.by_client.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(count) = by_client.get_mut(&client) {
                *count -= 1;
                if *count == 0 {
                    by_client.remove(&client);
                }
            }
        }
    }
}

/// How far a drain is allowed to go; `None` until it begins.
pub(super) type DrainSignal = watch::Receiver<Option<Duration>>;

/// A connection that is handed to a worker rather than accepted by it.
#[derive(Debug)]
pub(super) struct Handed {
    pub(super) tcp: std::net::TcpStream,
    /// Where its caller is.
    pub(super) caller: SocketAddr,
    /// Where its caller connected to.
    pub(super) at: SocketAddr,
}

/// Runs a worker on this thread until it is drained.
pub(super) fn run(
    seed: Seed,
    listeners: Vec<std::net::TcpListener>,
    mut handed: mpsc::UnboundedReceiver<Handed>,
    doors: &Arc<Doors>,
    mut drain: DrainSignal,
) -> io::Result<()> {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    let runtime = builder.enable_all().build_local(Default::default())?;
    runtime.block_on(async {
        let worker = Worker::new(seed);
        worker.start_chores();
        let open = Rc::new(Cell::new(0_usize));
        let mut accepting = Vec::new();
        for listener in listeners {
            let listener = TcpListener::from_std(listener)?;
            let (worker, doors, open) = (Rc::clone(&worker), Arc::clone(doors), Rc::clone(&open));
            accepting.push(spawn_local(async move { accept(&worker, &listener, &doors, &open).await }));
        }
        let (mine, of, count) = (Rc::clone(&worker), Arc::clone(doors), Rc::clone(&open));
        spawn_local(async move {
            while let Some(Handed { tcp, caller, at }) = handed.recv().await {
                match TcpStream::from_std(tcp) {
                    Ok(tcp) => admit(&mine, tcp, caller, Entrance::Handed(at), &of, &count),
                    Err(error) => tracing::warn!(%error, "cannot take a connection over"),
                }
            }
        });
        // An error means that whoever could ask for a drain is gone; then it is time, too.
        let timeout = match drain.wait_for(Option::is_some).await {
            Ok(timeout) => timeout.unwrap_or_default(),
            Err(_) => Duration::ZERO,
        };
        worker.drain();
        for task in accepting {
            task.await.ok();
        }
        if tokio::time::timeout(timeout, all_closed(&worker, &open)).await.is_err() {
            worker.metrics.limit(LimitKind::Drain);
            tracing::warn!(connections = open.get(), "drain ended before its requests did");
        }
        Ok(())
    })
}

/// Accepts until a drain begins and the queue is empty: who is in the queue has been let in by the kernel.
async fn accept(worker: &Rc<Worker>, listener: &TcpListener, doors: &Arc<Doors>, open: &Rc<Cell<usize>>) {
    let bell = worker.clock.deadline();
    loop {
        let accepted = std::future::poll_fn(|cx| match listener.poll_accept(cx) {
            std::task::Poll::Pending if worker.is_draining() => std::task::Poll::Ready(None),
            std::task::Poll::Pending => {
                let _never_armed = bell.poll_passed(cx);
                std::task::Poll::Pending
            }
            std::task::Poll::Ready(accepted) => std::task::Poll::Ready(Some(accepted)),
        })
        .await;
        match accepted {
            None => return,
            Some(Ok((tcp, peer))) => admit(worker, tcp, peer, Entrance::Listener, doors, open),
            Some(Err(error)) => {
                let is_callers = matches!(
                    error.kind(),
                    io::ErrorKind::ConnectionAborted
                        | io::ErrorKind::ConnectionReset
                        | io::ErrorKind::ConnectionRefused
                );
                if !is_callers {
                    tracing::warn!(%error, "cannot accept");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    }
}

fn admit(
    worker: &Rc<Worker>,
    tcp: TcpStream,
    peer: SocketAddr,
    entrance: Entrance,
    doors: &Arc<Doors>,
    open: &Rc<Cell<usize>>,
) {
    let entry = match doors.enter(peer.ip(), worker) {
        Ok(entry) => entry,
        Err(kind) => {
            worker.metrics.limit(kind);
            // Said once, as far as the socket takes it without waiting; then the connection is closed.
            const BUSY: &[u8] =
                b"HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
            let _best_effort = tcp.try_write(BUSY);
            return;
        }
    };
    if tcp.set_nodelay(true).is_err() {
        return;
    }
    open.set(open.get() + 1);
    let (worker, open) = (Rc::clone(worker), Counted(Rc::clone(open)));
    spawn_local(async move {
        let _until_the_end = (entry, open);
        connection::serve(worker, tcp, peer, entrance).await;
    });
}

struct Counted(Rc<Cell<usize>>);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.set(self.0.get() - 1);
    }
}

async fn all_closed(worker: &Worker, open: &Cell<usize>) {
    while open.get() > 0 {
        // Again and again: a connection may have been between two states when it was told.
        worker.clock.wake_all();
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
