//! What goes on beside the calls: seeing whether the store takes writes, and removing what nothing names any more.

use std::convert::Infallible;
use std::time::{Duration, SystemTime};

use prometheus_client::metrics::gauge::Gauge;
use tokio::time::{Instant, MissedTickBehavior, interval, interval_at};

use crate::ops::{Health, Metrics};
use crate::store::{CommitError, Records};

/// How often the store is asked whether it takes writes; one that had a fault tries to get over it then.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// How often unnamed content is removed: it costs room and nothing else.
const SWEEP_EVERY: Duration = Duration::from_secs(3600);

/// Keeps `records` in order and `health` informed until the future is dropped.
pub(super) async fn run(records: Records, health: Health, metrics: Metrics) -> Infallible {
    let read_only = Gauge::<i64>::default();
    let registered = read_only.clone();
    metrics.register(|registry| {
        registry.register("store_read_only", "1 while the store takes no writes, else 0", registered);
    });
    let mut look = interval(LOOK_EVERY);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut sweep = interval_at(Instant::now() + SWEEP_EVERY, SWEEP_EVERY);
    sweep.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = look.tick() => {
                let fault = records.store().writable().await.err().map(|error| reason(&error));
                read_only.set(i64::from(fault.is_some()));
                tell(health.read_only().as_deref(), fault.as_deref());
                health.set_read_only(fault);
            }
            _ = sweep.tick() => match records.sweep(SystemTime::now()).await {
                Ok(swept) => tracing::info!(blobs = swept.blobs, records = swept.records, "swept the store"),
                Err(error) => tracing::warn!(%error, "the store was not swept to the end"),
            },
        }
    }
}

fn reason(error: &CommitError) -> String {
    match error {
        CommitError::ReadOnly { reason } => reason.clone(),
        CommitError::Conflict { .. } | CommitError::TooLarge { .. } | CommitError::Storage(_) => {
            error.to_string()
        }
    }
}

/// Logs what has changed.
fn tell(before: Option<&str>, now: Option<&str>) {
    match (before, now) {
        (None, Some(reason)) => {
            tracing::error!(reason, "nothing can be written; what is deployed is served on")
        }
        (Some(_), None) => tracing::info!("the store takes writes again"),
        (None, None) | (Some(_), Some(_)) => {}
    }
}
