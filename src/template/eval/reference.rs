//! References: following names, indexes and calls; and assigning to them.

use serde_json::Value as Json;

use crate::template::program::{Reference, Step};
use crate::template::value::{Text, Value};

use super::{Exit, Render};

impl<'d> Render<'d> {
    pub(super) fn reference(&mut self, reference: &'d Reference) -> Result<Value<'d>, Exit> {
        self.follow_steps(reference, reference.steps.len())
    }

    /// The value of a reference after its first `count` steps.
    fn follow_steps(&mut self, reference: &'d Reference, count: usize) -> Result<Value<'d>, Exit> {
        self.charge(1)?;
        self.at = reference.place;
        let root = &self.variables[reference.root.index()];
        let (mut value, done) = match reference.context {
            Some((variable, steps)) if steps <= count && self.is_untouched(root, reference) => {
                (self.context_variable(variable), steps)
            }
            _ => (root.clone(), 0),
        };
        for step in &reference.steps[done..count] {
            if value.is_null() {
                break;
            }
            value = self.nested(|render| render.step(&value, step, reference))?;
        }
        Ok(value)
    }

    /// Whether a context variable is what the exchange says, and not what a template set.
    fn is_untouched(&self, root: &Value<'d>, reference: &Reference) -> bool {
        let first = match reference.steps.first() {
            Some(Step::Property(name)) => &**name,
            _ => return false,
        };
        matches!(root, Value::Context)
            && self.overlay.is_none_or(|overlay| self.heap.map(overlay).get(first).is_none())
    }

    fn step(
        &mut self,
        value: &Value<'d>,
        step: &'d Step,
        reference: &'d Reference,
    ) -> Result<Value<'d>, Exit> {
        match step {
            Step::Property(name) => self.property(value, name),
            Step::Index(index) => {
                let index = self.expression(index)?;
                self.at = reference.place;
                self.index(value, &index)
            }
            Step::Call(call) => {
                let mut arguments = Vec::with_capacity(call.arguments.len());
                for argument in &call.arguments {
                    arguments.push(self.expression(argument)?);
                }
                self.at = reference.place;
                self.charge(1)?;
                match call.method {
                    Some(method) => self.call(value, method, &arguments, &call.compiled),
                    None => Ok(Value::Null),
                }
            }
        }
    }

    fn property(&mut self, value: &Value<'d>, name: &'d str) -> Result<Value<'d>, Exit> {
        // What most references do, before anything else is asked.
        if let Value::Json(Json::Object(entries)) = value
            && self.heap.is_unchanged()
        {
            return Ok(entries.get(name).map_or(Value::Null, Value::json));
        }
        Ok(match value {
            Value::Json(_) | Value::Map(_) if self.elements_are_entries(value) => {
                self.entry(value, name).unwrap_or(Value::Null)
            }
            Value::Json(_) | Value::List(_) => match (name, self.size(value)) {
                ("empty", Some(size)) => Value::Bool(size == 0),
                _ => Value::Null,
            },
            Value::Text(text) if name == "empty" => Value::Bool(text.as_str().is_empty()),
            Value::Entry(entry) => match name {
                "key" => Value::Text(entry.0.clone()),
                "value" => entry.1.clone(),
                _ => Value::Null,
            },
            Value::Loop(depth) => self.loop_property(*depth, name),
            Value::Input if name == "body" => self.input_body()?,
            _ => self.named(value, name)?,
        })
    }

