//! From text to a [`Block`]: a descent over the text itself, with the place of everything that may fail.
//!
//! What Velocity leaves as text stays text, so most of this is about what is *not* a reference or directive.

mod directive;
mod expression;
mod lines;
mod reference;
mod text;

use std::borrow::Cow;
use std::collections::HashMap;

use super::program::{Block, KNOWN, Slot};
use super::{InvalidTemplate, Needs, Place};

use lines::Lines;

/// How deep blocks, expressions and quoted texts may nest.
const MAX_NESTING: usize = 64;

/// What a whole text gave.
pub(super) struct Parsed {
    pub(super) block: Block,
    pub(super) needs: Needs,
    /// How many variables there are.
    pub(super) slots: usize,
}

/// Reads a whole template.
pub(super) fn parse(text: &str) -> Result<Parsed, InvalidTemplate> {
    let lines = Lines::new(text);
    let mut shared = Shared::default();
    for name in KNOWN {
        shared.slot(name);
    }
    let mut parser = Parser { text, at: 0, origin: Origin::Template(&lines, 0), shared: &mut shared };
    let block = parser.whole()?;
    Ok(Parsed { block, needs: shared.needs, slots: shared.names.len() })
}

/// What a template and the texts quoted in it have in common.
#[derive(Default)]
struct Shared {
    names: HashMap<Box<str>, Slot>,
    needs: Needs,
    nesting: usize,
}

impl Shared {
    fn slot(&mut self, name: &str) -> Slot {
        if let Some(slot) = self.names.get(name) {
            return *slot;
        }
        // A template of at most 300 KB has no four billion names.
        let slot = Slot(u32::try_from(self.names.len()).unwrap_or(u32::MAX));
        self.names.insert(name.into(), slot);
        slot
    }
}

/// Where the text that is parsed comes from.
#[derive(Clone, Copy)]
enum Origin<'t> {
    /// The template, from this byte on.
    Template(&'t Lines<'t>, usize),
    /// A quoted text with doubled quotes in it, which starts at this place.
    Quoted(Place),
}

struct Parser<'t, 's> {
    text: &'t str,
    at: usize,
    origin: Origin<'t>,
    shared: &'s mut Shared,
}

impl<'t> Parser<'t, '_> {
    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn byte_after(&self, count: usize) -> Option<u8> {
        self.text.as_bytes().get(self.at + count).copied()
    }

    fn take(&mut self, text: &str) -> bool {
        let found = self.rest().starts_with(text);
        if found {
            self.at += text.len();
        }
        found
    }

    fn space(&mut self) {
        while self.byte().is_some_and(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn blanks(&mut self) {
        while self.byte().is_some_and(|byte| matches!(byte, b' ' | b'\t')) {
            self.at += 1;
        }
    }

    /// Takes the end of the line if nothing but blanks stands before it.
    fn line_end(&mut self) {
        let start = self.at;
        self.blanks();
        if !(self.take("\r\n") || self.take("\n") || self.take("\r")) {
            self.at = start;
        }
    }

    /// A name: a letter, then letters, digits, `-` and `_`. A `-` at its end is text again.
    fn name(&mut self) -> Option<&'t str> {
        let rest = self.rest();
        if !rest.starts_with(|c: char| c.is_ascii_alphabetic()) {
            return None;
        }
        let end = rest
            .bytes()
            .position(|byte| !(byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'))
            .unwrap_or(rest.len());
        let name = rest[..end].trim_end_matches('-');
        self.at += name.len();
        Some(name)
    }

    /// The place of a byte of the text.
    fn place(&self, at: usize) -> Place {
        match self.origin {
            Origin::Template(lines, offset) => lines.place(offset + at),
            Origin::Quoted(place) => place,
        }
    }

    fn refuse(&self, at: usize, what: impl Into<Cow<'static, str>>) -> InvalidTemplate {
        InvalidTemplate { place: self.place(at), what: what.into() }
    }

    fn expect(&mut self, sign: &str, what: &'static str) -> Result<(), InvalidTemplate> {
        self.space();
        if self.take(sign) { Ok(()) } else { Err(self.refuse(self.at, what)) }
    }

    /// Runs `inner` one level deeper.
    fn nested<T>(
        &mut self,
        inner: impl FnOnce(&mut Self) -> Result<T, InvalidTemplate>,
    ) -> Result<T, InvalidTemplate> {
        if self.shared.nesting == MAX_NESTING {
            let what = format!("it nests deeper than {MAX_NESTING} levels");
            return Err(self.refuse(self.at, what));
        }
        self.shared.nesting += 1;
        let result = inner(self);
        self.shared.nesting -= 1;
        result
    }
}
