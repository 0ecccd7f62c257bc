//! The one place where a new snapshot meets the workers.
//!
//! Control holds the [`Publisher`], each worker a [`LocalReader`]. A worker asks for the snapshot once per request,
//! which costs one atomic load, and hands out worker-local references: no count is shared between cores.

use std::ops::Deref;
use std::rc::Rc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use arc_swap::ArcSwap;
use tokio::sync::watch;

use crate::model::StoreRevision;

use super::Snapshot;

/// How often the reaper looks whether the last request has let go of an old snapshot. It sleeps for good while
/// there is none.
const REAP_INTERVAL: Duration = Duration::from_millis(50);

/// The writing end: takes snapshots in the order of their store revisions.
#[derive(Debug)]
pub struct Publisher {
    cell: Arc<ArcSwap<Snapshot>>,
    /// Makes compare and swap one step. Only publishers wait on it, never a worker.
    turn: Mutex<()>,
    /// Wakes workers that serve nothing at the moment, so that they let go of the old snapshot.
    published: watch::Sender<StoreRevision>,
    /// Where old snapshots go to be dropped: a large one takes milliseconds, which no request shall pay.
    retired: Sender<Arc<Snapshot>>,
}

/// A snapshot that came after a newer one and was not taken: what it shows is in force already, or was never to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a snapshot of store revision {given} comes too late: {current} is being served")]
pub struct Superseded {
    /// What was to be published.
    pub given: StoreRevision,
    /// What is served instead.
    pub current: StoreRevision,
}

impl Publisher {
    /// Serves `first` until something newer is published.
    #[must_use]
    pub fn new(first: Arc<Snapshot>) -> Self {
        let (published, _) = watch::channel(first.store_revision);
        let (retired, arrivals) = mpsc::channel();
        // The thread ends when the publisher is dropped. Without it, snapshots are dropped where they are let go.
        drop(thread::Builder::new().name("snapshot-reaper".to_owned()).spawn(move || reap(&arrivals)));
        Self { cell: Arc::new(ArcSwap::new(first)), turn: Mutex::new(()), published, retired }
    }

    /// Serves `next` from now on: a request that starts after this returns is answered by it.
    ///
    /// # Errors
    /// When what is served is as new or newer; nothing changes then.
    pub fn publish(&self, next: Arc<Snapshot>) -> Result<(), Superseded> {
        let given = next.store_revision;
        let turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let current = self.cell.load().store_revision;
        if given <= current {
            return Err(Superseded { given, current });
        }
        let old = self.cell.swap(next);
        self.published.send_replace(given);
        drop(turn);
        if let Err(mpsc::SendError(old)) = self.retired.send(old) {
            drop(old);
        }
        Ok(())
    }

    /// What is served now.
    #[must_use]
    pub fn current(&self) -> Arc<Snapshot> {
        self.cell.load_full()
    }

    /// A reading end, for another worker or for whoever wants to look.
    #[must_use]
    pub fn reader(&self) -> Reader {
        Reader { cell: Arc::clone(&self.cell), published: self.published.subscribe() }
    }
}

