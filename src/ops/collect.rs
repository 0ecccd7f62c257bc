//! Sums the workers' cells into Prometheus families at scrape time.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, PoisonError};

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;

use super::cells::{LATENCY_BUCKETS, Latencies, LimitKind, StageCells, VERB_LABELS, WorkerMetrics};
use super::metrics::Shared;

const CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];

#[derive(Debug)]
pub(super) struct Collect(pub(super) Arc<Shared>);

/// A stage's cells, one from each worker that was called for it.
type Stages = BTreeMap<(Box<str>, Box<str>), Vec<Arc<StageCells>>>;

impl Collector for Collect {
    fn encode(&self, mut encoder: DescriptorEncoder) -> fmt::Result {
        let workers = self.0.workers.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let mut stages = Stages::new();
        for (labels, cells) in workers.iter().flat_map(|w| w.stages()) {
            stages.entry(labels).or_default().push(cells);
        }
        requests(&mut encoder, &stages)?;
        let durations = "Seconds from a complete request head to the start of its answer";
        latencies(&mut encoder, "request_duration_seconds", durations, &stages, |c| &c.latency)?;
        let integration = "Seconds of that spent waiting for the integration";
        latencies(&mut encoder, "integration_duration_seconds", integration, &stages, |c| {
            &c.integration_latency
        })?;
        plain(&mut encoder, &workers)?;
        labelled(&mut encoder, &workers)?;

        let revision = self.0.store_revision.load(Relaxed);
        gauge(
            &mut encoder,
            "snapshot_store_revision",
            "Store revision of the newest snapshot published",
            revision,
        )?;
        let publishes = self.0.publishes.load(Relaxed);
        counter(&mut encoder, "snapshot_publishes", "Snapshots published", publishes)
    }
}

fn requests(encoder: &mut DescriptorEncoder<'_>, stages: &Stages) -> fmt::Result {
    let help = "Requests answered, by stage, method and class of the status";
    let mut family = encoder.encode_descriptor("requests", help, None, MetricType::Counter)?;
    for ((api, stage), cells) in stages {
        for (verb, method) in VERB_LABELS.iter().enumerate() {
            for (class, status) in CLASSES.iter().enumerate() {
                let count: u64 = cells.iter().map(|c| c.requests(verb, class)).sum();
                if count > 0 {
                    let labels =
                        [("api", &**api), ("stage", &**stage), ("method", *method), ("status", *status)];
                    family.encode_family(&labels)?.encode_counter::<NoLabelSet, _, u64>(&count, None)?;
                }
            }
        }
    }
    Ok(())
}

fn latencies(
    encoder: &mut DescriptorEncoder<'_>,
    name: &str,
    help: &str,
    stages: &Stages,
    of: fn(&StageCells) -> &Latencies,
) -> fmt::Result {
    let mut family = encoder.encode_descriptor(name, help, None, MetricType::Histogram)?;
    for ((api, stage), cells) in stages {
        let (mut counts, mut sum_nanos) = ([0; LATENCY_BUCKETS.len() + 1], 0);
        cells.iter().for_each(|c| of(c).add_to(&mut counts, &mut sum_nanos));
        let total: u64 = counts.iter().sum();
        if total == 0 {
            continue;
        }
        let bounds = LATENCY_BUCKETS.iter().copied().chain([f64::INFINITY]);
        let buckets: Vec<(f64, u64)> = bounds.zip(counts).collect();
        let labels = [("api", &**api), ("stage", &**stage)];
        let mut histogram = family.encode_family(&labels)?;
        histogram.encode_histogram::<NoLabelSet>(sum_nanos as f64 / 1e9, total, &buckets, None)?;
    }
    Ok(())
}

/// A metric without labels: name, help, and how it is read from one worker.
type Plain = (&'static str, &'static str, fn(&WorkerMetrics) -> u64);

