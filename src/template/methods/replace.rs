//! The methods of a text that take a regular expression.

use std::rc::Rc;

use regex::{Captures, Regex};

use crate::mapping::java_regex;
use crate::template::eval::{Exit, Render};
use crate::template::program::Compiled;
use crate::template::value::{Text, Value};

use super::Method;

/// How much dearer a pattern is than looking through a text once.
const PASSES_A_PATTERN: usize = 4;
/// What compiling a pattern costs that is only known while rendering.
const STEPS_A_PATTERN: usize = 10_000;

/// A replacement as Java reads it: `$1` and `${name}` are groups, a backslash takes away what a sign means.
enum Piece {
    Text(String),
    Group(usize),
    Named(String),
}

impl<'d> Render<'d> {
    /// `matches`, `split`, `replaceAll` and `replaceFirst`; the first argument is a text, a second one fits.
    pub(super) fn call_pattern(
        &mut self,
        own: &Text<'d>,
        method: Method,
        arguments: &[Value<'d>],
        compiled: &Compiled,
    ) -> Result<Value<'d>, Exit> {
        let text = own.as_str();
        self.charge_text(text.len().saturating_mul(PASSES_A_PATTERN))?;
        let pattern = arguments.first().and_then(Value::as_str).unwrap_or_default();
        let dynamic;
        let regex = match compiled {
            Compiled::Regex(regex) => regex,
            Compiled::Nothing | Compiled::Path(_) => {
                dynamic = self.pattern(pattern, method == Method::Matches)?;
                &dynamic
            }
        };
        Ok(match (method, arguments.get(1)) {
            (Method::Matches, _) => Value::Bool(regex.is_match(text)),
            (Method::Split, limit) => {
                let limit = match limit {
                    Some(Value::Int(limit)) => *limit,
                    _ => 0,
                };
                let parts = split(regex, text, limit);
                self.charge(parts.len())?;
                let parts = parts.into_iter().map(|part| Value::made(part.to_owned())).collect();
                self.heap.new_list(false, parts)
            }
            (method, replacement) => {
                let replacement = replacement.and_then(Value::as_str).unwrap_or_default();
                let Some(pieces) = pieces(replacement) else {
                    let what = format!(
                        "{replacement:?} is no replacement: $ is followed by a group's number, or stands behind a \\"
                    );
                    return Err(self.fault(what));
                };
                self.replace(regex, text, &pieces, method == Method::ReplaceFirst)?
            }
        })
    }

    /// A pattern that is known only now: compiled once in a rendering.
    fn pattern(&mut self, text: &str, whole: bool) -> Result<Regex, Exit> {
        let key: (Rc<str>, bool) = (text.into(), whole);
        if let Some(regex) = self.patterns.get(&key) {
            return Ok(regex.clone());
        }
        self.charge(STEPS_A_PATTERN)?;
        let regex = java_regex(text, whole).map_err(|error| self.fault(error.to_string()))?;
        self.patterns.insert(key, regex.clone());
        Ok(regex)
    }

    fn replace(
        &mut self,
        regex: &Regex,
        text: &str,
        pieces: &[Piece],
        once: bool,
    ) -> Result<Value<'d>, Exit> {
        let mut out = String::new();
        let mut copied = 0;
        for groups in regex.captures_iter(text).take(if once { 1 } else { usize::MAX }) {
            let Some(whole) = groups.get(0) else { continue };
            self.push(&text[copied..whole.start()], &mut out)?;
            copied = whole.end();
            for piece in pieces {
                match self.group(&groups, piece) {
                    Ok(piece) => self.push(piece, &mut out)?,
                    Err(exit) => return Err(exit),
                }
            }
        }
        self.push(&text[copied..], &mut out)?;
        self.made(out)
    }

    fn group<'g>(&self, groups: &'g Captures<'_>, piece: &'g Piece) -> Result<&'g str, Exit> {
        match piece {
            Piece::Text(text) => Ok(text),
            Piece::Group(number) if *number < groups.len() => {
                Ok(groups.get(*number).map_or("", |group| group.as_str()))
            }
            Piece::Group(number) => Err(self.fault(format!("the pattern has no group {number}"))),
            Piece::Named(name) => Ok(groups.name(name).map_or("", |group| group.as_str())),
        }
    }
}

/// A text cut at each match. Java's rules: no empty text before a match of nothing at the start; a positive limit
/// is the most parts; with none, empty parts at the end are left out.
fn split<'t>(regex: &Regex, text: &'t str, limit: i128) -> Vec<&'t str> {
    let most = usize::try_from(limit).ok().filter(|most| *most > 0);
    let mut parts = Vec::new();
    let mut start = 0;
    for found in regex.find_iter(text) {
        if most.is_some_and(|most| parts.len() + 1 >= most) {
            break;
        }
        if found.end() == 0 || found.is_empty() && found.start() == text.len() {
            continue;
        }
        parts.push(&text[start..found.start()]);
        start = found.end();
    }
    parts.push(&text[start..]);
    if limit == 0 && parts.len() > 1 {
        while parts.last().is_some_and(|part| part.is_empty()) {
            parts.pop();
        }
    }
    parts
}

/// A replacement in pieces; `None` where Java would refuse it.
fn pieces(replacement: &str) -> Option<Vec<Piece>> {
    let mut pieces = Vec::new();
    let mut text = String::new();
    let mut chars = replacement.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' => text.push(chars.next()?),
            '$' => {
                let piece = match chars.next()? {
                    '{' => {
                        let name: String = chars.by_ref().take_while(|c| *c != '}').collect();
                        Piece::Named(name)
                    }
                    // Further digits belong to it only if there are so many groups, which nobody has.
                    digit => Piece::Group(digit.to_digit(10)? as usize),
                };
                pieces.push(Piece::Text(std::mem::take(&mut text)));
                pieces.push(piece);
            }
            c => text.push(c),
        }
    }
    pieces.push(Piece::Text(text));
    Some(pieces)
}
