//! Looking into lists and maps, whether they were made or lie in a body.

use serde_json::Value as Json;

use crate::template::value::{Map, Text, Value};

use super::{Exit, Render};

/// Keys and values.
pub(in crate::template) type Entries<'d> = Vec<(Text<'d>, Value<'d>)>;

impl<'d> Render<'d> {
    /// How many elements or entries there are in a list or map.
    pub(in crate::template) fn size(&self, value: &Value<'d>) -> Option<usize> {
        match self.heap.follow(value) {
            Value::Json(Json::Array(items)) => Some(items.len()),
            Value::Json(Json::Object(entries)) => Some(entries.len()),
            Value::List(id) => Some(self.heap.list(id).items.len()),
            Value::Map(id) => Some(self.heap.map(id).len()),
            _ => None,
        }
    }

    /// An element of a list.
    pub(in crate::template) fn element(&self, list: &Value<'d>, at: usize) -> Option<Value<'d>> {
        match self.heap.follow(list) {
            Value::Json(Json::Array(items)) => items.get(at).map(Value::json),
            Value::List(id) => self.heap.list(id).items.get(at).cloned(),
            _ => None,
        }
    }

    /// The value of a key; `None` if a map does not have it, or the value is no map.
    pub(in crate::template) fn entry(&self, map: &Value<'d>, key: &str) -> Option<Value<'d>> {
        match self.heap.follow(map) {
            Value::Json(Json::Object(entries)) => entries.get(key).map(Value::json),
            Value::Map(id) => self.heap.map(id).get(key).cloned(),
            _ => None,
        }
    }

    /// All keys and values of what is a map, or counts as one.
    pub(in crate::template) fn entries(&mut self, map: &Value<'d>) -> Result<Option<Entries<'d>>, Exit> {
        self.charge(self.size(map).unwrap_or_default())?;
        Ok(match self.heap.follow(map) {
            Value::Json(Json::Object(entries)) => {
                Some(entries.iter().map(|(key, value)| (Text::Borrowed(key), Value::json(value))).collect())
            }
            Value::Map(id) => Some(self.heap.map(id).entries().to_vec()),
            Value::Context => Some(self.context_entries()?),
            Value::ContextGroup(name) => Some(self.group_entries(name)?),
            Value::StageVariables => Some(self.stage_entries()?),
            _ => None,
        })
    }

    /// The values of what is a map, or counts as one.
    pub(in crate::template) fn values(&mut self, map: &Value<'d>) -> Result<Option<Vec<Value<'d>>>, Exit> {
        Ok(self.entries(map)?.map(|entries| entries.into_iter().map(|(_, value)| value).collect()))
    }

    /// Elements of a list.
    pub(in crate::template) fn elements(&mut self, list: &Value<'d>) -> Result<Option<Vec<Value<'d>>>, Exit> {
        self.charge(self.size(list).unwrap_or_default())?;
        Ok(match self.heap.follow(list) {
            Value::Json(Json::Array(items)) => Some(items.iter().map(Value::json).collect()),
            Value::List(id) => Some(self.heap.list(id).items.clone()),
            _ => None,
        })
    }

    /// A map of its own with entries.
    pub(in crate::template) fn map_with(&mut self, entries: Entries<'d>) -> Value<'d> {
        let mut map = Map::default();
        for (key, value) in entries {
            map.put(key, value);
        }
        Value::Map(self.heap.new_map(map))
    }
}
