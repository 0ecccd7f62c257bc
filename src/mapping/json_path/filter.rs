//! Filters: `[?(@.price < 10 && @.author =~ /.*Waugh/i)]`.

use std::borrow::Cow;
use std::cmp::Ordering;

use regex::Regex;
use serde_json::Value;

use super::compare::{contains, equal, is_in, length, list, order, same, subject};
use super::find::{Lost, Search};
use super::function::Start;
use super::reader::{Reader, Wrong};
use super::{Found, Step, literal, parse};
use crate::mapping::java_regex;

/// What a value must be to be found.
#[derive(Clone, Debug)]
pub(super) enum Filter {
    /// All of these.
    All(Vec<Filter>),
    /// One of these.
    Any(Vec<Filter>),
    /// Not this.
    Not(Box<Filter>),
    /// The path leads somewhere.
    Exists(Start, Box<[Step]>),
    /// Two values compare so.
    Comparison(Operand, Operator, Operand),
    /// A value, or one of a list's, matches as a whole.
    Matches(Operand, Regex),
}

/// One side of a comparison.
#[derive(Clone, Debug)]
pub(super) enum Operand {
    /// A literal.
    Literal(Value),
    /// What a path leads to.
    Path(Start, Box<[Step]>),
}

macro_rules! operators {
    ($($text:literal => $name:ident, $doc:literal;)*) => {
        /// How two values are compared.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum Operator { $(#[doc = $doc] $name,)* }

        /// The operators that are signs first, the longest of each kind first, then those that are words.
        const OPERATORS: &[(&str, Operator)] = &[$(($text, Operator::$name),)*];
    };
}

operators! {
    "===" => Same, "Equal and of one kind.";
    "!==" => NotSame, "Not so.";
    "==" => Equal, "Equal.";
    "!=" => NotEqual, "Not equal, or not there.";
    "<=" => AtMost, "Less or equal.";
    ">=" => AtLeast, "Greater or equal.";
    "<" => Less, "Less.";
    ">" => Greater, "Greater.";
    "in" => In, "One of a list.";
    "nin" => NotIn, "None of a list.";
    "contains" => Contains, "A list with the value, or a text with it in it.";
    "all" => All, "A list with all values of the other.";
    "subsetof" => SubsetOf, "A list whose values are all in the other.";
    "anyof" => AnyOf, "A list one of whose values is in the other.";
    "noneof" => NoneOf, "A list none of whose values is in the other.";
    "size" => Size, "As long as the number says.";
    "empty" => Empty, "Empty, or not, as the other says.";
}

const COMPARISON: &str = "a comparison comes here: ==, !=, <, <=, >, >=, =~, in, nin, contains, all, subsetof, \
                          anyof, noneof, size or empty";

/// Reads a filter, from its opening to its closing parenthesis.
pub(super) fn parse(reader: &mut Reader<'_>) -> Result<Filter, Wrong> {
    reader.expect("(")?;
    let filter = any(reader)?;
    reader.expect(")")?;
    Ok(filter)
}

fn any(reader: &mut Reader<'_>) -> Result<Filter, Wrong> {
    joined(reader, "||", all)
        .map(|mut terms| if terms.len() == 1 { terms.remove(0) } else { Filter::Any(terms) })
}

fn all(reader: &mut Reader<'_>) -> Result<Filter, Wrong> {
    joined(reader, "&&", term)
        .map(|mut terms| if terms.len() == 1 { terms.remove(0) } else { Filter::All(terms) })
}

