//! The store on disk: sled, and all that sled 0.34 leaves to its callers. The only place that names sled.
//!
//! What sled does not do by itself, and what is done here about it:
//! - Its `flush` starts writing but does not wait for the disk (`sync_file_range`, no `fsync`), and its inserts are
//!   lost for up to half a second. So one thread takes all commits that wait, has sled write them, calls
//!   `fdatasync` on the database file, moves the [mark](mark) on, and only then acknowledges them ([`flusher`]).
//! - Values above 128 KiB go to side files that are never synced, and a page of its tree holds up to 17 values.
//!   So no value is longer than 4 KiB; longer blobs are cut ([`blobs`]).
//! - A torn tail is rolled back in silence. So the mark, a tiny file beside sled, says how far it was
//!   acknowledged, and a digest over all records says whether any of them is missing or old ([`engine`]).
//! - A half-written snapshot file stops it from opening, and damage makes it panic. So both are met at
//!   [`open`](SledStore::open), and a copy is kept before anything is tried.
//! - After a failed write it fails for ever. So it is closed and opened again, and nothing is acknowledged until a
//!   write has been proven to work.
//!
//! The data directory: `store/` is sled's own, `mark` the mark, `serving/` what is served
//! ([`serving`](super::serving)), `lock` is locked by the process that has it, `store.damaged-N` are the copies.

mod blobs;
mod engine;
mod fault;
mod flusher;
pub(super) mod folder;
mod mark;
mod open;
mod restoring;
mod state;
mod store;

pub(super) use engine::FORMAT_VERSION;
pub use fault::{Fault, OpenError};
pub(super) use open::open_for_check;
pub use open::{OnFault, Opened, accept};
pub(super) use restoring::Restoring;
pub use store::SledStore;
