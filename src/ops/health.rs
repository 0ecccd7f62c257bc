//! Whether the process lives and whether it can serve.

use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

const STARTING: u8 = 0;
const READY: u8 = 1;
const DRAINING: u8 = 2;

/// What probes ask for. Cheap to clone; every clone tells the same.
#[derive(Clone, Debug, Default)]
pub struct Health {
    state: Arc<AtomicU8>,
    /// Why the store takes no writes, if it takes none. The data plane serves on.
    read_only: Arc<Mutex<Option<String>>>,
}

impl Health {
    /// Starting: alive, not ready.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Every listener is bound and the first snapshot is published.
    pub fn set_ready(&self) {
        self.state.store(READY, Ordering::Release);
    }

    /// The process is going away: load balancers should send nothing more. There is no way back.
    pub fn set_draining(&self) {
        self.state.store(DRAINING, Ordering::Release);
    }

    /// Notes that configuration cannot be written, and why; `None` when it can again.
    pub fn set_read_only(&self, reason: Option<String>) {
        *self.read_only.lock().unwrap_or_else(PoisonError::into_inner) = reason;
    }

    /// Why configuration cannot be written, if it cannot.
    #[must_use]
    pub fn read_only(&self) -> Option<String> {
        self.read_only.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether requests are served. A read-only store does not take this away.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.state.load(Ordering::Acquire) == READY
    }

    /// One word for probes and people: `starting`, `ready` or `draining`.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self.state.load(Ordering::Acquire) {
            STARTING => "starting",
            READY => "ready",
            _ => "draining",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_clone_tells_the_same() {
        let health = Health::new();
        let probe = health.clone();
        assert_eq!((probe.is_ready(), probe.word()), (false, "starting"));
        health.set_ready();
        health.set_read_only(Some("the disk is full".to_owned()));
        assert_eq!((probe.is_ready(), probe.word()), (true, "ready"));
        assert_eq!(probe.read_only().as_deref(), Some("the disk is full"));
        health.set_draining();
        assert_eq!((probe.is_ready(), probe.word()), (false, "draining"));
    }
}
