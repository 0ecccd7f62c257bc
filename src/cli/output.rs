//! What commands print: tables for people, JSON for scripts, colour only on a terminal.

use std::io::{self, IsTerminal as _, Write};

use clap::ValueEnum;
use comfy_table::presets::NOTHING;
use comfy_table::{ContentArrangement, Table};
use serde_json::Value;

use super::failure::Stop;

/// How answers are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    #[default]
    Table,
    /// The answer as protobuf JSON, with the fields' names of the `.proto` files.
    Json,
}

/// Where a command's answer goes.
pub struct Output {
    format: Format,
    colour: bool,
    out: Box<dyn Write>,
}

/// A colour with a meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// It worked, it is allowed.
    Good,
    /// Look at this.
    Warn,
    /// It failed, it is refused.
    Bad,
    /// A heading.
    Strong,
    /// Beside the point.
    Faint,
}

impl Output {
    /// Standard output, coloured if it is a terminal and `NO_COLOR` is not set (<https://no-color.org>).
    #[must_use]
    pub fn stdout(format: Format) -> Self {
        let colour = io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty());
        Self { format, colour, out: Box::new(io::stdout()) }
    }

    /// Whether scripts read it.
    #[must_use]
    pub fn is_json(&self) -> bool {
        self.format == Format::Json
    }

    /// `text` in the colour of `tone`, where colour is wanted.
    #[must_use]
    pub fn paint(&self, tone: Tone, text: &str) -> String {
        let code = match tone {
            Tone::Good => "32",
            Tone::Warn => "33",
            Tone::Bad => "31",
            Tone::Strong => "1",
            Tone::Faint => "2",
        };
        if self.colour { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    /// Prints a line.
    ///
    /// # Errors
    /// When it cannot be written; [`Stop::PipeClosed`] when nobody reads any more.
    pub fn line(&mut self, text: impl AsRef<str>) -> Result<(), Stop> {
        writeln!(self.out, "{}", text.as_ref())?;
        self.out.flush()?;
        Ok(())
    }

    /// Prints a value as JSON.
    ///
    /// # Errors
    /// As [`Output::line`].
    pub fn json(&mut self, value: &Value) -> Result<(), Stop> {
        let text = serde_json::to_string_pretty(value).expect("a JSON value can be written");
        self.line(text)
    }

    /// Prints a table; nothing but its heading when it has no rows.
    ///
    /// # Errors
    /// As [`Output::line`].
    pub fn table(
        &mut self,
        headings: &[&str],
        rows: impl IntoIterator<Item = Vec<String>>,
    ) -> Result<(), Stop> {
        let mut table = Table::new();
        table.load_style(NOTHING).set_header(headings);
        if io::stdout().is_terminal() {
            table.set_content_arrangement(ContentArrangement::Dynamic);
        }
        table.add_rows(rows);
        let text = table.to_string();
        for (index, line) in text.lines().enumerate() {
            let line = line.strip_prefix(' ').unwrap_or(line).trim_end();
            let line = if index == 0 { self.paint(Tone::Strong, line) } else { line.to_owned() };
            self.line(line)?;
        }
        Ok(())
    }

    /// Prints named values below each other; empty ones are left out.
    ///
    /// # Errors
    /// As [`Output::line`].
    pub fn fields<'a>(&mut self, fields: impl IntoIterator<Item = (&'a str, String)>) -> Result<(), Stop> {
        let fields: Vec<_> = fields.into_iter().filter(|(_, value)| !value.is_empty()).collect();
        let width = fields.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
        for (name, value) in fields {
            let name = self.paint(Tone::Faint, &format!("{name:width$}"));
            self.line(format!("{name}  {value}"))?;
        }
        Ok(())
    }
}
