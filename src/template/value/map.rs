//! Maps: Java's `LinkedHashMap`.

use std::collections::HashMap;

use super::{Text, Value};

/// Above this many entries, a map has an index.
const SMALL: usize = 8;

/// A map in the order of insertion. Its keys are texts: other keys count as what they print.
#[derive(Clone, Debug, Default)]
pub(in crate::template) struct Map<'d> {
    entries: Vec<(Text<'d>, Value<'d>)>,
    index: HashMap<Text<'d>, usize>,
    /// The entries at the start that an earlier rendering set.
    old: usize,
    /// Which keys may be set only once in a rendering.
    pub(in crate::template) once: Once,
}

/// Which keys of a map may be set only once in a rendering: *an override is final* (API Gateway, *Override your
/// API's request and response parameters and status codes*).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::template) enum Once {
    #[default]
    None,
    All,
    Status,
}

impl<'d> Map<'d> {
    /// An empty map, some of whose keys may be set only once.
    pub(in crate::template) fn once(once: Once) -> Self {
        Self { once, ..Self::default() }
    }

    pub(in crate::template) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(in crate::template) fn entries(&self) -> &[(Text<'d>, Value<'d>)] {
        &self.entries
    }

    pub(in crate::template) fn get(&self, key: &str) -> Option<&Value<'d>> {
        self.position(key).map(|at| &self.entries[at].1)
    }

    /// Sets a key; gives what it was before.
    pub(in crate::template) fn put(&mut self, key: Text<'d>, value: Value<'d>) -> Option<Value<'d>> {
        if let Some(at) = self.position(key.as_str()) {
            return Some(std::mem::replace(&mut self.entries[at].1, value));
        }
        if !self.index.is_empty() {
            self.index.insert(key.clone(), self.entries.len());
        }
        self.entries.push((key, value));
        if self.index.is_empty() && self.entries.len() > SMALL {
            self.reindex();
        }
        None
    }

    /// Sets a key that an earlier rendering set. Those come before all others.
    pub(in crate::template) fn put_old(&mut self, key: Text<'d>, value: Value<'d>) {
        self.put(key, value);
        self.old = self.entries.len();
    }

    /// Whether a key was set in this rendering.
    pub(in crate::template) fn is_new(&self, key: &str) -> bool {
        self.position(key).is_some_and(|at| at >= self.old)
    }

    /// Takes a key out, which costs as much as there are entries.
    pub(in crate::template) fn remove(&mut self, key: &str) -> Option<Value<'d>> {
        let at = self.position(key)?;
        let (_, value) = self.entries.remove(at);
        if at < self.old {
            self.old -= 1;
        }
        self.index.clear();
        if self.entries.len() > SMALL {
            self.reindex();
        }
        Some(value)
    }

    pub(in crate::template) fn clear(&mut self) {
        self.entries.clear();
        self.index.clear();
        self.old = 0;
    }

    fn position(&self, key: &str) -> Option<usize> {
        if self.index.is_empty() {
            self.entries.iter().position(|(own, _)| own.as_str() == key)
        } else {
            self.index.get(key).copied()
        }
    }

    fn reindex(&mut self) {
        self.index = self.entries.iter().enumerate().map(|(at, (key, _))| (key.clone(), at)).collect();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(map: &Map<'_>) -> Vec<String> {
        map.entries().iter().map(|(key, _)| key.as_str().to_owned()).collect()
    }

    #[test]
    fn entries_stay_in_order_whether_there_is_an_index_or_not() {
        for count in [3, SMALL, SMALL + 1, 50] {
            let mut map = Map::default();
            for at in 0..count {
                assert!(map.put(Text::Shared(format!("k{at}").into()), Value::int(at)).is_none());
            }
            assert!(matches!(map.put(Text::Borrowed("k1"), Value::Null), Some(Value::Int(1))));
            assert!(matches!(map.get("k1"), Some(Value::Null)));
            assert!(map.remove("k0").is_some() && map.remove("k0").is_none());
            assert!(matches!(map.get("k2"), Some(Value::Int(2))));
            let expected: Vec<String> = (1..count).map(|at| format!("k{at}")).collect();
            assert_eq!((keys(&map), map.len()), (expected, count - 1));
        }
    }
}
