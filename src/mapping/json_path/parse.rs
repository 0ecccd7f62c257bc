//! From text to steps.

use super::{InvalidJsonPath, JsonPath, Step};

/// Reads a whole path.
pub(super) fn path(text: &str) -> Result<JsonPath, InvalidJsonPath> {
    let mut reader = Reader { text, at: 0 };
    reader.path().map_err(|what| reader.refuse(what)).map(|steps| JsonPath { text: text.into(), steps })
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
}

impl Reader<'_> {
    fn refuse(&self, what: &str) -> InvalidJsonPath {
        let place = self.text.get(..self.at).unwrap_or(self.text).chars().count() + 1;
        InvalidJsonPath { path: self.text.to_owned(), place, what: what.to_owned() }
    }

    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn path(&mut self) -> Result<Box<[Step]>, &'static str> {
        if self.text.len() > JsonPath::MAX_BYTES {
            return Err("it is longer than 4096 bytes");
        }
        if self.text.trim().is_empty() {
            return Err("it is empty");
        }
        let mut steps = Vec::new();
        match self.rest().strip_prefix('$') {
            Some("") => return Ok(Box::default()),
            Some(rest) if rest.starts_with(['.', '[']) => self.at += 1,
            Some(_) => return Err("after $ comes . or ["),
            None => steps.push(self.name()?),
        }
        while self.at < self.text.len() {
            steps.push(self.step()?);
        }
        Ok(steps.into())
    }

    fn step(&mut self) -> Result<Step, &'static str> {
        if self.rest().starts_with('.') {
            self.at += 1;
            return self.name();
        }
        self.at += 1;
        let quote = self.rest().chars().next().filter(|c| matches!(c, '\'' | '"'));
        let Some(quote) = quote else {
            let (inner, _) = self.rest().split_once(']').ok_or("a [ is not closed")?;
            let index = inner.trim().parse().map_err(|_| "an index or a quoted name comes here")?;
            self.at += inner.len() + 1;
            return Ok(Step::Index(index));
        };
        let (name, _) = self.rest()[1..].split_once(quote).ok_or("a name is not closed")?;
        let (name, length) = (name.into(), name.len() + 2);
        self.at += length;
        if !self.rest().starts_with(']') {
            return Err("a ] comes here");
        }
        self.at += 1;
        Ok(Step::Property(name))
    }

    fn name(&mut self) -> Result<Step, &'static str> {
        let end = self.rest().find(['.', '[']).unwrap_or(self.rest().len());
        let name = &self.rest()[..end];
        if name.is_empty() || name.contains([' ', '*', '(']) {
            return Err("a name comes here; one with blanks is written ['my name']");
        }
        let name = name.into();
        self.at += end;
        Ok(Step::Property(name))
    }
}
