//! From a definition to the blobs it is stored as.

use std::sync::Arc;

use super::super::Blob;
use super::manifest::{Loaded, page};
use super::part::Part;
use crate::model::Definition;

/// The blobs of `definition`, and it under its root. What is the same in `base` is neither encoded nor given
/// again, so that an edit of a large API costs what it changed.
pub(in crate::store) fn write(definition: &Arc<Definition>, base: Option<&Loaded>) -> (Loaded, Vec<Blob>) {
    let mut known = base.into_iter().flat_map(Loaded::entries).peekable();
    let mut blobs = Vec::new();
    let mut entries = Vec::with_capacity(definition.resource_count() + 1);
    for (name, part) in Part::all(definition) {
        while known.next_if(|(earlier, _)| *earlier < name).is_some() {}
        let stored = known.next_if(|(same, _)| *same == name).map(|(_, hash)| hash);
        let unchanged = base.is_some_and(|base| part.is_in(&name, &base.definition));
        match stored.filter(|_| unchanged) {
            Some(hash) => entries.push((name, hash)),
            None => {
                let blob = part.to_blob();
                entries.push((name, blob.hash));
                if stored != Some(blob.hash) {
                    blobs.push(blob);
                }
            }
        }
    }
    let (pages, page_blobs, manifest) = page(entries, base.map_or(&[], |base| &base.pages));
    blobs.extend(page_blobs);
    let root = manifest.hash;
    if base.is_none_or(|base| base.root != root) {
        blobs.push(manifest);
    }
    (Loaded { root, pages: pages.into(), definition: Arc::clone(definition) }, blobs)
}
