//! Definitions as content-addressed blobs: a sorted, paged manifest of parts under one root hash.
//!
//! A part (the API's settings, a customised gateway response, something kept without effect, a model, a request
//! validator, a resource with its methods) is one blob. A page lists parts by name and hash, a manifest lists pages, and
//! the hash of the manifest is the root. Where a page begins depends on the names alone, so equal definitions have equal
//! roots however they came to be, and an edit writes one part, one page and one manifest anew.

mod cache;
mod load;
mod manifest;
mod part;
mod write;

pub(super) use cache::Cache;
pub(super) use load::{all_hashes, api_settings, blob, children, definition};
pub(super) use manifest::Loaded;
pub(super) use part::{decode, encode};
pub(super) use write::write;
