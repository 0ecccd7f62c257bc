//! The gRPC face: translates requests, calls `control`, translates what comes back. It has no rules of its own.
//!
//! A request passes, from the outside in: the door (hosts, pages, size of the head), gRPC-Web, access (who calls, and
//! whether it may), admission (calls in flight, deadline), and its service, a file each. A call is four steps: request → model, or field violations
//! → one use case → answer.

mod access;
mod admission;
mod door;
mod guard;
mod incoming;
mod serve;
mod tls;

mod fields;
mod mask;
mod page;
mod status;

mod apis;
mod audit;
mod backups;
mod cors;
mod deployments;
mod domains;
mod exports;
mod gateway_responses;
mod imports;
mod methods;
mod models;
mod request_validators;
mod resources;
mod stages;
mod test_method;
mod tokens;
mod watch;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch::Receiver;

pub use access::AccessConfig;
pub use guard::{Guard, Refusal};
pub use incoming::OwnConnections;
pub use serve::{ServeError, serve};
pub use tls::{AdminTls, InvalidTls, TlsFiles};

use crate::control::Control;
use crate::model::{Partition, Region};
use crate::ops::Metrics;
use fields::Fields;

/// How the admin API is served.
#[derive(Clone)]
pub struct AdminConfig {
    /// Hosts and pages that may call.
    pub guard: Guard,
    /// How callers prove who they are.
    pub access: AccessConfig,
    /// The certificates to serve TLS with; `None` serves in the clear.
    pub tls: Option<Arc<AdminTls>>,
    /// Where refusals are counted.
    pub metrics: Metrics,
    /// Where top-level things live when a call names no region; a region that is named changes the region alone.
    pub partition: Partition,
    /// How long calls in flight may take to finish once the server is told to stop.
    pub drain_timeout: Duration,
}

/// Every service: they share the use cases and differ in what they translate.
#[derive(Clone)]
struct Admin {
    control: Control,
    partition: Partition,
    /// Turns true when the server stops, so that streams without end do end.
    stopping: Receiver<bool>,
}

impl Admin {
    /// The use cases, in the name of whoever makes the call that is being answered.
    fn control(&self) -> Control {
        self.control.as_caller(access::caller())
    }

    /// The partition of a region that a request names, or the server's own.
    fn partition(&self, fields: &mut Fields, region: &str) -> Option<Partition> {
        let region = fields.optional::<Region>("region", region)?;
        Some(match region {
            Some(region) => Partition { region, ..self.partition.clone() },
            None => self.partition.clone(),
        })
    }
}
