//! The registry that everybody counts into and that a scrape reads.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};

use prometheus_client::encoding::text;
use prometheus_client::registry::Registry;

use super::WorkerMetrics;
use super::collect::Collect;

/// All metrics of the process. Cheap to clone; every clone is the same registry.
///
/// Names follow Prometheus: prefix `postern_`, base units, `_total` for counters.
#[derive(Clone, Debug)]
pub struct Metrics {
    registry: Arc<Mutex<Registry>>,
    shared: Arc<Shared>,
}

/// What is written rarely and by anyone, and the list of those who write often.
#[derive(Debug, Default)]
pub(super) struct Shared {
    pub(super) workers: Mutex<Vec<Arc<WorkerMetrics>>>,
    pub(super) store_revision: AtomicU64,
    pub(super) publishes: AtomicU64,
}

impl Metrics {
    /// An empty registry.
    #[must_use]
    pub fn new() -> Self {
        let shared = Arc::new(Shared::default());
        let mut registry = Registry::with_prefix("postern");
        registry.register_collector(Box::new(Collect(Arc::clone(&shared))));
        Self { registry: Arc::new(Mutex::new(registry)), shared }
    }

    /// Cells for one worker of the data plane, counted in from now on.
    #[must_use]
    pub fn worker(&self) -> Arc<WorkerMetrics> {
        let cells = Arc::new(WorkerMetrics::default());
        self.shared.workers.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::clone(&cells));
        cells
    }

    /// Notes that a snapshot of `store_revision` was published.
    pub fn published(&self, store_revision: u64) {
        self.shared.publishes.fetch_add(1, Relaxed);
        self.shared.store_revision.fetch_max(store_revision, Relaxed);
    }

    /// Adds metrics of other floors (`store`, `admin`…): called once at start for each.
    pub fn register(&self, add: impl FnOnce(&mut Registry)) {
        add(&mut self.registry.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// The present values in OpenMetrics text (`application/openmetrics-text; version=1.0.0`).
    #[must_use]
    pub fn encode(&self) -> String {
        let mut out = String::with_capacity(16 * 1024);
        let registry = self.registry.lock().unwrap_or_else(PoisonError::into_inner);
        text::encode(&mut out, &registry).expect("writing into a String does not fail");
        out
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::LimitKind;
    use super::*;

    fn check(text: &str, line: &str) {
        assert!(text.lines().any(|l| l == line), "no line {line:?} in\n{text}");
    }

    #[test]
    fn workers_are_summed_when_scraped() {
        let metrics = Metrics::new();
        let (one, two) = (metrics.worker(), metrics.worker());
        one.stage("abcdefghij", "prod").answered(1, 200, Duration::from_micros(300));
        two.stage("abcdefghij", "prod").answered(1, 204, Duration::from_millis(3));
        two.stage("abcdefghij", "prod").answered(99, 599, Duration::from_secs(100));
        one.limit(LimitKind::Uri);
        two.limit(LimitKind::Uri);
        two.connections.inc();
        metrics.published(7);
        let text = metrics.encode();
        for line in [
            r#"postern_requests_total{api="abcdefghij",stage="prod",method="GET",status="2xx"} 2"#,
            r#"postern_requests_total{api="abcdefghij",stage="prod",method="OTHER",status="5xx"} 1"#,
            r#"postern_request_duration_seconds_count{api="abcdefghij",stage="prod"} 3"#,
            r#"postern_request_duration_seconds_bucket{le="0.0005",api="abcdefghij",stage="prod"} 1"#,
            r#"postern_request_duration_seconds_bucket{le="+Inf",api="abcdefghij",stage="prod"} 3"#,
            r#"postern_limits_total{limit="uri"} 2"#,
            "postern_connections 1",
            "postern_snapshot_store_revision 7",
            "# EOF",
        ] {
            check(&text, line);
        }
    }

    #[test]
    fn a_gauge_does_not_fall_below_zero() {
        let worker = WorkerMetrics::default();
        worker.connections.dec();
        assert_eq!(worker.connections.get(), 0);
    }
}
