//! Pages of a manifest, and where they begin.

use std::sync::Arc;

use super::super::{Blob, StoreError};
use super::part::{PartName, decode, encode};
use crate::model::{Definition, Hash};
use crate::wire::stored::{hash, pb};

/// One name in so many begins a page. At 20,000 resources an edit then writes about as much for the page as for
/// the manifest, some 8 KiB each.
const NAMES_PER_PAGE: u64 = 128;

/// Whether a page begins at `name`. Depends on the name alone, and is part of the layout: another rule would
/// give equal definitions other roots.
fn begins_page(name: &str) -> bool {
    // FNV-1a, then the last steps of MurmurHash3, since FNV alone mixes names that count upwards too little.
    let fnv = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    let mixed = (fnv ^ (fnv >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    let mixed = (mixed ^ (mixed >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    (mixed ^ (mixed >> 33)) % NAMES_PER_PAGE == 0
}

/// A range of a manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::store) struct Page {
    pub(in crate::store) hash: Hash,
    pub(super) entries: Arc<[(PartName, Hash)]>,
}

/// A definition with the blobs it is stored as.
#[derive(Clone, Debug)]
pub(in crate::store) struct Loaded {
    pub(in crate::store) root: Hash,
    pub(super) pages: Arc<[Page]>,
    pub(in crate::store) definition: Arc<Definition>,
}

impl Loaded {
    /// Every name with its hash, in order.
    pub(super) fn entries(&self) -> impl Iterator<Item = (PartName, Hash)> + '_ {
        self.pages.iter().flat_map(|page| page.entries.iter().cloned())
    }
}

/// Cuts sorted entries into pages and puts a manifest over them; pages that `known` has are not encoded again.
/// Gives the pages, the blobs of the new ones, and the manifest.
pub(super) fn page(entries: Vec<(PartName, Hash)>, known: &[Page]) -> (Vec<Page>, Vec<Blob>, Blob) {
    let mut groups: Vec<Vec<(PartName, Hash)>> = Vec::new();
    for entry in entries {
        match groups.last_mut() {
            Some(group) if !begins_page(&entry.0.to_string()) => group.push(entry),
            _ => groups.push(vec![entry]),
        }
    }
    let mut blobs = Vec::new();
    let mut refs = Vec::with_capacity(groups.len());
    let mut pages = Vec::with_capacity(groups.len());
    for group in groups {
        let first = group[0].0.clone();
        let same = known.binary_search_by(|page| page.entries[0].0.cmp(&first)).ok().map(|at| &known[at]);
        let page = match same.filter(|page| *page.entries == *group) {
            Some(page) => page.clone(),
            None => {
                let entries = group
                    .iter()
                    .map(|(name, hash)| pb::ManifestEntry { name: name.to_string(), hash: hash.0.to_vec() });
                let content = pb::ManifestPage { entries: entries.collect() };
                let blob = encode(pb::content::Kind::ManifestPageV1(content));
                let page = Page { hash: blob.hash, entries: group.into() };
                blobs.push(blob);
                page
            }
        };
        refs.push(pb::ManifestPageRef {
            first: first.to_string(),
            count: u32::try_from(page.entries.len()).unwrap_or(u32::MAX),
            hash: page.hash.0.to_vec(),
        });
        pages.push(page);
    }
    let manifest = encode(pb::content::Kind::ManifestV1(pb::Manifest { pages: refs }));
    (pages, blobs, manifest)
}

/// The hashes of a manifest's pages.
pub(super) fn read_manifest(root: Hash, bytes: &[u8]) -> Result<Vec<Hash>, StoreError> {
    let pb::content::Kind::ManifestV1(manifest) = decode(root, bytes)? else {
        return Err(StoreError::damaged(root, "it is no manifest"));
    };
    let read = |page: pb::ManifestPageRef| hash("pages.hash", &page.hash);
    let pages = manifest.pages.into_iter().map(read).collect::<Result<Vec<_>, _>>();
    pages.map_err(|error| StoreError::damaged(root, error))
}

/// A manifest's page.
pub(super) fn read_page(page: Hash, bytes: &[u8]) -> Result<Page, StoreError> {
    let pb::content::Kind::ManifestPageV1(content) = decode(page, bytes)? else {
        return Err(StoreError::damaged(page, "it is no page of a manifest"));
    };
    let read = |entry: pb::ManifestEntry| {
        let place = || format!("{} in {page}", entry.name);
        let name = PartName::read(&entry.name).ok_or_else(|| StoreError::Newer { place: place() })?;
        let hash = hash("hash", &entry.hash).map_err(|error| StoreError::damaged(place(), error))?;
        Ok((name, hash))
    };
    let entries = content.entries.into_iter().map(read).collect::<Result<Vec<_>, StoreError>>()?;
    if entries.is_empty() {
        return Err(StoreError::damaged(page, "the page is empty"));
    }
    Ok(Page { hash: page, entries: entries.into() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_pages_begin_never_changes() {
        let begins: Vec<_> =
            (0..1000).map(|n| format!("resource/{n:06}")).filter(|n| begins_page(n)).collect();
        assert_eq!(begins, ["resource/000029", "resource/000613",]);
    }
}
