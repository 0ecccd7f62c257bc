//! The connections of one worker to all its back ends.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::future::poll_fn;
use std::rc::Rc;
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, Instant};

use http::Response;
use tokio::sync::Notify;

use super::call::{Call, UpstreamBody};
use super::connect::Connector;
use super::connection::Connection;
use super::request::UpstreamRequest;
use super::{TlsClients, Upstream, UpstreamError, UpstreamPolicy};
use crate::gateway::clock::Clock;
use crate::gateway::config::{Limits, Timeouts};
use crate::model::Scheme;
use crate::ops::{LimitKind, WorkerMetrics};

/// How long a request waits for another one to end.
const LONGEST_QUEUE: Duration = Duration::from_secs(1);

/// Idle connections kept to one back end by one worker.
const MOST_IDLE: usize = 256;

/// The pool of one worker.
pub(in crate::gateway) struct Pool {
    clock: Rc<Clock>,
    connector: Connector,
    limits: CallLimits,
    keep_alive: Duration,
    idle: Duration,
    metrics: Arc<WorkerMetrics>,
    /// By host; a host is seldom called in more than one way.
    origins: RefCell<HashMap<Box<str>, Ways>>,
}

/// The ways of calling one host.
type Ways = Vec<(Key, Rc<Origin>)>;

/// The ways of calling one host that must not share a connection.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Key {
    scheme: Scheme,
    port: u16,
    unverified: bool,
    trusted: bool,
}

/// The limits of one call, as numbers that can be copied.
#[derive(Clone, Copy)]
pub(super) struct CallLimits {
    pub(super) head_bytes: usize,
    pub(super) header_fields: usize,
    pub(super) interim: usize,
    in_flight: usize,
    queued: usize,
}

/// One back end, as this worker sees it.
struct Origin {
    #[expect(clippy::vec_box, reason = "a connection moves to its calls and back: as a pointer")]
    kept: RefCell<Vec<Box<Connection>>>,
    in_flight: Cell<usize>,
    /// Requests that wait for one in flight to end.
    queued: Cell<usize>,
    freed: Notify,
    limits: CallLimits,
    metrics: Arc<WorkerMetrics>,
}

/// The right to have one request in flight to a back end; ends when dropped.
pub(super) struct Permit(Rc<Origin>);

impl Permit {
    fn take(origin: &Rc<Origin>) -> Option<Self> {
        let in_flight = origin.in_flight.get();
        (in_flight < origin.limits.in_flight).then(|| {
            origin.in_flight.set(in_flight + 1);
            Self(Rc::clone(origin))
        })
    }

    /// Keeps a clean connection for the next request.
    pub(super) fn keep(&self, mut connection: Box<Connection>) {
        let mut kept = self.0.kept.borrow_mut();
        if kept.len() < MOST_IDLE {
            connection.reused = true;
            connection.idle_since = Instant::now();
            connection.deadline.disarm();
            kept.push(connection);
            self.0.metrics.upstream_idle.inc();
        }
    }

    pub(super) fn limits(&self) -> CallLimits {
        self.0.limits
    }

    pub(super) fn limit(&self, kind: LimitKind) {
        self.0.metrics.limit(kind);
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.0.in_flight.set(self.0.in_flight.get() - 1);
        if self.0.queued.get() > 0 {
            self.0.freed.notify_one();
        }
    }
}

/// A place in the queue of a back end; given up when dropped.
struct Place<'o>(&'o Origin);

impl<'o> Place<'o> {
    fn take(origin: &'o Origin) -> Self {
        origin.queued.set(origin.queued.get() + 1);
        Self(origin)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.queued.set(self.0.queued.get() - 1);
    }
}

impl Pool {
    /// A pool for one of `workers` workers, which share the limit of requests in flight evenly.
    pub(in crate::gateway) fn new(
        clock: Rc<Clock>,
        policy: UpstreamPolicy,
        tls: TlsClients,
        (limits, timeouts): (&Limits, &Timeouts),
        workers: usize,
        metrics: Arc<WorkerMetrics>,
    ) -> Self {
        Self {
            clock,
            connector: Connector::new(policy, tls, timeouts.connect, timeouts.dns_cache),
            limits: CallLimits {
                head_bytes: limits.upstream_head_bytes,
                header_fields: limits.upstream_header_fields,
                interim: limits.upstream_interim,
                in_flight: limits.upstream_in_flight.div_ceil(workers.max(1)),
                queued: limits.upstream_queue.div_ceil(workers.max(1)),
            },
            keep_alive: timeouts.upstream_keep_alive,
            idle: timeouts.upstream_idle,
            metrics,
            origins: RefCell::default(),
        }
    }

