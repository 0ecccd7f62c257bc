//! What was written, by whom, from where: the events of the audit.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;
use std::time::SystemTime;

use super::{ApiId, InvalidName, Revision, StoreRevision};

/// Where an event stands among all: by time, then by chance. Its text orders as the events do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AuditId {
    /// Milliseconds since 1970.
    pub at_ms: u64,
    /// Random, so that events of one millisecond are told apart.
    pub random: u64,
}

impl fmt::Display for AuditId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:020}-{:016x}", self.at_ms, self.random)
    }
}

impl FromStr for AuditId {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        let read = || {
            let (at_ms, random) = text.split_once('-')?;
            let id = Self { at_ms: at_ms.parse().ok()?, random: u64::from_str_radix(random, 16).ok()? };
            (id.to_string() == text).then_some(id)
        };
        read().ok_or_else(|| {
            InvalidName::new("id of an audit event", text, "20 digits, - and 16 hexadecimal digits")
        })
    }
}

/// One write of the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEvent {
    /// Its place among all.
    pub id: AuditId,
    /// When, to the millisecond.
    pub at: SystemTime,
    /// Who: `token:ci/abcdefghij`, `certificate:ops`, `local`.
    pub actor: String,
    /// From which address; `None` within the process.
    pub address: Option<IpAddr>,
    /// What was called, by the face's own name: `ApiService/CreateApi`, `aws:CreateRestApi`.
    pub operation: String,
    /// What it did, as one word: `draft_changed`.
    pub kind: String,
    /// The API it was done to, if any.
    pub api_id: Option<ApiId>,
    /// The stage, deployment, host and base path or token it was done to, if any.
    pub object: Option<String>,
    /// The revision the thing has since; `None` where it has none.
    pub revision: Option<Revision>,
    /// The store's revision that the write made.
    pub store_revision: StoreRevision,
    /// What differs since, a line each; what is secret or long is named, not shown.
    pub changes: Vec<String>,
}

impl AuditEvent {
    /// The most lines that an event keeps; the last then says how many more there were.
    pub const MAX_CHANGES: usize = 20;

    /// Lines, cut to what an event keeps.
    #[must_use]
    pub fn cut(mut changes: Vec<String>) -> Vec<String> {
        let all = changes.len();
        if all > Self::MAX_CHANGES {
            changes.truncate(Self::MAX_CHANGES - 1);
            changes.push(format!("and {} more", all - changes.len()));
        }
        changes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_read_back_and_order_as_their_texts() {
        let id = |at_ms, random| AuditId { at_ms, random };
        let ids = [id(0, 1), id(9, u64::MAX), id(10, 0), id(10, 1), id(u64::MAX, 0)];
        for pair in ids.windows(2) {
            assert!(pair[0] < pair[1] && pair[0].to_string() < pair[1].to_string());
        }
        for id in ids {
            assert_eq!(id.to_string().parse(), Ok(id));
        }
        for bad in
            ["", "1-1", "00000000000000000001-000000000000000G", "+0000000000000000001-0000000000000001"]
        {
            assert!(bad.parse::<AuditId>().is_err(), "{bad}");
        }
    }

    #[test]
    fn what_is_cut_is_counted() {
        let lines = |n: usize| (0..n).map(|n| n.to_string()).collect::<Vec<_>>();
        assert_eq!(AuditEvent::cut(lines(20)), lines(20));
        let cut = AuditEvent::cut(lines(30));
        assert_eq!((cut.len(), cut[19].as_str()), (20, "and 11 more"));
    }
}
