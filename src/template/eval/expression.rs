//! Expressions.

use crate::template::program::{Expression, Operator};
use crate::template::value::{Map, Text, Value};

use super::{Exit, Render};

impl<'d> Render<'d> {
    pub(super) fn expression(&mut self, expression: &'d Expression) -> Result<Value<'d>, Exit> {
        Ok(match expression {
            Expression::Null => Value::Null,
            Expression::Bool(value) => Value::Bool(*value),
            Expression::Int(number) => Value::Int(*number),
            Expression::Double(number) => Value::Double(*number),
            Expression::Text(text) => Value::borrowed(text),
            Expression::Reference(reference) => self.reference(reference)?,
            Expression::Not(inner) => {
                let value = self.nested(|render| render.expression(inner))?;
                Value::Bool(!value.is_true())
            }
            Expression::Interpolated(block) => {
                let mut out = String::new();
                self.nested(|render| render.block(block, &mut out))?;
                Value::made(out)
            }
            Expression::Chain(first, rest) => self.nested(|render| render.chain(first, rest))?,
            Expression::List(items) => self.nested(|render| render.list_of(items))?,
            Expression::Range(first, last) => self.range(*first, *last)?,
            Expression::Map(entries) => self.nested(|render| render.map_of(entries))?,
        })
    }

    fn chain(
        &mut self,
        first: &'d Expression,
        rest: &'d [(Operator, Expression)],
    ) -> Result<Value<'d>, Exit> {
        let mut value = self.expression(first)?;
        for (operator, operand) in rest {
            self.charge(1)?;
            value = match operator {
                Operator::Or if value.is_true() => Value::Bool(true),
                Operator::And if !value.is_true() => Value::Bool(false),
                Operator::Or | Operator::And => Value::Bool(self.expression(operand)?.is_true()),
                _ => {
                    let operand = self.expression(operand)?;
                    self.operation(*operator, &value, &operand)?
                }
            };
        }
        Ok(value)
    }

    fn list_of(&mut self, items: &'d [Expression]) -> Result<Value<'d>, Exit> {
        let mut list = Vec::with_capacity(items.len());
        for item in items {
            self.charge(1)?;
            list.push(self.expression(item)?);
        }
        Ok(self.heap.new_list(false, list))
    }

    /// The numbers from `first` to `last`, downwards if `last` is the smaller one.
    fn range(&mut self, first: i64, last: i64) -> Result<Value<'d>, Exit> {
        let count = usize::try_from(first.abs_diff(last)).unwrap_or(usize::MAX).saturating_add(1);
        self.charge(count)?;
        let number = |number: i64| Value::Int(number.into());
        let items: Vec<_> = if first <= last {
            (first..=last).map(number).collect()
        } else {
            (last..=first).rev().map(number).collect()
        };
        Ok(self.heap.new_list(false, items))
    }

    fn map_of(&mut self, entries: &'d [(Expression, Expression)]) -> Result<Value<'d>, Exit> {
        let mut map = Map::default();
        for (key, value) in entries {
            self.charge(1)?;
            let key = self.expression(key)?;
            let key: Text<'d> = self.text(&key)?;
            map.put(key, self.expression(value)?);
        }
        Ok(Value::Map(self.heap.new_map(map)))
    }
}
