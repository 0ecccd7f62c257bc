//! Deadlines that cost nothing until they pass: one coarse clock for each worker.
//!
//! A timer of the runtime is registered and removed for every wait. Nearly no deadline of a gateway ever passes,
//! so here arming one writes a cell, and one task per worker looks at all of them: at the nearest deadline, at
//! least once a second, at most every [`GRANULARITY`]. A deadline never fires early.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

/// How late a deadline may fire, and the shortest time between two looks.
pub(super) const GRANULARITY: Duration = Duration::from_millis(5);

/// The longest time between two looks: also how long a dropped deadline's memory is kept.
const LONGEST_NAP: Duration = Duration::from_secs(1);

/// All deadlines of one worker.
pub(super) struct Clock {
    slots: RefCell<Vec<Rc<Slot>>>,
    /// When the ticker looks next.
    planned: Cell<Instant>,
    /// Told when a deadline is armed before `planned`.
    sooner: Notify,
}

#[derive(Default)]
struct Slot {
    at: Cell<Option<Instant>>,
    passed: Cell<bool>,
    waker: RefCell<Option<Waker>>,
}

impl Clock {
    pub(super) fn new() -> Rc<Self> {
        Rc::new(Self { slots: RefCell::default(), planned: Cell::new(Instant::now()), sooner: Notify::new() })
    }

    /// A deadline that is not armed.
    pub(super) fn deadline(self: &Rc<Self>) -> Deadline {
        let slot = Rc::new(Slot::default());
        self.slots.borrow_mut().push(Rc::clone(&slot));
        Deadline { clock: Rc::clone(self), slot }
    }

    /// Wakes everyone who waits with a deadline, armed or not: something else changed, such as a drain.
    pub(super) fn wake_all(&self) {
        self.slots.borrow().iter().for_each(|slot| slot.wake());
    }

    /// Runs the clock; never returns.
    pub(super) async fn tick(&self) {
        loop {
            let now = Instant::now();
            let next = self.look(now).max(now + GRANULARITY).min(now + LONGEST_NAP);
            self.planned.set(next);
            tokio::select! {
                () = tokio::time::sleep_until(next.into()) => {}
                () = self.sooner.notified() => {}
            }
        }
    }

    /// Fires what has passed and gives the nearest deadline that has not.
    fn look(&self, now: Instant) -> Instant {
        let mut nearest = now + LONGEST_NAP;
        self.slots.borrow_mut().retain(|slot| {
            if Rc::strong_count(slot) == 1 {
                return false;
            }
            match slot.at.get() {
                Some(at) if at <= now => {
                    slot.at.set(None);
                    slot.passed.set(true);
                    slot.wake();
                }
                Some(at) => nearest = nearest.min(at),
                None => {}
            }
            true
        });
        nearest
    }
}

impl Slot {
    fn wake(&self) {
        if let Some(waker) = &*self.waker.borrow() {
            waker.wake_by_ref();
        }
    }
}

/// One deadline; can be armed again and again. Belongs to the task that polls it last.
pub(super) struct Deadline {
    clock: Rc<Clock>,
    slot: Rc<Slot>,
}

impl Deadline {
    /// Passes at `at`. Replaces what was armed before.
    pub(super) fn arm(&self, at: Instant) {
        self.slot.passed.set(false);
        self.slot.at.set(Some(at));
        if at < self.clock.planned.get() {
            self.clock.planned.set(at);
            self.clock.sooner.notify_one();
        }
    }

    /// Passes after `wait`, counted from now.
    pub(super) fn arm_in(&self, wait: Duration) {
        self.arm(Instant::now() + wait);
    }

    /// Never passes.
    pub(super) fn disarm(&self) {
        self.slot.passed.set(false);
        self.slot.at.set(None);
    }

    /// Whether it is armed and has not passed.
    pub(super) fn is_armed(&self) -> bool {
        self.slot.at.get().is_some()
    }

    /// Ready once it has passed, and from then on until it is armed again.
    pub(super) fn poll_passed(&self, cx: &Context<'_>) -> Poll<()> {
        if self.slot.passed.get() {
            return Poll::Ready(());
        }
        let mut waker = self.slot.waker.borrow_mut();
        match &*waker {
            Some(known) if known.will_wake(cx.waker()) => {}
            _ => *waker = Some(cx.waker().clone()),
        }
        Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use super::*;

    fn on_a_worker<F: Future>(body: impl FnOnce(Rc<Clock>) -> F) -> F::Output {
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build_local(Default::default());
        runtime.expect("a runtime").block_on(async {
            let clock = Clock::new();
            let ticking = Rc::clone(&clock);
            tokio::task::spawn_local(async move { ticking.tick().await });
            tokio::task::yield_now().await;
            body(clock).await
        })
    }

    #[test]
    fn a_deadline_passes_once_its_time_has_come_and_not_before() {
        on_a_worker(|clock| async move {
            let deadline = clock.deadline();
            let at = Instant::now() + Duration::from_millis(30);
            deadline.arm(at);
            poll_fn(|cx| deadline.poll_passed(cx)).await;
            assert!(Instant::now() >= at);
            assert!(!deadline.is_armed());
        });
    }

    #[test]
    fn what_is_armed_again_or_disarmed_does_not_pass_at_the_old_time() {
        on_a_worker(|clock| async move {
            let (later, never, witness) = (clock.deadline(), clock.deadline(), clock.deadline());
            later.arm_in(Duration::from_millis(10));
            never.arm_in(Duration::from_millis(10));
            witness.arm_in(Duration::from_millis(40));
            later.arm_in(Duration::from_secs(60));
            never.disarm();
            poll_fn(|cx| witness.poll_passed(cx)).await;
            poll_fn(|cx| {
                assert!(later.poll_passed(cx).is_pending());
                assert!(never.poll_passed(cx).is_pending());
                Poll::Ready(())
            })
            .await;
        });
    }

    #[test]
    fn dropped_deadlines_are_forgotten() {
        on_a_worker(|clock| async move {
            drop(clock.deadline());
            assert_eq!(clock.slots.borrow().len(), 1);
            clock.look(Instant::now());
            assert_eq!(clock.slots.borrow().len(), 0);
        });
    }
}
