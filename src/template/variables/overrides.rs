//! What a template sets on `$context`, between two renderings.

use crate::template::eval::{Exit, Render};
use crate::template::overrides::{Kept, Overrides, Pair};
use crate::template::value::{Map, MapId, Once, Text, Value};

/// How deep a value that is kept may nest; what lies deeper is left out.
const MAX_NESTING: usize = 64;
const STATUS: &str = "status";
/// The statuses that an override may ask for.
const STATUSES: std::ops::RangeInclusive<u16> = 100..=599;

impl<'d> Render<'d> {
    /// What was set on `$context`, with the maps that are always there.
    pub(in crate::template) fn overlay(&mut self) -> MapId {
        if let Some(overlay) = self.overlay {
            return overlay;
        }
        let mut overlay = Map::default();
        for (side, once, parts) in [
            ("requestOverride", Once::None, &["path", "querystring", "header"][..]),
            ("responseOverride", Once::Status, &["header"][..]),
        ] {
            let mut own = Map::once(once);
            for part in parts {
                let part_map = self.heap.new_map(Map::once(Once::All));
                own.put(Text::Borrowed(part), Value::Map(part_map));
            }
            overlay.put(Text::Borrowed(side), Value::Map(self.heap.new_map(own)));
        }
        let overlay = self.heap.new_map(overlay);
        self.overlay = Some(overlay);
        overlay
    }

    /// Refuses to override the same parameter twice.
    pub(in crate::template) fn check_once(&self, id: MapId, key: &str) -> Result<(), Exit> {
        let map = self.heap.map(id);
        let twice = match map.once {
            Once::None => false,
            Once::All => map.is_new(key),
            Once::Status => key == STATUS && map.is_new(key),
        };
        if twice {
            return Err(self.fault(format!("{key} is overridden twice, which API Gateway answers with 500")));
        }
        Ok(())
    }

    /// Brings back what an earlier template of the exchange set.
    pub(in crate::template) fn restore(&mut self, overrides: &Overrides) -> Result<(), Exit> {
        if overrides.context.is_empty() {
            return Ok(());
        }
        let overlay = Value::Map(self.overlay());
        self.restore_into(&overlay, &overrides.context)?;
        Ok(())
    }

    /// Sets what was kept, into the maps that are there already where there are some.
    fn restore_into(&mut self, map: &Value<'d>, kept: &[(Box<str>, Kept)]) -> Result<(), Exit> {
        for (key, kept) in kept {
            self.charge(1)?;
            let own = self.entry(map, key);
            match (kept, own) {
                (Kept::Map(entries), Some(own @ Value::Map(_))) => self.restore_into(&own, entries)?,
                _ => {
                    let value = self.restored(kept)?;
                    if let Value::Map(id) = map {
                        self.heap.map_mut(*id).put_old(Text::Shared(key.as_ref().into()), value);
                    }
                }
            }
        }
        Ok(())
    }

    fn restored(&mut self, kept: &Kept) -> Result<Value<'d>, Exit> {
        self.charge(1)?;
        Ok(match kept {
            Kept::Null => Value::Null,
            Kept::Bool(value) => Value::Bool(*value),
            Kept::Int(number) => Value::Int(*number),
            Kept::Double(number) => Value::Double(*number),
            Kept::Text(text) => self.made(text.to_string())?,
            Kept::List(json, items) => {
                let mut list = Vec::with_capacity(items.len());
                for item in items {
                    list.push(self.restored(item)?);
                }
                self.heap.new_list(*json, list)
            }
            Kept::Map(entries) => {
                let map = Value::Map(self.heap.new_map(Map::default()));
                self.restore_into(&map, entries)?;
                map
            }
        })
    }

    /// Keeps what was set, for the exchange and for its next template.
    pub(in crate::template) fn keep(&mut self, overrides: &mut Overrides) -> Result<(), Exit> {
        let Some(overlay) = self.overlay else { return Ok(()) };
        let overlay = Value::Map(overlay);
        let Kept::Map(context) = self.kept(&overlay, 0)? else { return Ok(()) };
        let request = self.entry(&overlay, "requestOverride").unwrap_or(Value::Null);
        let response = self.entry(&overlay, "responseOverride").unwrap_or(Value::Null);
        let request_headers = self.joined(&request, "header")?;
        let request_paths = self.joined(&request, "path")?;
        let response_headers = self.joined(&response, "header")?;
        let mut request_querystrings = Vec::new();
        for (name, value) in self.part(&request, "querystring")? {
            let texts = self.texts(&value)?;
            request_querystrings.push((Box::from(name.as_str()), texts));
        }
        let status = self.entry(&response, STATUS).unwrap_or(Value::Null);
        let response_status = self.text(&status)?.as_str().parse().ok();
        *overrides = Overrides {
            context,
            request_headers,
            request_querystrings,
            request_paths,
            response_headers,
            response_status: response_status.filter(|status| STATUSES.contains(status)),
        };
        Ok(())
    }

    fn part(&mut self, side: &Value<'d>, name: &str) -> Result<Vec<(Text<'d>, Value<'d>)>, Exit> {
        let part = self.entry(side, name).unwrap_or(Value::Null);
        Ok(self.entries(&part)?.unwrap_or_default())
    }

    /// Names with the texts of their values, those of a list joined by commas. What has no value is left out.
    fn joined(&mut self, side: &Value<'d>, name: &str) -> Result<Vec<Pair>, Exit> {
        let mut list = Vec::new();
        for (name, value) in self.part(side, name)? {
            let texts = self.texts(&value)?;
            if !texts.is_empty() {
                list.push((Box::from(name.as_str()), texts.join(",").into()));
            }
        }
        Ok(list)
    }

    /// The texts of a list's elements, or of a single value.
    fn texts(&mut self, value: &Value<'d>) -> Result<Vec<Box<str>>, Exit> {
        let values = match self.elements(value)? {
            Some(elements) => elements,
            None => vec![value.clone()],
        };
        let mut texts = Vec::new();
        for value in values.iter().filter(|value| !value.is_null()) {
            texts.push(Box::from(self.text(value)?.as_str()));
        }
        Ok(texts)
    }

    fn kept(&mut self, value: &Value<'d>, depth: usize) -> Result<Kept, Exit> {
        self.charge(1)?;
        if depth > MAX_NESTING {
            return Ok(Kept::Null);
        }
        let value = self.heap.follow(value);
        Ok(match &value {
            Value::Null | Value::Loop(_) | Value::Input | Value::Util => Kept::Null,
            Value::Bool(value) => Kept::Bool(*value),
            Value::Int(number) => Kept::Int(*number),
            Value::Double(number) => Kept::Double(*number),
            Value::Text(_) | Value::Block(_) | Value::Entry(_) => {
                let text = self.text(&value)?;
                self.charge_text(text.as_str().len())?;
                Kept::Text(text.as_str().into())
            }
            Value::List(_) | Value::Json(serde_json::Value::Array(_)) => {
                let json = !matches!(&value, Value::List(id) if !self.heap.list(*id).json);
                let mut items = Vec::new();
                for item in self.elements(&value)?.unwrap_or_default() {
                    items.push(self.kept(&item, depth + 1)?);
                }
                Kept::List(json, items)
            }
            _ => {
                let mut entries = Vec::new();
                for (key, value) in self.entries(&value)?.unwrap_or_default() {
                    entries.push((Box::from(key.as_str()), self.kept(&value, depth + 1)?));
                }
                Kept::Map(entries)
            }
        })
    }
}
