//! Walking a document along a path.

use std::borrow::Cow;

use serde_json::Value;

use super::function::{self, Argument, Function};
use super::{Found, MAX_FOUND, MAX_LOOKS, Step, is_definite};

/// Why a walk ended before its path did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lost {
    /// Something on the way is not there, or of another kind.
    Missing,
    /// The work is more than one path may cause.
    Exhausted,
}

/// One look into a document.
pub(super) struct Search<'d> {
    document: &'d Value,
    looks: u32,
    found: usize,
}

type Sink<'s, 'v> = &'s mut dyn FnMut(Cow<'v, Value>);

/// What the steps lead to from `document` on.
pub(super) fn find<'d>(steps: &[Step], document: &'d Value) -> Found<'d> {
    let mut search = Search { document, looks: 0, found: 0 };
    search.find(steps, document).unwrap_or(Found::Nothing)
}

/// Where in a list of `length` an index leads; a negative one counts from the end.
pub(super) fn position(length: usize, index: i64) -> Option<usize> {
    let index = if index < 0 { index + i64::try_from(length).ok()? } else { index };
    usize::try_from(index).ok().filter(|index| *index < length)
}

impl<'d> Search<'d> {
    /// The document as a whole.
    pub(super) fn document(&self) -> &'d Value {
        self.document
    }

    /// Counts work done.
    pub(super) fn charge(&mut self, looks: usize) -> Result<(), Lost> {
        let looks = u32::try_from(looks).unwrap_or(MAX_LOOKS);
        self.looks = self.looks.saturating_add(looks);
        if self.looks > MAX_LOOKS { Err(Lost::Exhausted) } else { Ok(()) }
    }

    /// Counts the copying of a value.
    pub(super) fn charge_for(&mut self, value: &Value) -> Result<(), Lost> {
        self.charge(1)?;
        match value {
            Value::Array(elements) => elements.iter().try_for_each(|element| self.charge_for(element)),
            Value::Object(members) => members.values().try_for_each(|member| self.charge_for(member)),
            Value::String(text) => self.charge(text.len() / 32),
            Value::Null | Value::Bool(_) | Value::Number(_) => Ok(()),
        }
    }

    /// What the steps lead to from `at` on. A way that is lost is [`Found::Nothing`].
    ///
    /// # Errors
    /// When it is too much work.
    pub(super) fn find<'v>(&mut self, steps: &[Step], at: &'v Value) -> Result<Found<'v>, Lost> {
        let result = match steps.split_last() {
            Some((Step::Function(function, arguments), before))
                if before.iter().any(|step| matches!(step, Step::Scan)) =>
            {
                self.gather(before, *function, arguments, at)
            }
            _ if is_definite(steps) => {
                let mut last = None;
                let walked = self.walk(steps, at, true, &mut |value| last = Some(value));
                walked.map(|()| last.map_or(Found::Nothing, Found::One))
            }
            _ => {
                let mut all = Vec::new();
                let walked = self.walk(steps, at, true, &mut |value| all.push(value));
                walked.map(|()| Found::Many(all))
            }
        };
        match result {
            Err(Lost::Missing) => Ok(Found::Nothing),
            other => other,
        }
    }

    /// A function behind `..` is called once, on all that is found; what counts elements counts those of all.
    fn gather<'v>(
        &mut self,
        before: &[Step],
        function: Function,
        arguments: &[Argument],
        at: &'v Value,
    ) -> Result<Found<'v>, Lost> {
        let mut all = Vec::new();
        self.walk(before, at, true, &mut |value| all.push(value))?;
        if function == Function::Length {
            let parts = all.iter().map(|value| match &**value {
                Value::Array(elements) => elements.len(),
                Value::Object(members) => members.len(),
                Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 0,
            });
            return Ok(Found::One(Cow::Owned(parts.sum::<usize>().into())));
        }
        all.iter().try_for_each(|value| self.charge_for(value))?;
        let all = Value::Array(all.into_iter().map(Cow::into_owned).collect());
        let arguments = function::values(arguments, self, at)?;
        Ok(function.call(&all, arguments).map_or(Found::Nothing, |value| Found::One(Cow::Owned(value))))
    }

    /// Walks on from `at`. `definite` says whether one value at most was possible so far: then what is missing on
    /// the way ends the whole walk, and otherwise only this branch.
    fn walk<'v>(
        &mut self,
        steps: &[Step],
        at: &'v Value,
        definite: bool,
        sink: Sink<'_, 'v>,
    ) -> Result<(), Lost> {
        self.charge(1)?;
        let Some((step, rest)) = steps.split_first() else {
            self.found += 1;
            if self.found > MAX_FOUND {
                return Err(Lost::Exhausted);
            }
            sink(Cow::Borrowed(at));
            return Ok(());
        };
        let unfit = if definite { Err(Lost::Missing) } else { Ok(()) };
        match (step, at) {
            (Step::Property(name), Value::Object(members)) => match members.get(&**name) {
                Some(next) => self.walk(rest, next, definite, sink),
                None if rest.is_empty() => Ok(()),
                None => unfit,
            },
            (Step::Properties(names), Value::Object(members)) if rest.is_empty() => {
                let object = function::members(members, names);
                self.charge_for(&object)?;
                sink(Cow::Owned(object));
                Ok(())
            }
            (Step::Properties(names), Value::Object(members)) => {
                let mut found = names.iter().filter_map(|name| members.get(&**name));
                found.try_for_each(|next| self.walk(rest, next, false, sink))
            }
            (Step::Index(index), Value::Array(elements)) => match position(elements.len(), *index) {
                Some(at) => self.walk(rest, &elements[at], definite, sink),
                None => Ok(()),
            },
            (Step::Indexes(indexes), Value::Array(elements)) => {
                let mut found = indexes.iter().filter_map(|index| position(elements.len(), *index));
                found.try_for_each(|at| self.walk(rest, &elements[at], false, sink))
            }
            (Step::Slice(from, to), Value::Array(elements)) => slice(elements.len(), *from, *to)
                .try_for_each(|at| match position(elements.len(), at) {
                    Some(at) => self.walk(rest, &elements[at], false, sink),
                    None => Ok(()),
                }),
            (Step::Each, _) => children(at).try_for_each(|next| self.walk(rest, next, false, sink)),
            (Step::Scan, _) => self.scan(rest, at, sink),
            (Step::Filter(filter), Value::Array(elements)) => elements.iter().try_for_each(|element| {
                if filter.accepts(self, element)? { self.walk(rest, element, false, sink) } else { Ok(()) }
            }),
            (Step::Filter(filter), Value::Object(_)) => {
                if filter.accepts(self, at)? {
                    self.walk(rest, at, false, sink)
                } else {
                    Ok(())
                }
            }
            (Step::Function(function, arguments), _) => {
                let arguments = function::values(arguments, self, at)?;
                if function.chooses() {
                    let chosen = function.chosen(at, &arguments).ok_or(Lost::Missing)?;
                    return self.walk(rest, chosen, definite, sink);
                }
                if *function != Function::Length {
                    self.charge_for(at)?;
                }
                let made = function.call(at, arguments).ok_or(Lost::Missing)?;
                self.walk(rest, &made, definite, &mut |value| sink(Cow::Owned(value.into_owned())))
            }
            (
                Step::Property(_)
                | Step::Properties(_)
                | Step::Index(_)
                | Step::Indexes(_)
                | Step::Slice(..)
                | Step::Filter(_),
                _,
            ) => unfit,
        }
    }

    /// Walks on from `at` and from all objects and lists in it, in document order.
    fn scan<'v>(&mut self, rest: &[Step], at: &'v Value, sink: Sink<'_, 'v>) -> Result<(), Lost> {
        let starts_here = match (rest, at) {
            // An element of a list is met by itself when the scan comes to it.
            ([Step::Filter(_), ..], _) => at.is_object(),
            ([Step::Properties(names)], Value::Object(members)) => {
                names.iter().all(|name| members.contains_key(&**name))
            }
            _ => at.is_object() || at.is_array(),
        };
        if starts_here {
            self.walk(rest, at, false, sink)?;
        } else {
            self.charge(1)?;
        }
        children(at).try_for_each(|next| self.scan(rest, next, sink))
    }
}

/// The members or elements of a value.
fn children(value: &Value) -> impl Iterator<Item = &Value> {
    let (members, elements) = match value {
        Value::Object(members) => (Some(members.values()), None),
        Value::Array(elements) => (None, Some(elements.iter())),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => (None, None),
    };
    members.into_iter().flatten().chain(elements.into_iter().flatten())
}

/// The indexes of a slice. Jayway counts an end from the end only in `[:-1]`; between two bounds, `[-3:-1]` counts
/// upward through negative indexes, and `[1:-1]` is empty.
fn slice(length: usize, from: Option<i64>, to: Option<i64>) -> std::ops::Range<i64> {
    let length = i64::try_from(length).unwrap_or(i64::MAX);
    match (from, to) {
        (from, None) => {
            let from = from.unwrap_or_default();
            (if from < 0 { from + length } else { from }).max(0)..length
        }
        (None, Some(to)) => 0..(if to < 0 { to + length } else { to.min(length) }),
        (Some(from), Some(to)) => from.max(-length)..to.min(length),
    }
}
