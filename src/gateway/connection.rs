//! One connection of a caller: what is spoken on it, how long it may be silent, and how it ends.
//!
//! hyper has a timer for request heads and none for anything else; its automatic detection of HTTP/2 has no
//! deadline and doubles what an idle connection costs. So the preface is looked for here, first, and all waiting
//! is timed by the worker's clock: a connection is always in exactly one [`Phase`], which says what it waits for.

use std::cell::{Cell, RefCell};
use std::net::SocketAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use http::HeaderMap;
use hyper_util::rt::TokioIo;
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpStream;

use super::caller::Caller;
use super::clock::Deadline;
use super::exchange::{Answer, Exchange};
use super::io::CallerIo;
use super::ready::{self, Rest};
use super::respond::Fault;
use super::service::{self, Front};
use super::spelling::{Recorder, Spelled};
use super::upstream::Outgoing;
use super::worker::Worker;
use crate::ops::LimitKind;

/// What a client that speaks HTTP/2 with prior knowledge sends first (RFC 9113 section 3.4).
const PREFACE: &[u8; 24] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// How long an HTTP/2 connection may take to end after GOAWAY when nothing is open on it.
const GOODBYE: Duration = Duration::from_secs(5);

/// What a connection waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// The rest of a request head.
    Head,
    /// An answer, or its transfer.
    Busy,
    /// Another request.
    Idle,
    /// The end, which was announced.
    Ending,
}

/// How a connection came to its worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Entrance {
    /// Accepted on one of the gateway's own listeners.
    Listener,
    /// Handed over by another listener, the one at this address, on which APIs are also reached by path.
    Handed(SocketAddr),
}

/// What the reader, the service and the driver of one connection know together.
pub(super) struct Connection {
    pub(super) worker: Rc<Worker>,
    pub(super) caller: Rc<Caller>,
    pub(super) entrance: Entrance,
    is_http2: Cell<bool>,
    phase: Cell<Phase>,
    deadline: Deadline,
    /// When bytes were read last, if no request has used it as its start yet.
    last_read: Cell<Option<Instant>>,
    /// Requests seen so far.
    requests: Cell<u64>,
    /// Requests being answered.
    open: Cell<u64>,
    /// Whether the connection is to end after what is open.
    wants_end: Cell<bool>,
    /// Whether the end was announced.
    ending: Cell<bool>,
    /// Whether a write waits for the caller to read.
    stalled: Cell<bool>,
    /// What hyper may still hold.
    rest: Cell<Rest>,
    /// Whether requests other than `OPTIONS` are looked at for a ready-made answer: until one has none.
    looks_at_all: Cell<bool>,
    /// Keeps how header names are spelled. There from the connection's start or never.
    recorder: Option<Box<RefCell<Recorder>>>,
}

impl Connection {
    /// These bytes came in.
    pub(super) fn on_read(&self, bytes: &[u8]) {
        if let Some(recorder) = &self.recorder {
            recorder.borrow_mut().read(bytes);
        }
        let phase = self.phase.get();
        if phase == Phase::Busy && !self.is_http2.get() {
            return;
        }
        let now = Instant::now();
        self.last_read.set(Some(now));
        if phase == Phase::Idle && !self.is_http2.get() {
            self.phase.set(Phase::Head);
            self.deadline.arm(now + self.worker.timeouts.head);
        }
    }

    /// Answers what has a ready-made answer at the front of these bytes, which were just read, into `out`; gives how
    /// many bytes that took. The others are for hyper.
    pub(super) fn answer_ready(&self, bytes: &[u8], out: &mut Vec<u8>) -> usize {
        if self.rest.get() != Rest::Nothing {
            self.rest.set(Rest::Unknown);
            return 0;
        }
        let mut taken = 0;
        if bytes.starts_with(b"OPTIONS ") || self.looks_at_all.get() {
            let answer = AssertUnwindSafe(|| ready::answer(self, bytes, out));
            taken = catch_unwind(answer).unwrap_or_else(|_panic| {
                self.worker.metrics.panics.inc();
                out.clear();
                0
            });
            self.looks_at_all.set(taken > 0 && self.looks_at_all.get());
        }
        let rest = &bytes[taken..];
        if !rest.is_empty() {
            // Whatever a head is made of, what ends like this leaves no part of one behind.
            self.rest.set(if rest.ends_with(b"\r\n\r\n") { Rest::Head } else { Rest::Unknown });
        }
        taken
    }

