//! The ground where anyone may count: metrics, health and the set-up of logs. Imports nothing of ours.

mod cells;
mod collect;
mod health;
mod log;
mod metrics;

pub use cells::{Counter, Gauge, LATENCY_BUCKETS, LimitKind, StageCells, VERB_LABELS, WorkerMetrics};
pub use health::Health;
pub use log::{InvalidLog, LogFormat, init_log};
pub use metrics::Metrics;
