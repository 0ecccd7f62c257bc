//! From text to steps.

use super::filter;
use super::function::{Argument, Function, Start};
use super::literal;
use super::reader::{Reader, Wrong};
use super::{InvalidJsonPath, JsonPath, Step};

/// Where a path stands, which decides where a name in it ends.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Within {
    /// By itself.
    Nothing,
    /// As an operand of a filter or an argument of a function.
    Another,
}

const BLANK: &str = "a name with blanks is written in brackets, such as ['my name']";

/// Reads a whole path.
pub(super) fn path(text: &str) -> Result<JsonPath, InvalidJsonPath> {
    let refuse = |place, what| InvalidJsonPath { path: text.to_owned(), place, what };
    if text.len() > JsonPath::MAX_BYTES {
        return Err(refuse(JsonPath::MAX_BYTES, format!("it is longer than {} bytes", JsonPath::MAX_BYTES)));
    }
    let mut reader = Reader::new(text.trim_end());
    match whole(&mut reader) {
        Ok(steps) => Ok(JsonPath { text: text.into(), steps }),
        Err(what) => Err(refuse(reader.place(), what)),
    }
}

fn whole(reader: &mut Reader<'_>) -> Result<Box<[Step]>, Wrong> {
    reader.blanks();
    let mut steps = Vec::new();
    match reader.peek() {
        None => return Err("it is empty".to_owned()),
        Some('$' | '@') => {
            reader.next();
            if !matches!(reader.peek(), None | Some('.' | '[')) {
                return Err("after $ comes . or [".to_owned());
            }
        }
        Some('.') => return Err("a path starts with $ or a name".to_owned()),
        Some('[') => {}
        Some(_) => steps.push(named(reader, Within::Nothing)?),
    }
    continued(reader, Within::Nothing, steps)
}

/// Reads the steps that follow `$` or `@` where a path is part of another.
pub(super) fn steps(reader: &mut Reader<'_>) -> Result<Box<[Step]>, Wrong> {
    reader.nested(|reader| continued(reader, Within::Another, Vec::new()))
}

fn continued(reader: &mut Reader<'_>, within: Within, mut steps: Vec<Step>) -> Result<Box<[Step]>, Wrong> {
    loop {
        match reader.peek() {
            Some('.') => {
                reader.next();
                if reader.take(".") {
                    steps.push(Step::Scan);
                }
                match reader.peek() {
                    None => return Err("a path does not end in a dot".to_owned()),
                    Some('.') => return Err("a name comes here".to_owned()),
                    Some('[') => steps.push(bracket(reader)?),
                    Some(_) => steps.push(named(reader, within)?),
                }
            }
            Some('[') => steps.push(bracket(reader)?),
            Some(c) if within == Within::Nothing => {
                return Err(format!("a . or [ comes here, and not {c}"));
            }
            _ => break,
        }
    }
    if steps.windows(2).any(|pair| matches!(pair, [Step::Scan, Step::Function(..)])) {
        return Err("a function follows a value, not ..".to_owned());
    }
    Ok(steps.into())
}

/// Reads a name, `*`, or a function with its arguments.
fn named(reader: &mut Reader<'_>, within: Within) -> Result<Step, Wrong> {
    if reader.take("*") {
        return Ok(Step::Each);
    }
    let name = reader.take_while(|c| match c {
        '.' | '[' | '(' | ' ' => false,
        ')' | ']' | ',' | '<' | '>' | '=' | '~' | '!' | '&' | '|' => within == Within::Nothing,
        _ => !c.is_control(),
    });
    if name.is_empty() {
        return Err("a name comes here".to_owned());
    }
    match reader.peek() {
        Some('(') => {
            let function = Function::from_name(name)
                .ok_or_else(|| format!("there is no function {name}; there are {}", Function::NAMES))?;
            reader.next();
            reader.nested(arguments).map(|arguments| Step::Function(function, arguments))
        }
        Some(' ') if within == Within::Nothing => Err(BLANK.to_owned()),
        _ => Ok(Step::Property(name.into())),
    }
}