fn joined(
    reader: &mut Reader<'_>,
    by: &str,
    read: fn(&mut Reader<'_>) -> Result<Filter, Wrong>,
) -> Result<Vec<Filter>, Wrong> {
    let mut terms = Vec::new();
    loop {
        terms.push(read(reader)?);
        reader.blanks();
        if !reader.take(by) {
            return Ok(terms);
        }
    }
}

fn term(reader: &mut Reader<'_>) -> Result<Filter, Wrong> {
    reader.blanks();
    if reader.take("!") {
        return reader.nested(term).map(|negated| Filter::Not(Box::new(negated)));
    }
    if reader.peek() == Some('(') {
        return reader.nested(parse);
    }
    if reader.peek() == Some('/') {
        let regex = regex(reader)?;
        reader.expect("=~")?;
        reader.blanks();
        return Ok(Filter::Matches(operand(reader)?, regex));
    }
    let left = operand(reader)?;
    reader.blanks();
    if reader.take("=~") {
        reader.blanks();
        if reader.peek() != Some('/') {
            return Err("a regular expression such as /.*/ comes here".to_owned());
        }
        return Ok(Filter::Matches(left, regex(reader)?));
    }
    if let Some(operator) = operator(reader) {
        reader.blanks();
        return Ok(Filter::Comparison(left, operator, operand(reader)?));
    }
    match left {
        Operand::Path(start, steps) => Ok(Filter::Exists(start, steps)),
        Operand::Literal(_) => Err(COMPARISON.to_owned()),
    }
}

fn operand(reader: &mut Reader<'_>) -> Result<Operand, Wrong> {
    let start = match reader.peek() {
        Some('$') => Start::Document,
        Some('@') => Start::Here,
        _ => return literal::value(reader).map(Operand::Literal),
    };
    reader.next();
    parse::steps(reader).map(|steps| Operand::Path(start, steps))
}

fn operator(reader: &mut Reader<'_>) -> Option<Operator> {
    let rest = reader.rest();
    let word = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len());
    let is_next = |text: &str| match text.as_bytes().first() {
        Some(byte) if byte.is_ascii_alphabetic() => rest[..word].eq_ignore_ascii_case(text),
        _ => rest.starts_with(text),
    };
    let (text, operator) = OPERATORS.iter().find(|(text, _)| is_next(text))?;
    reader.take(&rest[..text.len()]).then_some(*operator)
}

/// Reads `/…/` and its flags: Java's, of which `i` (letters of both cases) and `s` (`.` crosses lines) are known.
fn regex(reader: &mut Reader<'_>) -> Result<Regex, Wrong> {
    reader.expect("/")?;
    let mut text = String::new();
    loop {
        match reader.next() {
            None => return Err("a regular expression is not closed".to_owned()),
            Some('/') => break,
            Some('\\') => match reader.next() {
                Some('/') => text.push('/'),
                Some(other) => text.extend(['\\', other]),
                None => return Err("a regular expression is not closed".to_owned()),
            },
            Some(other) => text.push(other),
        }
    }
    let flags = reader.take_while(|c| c.is_ascii_alphabetic());
    let text = match flags {
        "" => text,
        flags if flags.bytes().all(|flag| matches!(flag, b'i' | b's')) => format!("(?{flags}){text}"),
        _ => return Err("of a regular expression's flags only i and s are supported".to_owned()),
    };
    java_regex(&text, true).map_err(|error| error.to_string())
}