    /// Whether another request may be answered without hyper, which has to know of a connection's end.
    pub(super) fn takes_ready_answers(&self) -> bool {
        self.requests.get() + 1 < self.worker.limits.requests_per_connection
            && !self.wants_end.get()
            && !self.ending.get()
            && !self.worker.is_draining()
    }

    /// A request that came at `started` was answered without hyper.
    pub(super) fn on_ready_answer(&self, started: Instant) {
        self.requests.set(self.requests.get() + 1);
        self.deadline.arm(started + self.worker.timeouts.keep_alive);
        self.phase.set(Phase::Idle);
    }

    /// All that hyper had to write is with the kernel.
    pub(super) fn on_flushed(&self) {
        if self.rest.get() == Rest::Answer && self.open.get() == 0 {
            self.rest.set(Rest::Nothing);
        }
    }

    /// An answer whose end hyper has to mark by itself is on its way, or a request with a body came.
    pub(super) fn on_unknown_rest(&self) {
        self.rest.set(Rest::Unknown);
    }

    /// A request head is complete. Gives when it began to be answered, and a mark that it is open.
    pub(super) fn on_request(self: &Rc<Self>) -> (Instant, Open) {
        // Over HTTP/2 several requests may come with one read; over HTTP/1 what follows it was there before.
        let read = if self.is_http2.get() { self.last_read.get() } else { self.last_read.take() };
        let started = read.unwrap_or_else(Instant::now);
        self.phase.set(Phase::Busy);
        self.rest.set(if self.rest.get() == Rest::Head { Rest::Answer } else { Rest::Unknown });
        self.deadline.disarm();
        self.requests.set(self.requests.get() + 1);
        self.open.set(self.open.get() + 1);
        self.worker.metrics.in_flight.inc();
        if self.requests.get() == self.worker.limits.requests_per_connection {
            self.worker.metrics.limit(LimitKind::RequestsPerConnection);
            self.wants_end.set(true);
        }
        (started, Open { connection: Rc::clone(self), started, waited: false })
    }

    /// How the header names of a request whose head is complete are spelled, if that is known. `headers` is what hyper
    /// made of it.
    pub(super) fn spelled(&self, headers: &HeaderMap) -> Option<Box<Spelled>> {
        self.recorder.as_ref()?.borrow_mut().next(headers).map(Box::new)
    }

    /// The spelling of a request was asked for and is not known, since nothing asked for it when the connection began:
    /// it ends with this answer, and the next one is kept in full.
    pub(super) fn on_unspelled(&self) {
        self.wants_end.set(self.wants_end.get() || !self.is_http2.get());
    }

    /// Whether the answer that is being given is the last on an HTTP/1 connection.
    pub(super) fn is_last_answer(&self) -> bool {
        !self.is_http2.get() && self.wants_end.get()
    }

    /// The caller does not read, or reads again.
    pub(super) fn on_write(&self, is_stalled: bool) {
        self.stalled.set(is_stalled);
    }

    /// Nothing is open any more.
    fn rest(&self) {
        if self.ending.get() {
            self.phase.set(Phase::Ending);
            self.deadline.arm_in(GOODBYE);
        } else {
            self.phase.set(Phase::Idle);
        }
    }

