//! `java.lang.String`.

use std::ops::Range;

use crate::template::eval::{Exit, Render};
use crate::template::program::Compiled;
use crate::template::value::{Text, Value};

use super::{Method, utf16};

impl<'d> Render<'d> {
    pub(super) fn call_string(
        &mut self,
        own: &Text<'d>,
        method: Method,
        arguments: &[Value<'d>],
        compiled: &Compiled,
    ) -> Result<Value<'d>, Exit> {
        let text = own.as_str();
        // Each method looks at the whole text at most a few times.
        self.charge_text(text.len())?;
        Ok(match (method, arguments) {
            (Method::Length, []) => Value::int(utf16::length(text)),
            (Method::IsEmpty, []) => Value::Bool(text.is_empty()),
            (Method::ToString, []) => Value::Text(own.clone()),
            (Method::Trim, []) => {
                let end = text.trim_end_matches(|c: char| c <= ' ').len();
                let start = text.len() - text.trim_start_matches(|c: char| c <= ' ').len();
                part(own, start.min(end)..end)
            }
            (Method::ToLowerCase, []) => self.made(text.to_lowercase())?,
            (Method::ToUpperCase, []) => self.made(text.to_uppercase())?,
            (Method::Equals, [other]) => Value::Bool(other.as_str() == Some(text)),
            (Method::EqualsIgnoreCase, [other]) => {
                Value::Bool(other.as_str().is_some_and(|other| equal_ignoring_case(text, other)))
            }
            (Method::Substring, [Value::Int(from)]) => self.substring(own, *from, None)?,
            (Method::Substring, [Value::Int(from), Value::Int(to)]) => {
                self.substring(own, *from, Some(*to))?
            }
            (Method::CharAt, [Value::Int(at)]) => self.substring(own, *at, Some(at.saturating_add(1)))?,
            (Method::Matches | Method::Split, [Value::Text(_)])
            | (Method::Split, [Value::Text(_), Value::Int(_)])
            | (Method::ReplaceAll | Method::ReplaceFirst, [Value::Text(_), Value::Text(_)]) => {
                self.call_pattern(own, method, arguments, compiled)?
            }
            (_, [Value::Text(other)]) => self.with_text(own, method, other)?,
            (Method::IndexOf | Method::LastIndexOf, [Value::Text(other), Value::Int(from)]) => {
                self.charge_text(other.as_str().len())?;
                found_from(text, other.as_str(), *from, method == Method::LastIndexOf)
            }
            (Method::StartsWith, [Value::Text(other), Value::Int(from)]) => {
                let from = usize::try_from(*from).ok().and_then(|from| utf16::byte_at(text, from));
                let rest = from.and_then(|from| text.get(from..));
                Value::Bool(rest.is_some_and(|rest| rest.starts_with(other.as_str())))
            }
            (Method::Replace, [Value::Text(from), Value::Text(to)]) => {
                self.replaced(own, from.as_str(), to.as_str())?
            }
            _ => Value::Null,
        })
    }

    /// The methods that take one text.
    fn with_text(&mut self, own: &Text<'d>, method: Method, other: &Text<'d>) -> Result<Value<'d>, Exit> {
        let (text, other) = (own.as_str(), other.as_str());
        self.charge_text(other.len())?;
        let position = |at: Option<usize>| match at {
            Some(at) => Value::int(utf16::position_of(text, at)),
            None => Value::Int(-1),
        };
        Ok(match method {
            Method::StartsWith => Value::Bool(text.starts_with(other)),
            Method::EndsWith => Value::Bool(text.ends_with(other)),
            Method::Contains => Value::Bool(text.contains(other)),
            Method::IndexOf => position(text.find(other)),
            Method::LastIndexOf => position(text.rfind(other)),
            Method::Concat => self.made([text, other].concat())?,
            _ => Value::Null,
        })
    }

    /// The part from one UTF-16 position to another.
    fn substring(&mut self, own: &Text<'d>, from: i128, to: Option<i128>) -> Result<Value<'d>, Exit> {
        let text = own.as_str();
        let byte = |position: i128| {
            usize::try_from(position).ok().and_then(|position| utf16::byte_at(text, position))
        };
        let (start, end) = (byte(from), to.map_or(Some(text.len()), byte));
        match start.zip(end).filter(|(start, end)| start <= end) {
            Some((start, end)) => Ok(part(own, start..end)),
            None => {
                let to = to.map(|to| format!(" to {to}")).unwrap_or_default();
                let length = utf16::length(text);
                Err(self.fault(format!("{from}{to} is outside of a text of {length} characters")))
            }
        }
    }

    fn replaced(&mut self, own: &Text<'d>, from: &str, to: &str) -> Result<Value<'d>, Exit> {
        let text = own.as_str();
        // How long the result gets is known before it is made.
        let count = if from.is_empty() { text.chars().count() + 1 } else { text.matches(from).count() };
        self.charge_text(count.saturating_mul(to.len()))?;
        self.room_for(count.saturating_mul(to.len()), "")?;
        self.made(text.replace(from, to))
    }

    /// A text that was made, paid for.
    pub(in crate::template) fn made(&mut self, text: String) -> Result<Value<'d>, Exit> {
        self.charge_text(text.len())?;
        self.room_for(text.len(), "")?;
        Ok(Value::made(text))
    }
}

/// A part of a text, which is borrowed if the text is.
fn part<'d>(own: &Text<'d>, range: Range<usize>) -> Value<'d> {
    match own {
        _ if range.len() == own.as_str().len() => Value::Text(own.clone()),
        Text::Borrowed(text) => text.get(range).map_or(Value::Null, Value::borrowed),
        Text::Shared(text) => text.get(range).map_or(Value::Null, |part| Value::made(part.to_owned())),
    }
}

fn equal_ignoring_case(left: &str, right: &str) -> bool {
    left.chars().flat_map(char::to_lowercase).eq(right.chars().flat_map(char::to_lowercase))
}

/// `indexOf` and `lastIndexOf` from a position on.
fn found_from<'d>(text: &str, other: &str, from: i128, last: bool) -> Value<'d> {
    let from = usize::try_from(from.max(0)).unwrap_or(usize::MAX);
    let found = match utf16::byte_at(text, from) {
        // The last one that starts at `from` or before.
        start if last => {
            let end = start.unwrap_or(text.len()).saturating_add(other.len()).min(text.len());
            let end = (end..=text.len()).find(|end| text.is_char_boundary(*end)).unwrap_or(text.len());
            text.get(..end).and_then(|head| head.rfind(other))
        }
        Some(start) => text.get(start..).and_then(|rest| rest.find(other)).map(|at| at + start),
        None => None,
    };
    found.map_or(Value::Int(-1), |at| Value::int(utf16::position_of(text, at)))
}
