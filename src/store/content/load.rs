//! From a root hash to the definition.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use bytes::Bytes;

use super::super::{Store, StoreError};
use super::manifest::{Loaded, Page, read_manifest, read_page};
use super::part::{Part, PartName, decode};
use crate::model::{Api, Definition, Hash};
use crate::wire::stored::pb;

/// How many blobs are asked for at once.
const BLOBS_PER_READ: usize = 512;

/// The bytes of one blob, unchecked.
pub(in crate::store) async fn blob(store: &dyn Store, hash: Hash) -> Result<Bytes, StoreError> {
    let mut found = blobs(store, &[hash]).await?;
    Ok(found.remove(0))
}

/// The bytes of blobs that must be there, unchecked.
async fn blobs(store: &dyn Store, hashes: &[Hash]) -> Result<Vec<Bytes>, StoreError> {
    let mut all = Vec::with_capacity(hashes.len());
    for some in hashes.chunks(BLOBS_PER_READ) {
        let found = store.blobs(some.to_vec()).await?;
        for (hash, bytes) in some.iter().zip(found) {
            all.push(bytes.ok_or_else(|| StoreError::damaged(hash, "the content is missing"))?);
        }
    }
    Ok(all)
}

/// The pages of a manifest.
async fn pages(store: &dyn Store, root: Hash) -> Result<Vec<Page>, StoreError> {
    let hashes = read_manifest(root, &blob(store, root).await?)?;
    let found = blobs(store, &hashes).await?;
    hashes.iter().zip(found).map(|(hash, bytes)| read_page(*hash, &bytes)).collect()
}

/// The definition of a root, every blob checked against its hash.
pub(in crate::store) async fn definition(store: &dyn Store, root: Hash) -> Result<Loaded, StoreError> {
    let pages = pages(store, root).await?;
    let entries: Vec<_> = pages.iter().flat_map(|page| page.entries.iter().cloned()).collect();
    let hashes: Vec<_> = entries.iter().map(|(_, hash)| *hash).collect();
    let bytes = blobs(store, &hashes).await?;
    // Thousands of parts take milliseconds to check and read.
    let read = tokio::task::spawn_blocking(move || assemble(root, &entries, &bytes)).await;
    let definition = read.map_err(|_| StoreError::damaged(root, "reading it failed"))??;
    Ok(Loaded { root, pages: pages.into(), definition: Arc::new(definition) })
}

fn assemble(root: Hash, entries: &[(PartName, Hash)], bytes: &[Bytes]) -> Result<Definition, StoreError> {
    let mut api = None;
    let mut responses = BTreeMap::new();
    let mut kept = BTreeMap::new();
    let mut models = BTreeMap::new();
    let mut no_models = false;
    let mut validators = BTreeMap::new();
    let mut resources = Vec::with_capacity(entries.len());
    for ((name, hash), bytes) in entries.iter().zip(bytes) {
        match (name, Part::read(name, *hash, bytes)?) {
            (_, Part::Api(part)) => api = Some(part),
            (PartName::GatewayResponse(kind), Part::GatewayResponse(part)) => {
                responses.insert(*kind, part);
            }
            (PartName::Kept(name), Part::Kept(part)) => {
                kept.insert(name.clone(), part);
            }
            (_, Part::NoModels) => no_models = true,
            (PartName::Model(name), Part::Model(part)) if part.name == *name => {
                models.insert(name.clone(), part);
            }
            (PartName::RequestValidator(id), Part::RequestValidator(part)) if part.id == *id => {
                validators.insert(*id, part);
            }
            (PartName::Resource(id), Part::Resource(part)) if part.id == *id => resources.push(part),
            (
                name,
                Part::GatewayResponse(_)
                | Part::Kept(_)
                | Part::Model(_)
                | Part::RequestValidator(_)
                | Part::Resource(_),
            ) => {
                return Err(StoreError::damaged(
                    format_args!("{name} in {root}"),
                    "it has another name inside",
                ));
            }
        }
    }
    let api = api.ok_or_else(|| StoreError::damaged(root, "it has no API settings"))?;
    let mut definition = Definition::from_parts(api, responses, resources)
        .map_err(|error| StoreError::damaged(root, error))?;
    // Layout 1 had no models: what it wrote has the default ones, as an API that is made now.
    if no_models || !models.is_empty() {
        definition.models = models;
    }
    definition.request_validators = validators;
    definition.kept = kept;
    Ok(definition)
}

/// Only the API's own settings under a root: three blobs, whatever the size of the API.
pub(in crate::store) async fn api_settings(store: &dyn Store, root: Hash) -> Result<Arc<Api>, StoreError> {
    let no_settings = || StoreError::damaged(root, "it has no API settings");
    let first = *read_manifest(root, &blob(store, root).await?)?.first().ok_or_else(no_settings)?;
    let page = read_page(first, &blob(store, first).await?)?;
    let (name, hash) = &page.entries[0];
    match Part::read(name, *hash, &blob(store, *hash).await?)? {
        Part::Api(api) => Ok(api),
        Part::GatewayResponse(_)
        | Part::Kept(_)
        | Part::NoModels
        | Part::Model(_)
        | Part::RequestValidator(_)
        | Part::Resource(_) => Err(no_settings()),
    }
}

/// The hashes of a root and of all beneath it, without what is beneath the `known` ones. Leaves are not read.
pub(in crate::store) async fn all_hashes(
    store: &dyn Store,
    root: Hash,
    known: &HashSet<Hash>,
) -> Result<Vec<Hash>, StoreError> {
    let bytes = blob(store, root).await?;
    let mut all = vec![root];
    if let pb::content::Kind::ManifestV1(_) = decode(root, &bytes)? {
        let new: Vec<_> =
            read_manifest(root, &bytes)?.into_iter().filter(|page| !known.contains(page)).collect();
        for (page, bytes) in new.iter().zip(blobs(store, &new).await?) {
            all.extend(read_page(*page, &bytes)?.entries.iter().map(|(_, hash)| *hash));
        }
        all.extend(new);
    }
    Ok(all)
}

/// The hashes that a blob names.
pub(in crate::store) fn children(hash: Hash, bytes: &[u8]) -> Result<Vec<Hash>, StoreError> {
    match decode(hash, bytes)? {
        pb::content::Kind::ManifestV1(_) => read_manifest(hash, bytes),
        pb::content::Kind::ManifestPageV1(_) => {
            Ok(read_page(hash, bytes)?.entries.iter().map(|(_, hash)| *hash).collect())
        }
        pb::content::Kind::ApiV1(_)
        | pb::content::Kind::ResourceV1(_)
        | pb::content::Kind::GatewayResponseV1(_)
        | pb::content::Kind::RecordV1(_)
        | pb::content::Kind::KeptV1(_)
        | pb::content::Kind::ModelV1(_)
        | pb::content::Kind::NoModelsV1(_)
        | pb::content::Kind::RequestValidatorV1(_) => Ok(Vec::new()),
    }
}
