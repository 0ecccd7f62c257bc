//! The set-up of the process's log: text for people, JSON lines for machines, on standard error.

use std::io::{IsTerminal as _, stderr};
use std::str::FromStr;

use tracing_subscriber::EnvFilter;

/// How log lines are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// One readable line an event; coloured on a terminal.
    #[default]
    Text,
    /// One JSON object an event.
    Json,
}

/// A log setting that means nothing, or a second set-up in one process.
#[derive(Debug, thiserror::Error)]
pub enum InvalidLog {
    /// No such format.
    #[error("{0:?} is not a log format: expected text or json")]
    Format(String),
    /// The filter does not parse.
    #[error("{text:?} is not a log filter: {reason}; expected a level such as info, or target=level,…")]
    Filter {
        /// What was given.
        text: String,
        /// What the parser says.
        reason: String,
    },
    /// Somebody set up the log already.
    #[error("the log is set up already")]
    Twice,
}

impl FromStr for LogFormat {
    type Err = InvalidLog;

    fn from_str(text: &str) -> Result<Self, InvalidLog> {
        match text {
            "text" => Ok(Self::Text),
            "json" => Ok(Self::Json),
            _ => Err(InvalidLog::Format(text.to_owned())),
        }
    }
}

/// Sets up the process's log. `filter` is a level (`info`) or directives (`postern=debug,h2=warn`).
///
/// # Errors
/// When the filter does not parse, or the log is set up already.
pub fn init_log(filter: &str, format: LogFormat) -> Result<(), InvalidLog> {
    let filter = EnvFilter::try_new(filter)
        .map_err(|e| InvalidLog::Filter { text: filter.to_owned(), reason: e.to_string() })?;
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(stderr);
    match format {
        LogFormat::Text => builder.with_ansi(stderr().is_terminal()).try_init(),
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
    }
    .map_err(|_| InvalidLog::Twice)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_named_in_lower_case() {
        assert_eq!("json".parse::<LogFormat>().ok(), Some(LogFormat::Json));
        assert_eq!("text".parse::<LogFormat>().ok(), Some(LogFormat::Text));
        assert!("JSON".parse::<LogFormat>().is_err());
    }

    #[test]
    fn a_filter_that_does_not_parse_is_named() {
        let error = init_log("postern=loud", LogFormat::Text).expect_err("no such level").to_string();
        assert!(error.starts_with("\"postern=loud\" is not a log filter"), "{error}");
    }
}