    /// A key of what counts as a map.
    pub(in crate::template) fn named(&mut self, value: &Value<'d>, key: &str) -> Result<Value<'d>, Exit> {
        Ok(match value {
            Value::Json(_) | Value::Map(_) => self.entry(value, key).unwrap_or(Value::Null),
            Value::Context => self.context_named(key),
            Value::ContextGroup(group) => self.group_named(group, key),
            Value::StageVariables => {
                self.environment.stage_variable(key).map_or(Value::Null, Value::borrowed)
            }
            _ => Value::Null,
        })
    }

    fn elements_are_entries(&self, value: &Value<'d>) -> bool {
        matches!(self.heap.follow(value), Value::Json(Json::Object(_)) | Value::Map(_))
    }

    /// `value[index]`. A negative index counts from the end.
    fn index(&mut self, value: &Value<'d>, index: &Value<'d>) -> Result<Value<'d>, Exit> {
        if let (Value::Int(index), Some(_)) = (index, self.element_count(value)) {
            let at = self.position(value, *index)?;
            return Ok(self.element(value, at).unwrap_or(Value::Null));
        }
        let key = self.text(index)?;
        self.named(value, key.as_str())
    }

    fn element_count(&self, value: &Value<'d>) -> Option<usize> {
        if self.elements_are_entries(value) { None } else { self.size(value) }
    }

    /// The position that an index means in a list.
    pub(in crate::template) fn position(&self, list: &Value<'d>, index: i128) -> Result<usize, Exit> {
        let count = self.size(list).unwrap_or_default();
        let at = if index < 0 { index + count as i128 } else { index };
        match usize::try_from(at) {
            Ok(at) if at < count => Ok(at),
            _ => Err(self.fault(format!("index {index} is outside of a list of {count}"))),
        }
    }

    /// `#set`.
    pub(super) fn assign(&mut self, target: &'d Reference, value: Value<'d>) -> Result<(), Exit> {
        let Some((last, _)) = target.steps.split_last() else {
            self.charge(1)?;
            self.variables[target.root.index()] = value;
            return Ok(());
        };
        let holder = self.follow_steps(target, target.steps.len() - 1)?;
        match last {
            Step::Property(name) => self.put(&holder, Text::Borrowed(name), value).map(drop),
            Step::Index(index) => {
                let index = self.expression(index)?;
                self.at = target.place;
                if let (Value::Int(at), Some(_)) = (&index, self.element_count(&holder)) {
                    let at = self.position(&holder, *at)?;
                    return self.set_element(&holder, at, value).map(drop);
                }
                let key = self.text(&index)?;
                self.put(&holder, key, value).map(drop)
            }
            // The parser refuses it.
            Step::Call(_) => Ok(()),
        }
    }

    /// Sets a key of what counts as a map; gives what it was before. On anything else, nothing happens.
    pub(in crate::template) fn put(
        &mut self,
        holder: &Value<'d>,
        key: Text<'d>,
        value: Value<'d>,
    ) -> Result<Value<'d>, Exit> {
        let holder = match holder {
            Value::Context => Value::Map(self.overlay()),
            Value::ContextGroup(name) => self.own_group(name)?,
            holder => {
                self.charge_writable(holder)?;
                self.heap.writable(holder)
            }
        };
        let Value::Map(id) = holder else { return Ok(Value::Null) };
        self.charge(1)?;
        self.check_once(id, key.as_str())?;
        Ok(self.heap.map_mut(id).put(key, value).unwrap_or(Value::Null))
    }

    /// Sets an element of a list; gives what it was before.
    pub(in crate::template) fn set_element(
        &mut self,
        list: &Value<'d>,
        at: usize,
        value: Value<'d>,
    ) -> Result<Value<'d>, Exit> {
        self.charge_writable(list)?;
        let Value::List(id) = self.heap.writable(list) else { return Ok(Value::Null) };
        match self.heap.list_mut(id).items.get_mut(at) {
            Some(element) => Ok(std::mem::replace(element, value)),
            None => Ok(Value::Null),
        }
    }

    /// Pays for the copy that is made before something of a body is changed.
    pub(in crate::template) fn charge_writable(&mut self, value: &Value<'d>) -> Result<(), Exit> {
        match self.heap.follow(value) {
            Value::Json(_) => self.charge(self.size(value).unwrap_or_default()),
            _ => Ok(()),
        }
    }
}
