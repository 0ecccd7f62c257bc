//! `#foreach`.

use serde_json::Value as Json;

use crate::template::Place;
use crate::template::program::{Block, Expression, Slot};
use crate::template::value::{ListId, Value};

use super::{Exit, Flow, Render};

/// Where a loop is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Loop {
    index: usize,
    has_next: bool,
}

/// What is looped over.
enum Items<'d> {
    Json(&'d [Json]),
    /// Looked at anew each turn, since the loop may change it.
    List(ListId),
    Values(Vec<Value<'d>>),
    Range(i64, i64),
}

/// What a loop sets, and puts back when it is over.
const LOOP_VARIABLES: [Slot; 3] = [Slot::FOREACH, Slot::COUNT, Slot::HAS_NEXT];

impl<'d> Render<'d> {
    pub(super) fn foreach(
        &mut self,
        place: Place,
        variable: Slot,
        list: &'d Expression,
        body: &'d Block,
        out: &mut String,
    ) -> Result<(), Exit> {
        self.at = place;
        let items = match list {
            Expression::Range(first, last) => Items::Range(*first, *last),
            list => {
                let list = self.expression(list)?;
                self.items(&list)?
            }
        };
        let saved = [variable, LOOP_VARIABLES[0], LOOP_VARIABLES[1], LOOP_VARIABLES[2]]
            .map(|slot| (slot, self.variables[slot.index()].clone()));
        self.loops.push(Loop { index: 0, has_next: false });
        let mut next = self.item(&items, 0);
        let mut index = 0;
        while let Some(item) = next {
            if index == self.budget.iterations {
                self.at = place;
                let what = format!("a loop takes more than {} turns", self.budget.iterations);
                return Err(self.fault(what));
            }
            self.charge(1)?;
            next = self.item(&items, index + 1);
            let has_next = next.is_some();
            let depth = self.loops.len() - 1;
            self.loops[depth] = Loop { index, has_next };
            self.variables[variable.index()] = item;
            self.variables[Slot::FOREACH.index()] = Value::Loop(depth);
            self.variables[Slot::COUNT.index()] = Value::int(index + 1);
            self.variables[Slot::HAS_NEXT.index()] = Value::Bool(has_next);
            if self.block(body, out)? == Flow::Break {
                break;
            }
            index += 1;
            if next.is_none() {
                // The loop may have added to its own list.
                next = self.item(&items, index);
            }
        }
        self.loops.pop();
        for (slot, value) in saved {
            self.variables[slot.index()] = value;
        }
        Ok(())
    }

    /// What a value gives to loop over: the elements of a list, the values of a map, nothing of anything else.
    fn items(&mut self, value: &Value<'d>) -> Result<Items<'d>, Exit> {
        Ok(match self.heap.follow(value) {
            Value::Json(Json::Array(items)) => Items::Json(items),
            Value::List(id) => Items::List(id),
            other => match self.values(&other)? {
                Some(values) => Items::Values(values),
                None => Items::Values(Vec::new()),
            },
        })
    }

    fn item(&self, items: &Items<'d>, index: usize) -> Option<Value<'d>> {
        match items {
            Items::Json(items) => items.get(index).map(Value::json),
            Items::List(id) => self.heap.list(*id).items.get(index).cloned(),
            Items::Values(values) => values.get(index).cloned(),
            Items::Range(first, last) => {
                let offset = i64::try_from(index).ok()?;
                if offset.unsigned_abs() > first.abs_diff(*last) {
                    return None;
                }
                let number =
                    if first <= last { first.checked_add(offset) } else { first.checked_sub(offset) };
                number.map(|number| Value::Int(number.into()))
            }
        }
    }

    /// A property of `$foreach`.
    pub(super) fn loop_property(&self, depth: usize, name: &str) -> Value<'d> {
        let Some(Loop { index, has_next }) = self.loops.get(depth).copied() else { return Value::Null };
        match name {
            "index" => Value::int(index),
            "count" => Value::int(index + 1),
            "hasNext" => Value::Bool(has_next),
            "first" => Value::Bool(index == 0),
            "last" => Value::Bool(!has_next),
            "parent" => depth.checked_sub(1).map_or(Value::Null, Value::Loop),
            "topmost" => Value::Loop(0),
            _ => Value::Null,
        }
    }
}
