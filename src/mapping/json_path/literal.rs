//! Literals in filters and arguments: JSON, and strings in single quotes.

use serde_json::{Map, Number, Value};

use super::reader::{Reader, Wrong};

/// Reads a literal.
pub(super) fn value(reader: &mut Reader<'_>) -> Result<Value, Wrong> {
    match reader.peek() {
        Some('\'' | '"') => string(reader).map(Value::String),
        Some('[') => reader.nested(list),
        Some('{') => reader.nested(object),
        Some('-' | '0'..='9') => number(reader),
        _ => {
            for (word, value) in
                [("true", Value::Bool(true)), ("false", Value::Bool(false)), ("null", Value::Null)]
            {
                if reader.take(word) {
                    return Ok(value);
                }
            }
            Err("a value comes here: a path, a number, a quoted text, true, false, null or a list".to_owned())
        }
    }
}

/// Reads a text in single or double quotes.
pub(super) fn string(reader: &mut Reader<'_>) -> Result<String, Wrong> {
    let quote = reader.next();
    let mut text = String::new();
    loop {
        match reader.next() {
            None => return Err("a quote is not closed".to_owned()),
            Some('\\') => match reader.next() {
                Some('n') => text.push('\n'),
                Some('r') => text.push('\r'),
                Some('t') => text.push('\t'),
                Some('b') => text.push('\u{8}'),
                Some('f') => text.push('\u{c}'),
                Some('u') => text.push(unicode(reader)?),
                Some(other) => text.push(other),
                None => return Err("a quote is not closed".to_owned()),
            },
            end if end == quote => return Ok(text),
            Some(other) => text.push(other),
        }
    }
}

/// What follows `\u`: one unit of UTF-16, or two that belong together.
fn unicode(reader: &mut Reader<'_>) -> Result<char, Wrong> {
    let first = unit(reader)?;
    let units = match first {
        0xD800..=0xDBFF if reader.take("\\u") => vec![first, unit(reader)?],
        _ => vec![first],
    };
    let mut decoded = char::decode_utf16(units);
    match (decoded.next(), decoded.next()) {
        (Some(Ok(c)), None) => Ok(c),
        _ => Err("an escape is no character".to_owned()),
    }
}

fn unit(reader: &mut Reader<'_>) -> Result<u16, Wrong> {
    let mut unit = 0;
    for _ in 0..4 {
        let digit = reader.next().and_then(|c| c.to_digit(16));
        unit = unit * 16 + digit.ok_or("four hexadecimal digits follow \\u")?;
    }
    u16::try_from(unit).map_err(|_| "four hexadecimal digits follow \\u".to_owned())
}

fn number(reader: &mut Reader<'_>) -> Result<Value, Wrong> {
    let text = reader.take_while(|c| c.is_ascii_digit() || matches!(c, '-' | '+' | '.' | 'e' | 'E'));
    text.parse::<Number>().map(Value::Number).map_err(|_| format!("{text} is no number"))
}

fn list(reader: &mut Reader<'_>) -> Result<Value, Wrong> {
    reader.expect("[")?;
    let mut elements = Vec::new();
    loop {
        reader.blanks();
        if elements.is_empty() && reader.take("]") {
            return Ok(Value::Array(elements));
        }
        elements.push(value(reader)?);
        reader.blanks();
        if !reader.take(",") {
            reader.expect("]")?;
            return Ok(Value::Array(elements));
        }
    }
}

fn object(reader: &mut Reader<'_>) -> Result<Value, Wrong> {
    reader.expect("{")?;
    let mut members = Map::new();
    loop {
        reader.blanks();
        if members.is_empty() && reader.take("}") {
            return Ok(Value::Object(members));
        }
        if !matches!(reader.peek(), Some('\'' | '"')) {
            return Err("a quoted name comes here".to_owned());
        }
        let name = string(reader)?;
        reader.expect(":")?;
        reader.blanks();
        members.insert(name, value(reader)?);
        reader.blanks();
        if !reader.take(",") {
            reader.expect("}")?;
            return Ok(Value::Object(members));
        }
    }
}
