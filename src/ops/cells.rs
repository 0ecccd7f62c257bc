//! The cells that one worker counts into.
//!
//! Each cell has exactly one writer, the thread of its worker, and is read by whoever scrapes. A write is
//! therefore a plain load and store: no locked instruction and no cache line shared between cores. Two threads
//! that wrote into the same cell would lose counts, not memory safety.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// A number that only grows, written by one thread.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// Adds `more`.
    pub fn add(&self, more: u64) {
        self.0.store(self.0.load(Relaxed).wrapping_add(more), Relaxed);
    }

    /// Adds one.
    pub fn inc(&self) {
        self.add(1);
    }

    /// The count so far.
    #[must_use]
    pub fn get(&self) -> u64 {
        self.0.load(Relaxed)
    }
}

/// A number that rises and falls, written by one thread.
#[derive(Debug, Default)]
pub struct Gauge(AtomicU64);

impl Gauge {
    /// One more.
    pub fn inc(&self) {
        self.0.store(self.0.load(Relaxed).wrapping_add(1), Relaxed);
    }

    /// One less.
    pub fn dec(&self) {
        self.0.store(self.0.load(Relaxed).saturating_sub(1), Relaxed);
    }

    /// The present value.
    #[must_use]
    pub fn get(&self) -> u64 {
        self.0.load(Relaxed)
    }
}

/// Upper bounds of the latency histograms, in seconds. Fine below a millisecond, where a gateway's own share is,
/// and up to the 29 s an integration may take.
pub const LATENCY_BUCKETS: [f64; 14] =
    [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.25, 1.0, 2.5, 10.0, 30.0];

/// A histogram over [`LATENCY_BUCKETS`], written by one thread. Buckets are not cumulative.
#[derive(Debug, Default)]
pub struct Latencies {
    buckets: [Counter; LATENCY_BUCKETS.len() + 1],
    sum_nanos: Counter,
}

impl Latencies {
    /// Counts one duration.
    pub fn observe(&self, took: Duration) {
        let nanos =
            took.as_secs().saturating_mul(1_000_000_000).saturating_add(u64::from(took.subsec_nanos()));
        let at = BUCKET_NANOS.iter().position(|bound| nanos <= *bound).unwrap_or(LATENCY_BUCKETS.len());
        self.buckets[at].inc();
        self.sum_nanos.add(nanos);
    }

    pub(super) fn add_to(&self, buckets: &mut [u64; LATENCY_BUCKETS.len() + 1], sum_nanos: &mut u64) {
        for (sum, cell) in buckets.iter_mut().zip(&self.buckets) {
            *sum += cell.get();
        }
        *sum_nanos = sum_nanos.wrapping_add(self.sum_nanos.get());
    }
}

/// [`LATENCY_BUCKETS`] in nanoseconds, so that counting compares integers.
const BUCKET_NANOS: [u64; LATENCY_BUCKETS.len()] = {
    let mut nanos = [0; LATENCY_BUCKETS.len()];
    let mut i = 0;
    while i < nanos.len() {
        nanos[i] = (LATENCY_BUCKETS[i] * 1e9) as u64;
        i += 1;
    }
    nanos
};

/// The values of the label `method`, a bounded set: what no API can answer is `OTHER`.
pub const VERB_LABELS: [&str; 8] = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "OTHER"];

/// What one worker counted for one stage.
#[derive(Debug, Default)]
pub struct StageCells {
    /// By index into [`VERB_LABELS`] and class of the status (1xx to 5xx).
    requests: [[Counter; 5]; VERB_LABELS.len()],
    /// From the complete request head to the start of the answer.
    pub latency: Latencies,
    /// The part of it spent waiting for the integration.
    pub integration_latency: Latencies,
}

impl StageCells {
    /// Counts an answered request. `verb` is an index into [`VERB_LABELS`].
    pub fn answered(&self, verb: usize, status: u16, took: Duration) {
        let class = usize::from(status / 100).clamp(1, 5) - 1;
        self.requests[verb.min(VERB_LABELS.len() - 1)][class].inc();
        self.latency.observe(took);
    }

    pub(super) fn requests(&self, verb: usize, class: usize) -> u64 {
        self.requests[verb][class].get()
    }
}

