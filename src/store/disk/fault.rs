//! The states in which a data directory cannot be used, each with its cure.

use std::path::{Path, PathBuf};

/// Why a data directory cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Another process has it.
    Busy,
    /// The system does not let us.
    Inaccessible,
    /// A newer Postern wrote it.
    Newer,
    /// It cannot be read, or not all of it is what was written.
    Damaged,
    /// It has lost commits that were acknowledged.
    Behind,
    /// The mark is gone, so that nobody can tell whether commits were lost.
    NoMark,
    /// There is a mark but no store.
    NoStore,
    /// The mark belongs to another store.
    ForeignMark,
}

impl Fault {
    /// What an operator can do about it.
    #[must_use]
    pub const fn cure(self) -> &'static str {
        match self {
            Self::Busy => "stop the other process, or use another --data-dir",
            Self::Inaccessible => {
                "give the user that runs Postern read and write access, and room on the disk"
            }
            Self::Newer => "run the version that wrote it, or a later one",
            Self::Damaged => {
                "run `postern check`, then `postern restore` a backup into an empty directory; or start with --on-store-fault=serve to serve what was served last, read-only"
            }
            Self::Behind | Self::NoMark | Self::ForeignMark => {
                "`postern restore` a backup into an empty directory; or, to go on with what is there, `postern check --accept`; or start with --on-store-fault=serve to serve what was served last, read-only"
            }
            Self::NoStore => {
                "put the `store` folder back, or `postern restore` a backup into an empty directory; or start with --on-store-fault=serve to serve what was served last, read-only"
            }
        }
    }

    /// Whether serving what was served last can stand in for the store.
    pub(super) const fn may_serve(self) -> bool {
        match self {
            Self::Busy | Self::Inaccessible => false,
            Self::Newer | Self::Damaged | Self::Behind | Self::NoMark | Self::NoStore | Self::ForeignMark => {
                true
            }
        }
    }
}

/// A data directory that cannot be used: where, why, and what to do.
#[derive(Clone, Debug, thiserror::Error)]
#[error("cannot open the store in {}: {reason}; to mend it: {}", .path.display(), .fault.cure())]
pub struct OpenError {
    /// The kind of fault.
    pub fault: Fault,
    /// The file or folder at fault.
    pub path: PathBuf,
    /// What exactly is wrong, with what was tried.
    pub reason: String,
}

impl OpenError {
    /// The exit code of a process that cannot start for this reason: `EX_CONFIG` of `sysexits.h`.
    pub const EXIT_CODE: u8 = 78;

    pub(super) fn new(fault: Fault, path: &Path, reason: impl Into<String>) -> Self {
        Self { fault, path: path.to_owned(), reason: reason.into() }
    }
}
