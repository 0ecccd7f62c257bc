//! Definitions kept in memory by root, so that a draft under edit and what stages point at are read once.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard};

use super::manifest::Loaded;
use crate::model::Hash;

/// How many resources are kept in all, over all definitions: some 200 MiB of ordinary ones.
const MAX_RESOURCES: usize = 100_000;

/// Definitions by root; those used longest ago go first.
#[derive(Default)]
pub(in crate::store) struct Cache {
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    by_root: HashMap<Hash, (Loaded, u64)>,
    resources: usize,
    clock: u64,
}

impl Cache {
    pub(in crate::store) fn get(&self, root: Hash) -> Option<Loaded> {
        let mut kept = self.kept();
        kept.clock += 1;
        let now = kept.clock;
        let (loaded, used) = kept.by_root.get_mut(&root)?;
        *used = now;
        Some(loaded.clone())
    }

    pub(in crate::store) fn put(&self, loaded: Loaded) {
        self.kept().put(loaded, MAX_RESOURCES);
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Kept {
    fn put(&mut self, loaded: Loaded, max_resources: usize) {
        self.clock += 1;
        self.resources += loaded.definition.resource_count();
        if let Some((old, _)) = self.by_root.insert(loaded.root, (loaded, self.clock)) {
            self.resources -= old.definition.resource_count();
        }
        // The one just put stays even if it alone is too large: it is about to be used.
        while self.resources > max_resources && self.by_root.len() > 1 {
            let Some(oldest) = self.by_root.iter().min_by_key(|(_, (_, used))| *used).map(|(root, _)| *root)
            else {
                return;
            };
            if let Some((old, _)) = self.by_root.remove(&oldest) {
                self.resources -= old.definition.resource_count();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::SystemTime;

    use super::*;
    use crate::model::{Api, ApiId, Definition, ResourceId};

    fn loaded(n: u8) -> Loaded {
        let api = Api::new(ApiId::from_random([n; 10]), "x".into(), SystemTime::UNIX_EPOCH);
        let definition = Arc::new(Definition::new(api, ResourceId::from_random([0; 6])));
        Loaded { root: Hash([n; 32]), pages: Arc::new([]), definition }
    }

    #[test]
    fn what_was_used_longest_ago_goes_first() {
        let mut kept = Kept::default();
        for n in [1, 2, 3, 1, 4] {
            kept.put(loaded(n), 3);
        }
        let mut roots: Vec<_> = kept.by_root.keys().map(|root| root.0[0]).collect();
        roots.sort_unstable();
        assert_eq!((roots, kept.resources), (vec![1, 3, 4], 3));
    }
}