macro_rules! limit_kinds {
    ($($(#[$doc:meta])* $variant:ident = $label:literal,)*) => {
        /// A limit or a timeout that fired. Each has a counter: one that nobody can see is a fault.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum LimitKind { $($(#[$doc])* $variant,)* }

        impl LimitKind {
            /// All of them, in the order of their cells.
            pub const ALL: [Self; [$($label),*].len()] = [$(Self::$variant),*];

            /// The value of the label `limit`.
            #[must_use]
            pub const fn label(self) -> &'static str {
                match self { $(Self::$variant => $label,)* }
            }
        }
    };
}

limit_kinds! {
    /// The target was too long: 414.
    Uri = "uri",
    /// The request head was too large: 431.
    Head = "head",
    /// The request body was too large: 413.
    Body = "body",
    /// No protocol was seen in time.
    Detect = "detect",
    /// A request head was not complete in time.
    HeadTimeout = "head_timeout",
    /// A kept connection had nothing to say.
    Idle = "idle",
    /// A request body stalled.
    BodyTimeout = "body_timeout",
    /// A client did not read its answer.
    WriteTimeout = "write_timeout",
    /// A connection had its share of requests.
    RequestsPerConnection = "requests_per_connection",
    /// Too many connections in all.
    Connections = "connections",
    /// Too many connections from one address.
    ConnectionsPerClient = "connections_per_client",
    /// A back end was not connected in time.
    UpstreamConnect = "upstream_connect",
    /// A back end did not answer in time.
    UpstreamTimeout = "upstream_timeout",
    /// A back end's head was too large.
    UpstreamHead = "upstream_head",
    /// A back end sent too many interim answers.
    UpstreamInterim = "upstream_interim",
    /// A back end had too many requests in flight.
    UpstreamBusy = "upstream_busy",
    /// A back end's address was not allowed.
    UpstreamDenied = "upstream_denied",
    /// The drain ended before its requests did.
    Drain = "drain",
}

/// Everything one worker counts. Made by [`super::Metrics::worker`]; written by that worker's thread only.
#[derive(Debug, Default)]
pub struct WorkerMetrics {
    /// Requests being answered now.
    pub in_flight: Gauge,
    /// Open connections from callers.
    pub connections: Gauge,
    /// Connections accepted so far, HTTP/1.1.
    pub accepted_http1: Counter,
    /// Connections accepted so far, HTTP/2.
    pub accepted_http2: Counter,
    /// Bytes read from callers.
    pub received_bytes: Counter,
    /// Bytes written to callers.
    pub sent_bytes: Counter,
    /// Requests that reached no stage, by class of the status.
    pub unrouted: [Counter; 5],
    /// Preflights answered: OPTIONS with Origin and Access-Control-Request-Method.
    pub cors_preflights: Counter,
    /// Requests whose answer was ready, and was given in front of the HTTP library.
    pub ready_answers: Counter,
    /// Connections to back ends that were opened.
    pub upstream_connects: Counter,
    /// Connections to back ends that could not be opened.
    pub upstream_connect_failures: Counter,
    /// Requests sent again after a kept connection turned out closed.
    pub upstream_retries: Counter,
    /// Requests that found a kept connection.
    pub upstream_reuses: Counter,
    /// Kept connections to back ends that wait for a request.
    pub upstream_idle: Gauge,
    /// Snapshots this worker took over.
    pub swaps: Counter,
    /// Requests that ended in a panic of ours.
    pub panics: Counter,
    limits: [Counter; LimitKind::ALL.len()],
    /// Locked by the worker when it meets a stage for the first time since a swap, and by scrapes.
    stages: Mutex<HashMap<StageLabels, Arc<StageCells>>>,
}

/// The labels `api` and `stage`.
type StageLabels = (Box<str>, Box<str>);

/// The most stages that one worker keeps apart; what comes later is counted together, under `other`. Bounds the
/// memory and the size of a scrape: about 1 KiB for each stage that was ever called.
const MAX_STAGES: usize = 2_000;

impl WorkerMetrics {
    /// Counts a limit that fired.
    pub fn limit(&self, kind: LimitKind) {
        self.limits[kind as usize].inc();
    }

    /// How often a limit fired.
    #[must_use]
    pub fn limit_count(&self, kind: LimitKind) -> u64 {
        self.limits[kind as usize].get()
    }

    /// The cells of a stage. Takes a lock: callers keep what they got for as long as they keep the stage.
    #[must_use]
    pub fn stage(&self, api: &str, stage: &str) -> Arc<StageCells> {
        let mut stages = self.stages.lock().unwrap_or_else(PoisonError::into_inner);
        let full = stages.len() >= MAX_STAGES;
        let key = (Box::from(api), Box::from(stage));
        if let Some(cells) = stages.get(&key) {
            return Arc::clone(cells);
        }
        let key = if full { (Box::from("other"), Box::from("other")) } else { key };
        Arc::clone(stages.entry(key).or_default())
    }

    pub(super) fn stages(&self) -> Vec<(StageLabels, Arc<StageCells>)> {
        let stages = self.stages.lock().unwrap_or_else(PoisonError::into_inner);
        stages.iter().map(|(labels, cells)| (labels.clone(), Arc::clone(cells))).collect()
    }
}