    /// The deadline passed: whether that is the end, without a last word.
    fn is_over(&self) -> bool {
        let is_http2 = self.is_http2.get();
        match self.phase.get() {
            Phase::Busy => false,
            Phase::Ending => true,
            // An answer that was handed over is still being written; that has a deadline of its own.
            Phase::Idle | Phase::Head if self.stalled.get() => {
                self.deadline.arm_in(self.worker.timeouts.keep_alive);
                false
            }
            Phase::Head if !is_http2 => {
                self.worker.metrics.limit(LimitKind::HeadTimeout);
                true
            }
            // A silent HTTP/1 connection just ends; HTTP/2 says GOAWAY first.
            Phase::Idle | Phase::Head => {
                self.worker.metrics.limit(LimitKind::Idle);
                self.wants_end.set(true);
                !is_http2
            }
        }
    }

    /// Whether the end is to be announced now. A request head on its way over HTTP/1 is waited for, as long as
    /// heads are: its answer says `Connection: close`.
    fn is_to_end(&self) -> bool {
        (self.wants_end.get() || self.worker.is_draining())
            && !self.ending.get()
            && (self.is_http2.get() || self.phase.get() != Phase::Head)
    }
}

/// A request that is being answered; dropped when its answer is handed over, or ended if it streams.
pub(super) struct Open {
    connection: Rc<Connection>,
    started: Instant,
    /// Whether its answer was waited for, so that its end is some time after its start.
    waited: bool,
}

impl Open {
    /// The answer has to be waited for.
    pub(super) fn waiting(mut self) -> Self {
        self.waited = true;
        self
    }

    /// Whether the answer is the last on an HTTP/1 connection.
    pub(super) fn is_last(&self) -> bool {
        self.connection.is_last_answer()
    }

    /// As [`Connection::on_unknown_rest`].
    pub(super) fn on_unknown_rest(&self) {
        self.connection.on_unknown_rest();
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        let connection = &self.connection;
        connection.worker.metrics.in_flight.dec();
        connection.open.set(connection.open.get().saturating_sub(1));
        if connection.open.get() == 0 {
            // A ready-made answer ends when it started: the clock need not be read again for it.
            let ended = if self.waited { Instant::now() } else { self.started };
            connection.deadline.arm(ended + connection.worker.timeouts.keep_alive);
            connection.rest();
        }
    }
}

/// Serves a connection until it ends.
pub(super) async fn serve(worker: Rc<Worker>, tcp: TcpStream, peer: SocketAddr, entrance: Entrance) {
    serve_by(worker, tcp, peer, entrance, service::call).await;
}

/// Serves a connection; `call` runs the requests whose answer has to be waited for.
pub(super) async fn serve_by<C, F>(
    worker: Rc<Worker>,
    mut tcp: TcpStream,
    peer: SocketAddr,
    entrance: Entrance,
    call: C,
) where
    C: Fn(Rc<Exchange>, Outgoing) -> F + 'static,
    F: Future<Output = Result<Answer, Fault>> + 'static,
{
    let accepted = Instant::now();
    let local = match entrance {
        Entrance::Listener => tcp.local_addr().ok(),
        Entrance::Handed(at) => Some(at),
    };
    let Some(local) = local else { return };
    let deadline = worker.clock.deadline();
    deadline.arm(accepted + worker.timeouts.detect);
    let mut first = [0; PREFACE.len()];
    let Some((length, is_http2)) = sniff(&worker, &mut tcp, &deadline, &mut first).await else { return };

    deadline.arm(accepted + worker.timeouts.head);
    let records = !is_http2 && worker.current.lists_headers();
    let recorder = records.then(|| Box::new(RefCell::new(Recorder::new())));
    let connection = Rc::new(Connection {
        worker: Rc::clone(&worker),
        caller: Rc::new(Caller::new(peer, local)),
        entrance,
        is_http2: Cell::new(is_http2),
        phase: Cell::new(Phase::Head),
        deadline,
        last_read: Cell::new(None),
        requests: Cell::new(0),
        open: Cell::new(0),
        wants_end: Cell::new(false),
        ending: Cell::new(false),
        stalled: Cell::new(false),
        // How names are spelled is written down for hyper's requests, in their order: none may be missing.
        rest: Cell::new(if is_http2 || recorder.is_some() { Rest::Unknown } else { Rest::Nothing }),
        looks_at_all: Cell::new(true),
        recorder,
    });
    let io = TokioIo::new(CallerIo::new(tcp, &first[..length], Rc::clone(&connection)));
    let service = Front::new(Rc::clone(&connection), call);
    if is_http2 {
        worker.metrics.accepted_http2.inc();
        drive(&connection, worker.http2.serve_connection(io, service)).await;
    } else {
        worker.metrics.accepted_http1.inc();
        drive(&connection, worker.http1.serve_connection(io, service)).await;
    }
}

