//! Building the JSON of an answer: a field that is not set is left out.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Map, Value};

/// A JSON object under construction.
#[derive(Clone, Debug, Default)]
pub(super) struct Fields(Map<String, Value>);

impl Fields {
    pub(super) fn new() -> Self {
        Self::default()
    }

    /// A field that is always there.
    #[must_use]
    pub(super) fn put(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.0.insert(name.to_owned(), value.into());
        self
    }

    /// A field that is there if it has a value.
    #[must_use]
    pub(super) fn some(self, name: &str, value: Option<impl Into<Value>>) -> Self {
        match value {
            Some(value) => self.put(name, value),
            None => self,
        }
    }

    /// An object that is there if it has fields.
    #[must_use]
    pub(super) fn map<K: ToString, V: Into<Value>>(
        self,
        name: &str,
        entries: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        let entries = object(entries);
        if entries.is_empty() { self } else { self.put(name, entries) }
    }

    /// A list that is there if it has entries.
    #[must_use]
    pub(super) fn list<V: Into<Value>>(self, name: &str, items: impl IntoIterator<Item = V>) -> Self {
        let items: Vec<Value> = items.into_iter().map(Into::into).collect();
        if items.is_empty() { self } else { self.put(name, items) }
    }

    /// The object.
    pub(super) fn into_value(self) -> Value {
        Value::Object(self.0)
    }
}

impl From<Fields> for Value {
    fn from(fields: Fields) -> Self {
        fields.into_value()
    }
}

/// An object of names and values.
pub(super) fn object<K: ToString, V: Into<Value>>(
    entries: impl IntoIterator<Item = (K, V)>,
) -> Map<String, Value> {
    entries.into_iter().map(|(name, value)| (name.to_string(), value.into())).collect()
}

/// A date as it is sent: seconds since 1970.
pub(super) fn date(at: SystemTime) -> u64 {
    at.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}