/// Drops each retired snapshot here, once nobody else holds it. Ends with its publisher.
fn reap(arrivals: &Receiver<Arc<Snapshot>>) {
    let mut waiting: Vec<Arc<Snapshot>> = Vec::new();
    loop {
        let arrived = if waiting.is_empty() {
            arrivals.recv().map_err(|_| RecvTimeoutError::Disconnected)
        } else {
            arrivals.recv_timeout(REAP_INTERVAL)
        };
        match arrived {
            Ok(snapshot) => waiting.push(snapshot),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
        waiting.retain(|snapshot| Arc::strong_count(snapshot) > 1);
    }
}

/// A reading end that can be sent to a worker's thread.
#[derive(Clone, Debug)]
pub struct Reader {
    cell: Arc<ArcSwap<Snapshot>>,
    published: watch::Receiver<StoreRevision>,
}

impl Reader {
    /// What is served now. Counts a reference that all cores share: for workers there is [`local`](Self::local).
    #[must_use]
    pub fn current(&self) -> Arc<Snapshot> {
        self.cell.load_full()
    }

    /// The reading end of one worker.
    #[must_use]
    pub fn local(&self) -> LocalReader {
        let mut cache = arc_swap::Cache::new(Arc::clone(&self.cell));
        let snapshot = Rc::new(Held(Arc::clone(cache.load())));
        LocalReader { cache, snapshot }
    }

    /// Waits until something newer than last seen here is published; `false` when nothing ever will be. A worker
    /// then asks its [`LocalReader`] once, so that it does not hold on to the old snapshot while idle.
    pub async fn changed(&mut self) -> bool {
        self.published.changed().await.is_ok()
    }
}

/// A snapshot held by one worker, on behalf of all of its requests.
#[derive(Debug)]
pub struct Held(Arc<Snapshot>);

impl Deref for Held {
    type Target = Arc<Snapshot>;

    fn deref(&self) -> &Arc<Snapshot> {
        &self.0
    }
}

/// One worker's reading end. Not to be shared between threads.
#[derive(Debug)]
pub struct LocalReader {
    cache: arc_swap::Cache<Arc<ArcSwap<Snapshot>>, Arc<Snapshot>>,
    /// What requests of this worker hold: counted without atomics.
    snapshot: Rc<Held>,
}

impl LocalReader {
    /// What is served now. A request clones the `Rc` and keeps it until its last byte.
    pub fn load(&mut self) -> &Rc<Held> {
        let current = self.cache.load();
        if !Arc::ptr_eq(current, &self.snapshot) {
            self.snapshot = Rc::new(Held(Arc::clone(current)));
        }
        &self.snapshot
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn snapshot(revision: u64) -> Arc<Snapshot> {
        Snapshot::empty().edit(StoreRevision(revision)).finish()
    }

    #[test]
    fn only_rising_revisions_are_taken() {
        let publisher = Publisher::new(snapshot(1));
        let mut local = publisher.reader().local();
        for (given, expected) in [(3, Ok(())), (2, Err(3)), (3, Err(3)), (4, Ok(())), (1, Err(4))] {
            let result = publisher.publish(snapshot(given));
            let expected = expected.map_err(|current| Superseded {
                given: StoreRevision(given),
                current: StoreRevision(current),
            });
            assert_eq!(result, expected);
            assert_eq!(local.load().store_revision, publisher.current().store_revision);
        }
    }

    #[test]
    fn a_request_keeps_the_snapshot_it_started_with() {
        let publisher = Publisher::new(snapshot(1));
        let mut local = publisher.reader().local();
        let held = Rc::clone(local.load());
        publisher.publish(snapshot(2)).expect("a newer one");
        assert_eq!((held.store_revision, local.load().store_revision), (StoreRevision(1), StoreRevision(2)));
    }

    #[tokio::test]
    async fn an_idle_worker_is_woken_and_the_old_snapshot_freed() {
        let publisher = Publisher::new(snapshot(1));
        let mut reader = publisher.reader();
        let mut local = reader.local();
        let old = Arc::downgrade(&local.load().0);
        publisher.publish(snapshot(2)).expect("a newer one");
        assert!(reader.changed().await);
        local.load();
        // The reaper holds the last reference, and drops it in its own time.
        let freed = async {
            while old.strong_count() > 0 {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(10), freed).await.expect("the reaper lets go");
        drop(publisher);
        assert!(!reader.changed().await);
    }

    #[test]
    fn concurrent_publishers_end_with_the_newest() {
        let publisher = Publisher::new(snapshot(0));
        thread::scope(|scope| {
            for start in 1..=4_u64 {
                let publisher = &publisher;
                scope.spawn(move || {
                    for revision in (start..200).step_by(4) {
                        let _ = publisher.publish(snapshot(revision));
                    }
                });
            }
        });
        assert_eq!(publisher.current().store_revision, StoreRevision(199));
    }
}
