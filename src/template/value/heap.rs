//! Where the lists and maps of a rendering live.

use std::collections::HashMap;

use serde_json::Value as Json;

use super::{Map, Text, Value};

/// A list, by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::template) struct ListId(usize);

/// A map, by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::template) struct MapId(usize);

/// A list.
#[derive(Clone, Debug, Default)]
pub(in crate::template) struct List<'d> {
    /// Whether it came from JSON, and so prints as JSON.
    pub(in crate::template) json: bool,
    pub(in crate::template) items: Vec<Value<'d>>,
}

/// All lists and maps that a rendering made. They go with it: values refer to them by number, so that a list may
/// hold itself and nothing is left behind.
#[derive(Debug, Default)]
pub(in crate::template) struct Heap<'d> {
    lists: Vec<List<'d>>,
    maps: Vec<Map<'d>>,
    /// The arrays and objects of bodies that were changed, by their address, and what they are now.
    changed: HashMap<*const Json, Value<'d>>,
}

impl<'d> Heap<'d> {
    pub(in crate::template) fn new_list(&mut self, json: bool, items: Vec<Value<'d>>) -> Value<'d> {
        self.lists.push(List { json, items });
        Value::List(ListId(self.lists.len() - 1))
    }

    pub(in crate::template) fn new_map(&mut self, map: Map<'d>) -> MapId {
        self.maps.push(map);
        MapId(self.maps.len() - 1)
    }

    pub(in crate::template) fn list(&self, id: ListId) -> &List<'d> {
        &self.lists[id.0]
    }

    pub(in crate::template) fn list_mut(&mut self, id: ListId) -> &mut List<'d> {
        &mut self.lists[id.0]
    }

    pub(in crate::template) fn map(&self, id: MapId) -> &Map<'d> {
        &self.maps[id.0]
    }

    pub(in crate::template) fn map_mut(&mut self, id: MapId) -> &mut Map<'d> {
        &mut self.maps[id.0]
    }

    /// Whether nothing of a body was changed.
    pub(in crate::template) fn is_unchanged(&self) -> bool {
        self.changed.is_empty()
    }

    /// What a value is by now: something of a body may have been changed.
    pub(in crate::template) fn follow(&self, value: &Value<'d>) -> Value<'d> {
        match value {
            Value::Json(json) if !self.changed.is_empty() => {
                self.changed.get(&std::ptr::from_ref(*json)).unwrap_or(value).clone()
            }
            _ => value.clone(),
        }
    }

    /// The list or map that an array or object becomes before it is changed; other values are what they are. What
    /// lies within it still points into the body. Costs as much as it has elements.
    pub(in crate::template) fn writable(&mut self, value: &Value<'d>) -> Value<'d> {
        let Value::Json(json) = self.follow(value) else { return self.follow(value) };
        let own = match json {
            Json::Array(items) => self.new_list(true, items.iter().map(Value::json).collect()),
            Json::Object(entries) => {
                let mut map = Map::default();
                for (key, value) in entries {
                    map.put(Text::Borrowed(key), Value::json(value));
                }
                Value::Map(self.new_map(map))
            }
            _ => return Value::json(json),
        };
        self.changed.insert(std::ptr::from_ref(json), own.clone());
        own
    }
}
