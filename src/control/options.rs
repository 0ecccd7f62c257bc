//! What every use case takes and gives back beside its own subject.

use crate::model::{Expected, Issue, Revision, StoreRevision};

/// How a write is to be made. The default writes whatever the revision is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// The revision that the caller based its change on: the draft's, or the stage's or binding's own.
    pub expected: Expected,
    /// Do everything but commit, and say what would be.
    pub validate_only: bool,
    /// Store what is not served yet (a canary) rather than refuse it: for callers whose clients read back what they
    /// wrote.
    pub keep_unserved: bool,
}

impl Options {
    /// Everything but the commit.
    #[must_use]
    pub fn preview() -> Self {
        Self { validate_only: true, ..Self::default() }
    }

    /// Whatever can be stored is, also what is not served yet.
    #[must_use]
    pub fn keeping_unserved() -> Self {
        Self { keep_unserved: true, ..Self::default() }
    }

    /// Only if it is still at `revision`.
    #[must_use]
    pub fn at(revision: Revision) -> Self {
        Self { expected: Expected::At(revision), ..Self::default() }
    }
}

/// What a write made, or under `validate_only` would have made.
#[derive(Clone, Debug, PartialEq)]
pub struct Written<T> {
    /// The thing as it is now.
    pub value: T,
    /// The revision of what was written: the draft's, or the stage's or binding's own.
    pub revision: Revision,
    /// The store's revision; `None` when nothing was written.
    pub store_revision: Option<StoreRevision>,
    /// What was accepted and will have no effect, or will fail later.
    pub warnings: Vec<Issue>,
}

impl<T> Written<T> {
    /// The same write with another view of its value.
    #[must_use]
    pub fn map<U>(self, view: impl FnOnce(T) -> U) -> Written<U> {
        Written {
            value: view(self.value),
            revision: self.revision,
            store_revision: self.store_revision,
            warnings: self.warnings,
        }
    }
}

/// A part of a draft and the draft's revision that it was read at.
#[derive(Clone, Debug, PartialEq)]
pub struct Read<T> {
    /// What was read.
    pub value: T,
    /// The draft's revision.
    pub revision: Revision,
}

/// Some of a list, in the list's order.
#[derive(Clone, Debug, PartialEq)]
pub struct Page<T, K> {
    /// The entries; may be empty.
    pub items: Vec<T>,
    /// What to ask with for the entries that follow; `None` at the end.
    pub next: Option<K>,
}

impl<T, K> Page<T, K> {
    /// Cuts a list that was read one entry further than asked, naming each entry by `key`.
    pub(crate) fn cut(mut items: Vec<T>, limit: usize, key: impl FnOnce(&T) -> K) -> Self {
        let more = items.len() > limit;
        items.truncate(limit);
        let next = if more { items.last().map(key) } else { None };
        Self { items, next }
    }
}
