//! When two values are equal.

use serde_json::Value as Json;

use crate::template::value::Value;

use super::{Exit, Render};

impl<'d> Render<'d> {
    /// `==`: numbers by value, lists and maps by what they hold, values of different kinds by what they print. A
    /// missing value equals an empty text: recorded of API Gateway.
    pub(super) fn equal(&mut self, left: &Value<'d>, right: &Value<'d>) -> Result<bool, Exit> {
        let (left, right) = (self.heap.follow(left), self.heap.follow(right));
        match (&left, &right) {
            (Value::Null, Value::Null) => Ok(true),
            (Value::Null, Value::Text(text)) | (Value::Text(text), Value::Null) => {
                Ok(text.as_str().is_empty())
            }
            (Value::Null, Value::Block(_)) | (Value::Block(_), Value::Null) => self.same_text(&left, &right),
            (Value::Null, _) | (_, Value::Null) => Ok(false),
            (Value::Text(left), Value::Text(right)) => {
                self.charge_text(left.as_str().len().min(right.as_str().len()))?;
                Ok(left == right)
            }
            (Value::Int(left), Value::Double(right)) => Ok(*left as f64 == *right),
            (Value::Double(left), Value::Int(right)) => Ok(*left == *right as f64),
            _ => match self.equals(&left, &right)? {
                Some(equal) => Ok(equal),
                None => self.same_text(&left, &right),
            },
        }
    }

    fn same_text(&mut self, left: &Value<'d>, right: &Value<'d>) -> Result<bool, Exit> {
        let (left, right) = (self.text(left)?, self.text(right)?);
        Ok(left == right)
    }

    /// Java's `equals` between values of one kind; `None` when the kinds differ.
    pub(in crate::template) fn equals(
        &mut self,
        left: &Value<'d>,
        right: &Value<'d>,
    ) -> Result<Option<bool>, Exit> {
        self.charge(1)?;
        let (left, right) = (self.heap.follow(left), self.heap.follow(right));
        Ok(Some(match (&left, &right) {
            (Value::Null, Value::Null) => true,
            (Value::Bool(left), Value::Bool(right)) => left == right,
            (Value::Int(left), Value::Int(right)) => left == right,
            (Value::Double(left), Value::Double(right)) => left == right,
            (Value::Text(left), Value::Text(right)) => {
                self.charge_text(left.as_str().len().min(right.as_str().len()))?;
                left == right
            }
            (Value::Json(left), Value::Json(right))
                if std::ptr::eq(*left, *right) && self.heap.is_unchanged() =>
            {
                true
            }
            (Value::List(left), Value::List(right)) if left == right => true,
            (Value::Map(left), Value::Map(right)) if left == right => true,
            (left, right) if is_list(left) && is_list(right) => {
                self.nested(|render| render.equal_lists(left, right))?
            }
            (left, right) if is_map(left) && is_map(right) => {
                self.nested(|render| render.equal_maps(left, right))?
            }
            _ => return Ok(None),
        }))
    }

    fn equal_lists(&mut self, left: &Value<'d>, right: &Value<'d>) -> Result<bool, Exit> {
        let count = self.size(left);
        if count != self.size(right) {
            return Ok(false);
        }
        for at in 0..count.unwrap_or_default() {
            let (Some(left), Some(right)) = (self.element(left, at), self.element(right, at)) else {
                return Ok(false);
            };
            if self.equals(&left, &right)? != Some(true) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn equal_maps(&mut self, left: &Value<'d>, right: &Value<'d>) -> Result<bool, Exit> {
        if self.size(left) != self.size(right) {
            return Ok(false);
        }
        for (key, value) in self.entries(left)?.unwrap_or_default() {
            let Some(other) = self.entry(right, key.as_str()) else { return Ok(false) };
            if self.equals(&value, &other)? != Some(true) {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

fn is_list(value: &Value<'_>) -> bool {
    matches!(value, Value::List(_) | Value::Json(Json::Array(_)))
}

fn is_map(value: &Value<'_>) -> bool {
    matches!(value, Value::Map(_) | Value::Json(Json::Object(_)))
}