const COUNTERS: [Plain; 10] = [
    ("received_bytes", "Bytes read from callers", |w| w.received_bytes.get()),
    ("sent_bytes", "Bytes written to callers", |w| w.sent_bytes.get()),
    ("cors_preflights", "Preflights answered", |w| w.cors_preflights.get()),
    ("ready_answers", "Requests whose answer was ready", |w| w.ready_answers.get()),
    ("upstream_connects", "Connections opened to back ends", |w| w.upstream_connects.get()),
    ("upstream_connect_failures", "Connections to back ends that failed", |w| {
        w.upstream_connect_failures.get()
    }),
    ("upstream_retries", "Requests sent again on a new connection", |w| w.upstream_retries.get()),
    ("upstream_reuses", "Requests sent on a kept connection", |w| w.upstream_reuses.get()),
    ("snapshot_swaps", "Snapshots taken over, summed over workers", |w| w.swaps.get()),
    ("panics", "Requests that ended in a panic", |w| w.panics.get()),
];

const GAUGES: [Plain; 3] = [
    ("requests_in_flight", "Requests being answered", |w| w.in_flight.get()),
    ("connections", "Open connections from callers", |w| w.connections.get()),
    ("upstream_idle_connections", "Kept connections to back ends without a request", |w| {
        w.upstream_idle.get()
    }),
];

fn plain(encoder: &mut DescriptorEncoder<'_>, workers: &[Arc<WorkerMetrics>]) -> fmt::Result {
    let sum = |of: fn(&WorkerMetrics) -> u64| workers.iter().map(|w| of(w)).sum();
    for (name, help, of) in COUNTERS {
        counter(encoder, name, help, sum(of))?;
    }
    for (name, help, of) in GAUGES {
        gauge(encoder, name, help, sum(of))?;
    }
    Ok(())
}

fn labelled(encoder: &mut DescriptorEncoder<'_>, workers: &[Arc<WorkerMetrics>]) -> fmt::Result {
    let sum = |of: &dyn Fn(&WorkerMetrics) -> u64| -> u64 { workers.iter().map(|w| of(w)).sum() };

    let help = "Connections accepted, by protocol";
    let mut family = encoder.encode_descriptor("accepted_connections", help, None, MetricType::Counter)?;
    for (protocol, count) in
        [("http1", sum(&|w| w.accepted_http1.get())), ("http2", sum(&|w| w.accepted_http2.get()))]
    {
        family
            .encode_family(&[("protocol", protocol)])?
            .encode_counter::<NoLabelSet, _, u64>(&count, None)?;
    }

    let help = "Requests that reached no stage, by class of the status";
    let mut family = encoder.encode_descriptor("unrouted_requests", help, None, MetricType::Counter)?;
    for (class, status) in CLASSES.iter().enumerate() {
        let count = sum(&|w| w.unrouted[class].get());
        family.encode_family(&[("status", *status)])?.encode_counter::<NoLabelSet, _, u64>(&count, None)?;
    }

    let help = "Limits and timeouts that fired";
    let mut family = encoder.encode_descriptor("limits", help, None, MetricType::Counter)?;
    for kind in LimitKind::ALL {
        let count = sum(&|w| w.limit_count(kind));
        family
            .encode_family(&[("limit", kind.label())])?
            .encode_counter::<NoLabelSet, _, u64>(&count, None)?;
    }
    Ok(())
}

fn counter(encoder: &mut DescriptorEncoder<'_>, name: &str, help: &str, value: u64) -> fmt::Result {
    encoder
        .encode_descriptor(name, help, None, MetricType::Counter)?
        .encode_counter::<NoLabelSet, _, u64>(&value, None)
}

fn gauge(encoder: &mut DescriptorEncoder<'_>, name: &str, help: &str, value: u64) -> fmt::Result {
    let value = i64::try_from(value).unwrap_or(i64::MAX);
    encoder.encode_descriptor(name, help, None, MetricType::Gauge)?.encode_gauge(&value)
}
