//! Values as text: as Java prints them, and lists of a body as JSON.

use std::fmt::Write as _;

use serde_json::Value as Json;

use crate::template::value::{Text, Value, push_double};

use super::{Exit, Render};

/// How much deeper than evaluation printing may nest: as deep as a parsed body does.
const MORE_NESTING: usize = 128;

impl<'d> Render<'d> {
    /// The text of a value.
    pub(in crate::template) fn text(&mut self, value: &Value<'d>) -> Result<Text<'d>, Exit> {
        match value {
            Value::Text(text) => Ok(text.clone()),
            Value::Null => Ok(Text::Borrowed("")),
            Value::Bool(value) => Ok(Text::Borrowed(if *value { "true" } else { "false" })),
            value => {
                let mut out = String::new();
                self.print(value, &mut out)?;
                Ok(Text::Shared(out.into()))
            }
        }
    }

    /// Appends what a reference prints.
    pub(in crate::template) fn print(&mut self, value: &Value<'d>, out: &mut String) -> Result<(), Exit> {
        match value {
            Value::Null => Ok(()),
            Value::Text(text) => self.push(text.as_str(), out),
            Value::Int(number) => {
                self.charge(1)?;
                self.room_for(0, out)?;
                push_int(*number, out);
                Ok(())
            }
            value => {
                let before = out.len();
                self.print_java(value, 0, out)?;
                self.charge_text(out.len() - before)
            }
        }
    }

    /// As `toString` does: maps as `{key=value}`, lists as `[a, b]`, but lists of a body as JSON.
    fn print_java(&mut self, value: &Value<'d>, depth: usize, out: &mut String) -> Result<(), Exit> {
        self.check_depth(depth)?;
        self.room_for(0, out)?;
        match self.heap.follow(value) {
            Value::Null => out.push_str("null"),
            Value::Bool(value) => out.push_str(if value { "true" } else { "false" }),
            Value::Int(number) => push_int(number, out),
            Value::Double(number) => push_double(number, out),
            Value::Text(text) => self.push(text.as_str(), out)?,
            Value::Json(json @ Json::Array(_)) => self.push_json(json, depth, out)?,
            Value::List(id) if self.heap.list(id).json => self.print_json(value, depth, out)?,
            Value::List(id) => {
                out.push('[');
                let mut at = 0;
                while let Some(item) = self.heap.list(id).items.get(at).cloned() {
                    if at > 0 {
                        out.push_str(", ");
                    }
                    self.print_java(&item, depth + 1, out)?;
                    at += 1;
                }
                out.push(']');
            }
            Value::Entry(entry) => {
                self.push(entry.0.as_str(), out)?;
                out.push('=');
                self.print_java(&entry.1, depth + 1, out)?;
            }
            Value::Block(block) => {
                self.nested(|render| render.block(block, out))?;
            }
            other => self.print_map(&other, depth, out)?,
        }
        Ok(())
    }

    fn print_map(&mut self, map: &Value<'d>, depth: usize, out: &mut String) -> Result<(), Exit> {
        let Some(entries) = self.entries(map)? else { return Ok(()) };
        out.push('{');
        for (at, (key, value)) in entries.into_iter().enumerate() {
            if at > 0 {
                out.push_str(", ");
            }
            self.push(key.as_str(), out)?;
            out.push('=');
            self.print_java(&value, depth + 1, out)?;
        }
        out.push('}');
        Ok(())
    }

    /// A value as compact JSON.
    pub(in crate::template) fn print_json(
        &mut self,
        value: &Value<'d>,
        depth: usize,
        out: &mut String,
    ) -> Result<(), Exit> {
        self.check_depth(depth)?;
        self.room_for(0, out)?;
        match self.heap.follow(value) {
            Value::Null => out.push_str("null"),
            Value::Bool(value) => out.push_str(if value { "true" } else { "false" }),
            Value::Int(number) => push_int(number, out),
            Value::Double(number) => push_double(number, out),
            Value::Text(text) => self.push_quoted(text.as_str(), out)?,
            Value::Json(json) => self.push_json(json, depth, out)?,
            Value::List(id) => {
                out.push('[');
                let mut at = 0;
                while let Some(item) = self.heap.list(id).items.get(at).cloned() {
                    if at > 0 {
                        out.push(',');
                    }
                    self.print_json(&item, depth + 1, out)?;
                    at += 1;
                }
                out.push(']');
            }
            Value::Block(_) | Value::Entry(_) => {
                let text = self.text(value)?;
                self.push_quoted(text.as_str(), out)?;
            }
            other => {
                let entries = self.entries(&other)?.unwrap_or_default();
                out.push('{');
                for (at, (key, value)) in entries.into_iter().enumerate() {
                    if at > 0 {
                        out.push(',');
                    }
                    self.push_quoted(key.as_str(), out)?;
                    out.push(':');
                    self.print_json(&value, depth + 1, out)?;
                }
                out.push('}');
            }
        }
        Ok(())
    }

    /// Something of a body as compact JSON. It is paid for by whoever asked, by its length.
    fn push_json(&mut self, json: &'d Json, depth: usize, out: &mut String) -> Result<(), Exit> {
        if !self.heap.is_unchanged() {
            let value = self.heap.follow(&Value::json(json));
            if !matches!(value, Value::Json(_)) {
                return self.print_json(&value, depth, out);
            }
        }
        self.check_depth(depth)?;
        self.room_for(0, out)?;
        match json {
            Json::Null => out.push_str("null"),
            Json::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
            Json::Number(number) => match Value::number(number) {
                Value::Int(number) => push_int(number, out),
                Value::Double(number) => push_double(number, out),
                _ => {}
            },
            Json::String(text) => self.push_quoted(text, out)?,
            Json::Array(items) => {
                out.push('[');
                for (at, item) in items.iter().enumerate() {
                    if at > 0 {
                        out.push(',');
                    }
                    self.push_json(item, depth + 1, out)?;
                }
                out.push(']');
            }
            Json::Object(entries) => {
                out.push('{');
                for (at, (key, value)) in entries.iter().enumerate() {
                    if at > 0 {
                        out.push(',');
                    }
                    self.push_quoted(key, out)?;
                    out.push(':');
                    self.push_json(value, depth + 1, out)?;
                }
                out.push('}');
            }
        }
        Ok(())
    }

    fn push_quoted(&self, text: &str, out: &mut String) -> Result<(), Exit> {
        self.room_for(text.len() + 2, out)?;
        push_quoted(text, out);
        Ok(())
    }

    fn check_depth(&self, depth: usize) -> Result<(), Exit> {
        let most = self.budget.nesting.saturating_add(MORE_NESTING);
        if depth > most {
            return Err(self.fault(format!("a value that is printed nests deeper than {most} levels")));
        }
        Ok(())
    }
}

fn push_int(number: i128, out: &mut String) {
    // Writing to a string cannot fail. Nearly all numbers are short, and those are faster to print.
    let _ = match i64::try_from(number) {
        Ok(number) => write!(out, "{number}"),
        Err(_) => write!(out, "{number}"),
    };
}

/// A JSON string (RFC 8259 section 7); only what must be escaped is.
fn push_quoted(text: &str, out: &mut String) {
    out.push('"');
    let mut copied = 0;
    for (at, byte) in text.bytes().enumerate() {
        if byte >= 0x20 && byte != b'"' && byte != b'\\' {
            continue;
        }
        out.push_str(&text[copied..at]);
        copied = at + 1;
        match byte {
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            0x08 => out.push_str("\\b"),
            0x0C => out.push_str("\\f"),
            _ => {
                let _ = write!(out, "\\u{byte:04x}");
            }
        }
    }
    out.push_str(&text[copied..]);
    out.push('"');
}
