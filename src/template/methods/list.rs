//! `java.util.List`.

use crate::template::eval::{Exit, Render};
use crate::template::value::{ListId, Value};

use super::Method;

impl<'d> Render<'d> {
    pub(super) fn call_list(
        &mut self,
        list: &Value<'d>,
        method: Method,
        arguments: &[Value<'d>],
    ) -> Result<Value<'d>, Exit> {
        let size = self.size(list).unwrap_or_default();
        Ok(match (method, arguments) {
            (Method::Size | Method::Count | Method::Length, []) => Value::int(size),
            (Method::IsEmpty, []) => Value::Bool(size == 0),
            (Method::Iterator, []) => list.clone(),
            (Method::ToString, []) => Value::Text(self.text(list)?),
            (Method::Get, [Value::Int(at)]) => {
                let at = self.element_at(list, *at)?;
                self.element(list, at).unwrap_or(Value::Null)
            }
            (Method::Set, [Value::Int(at), value]) => {
                let at = self.element_at(list, *at)?;
                self.set_element(list, at, value.clone())?
            }
            (Method::Contains, [value]) => Value::Bool(self.find(list, value, false)?.is_some()),
            (Method::IndexOf, [value]) => found(self.find(list, value, false)?),
            (Method::LastIndexOf, [value]) => found(self.find(list, value, true)?),
            (Method::Equals, [other]) => Value::Bool(self.equals(list, other)? == Some(true)),
            (Method::SubList, [Value::Int(from), Value::Int(to)]) => self.sub_list(list, *from, *to)?,
            (Method::Add | Method::AddAll | Method::Clear | Method::Remove, _) => {
                self.charge_writable(list)?;
                match self.heap.writable(list) {
                    Value::List(id) => self.change_list(id, method, arguments)?,
                    _ => Value::Null,
                }
            }
            _ => Value::Null,
        })
    }

    fn change_list(
        &mut self,
        id: ListId,
        method: Method,
        arguments: &[Value<'d>],
    ) -> Result<Value<'d>, Exit> {
        let list = Value::List(id);
        let size = self.heap.list(id).items.len();
        Ok(match (method, arguments) {
            (Method::Add, [value]) => {
                self.heap.list_mut(id).items.push(value.clone());
                Value::Bool(true)
            }
            (Method::Add, [Value::Int(at), value]) => {
                let at = if *at == size as i128 { size } else { self.element_at(&list, *at)? };
                self.charge(size - at)?;
                self.heap.list_mut(id).items.insert(at, value.clone());
                Value::Null
            }
            (Method::AddAll, [more]) => match self.all_of(more)? {
                Some(more) => {
                    let some = !more.is_empty();
                    self.heap.list_mut(id).items.extend(more);
                    Value::Bool(some)
                }
                None => Value::Null,
            },
            (Method::Clear, []) => {
                self.heap.list_mut(id).items.clear();
                Value::Null
            }
            (Method::Remove, [Value::Int(at)]) => {
                let at = self.element_at(&list, *at)?;
                self.charge(size)?;
                self.heap.list_mut(id).items.remove(at)
            }
            (Method::Remove, [value]) => {
                let at = self.find(&list, value, false)?;
                if let Some(at) = at {
                    self.charge(size)?;
                    self.heap.list_mut(id).items.remove(at);
                }
                Value::Bool(at.is_some())
            }
            _ => Value::Null,
        })
    }

    /// The elements of a list, or the values of a map.
    fn all_of(&mut self, value: &Value<'d>) -> Result<Option<Vec<Value<'d>>>, Exit> {
        match self.elements(value)? {
            Some(elements) => Ok(Some(elements)),
            None => self.values(value),
        }
    }

    /// Where an element that equals `value` is.
    fn find(&mut self, list: &Value<'d>, value: &Value<'d>, last: bool) -> Result<Option<usize>, Exit> {
        let mut found = None;
        let mut at = 0;
        while let Some(element) = self.element(list, at) {
            if self.equals(&element, value)? == Some(true) {
                found = Some(at);
                if !last {
                    break;
                }
            }
            at += 1;
        }
        Ok(found)
    }

    fn sub_list(&mut self, list: &Value<'d>, from: i128, to: i128) -> Result<Value<'d>, Exit> {
        let elements = self.elements(list)?.unwrap_or_default();
        let range = usize::try_from(from).ok().zip(usize::try_from(to).ok());
        match range.and_then(|(from, to)| elements.get(from..to)) {
            Some(part) => Ok(self.heap.new_list(false, part.to_vec())),
            None => {
                let count = elements.len();
                Err(self.fault(format!("{from} to {to} is outside of a list of {count}")))
            }
        }
    }

    /// An index as methods take it: never from the end.
    fn element_at(&self, list: &Value<'d>, at: i128) -> Result<usize, Exit> {
        if at < 0 {
            let count = self.size(list).unwrap_or_default();
            return Err(self.fault(format!("index {at} is outside of a list of {count}")));
        }
        self.position(list, at)
    }
}

fn found<'d>(at: Option<usize>) -> Value<'d> {
    at.map_or(Value::Int(-1), Value::int)
}