    /// Closes what waited too long or was closed by the back end, and forgets back ends that nobody calls.
    pub(in crate::gateway) fn sweep(&self) {
        let oldest = Instant::now().checked_sub(self.keep_alive);
        let sweep = |origin: &Rc<Origin>| {
            let mut kept = origin.kept.borrow_mut();
            let before = kept.len();
            kept.retain_mut(|c| oldest.is_none_or(|oldest| c.idle_since > oldest) && c.is_quiet_now());
            (kept.len()..before).for_each(|_| self.metrics.upstream_idle.dec());
            !kept.is_empty() || Rc::strong_count(origin) > 1
        };
        self.origins.borrow_mut().retain(|_, origins| {
            origins.retain(|(_, origin)| sweep(origin));
            !origins.is_empty()
        });
    }

    /// The right to send one more request; waited for in a short queue if there are too many.
    async fn permit(&self, request: &UpstreamRequest<'_>) -> Result<Permit, UpstreamError> {
        let origin = self.origin(request);
        if let Some(permit) = Permit::take(&origin) {
            return Ok(permit);
        }
        Box::pin(self.queue(&origin)).await.ok_or_else(|| {
            self.metrics.limit(LimitKind::UpstreamBusy);
            UpstreamError::Busy
        })
    }

    /// Waits for a request in flight to end, unless too many wait already.
    async fn queue(&self, origin: &Rc<Origin>) -> Option<Permit> {
        if origin.queued.get() >= self.limits.queued {
            return None;
        }
        let _place = Place::take(origin);
        let freed = async {
            loop {
                origin.freed.notified().await;
                if let Some(permit) = Permit::take(origin) {
                    return permit;
                }
            }
        };
        tokio::time::timeout(LONGEST_QUEUE, freed).await.ok()
    }

    fn origin(&self, request: &UpstreamRequest<'_>) -> Rc<Origin> {
        let back_end = request.back_end;
        let key = Key {
            scheme: back_end.scheme,
            port: back_end.port,
            unverified: request.unverified,
            trusted: request.trusted,
        };
        let mut hosts = self.origins.borrow_mut();
        if let Some(origins) = hosts.get(&back_end.host)
            && let Some((_, origin)) = origins.iter().find(|(known, _)| *known == key)
        {
            return Rc::clone(origin);
        }
        let origin = Rc::new(Origin {
            kept: RefCell::default(),
            in_flight: Cell::new(0),
            queued: Cell::new(0),
            freed: Notify::new(),
            limits: self.limits,
            metrics: Arc::clone(&self.metrics),
        });
        hosts.entry(back_end.host.clone()).or_default().push((key, Rc::clone(&origin)));
        origin
    }

    /// A kept connection that is still quiet. The last one used is the likeliest to be.
    async fn kept(&self, permit: &Permit, now: Instant) -> Option<Box<Connection>> {
        poll_fn(|cx| {
            let mut kept = permit.0.kept.borrow_mut();
            while let Some(mut connection) = kept.pop() {
                self.metrics.upstream_idle.dec();
                if now.saturating_duration_since(connection.idle_since) < self.keep_alive
                    && connection.is_quiet(cx)
                {
                    return Poll::Ready(Some(connection));
                }
            }
            Poll::Ready(None)
        })
        .await
    }

    async fn open(&self, request: &UpstreamRequest<'_>) -> Result<Box<Connection>, UpstreamError> {
        match self.connector.connect(request).await {
            Ok(stream) => {
                self.metrics.upstream_connects.inc();
                Ok(Box::new(Connection::new(stream, self.clock.deadline())))
            }
            Err(error) => {
                self.metrics.upstream_connect_failures.inc();
                match error {
                    UpstreamError::Denied => self.metrics.limit(LimitKind::UpstreamDenied),
                    UpstreamError::ConnectTimeout => self.metrics.limit(LimitKind::UpstreamConnect),
                    _ => {}
                }
                Err(error)
            }
        }
    }
}

impl Upstream for Pool {
    async fn send(&self, mut request: UpstreamRequest<'_>) -> Result<Response<UpstreamBody>, UpstreamError> {
        // Read once for all that is timed. A wait for the permit is part of the call's time.
        let mut now = request.began;
        let permit = self.permit(&request).await?;
        let may_repeat = request.method.is_idempotent() && request.body.is_replayable();
        let mut connection = match self.kept(&permit, now).await {
            Some(connection) => {
                self.metrics.upstream_reuses.inc();
                connection
            }
            // Boxed, here and below: nearly every call finds a kept connection and needs no room for this.
            None => {
                let connection = Box::pin(self.open(&request)).await?;
                now = Instant::now();
                connection
            }
        };
        let mut permit = Some(permit);
        loop {
            let granted = match permit.take() {
                Some(permit) => permit,
                None => self.permit(&request).await?,
            };
            let mut call = Call::new(connection, granted, &mut request, now);
            match poll_fn(|cx| call.poll_head(cx)).await {
                Ok(head) => return Ok(call.into_response(head, self.idle)),
                Err(error) if may_repeat && call.may_retry(&error) => {
                    drop(call);
                    self.metrics.upstream_retries.inc();
                    // A new connection: a second stale one would be a second retry.
                    connection = Box::pin(self.open(&request)).await?;
                    now = Instant::now();
                }
                Err(error) => return Err(error),
            }
        }
    }
}