/// Reads until it is known whether the connection starts with the HTTP/2 preface. `None` when the connection
/// ended, was silent for too long, or the worker drains.
async fn sniff(
    worker: &Worker,
    tcp: &mut TcpStream,
    deadline: &Deadline,
    first: &mut [u8; PREFACE.len()],
) -> Option<(usize, bool)> {
    let mut length = 0;
    loop {
        let count = {
            let mut read = pin!(tcp.read(&mut first[length..]));
            std::future::poll_fn(|cx| match read.as_mut().poll(cx) {
                Poll::Ready(outcome) => Poll::Ready(outcome.ok()),
                Poll::Pending if deadline.poll_passed(cx).is_ready() => {
                    worker.metrics.limit(LimitKind::Detect);
                    Poll::Ready(None)
                }
                Poll::Pending if worker.is_draining() && length == 0 => Poll::Ready(None),
                Poll::Pending => Poll::Pending,
            })
            .await?
        };
        if count == 0 {
            return None;
        }
        length += count;
        if first[..length] != PREFACE[..length] {
            return Some((length, false));
        }
        if length == PREFACE.len() {
            return Some((length, true));
        }
    }
}

/// A connection of hyper's that can be asked to end in good order.
pub(super) trait Ending: Future<Output = hyper::Result<()>> {
    /// Takes no more requests, finishes what is open, then ends.
    fn end(self: Pin<&mut Self>);
}

impl<I, B, S> Ending for hyper::server::conn::http1::Connection<I, S>
where
    S: hyper::service::HttpService<hyper::body::Incoming, ResBody = B>,
    S::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    I: hyper::rt::Read + hyper::rt::Write + Unpin,
    B: http_body::Body + 'static,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    fn end(self: Pin<&mut Self>) {
        self.graceful_shutdown();
    }
}

impl<I, B, S, E> Ending for hyper::server::conn::http2::Connection<I, S, E>
where
    S: hyper::service::HttpService<hyper::body::Incoming, ResBody = B>,
    S::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    I: hyper::rt::Read + hyper::rt::Write + Unpin,
    B: http_body::Body + 'static,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    E: hyper::rt::bounds::Http2ServerConnExec<S::Future, B>,
{
    fn end(self: Pin<&mut Self>) {
        self.graceful_shutdown();
    }
}

/// Runs hyper's part of a connection to its end, and ends it when its time has come.
async fn drive<C: Ending>(connection: &Connection, hyper: C) {
    let mut hyper = pin!(hyper);
    std::future::poll_fn(|cx| poll(connection, hyper.as_mut(), cx)).await;
}

fn poll<C: Ending>(connection: &Connection, mut hyper: Pin<&mut C>, cx: &mut Context<'_>) -> Poll<()> {
    if connection.deadline.poll_passed(cx).is_ready() && connection.is_over() {
        return Poll::Ready(());
    }
    if let Poll::Ready(outcome) = hyper.as_mut().poll(cx) {
        if outcome.is_err_and(|error| error.is_parse_too_large()) {
            connection.worker.metrics.limit(LimitKind::Head);
        }
        return Poll::Ready(());
    }
    // Asked after hyper had its turn: bytes of a request that arrived by now are a request to be answered.
    if !connection.is_to_end() {
        return Poll::Pending;
    }
    connection.ending.set(true);
    if connection.open.get() == 0 {
        connection.rest();
    }
    hyper.as_mut().end();
    hyper.poll(cx).map(drop)
}
