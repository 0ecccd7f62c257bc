//! The functions that a path may call.

use serde_json::{Map, Value};

use super::Step;
use super::find::{Lost, Search, position};

/// A function at the end of a path, or on the way. What makes numbers makes floating ones, as Jayway does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Function {
    /// How many elements or members there are.
    Length,
    /// The names of an object's members.
    Keys,
    /// The smallest number of a list.
    Min,
    /// The largest.
    Max,
    /// Their mean.
    Avg,
    /// Their standard deviation, taken as the whole population.
    Stddev,
    /// Their sum.
    Sum,
    /// The strings of a list and the arguments as one text.
    Concat,
    /// A list with the arguments behind it.
    Append,
    /// The first element.
    First,
    /// The last element.
    Last,
    /// The element at the index that is the argument.
    Index,
}

/// An argument of a function.
#[derive(Clone, Debug)]
pub(super) enum Argument {
    /// A literal.
    Literal(Value),
    /// What a path leads to.
    Path(Start, Box<[Step]>),
}

/// Where a path inside a path starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Start {
    /// `$`: at the document.
    Document,
    /// `@`: at the value that is looked at.
    Here,
}

impl Function {
    /// All names, for messages.
    pub(super) const NAMES: &'static str = "length, size, count, keys, min, max, avg, stddev, sum, concat, \
                                            append, first, last and index";

    pub(super) fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "length" | "size" | "count" => Self::Length,
            "keys" => Self::Keys,
            "min" => Self::Min,
            "max" => Self::Max,
            "avg" => Self::Avg,
            "stddev" => Self::Stddev,
            "sum" => Self::Sum,
            "concat" => Self::Concat,
            "append" => Self::Append,
            "first" => Self::First,
            "last" => Self::Last,
            "index" => Self::Index,
            _ => return None,
        })
    }

    /// The element of a list that it stands for, if it is one of those that only choose.
    pub(super) fn chosen<'v>(self, on: &'v Value, arguments: &[Value]) -> Option<&'v Value> {
        let elements = on.as_array()?;
        match self {
            Self::First => elements.first(),
            Self::Last => elements.last(),
            Self::Index => elements.get(position(elements.len(), arguments.first()?.as_i64()?)?),
            _ => None,
        }
    }

    /// Whether it chooses one of the elements that are there, and makes nothing.
    pub(super) fn chooses(self) -> bool {
        matches!(self, Self::First | Self::Last | Self::Index)
    }

    /// What it makes of a value and its arguments; `None` if it is not for such a value.
    pub(super) fn call(self, on: &Value, arguments: Vec<Value>) -> Option<Value> {
        match self {
            Self::Length => match on {
                Value::Array(elements) => Some(elements.len().into()),
                Value::Object(members) => Some(members.len().into()),
                Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
            },
            Self::Keys => Some(on.as_object()?.keys().map(|name| Value::String(name.clone())).collect()),
            Self::Min => numbers(on, &arguments).reduce(f64::min).map(Value::from),
            Self::Max => numbers(on, &arguments).reduce(f64::max).map(Value::from),
            Self::Sum => numbers(on, &arguments).reduce(|sum, next| sum + next).map(Value::from),
            Self::Avg => {
                let (count, sum, _) = sums(on, &arguments)?;
                Some(Value::from(sum / count))
            }
            Self::Stddev => {
                let (count, sum, squares) = sums(on, &arguments)?;
                let variance = squares / count - sum * sum / count / count;
                Some(Value::from(variance.max(0.0).sqrt()))
            }
            Self::Concat => {
                let own = on.as_array().map_or(&[][..], Vec::as_slice).iter();
                let own = own.filter_map(|element| element.as_str().map(str::to_owned));
                Some(Value::String(own.chain(flat(&arguments).filter_map(text)).collect()))
            }
            Self::Append => {
                let mut elements = on.as_array()?.clone();
                elements.extend(arguments);
                Some(Value::Array(elements))
            }
            Self::First | Self::Last | Self::Index => self.chosen(on, &arguments).cloned(),
        }
    }
}

/// The values of a function's arguments; a path that leads nowhere has none.
pub(super) fn values(
    arguments: &[Argument],
    search: &mut Search<'_>,
    here: &Value,
) -> Result<Vec<Value>, Lost> {
    let mut values = Vec::with_capacity(arguments.len());
    for argument in arguments {
        match argument {
            Argument::Literal(value) => values.push(value.clone()),
            Argument::Path(start, steps) => {
                let found = match start {
                    Start::Document => search.find(steps, search.document()),
                    Start::Here => search.find(steps, here),
                };
                if let Some(value) = found?.into_value() {
                    search.charge_for(&value)?;
                    values.push(value);
                }
            }
        }
    }
    Ok(values)
}

/// The arguments, lists among them as their elements.
fn flat(arguments: &[Value]) -> impl Iterator<Item = &Value> {
    arguments.iter().flat_map(|argument| match argument {
        Value::Array(elements) => elements.as_slice(),
        _ => std::slice::from_ref(argument),
    })
}

fn numbers<'v>(on: &'v Value, arguments: &'v [Value]) -> impl Iterator<Item = f64> + use<'v> {
    let own = on.as_array().map_or(&[][..], Vec::as_slice);
    own.iter().chain(flat(arguments)).filter_map(Value::as_f64)
}

/// How many numbers there are, their sum, and the sum of their squares; `None` if there is none.
fn sums(on: &Value, arguments: &[Value]) -> Option<(f64, f64, f64)> {
    let add =
        |(count, sum, squares): (f64, f64, f64), next: f64| (count + 1.0, sum + next, squares + next * next);
    let sums = numbers(on, arguments).fold((0.0, 0.0, 0.0), add);
    (sums.0 > 0.0).then_some(sums)
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// An object of those members that `names` lists.
pub(super) fn members(on: &Map<String, Value>, names: &[Box<str>]) -> Value {
    let found = names.iter().filter_map(|name| Some((name.to_string(), on.get(&**name)?.clone())));
    Value::Object(found.collect())
}
