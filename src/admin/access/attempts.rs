//! Slows those who fail to prove who they are.
//!
//! A secret of 256 bits cannot be guessed, whatever the pace. This keeps whoever tries from costing the rest their time,
//! and makes trying visible.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// How long the answer to a first failure is held back; each further one doubles it.
const FIRST_DELAY: Duration = Duration::from_millis(100);
/// The longest that an answer is held back.
const LONGEST_DELAY: Duration = Duration::from_secs(5);
/// How many answers to one address are held back at a time; further attempts are refused without a look.
const MOST_WAITING: u32 = 8;
/// When an address without further failures has a clean record again.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(15 * 60);
/// How many addresses are remembered.
const MOST_ADDRESSES: usize = 4096;

/// The failures of late, by address.
#[derive(Clone, Debug, Default)]
pub(super) struct Attempts(Arc<Mutex<HashMap<IpAddr, Record>>>);

#[derive(Clone, Copy, Debug)]
struct Record {
    failures: u32,
    waiting: u32,
    last: Instant,
}

impl Attempts {
    /// Whether an address may try now.
    pub(super) fn may_try(&self, address: Option<IpAddr>) -> bool {
        let Some(address) = address.map(network) else { return true };
        self.records().get(&address).is_none_or(|record| record.waiting < MOST_WAITING)
    }

    /// Notes a failure, and waits as long as its answer is to be held back.
    pub(super) async fn failed(&self, address: Option<IpAddr>) {
        let Some(address) = address.map(network) else { return };
        let delay = delay(self.note(address, Instant::now()));
        // Whoever goes away before its answer has waited, too.
        let _waiting = Waiting { attempts: self, address };
        tokio::time::sleep(delay).await;
    }

    /// Forgets the failures of an address that has proven who it is.
    pub(super) fn succeeded(&self, address: Option<IpAddr>) {
        let Some(address) = address.map(network) else { return };
        let mut records = self.records();
        if records.get(&address).is_some_and(|record| record.waiting == 0) {
            records.remove(&address);
        }
    }

    /// Counts a failure, and an answer that waits; gives how many failures there were of late.
    fn note(&self, address: IpAddr, now: Instant) -> u32 {
        let mut records = self.records();
        if records.len() >= MOST_ADDRESSES && !records.contains_key(&address) {
            records.retain(|_, record| record.waiting > 0 || now - record.last < FORGOTTEN_AFTER);
            if records.len() >= MOST_ADDRESSES {
                let oldest =
                    records.iter().min_by_key(|(_, record)| record.last).map(|(address, _)| *address);
                oldest.map(|address| records.remove(&address));
            }
        }
        let record = records.entry(address).or_insert(Record { failures: 0, waiting: 0, last: now });
        if record.waiting == 0 && now - record.last >= FORGOTTEN_AFTER {
            record.failures = 0;
        }
        record.failures = record.failures.saturating_add(1);
        record.waiting += 1;
        record.last = now;
        record.failures
    }

    fn records(&self) -> MutexGuard<'_, HashMap<IpAddr, Record>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Waiting<'a> {
    attempts: &'a Attempts,
    address: IpAddr,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        if let Some(record) = self.attempts.records().get_mut(&self.address) {
            record.waiting = record.waiting.saturating_sub(1);
        }
    }
}

/// How long the answer to the last of so many failures is held back.
fn delay(failures: u32) -> Duration {
    FIRST_DELAY.saturating_mul(1 << failures.saturating_sub(1).min(10)).min(LONGEST_DELAY)
}

/// What one party commands: an IPv4 address, or the /64 that an IPv6 host has.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX))),
        address @ IpAddr::V4(_) => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    impl Attempts {
        /// A failure whose answer went out at once.
        fn fail(&self, address: IpAddr, now: Instant) -> Duration {
            let delay = delay(self.note(network(address), now));
            drop(Waiting { attempts: self, address: network(address) });
            delay
        }
    }

    #[test]
    fn each_failure_holds_the_answer_back_longer() {
        let (attempts, now, one) = (Attempts::default(), Instant::now(), at("192.0.2.1"));
        for expected in [100, 200, 400, 800, 1600, 3200, 5000, 5000] {
            assert_eq!(attempts.fail(one, now).as_millis(), expected);
        }
        assert_eq!(attempts.fail(at("192.0.2.2"), now), FIRST_DELAY, "others are not held back");
        attempts.succeeded(Some(one));
        assert_eq!(attempts.fail(one, now), FIRST_DELAY);
        assert_eq!(attempts.fail(one, now), 2 * FIRST_DELAY);
        assert_eq!(attempts.fail(one, now + FORGOTTEN_AFTER), FIRST_DELAY);
        assert_eq!(delay(u32::MAX), LONGEST_DELAY);
    }

    #[test]
    fn many_attempts_at_a_time_are_refused_without_a_look() {
        let (attempts, now) = (Attempts::default(), Instant::now());
        let party = network(at("2001:db8::1"));
        for n in 0..MOST_WAITING {
            assert!(attempts.may_try(Some(at("2001:db8::ffff"))));
            attempts.note(network(at(&format!("2001:db8::{n:x}"))), now);
        }
        assert!(!attempts.may_try(Some(at("2001:db8::ffff"))), "one party, whatever its address");
        assert!(attempts.may_try(Some(at("2001:db8:0:1::1"))));
        attempts.succeeded(Some(party));
        assert!(!attempts.may_try(Some(party)), "those that wait still do");
        drop(Waiting { attempts: &attempts, address: party });
        assert!(attempts.may_try(Some(party)));
    }

    #[test]
    fn no_more_addresses_are_remembered_than_there_is_room_for() {
        let (attempts, now) = (Attempts::default(), Instant::now());
        for n in 0..=u32::try_from(MOST_ADDRESSES).expect("few") {
            attempts.fail(IpAddr::V4(n.into()), now);
        }
        assert_eq!(attempts.records().len(), MOST_ADDRESSES);
    }
}
