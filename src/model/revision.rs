//! Counters that tell one state of the configuration from the next.

use std::fmt;

/// Counts the writes to one thing: an API's draft, or what belongs to no API. Starts at 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Revision(pub u64);

impl Revision {
    /// The revision that the next write makes.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Counts every commit to the store. The publisher takes only rising ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct StoreRevision(pub u64);

impl StoreRevision {
    /// The revision that the next commit makes.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl fmt::Display for StoreRevision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The revision a caller based its write on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Expected {
    /// The caller did not say: the write applies to whatever is there.
    #[default]
    Any,
    /// The write applies only if this is still the revision; otherwise it is stale.
    At(Revision),
}

impl Expected {
    /// Whether a write with this expectation may apply to a thing at `current`.
    #[must_use]
    pub fn admits(self, current: Revision) -> bool {
        match self {
            Self::Any => true,
            Self::At(revision) => revision == current,
        }
    }
}