impl Filter {
    /// Whether it accepts a value.
    ///
    /// # Errors
    /// When it is too much work.
    pub(super) fn accepts(&self, search: &mut Search<'_>, here: &Value) -> Result<bool, Lost> {
        match self {
            Self::All(terms) => {
                for term in terms {
                    if !term.accepts(search, here)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            Self::Any(terms) => {
                for term in terms {
                    if term.accepts(search, here)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Self::Not(negated) => negated.accepts(search, here).map(|accepted| !accepted),
            Self::Exists(start, steps) => Ok(match follow(search, *start, steps, here)? {
                Found::Nothing => false,
                Found::One(_) => true,
                Found::Many(values) => !values.is_empty(),
            }),
            Self::Matches(operand, regex) => {
                let found = operand.evaluate(search, here)?;
                match list(&found) {
                    None => Ok(matches!(&found, Found::One(value) if regex.is_match(&subject(value)))),
                    Some(elements) => {
                        for element in elements {
                            search.charge_for(element)?;
                            if regex.is_match(&subject(element)) {
                                return Ok(true);
                            }
                        }
                        Ok(false)
                    }
                }
            }
            Self::Comparison(left, operator, right) => {
                let left = left.evaluate(search, here)?;
                let right = right.evaluate(search, here)?;
                search.charge(weight(&left).saturating_mul(weight(&right)))?;
                Ok(operator.holds(&left, &right))
            }
        }
    }
}

/// How many values a comparison may have to look at.
fn weight(found: &Found<'_>) -> usize {
    match found {
        Found::Many(values) => values.len().max(1),
        Found::One(value) => value.as_array().map_or(1, |elements| elements.len().max(1)),
        Found::Nothing => 1,
    }
}

impl Operator {
    fn holds(self, left: &Found<'_>, right: &Found<'_>) -> bool {
        let ordered = |wanted: &[Ordering]| order(left, right).is_some_and(|order| wanted.contains(&order));
        // What is no list is in no such relation.
        let lists = |holds: fn(&[&Value], &[&Value]) -> bool| match (list(left), list(right)) {
            (Some(left), Some(right)) => holds(&left, &right),
            _ => false,
        };
        match self {
            Self::Equal => equal(left, right),
            Self::NotEqual => !equal(left, right),
            Self::Same => same(left, right),
            Self::NotSame => !same(left, right),
            Self::Less => ordered(&[Ordering::Less]),
            Self::AtMost => ordered(&[Ordering::Less, Ordering::Equal]),
            Self::Greater => ordered(&[Ordering::Greater]),
            Self::AtLeast => ordered(&[Ordering::Greater, Ordering::Equal]),
            Self::In => list(right).is_some_and(|elements| is_in(left, &elements)),
            Self::NotIn => !Self::In.holds(left, right),
            Self::Contains => match (left, right) {
                (Found::One(left), Found::One(right)) if left.is_string() => {
                    left.as_str().zip(right.as_str()).is_some_and(|(left, right)| left.contains(right))
                }
                _ => list(left).is_some_and(|elements| is_in(right, &elements)),
            },
            Self::All => lists(|left, right| right.iter().all(|value| contains(left, value))),
            Self::SubsetOf => lists(|left, right| left.iter().all(|value| contains(right, value))),
            Self::AnyOf => lists(|left, right| left.iter().any(|value| contains(right, value))),
            Self::NoneOf => lists(|left, right| !left.iter().any(|value| contains(right, value))),
            Self::Size => match right {
                Found::One(size) => {
                    length(left).zip(size.as_u64()).is_some_and(|(own, size)| own as u64 == size)
                }
                Found::Nothing | Found::Many(_) => false,
            },
            Self::Empty => match right {
                Found::One(empty) => {
                    length(left).zip(empty.as_bool()).is_some_and(|(own, empty)| (own == 0) == empty)
                }
                Found::Nothing | Found::Many(_) => false,
            },
        }
    }
}

impl Operand {
    fn evaluate<'v, 'd: 'v>(&'v self, search: &mut Search<'d>, here: &'v Value) -> Result<Found<'v>, Lost> {
        let found = match self {
            Self::Literal(value) => return Ok(Found::One(Cow::Borrowed(value))),
            Self::Path(start, steps) => follow(search, *start, steps, here)?,
        };
        // To compare a long text is work, too.
        if let Found::One(value) = &found
            && let Some(text) = value.as_str()
        {
            search.charge(text.len() / 32)?;
        }
        Ok(found)
    }
}

/// What a path inside a filter leads to.
fn follow<'v, 'd: 'v>(
    search: &mut Search<'d>,
    start: Start,
    steps: &[Step],
    here: &'v Value,
) -> Result<Found<'v>, Lost> {
    let from = match start {
        Start::Document => search.document(),
        Start::Here => here,
    };
    search.find(steps, from)
}