/// Reads what follows the opening parenthesis of a function.
fn arguments(reader: &mut Reader<'_>) -> Result<Box<[Argument]>, Wrong> {
    let mut arguments = Vec::new();
    loop {
        reader.blanks();
        match reader.peek() {
            Some(')') if arguments.is_empty() => {
                reader.next();
                return Ok(Box::default());
            }
            Some('$' | '@') => {
                let start = if reader.next() == Some('$') { Start::Document } else { Start::Here };
                arguments.push(Argument::Path(start, steps(reader)?));
            }
            _ => arguments.push(Argument::Literal(literal::value(reader)?)),
        }
        reader.blanks();
        if !reader.take(",") {
            reader.expect(")")?;
            return Ok(arguments.into());
        }
    }
}

/// Reads a step in brackets.
fn bracket(reader: &mut Reader<'_>) -> Result<Step, Wrong> {
    reader.expect("[")?;
    reader.blanks();
    let step = match reader.peek() {
        Some('\'' | '"') => names(reader)?,
        Some('*') => {
            reader.next();
            Step::Each
        }
        Some('?') => {
            reader.next();
            reader.blanks();
            if reader.peek() != Some('(') {
                return Err("a filter is written [?(…)]".to_owned());
            }
            Step::Filter(Box::new(reader.nested(filter::parse)?))
        }
        Some('(') => from_the_end(reader)?,
        Some('-' | ':' | '0'..='9') => indexes(reader)?,
        _ => return Err("in brackets stands an index, a quoted name, * or a filter [?(…)]".to_owned()),
    };
    reader.expect("]")?;
    Ok(step)
}

fn names(reader: &mut Reader<'_>) -> Result<Step, Wrong> {
    let mut names: Vec<Box<str>> = Vec::new();
    loop {
        reader.blanks();
        if !matches!(reader.peek(), Some('\'' | '"')) {
            return Err("a quoted name comes here".to_owned());
        }
        names.push(literal::string(reader)?.into());
        reader.blanks();
        if !reader.take(",") {
            break;
        }
    }
    Ok(match names.pop() {
        Some(only) if names.is_empty() => Step::Property(only),
        last => {
            names.extend(last);
            Step::Properties(names.into())
        }
    })
}

/// `(@.length-1)`: an index from the end.
fn from_the_end(reader: &mut Reader<'_>) -> Result<Step, Wrong> {
    reader.expect("(")?;
    reader.blanks();
    if !(reader.take("@.length()") || reader.take("@.length")) {
        return Err("the only expression of an index is (@.length-1)".to_owned());
    }
    reader.expect("-")?;
    reader.blanks();
    let back = index(reader)?.filter(|back| *back > 0).ok_or("a number from 1 comes here")?;
    reader.expect(")")?;
    Ok(Step::Index(-back))
}

/// Reads `1`, `0,2` or `1:3`.
fn indexes(reader: &mut Reader<'_>) -> Result<Step, Wrong> {
    let first = index(reader)?;
    reader.blanks();
    if reader.take(":") {
        reader.blanks();
        let to = index(reader)?;
        reader.blanks();
        return match (first, to, reader.peek()) {
            (_, _, Some(':')) => Err("a slice has a start and an end, and no step".to_owned()),
            (None, None, _) => Err("a slice has a start or an end".to_owned()),
            _ => Ok(Step::Slice(first, to)),
        };
    }
    let first = first.ok_or("a number comes here")?;
    let mut all = vec![first];
    loop {
        reader.blanks();
        if !reader.take(",") {
            break;
        }
        reader.blanks();
        all.push(index(reader)?.ok_or("a number comes here")?);
    }
    Ok(if all.len() == 1 { Step::Index(first) } else { Step::Indexes(all.into()) })
}

/// A number, if there is one. Jayway's are 32 bits wide.
fn index(reader: &mut Reader<'_>) -> Result<Option<i64>, Wrong> {
    let digits = reader.take_while(|c| c.is_ascii_digit() || c == '-');
    if digits.is_empty() {
        return Ok(None);
    }
    digits.parse::<i32>().map(|index| Some(index.into())).map_err(|_| format!("{digits} is no index"))
}
