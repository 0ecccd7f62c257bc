//! Operators between two values.

use crate::template::program::Operator;
use crate::template::value::Value;

use super::{Exit, Render};

/// A number for arithmetic.
#[derive(Clone, Copy)]
enum Number {
    Int(i128),
    Double(f64),
}

impl Number {
    fn of(value: &Value<'_>) -> Option<Self> {
        match value {
            Value::Int(number) => Some(Self::Int(*number)),
            Value::Double(number) => Some(Self::Double(*number)),
            _ => None,
        }
    }

    fn double(self) -> f64 {
        match self {
            // Beyond 2⁵³ the nearest double, as Java's conversion gives.
            Self::Int(number) => number as f64,
            Self::Double(number) => number,
        }
    }
}

impl<'d> Render<'d> {
    /// Everything but `&&` and `||`, which may not look at their right side.
    pub(super) fn operation(
        &mut self,
        operator: Operator,
        left: &Value<'d>,
        right: &Value<'d>,
    ) -> Result<Value<'d>, Exit> {
        let numbers = Number::of(left).zip(Number::of(right));
        Ok(match operator {
            Operator::Eq => Value::Bool(self.equal(left, right)?),
            Operator::Ne => Value::Bool(!self.equal(left, right)?),
            Operator::Lt | Operator::Le | Operator::Gt | Operator::Ge => {
                Value::Bool(numbers.is_some_and(|(left, right)| compare(operator, left, right)))
            }
            Operator::Add if numbers.is_none() => self.concatenated(left, right)?,
            _ => numbers.map_or(Value::Null, |(left, right)| arithmetic(operator, left, right)),
        })
    }

    /// `+` with a text on a side; a missing value counts as an empty text. Nothing without a text.
    fn concatenated(&mut self, left: &Value<'d>, right: &Value<'d>) -> Result<Value<'d>, Exit> {
        let is_text = |value: &Value<'d>| matches!(value, Value::Text(_) | Value::Block(_));
        if !is_text(left) && !is_text(right) {
            return Ok(Value::Null);
        }
        let mut out = String::new();
        self.print(left, &mut out)?;
        self.print(right, &mut out)?;
        self.charge_text(out.len())?;
        Ok(Value::made(out))
    }
}

fn compare(operator: Operator, left: Number, right: Number) -> bool {
    let order = match (left, right) {
        (Number::Int(left), Number::Int(right)) => Some(left.cmp(&right)),
        _ => left.double().partial_cmp(&right.double()),
    };
    order.is_some_and(|order| match operator {
        Operator::Lt => order.is_lt(),
        Operator::Le => order.is_le(),
        Operator::Gt => order.is_gt(),
        _ => order.is_ge(),
    })
}

/// Whole numbers give whole ones, and become a double where 128 bits do not hold them. Nothing can be divided by
/// zero: that gives no value.
fn arithmetic<'d>(operator: Operator, left: Number, right: Number) -> Value<'d> {
    if let (Number::Int(left), Number::Int(right)) = (left, right) {
        let exact = match operator {
            Operator::Add => left.checked_add(right),
            Operator::Sub => left.checked_sub(right),
            Operator::Mul => left.checked_mul(right),
            Operator::Div | Operator::Rem if right == 0 => return Value::Null,
            Operator::Div => left.checked_div(right),
            // The remainder of the smallest number by -1 is 0, though the division overflows.
            _ => Some(left.wrapping_rem(right)),
        };
        if let Some(number) = exact {
            return Value::Int(number);
        }
    }
    let (left, right) = (left.double(), right.double());
    Value::Double(match operator {
        Operator::Add => left + right,
        Operator::Sub => left - right,
        Operator::Mul => left * right,
        Operator::Div | Operator::Rem if right == 0.0 => return Value::Null,
        Operator::Div => left / right,
        _ => left % right,
    })
}
