//! `java.util.Map`, and which type's methods a value has.

use std::rc::Rc;

use serde_json::Value as Json;

use crate::template::eval::{Exit, Render};
use crate::template::program::Compiled;
use crate::template::value::Value;

use super::Method;

impl<'d> Render<'d> {
    /// Calls a method. One that the type does not have, or not with these arguments, gives nothing.
    pub(in crate::template) fn call(
        &mut self,
        value: &Value<'d>,
        method: Method,
        arguments: &[Value<'d>],
        compiled: &Compiled,
    ) -> Result<Value<'d>, Exit> {
        let value = self.heap.follow(value);
        match &value {
            Value::Text(text) => self.call_string(text, method, arguments, compiled),
            Value::Json(Json::Array(_)) | Value::List(_) => self.call_list(&value, method, arguments),
            Value::Json(_)
            | Value::Map(_)
            | Value::Context
            | Value::ContextGroup(_)
            | Value::StageVariables => self.call_map(&value, method, arguments),
            Value::Input => self.call_input(method, arguments, compiled),
            Value::Util => self.call_util(method, arguments),
            Value::Entry(entry) => Ok(match (method, arguments) {
                (Method::GetKey, []) => Value::Text(entry.0.clone()),
                (Method::GetValue, []) => entry.1.clone(),
                (Method::ToString, []) => Value::Text(self.text(&value)?),
                _ => Value::Null,
            }),
            Value::Block(_) => match method {
                Method::ToString => self.text(&value).map(Value::Text),
                _ => Ok(Value::Null),
            },
            Value::Int(_) | Value::Double(_) | Value::Bool(_) => self.call_scalar(&value, method, arguments),
            Value::Null | Value::Loop(_) => Ok(Value::Null),
        }
    }

    fn call_scalar(
        &mut self,
        value: &Value<'d>,
        method: Method,
        arguments: &[Value<'d>],
    ) -> Result<Value<'d>, Exit> {
        Ok(match (method, arguments, value) {
            (Method::ToString, [], _) => Value::Text(self.text(value)?),
            (Method::Equals, [other], _) => Value::Bool(self.equals(value, other)? == Some(true)),
            (Method::IntValue | Method::LongValue, [], Value::Int(_)) => value.clone(),
            // A conversion ends at the ends of Java's type, as this cast does.
            (Method::IntValue, [], Value::Double(number)) => Value::Int((*number as i32).into()),
            (Method::LongValue, [], Value::Double(number)) => Value::Int((*number as i64).into()),
            (Method::DoubleValue, [], Value::Int(number)) => Value::Double(*number as f64),
            (Method::DoubleValue, [], Value::Double(_)) => value.clone(),
            // Static methods, which templates call on any number.
            (Method::ParseInt | Method::ParseLong, [Value::Text(text)], Value::Int(_)) => {
                match text.as_str().parse::<i64>() {
                    Ok(number) => Value::Int(number.into()),
                    Err(_) => return Err(self.fault(format!("{:?} is no whole number", text.as_str()))),
                }
            }
            (Method::ParseDouble, [Value::Text(text)], Value::Double(_)) => {
                match text.as_str().trim().parse() {
                    Ok(number) => Value::Double(number),
                    Err(_) => return Err(self.fault(format!("{:?} is no number", text.as_str()))),
                }
            }
            _ => Value::Null,
        })
    }

    fn call_map(
        &mut self,
        map: &Value<'d>,
        method: Method,
        arguments: &[Value<'d>],
    ) -> Result<Value<'d>, Exit> {
        Ok(match (method, arguments) {
            (Method::Get, [key]) => {
                let key = self.text(key)?;
                self.named(map, key.as_str())?
            }
            (Method::GetOrDefault, [key, default]) => {
                let key = self.text(key)?;
                if self.contains_key(map, key.as_str())? {
                    self.named(map, key.as_str())?
                } else {
                    default.clone()
                }
            }
            (Method::ContainsKey, [key]) => {
                let key = self.text(key)?;
                Value::Bool(self.contains_key(map, key.as_str())?)
            }
            (Method::ContainsValue, [value]) => {
                let values = self.values(map)?.unwrap_or_default();
                let mut found = false;
                for own in values {
                    found |= self.equals(&own, value)? == Some(true);
                }
                Value::Bool(found)
            }
            (Method::Size | Method::Count, []) => Value::int(self.count_of(map)?),
            (Method::IsEmpty, []) => Value::Bool(self.count_of(map)? == 0),
            (Method::ToString, []) => Value::Text(self.text(map)?),
            (Method::Equals, [other]) => Value::Bool(self.equals(map, other)? == Some(true)),
            (Method::KeySet, []) => {
                let entries = self.entries(map)?.unwrap_or_default();
                let keys = entries.into_iter().map(|(key, _)| Value::Text(key)).collect();
                self.heap.new_list(false, keys)
            }
            (Method::Values, []) => {
                let values = self.values(map)?.unwrap_or_default();
                self.heap.new_list(false, values)
            }
            (Method::EntrySet, []) => {
                let entries = self.entries(map)?.unwrap_or_default();
                let entries = entries.into_iter().map(|entry| Value::Entry(Rc::new(entry))).collect();
                self.heap.new_list(false, entries)
            }
            (Method::Put, [key, value]) => {
                let key = self.text(key)?;
                self.put(map, key, value.clone())?
            }
            (Method::PutIfAbsent, [key, value]) => {
                let key = self.text(key)?;
                match self.named(map, key.as_str())? {
                    Value::Null => self.put(map, key, value.clone())?,
                    own => own,
                }
            }
            (Method::PutAll, [other]) => {
                for (key, value) in self.entries(other)?.unwrap_or_default() {
                    self.put(map, key, value)?;
                }
                Value::Null
            }
            (Method::Remove | Method::Clear, _) => self.shrink(map, method, arguments)?,
            _ => Value::Null,
        })
    }

    fn shrink(
        &mut self,
        map: &Value<'d>,
        method: Method,
        arguments: &[Value<'d>],
    ) -> Result<Value<'d>, Exit> {
        self.charge_writable(map)?;
        let Value::Map(id) = self.heap.writable(map) else { return Ok(Value::Null) };
        Ok(match (method, arguments) {
            (Method::Remove, [key]) => {
                let key = self.text(key)?;
                self.charge(self.heap.map(id).len())?;
                self.heap.map_mut(id).remove(key.as_str()).unwrap_or(Value::Null)
            }
            (Method::Clear, []) => {
                self.heap.map_mut(id).clear();
                Value::Null
            }
            _ => Value::Null,
        })
    }

    fn contains_key(&mut self, map: &Value<'d>, key: &str) -> Result<bool, Exit> {
        if self.size(map).is_some() {
            return Ok(self.entry(map, key).is_some());
        }
        Ok(self.entries(map)?.unwrap_or_default().iter().any(|(own, _)| own.as_str() == key))
    }

    fn count_of(&mut self, map: &Value<'d>) -> Result<usize, Exit> {
        match self.size(map) {
            Some(size) => Ok(size),
            None => Ok(self.entries(map)?.map_or(0, |entries| entries.len())),
        }
    }
}
