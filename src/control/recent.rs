//! What was compiled lately, by the root hash of its content, so that rolling back and redeploying cost no compiling.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Weak};

use crate::compile::Compiled;
use crate::model::Hash;

/// The most resources that are kept compiled beyond what is served.
const KEPT_RESOURCES: usize = 50_000;

/// Compiled APIs: those that somebody still holds, and the latest ones.
#[derive(Debug, Default)]
pub(super) struct Recent {
    held: HashMap<Hash, Weak<Compiled>>,
    kept: VecDeque<Kept>,
    kept_resources: usize,
}

#[derive(Debug)]
struct Kept {
    root: Hash,
    compiled: Arc<Compiled>,
    resources: usize,
}

impl Recent {
    /// What was made of `root`.
    pub(super) fn get(&mut self, root: Hash) -> Option<Arc<Compiled>> {
        let found = self.held.get(&root)?.upgrade();
        if let Some(at) = self.kept.iter().position(|kept| kept.root == root)
            && let Some(kept) = self.kept.remove(at)
        {
            self.kept.push_back(kept);
        }
        found
    }

    /// Remembers what was made of `root`, which has so many resources.
    pub(super) fn put(&mut self, root: Hash, compiled: &Arc<Compiled>, resources: usize) {
        if self.get(root).is_some() {
            return;
        }
        self.held.insert(root, Arc::downgrade(compiled));
        self.kept.push_back(Kept { root, compiled: compiled.clone(), resources });
        self.kept_resources += resources;
        while self.kept_resources > KEPT_RESOURCES
            && self.kept.len() > 1
            && let Some(oldest) = self.kept.pop_front()
        {
            self.kept_resources -= oldest.resources;
            drop(oldest.compiled);
        }
        self.held.retain(|_, weak| weak.strong_count() > 0);
    }
}
