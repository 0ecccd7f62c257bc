//! Small pieces of text that commands read and print: pairs, times, enum names, files.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::Path;
use std::time::Duration;

use prost_types::Timestamp;

use super::failure::{Failure, Stop};

/// Reads `NAME=VALUE`, as a flag's value.
pub(super) fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("expected NAME=VALUE".to_owned()),
    }
}

/// Reads `Name: value`, as a flag's value.
pub(super) fn header(text: &str) -> Result<(String, String), String> {
    match text.split_once(':') {
        Some((name, value)) if !name.trim().is_empty() => {
            Ok((name.trim().to_owned(), value.trim().to_owned()))
        }
        _ => Err("expected \"Name: value\"".to_owned()),
    }
}

/// `name=value` pairs on one line.
pub(super) fn pairs(map: &BTreeMap<String, String>) -> String {
    map.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" ")
}

/// A time as RFC 3339 in UTC, to the second.
pub(super) fn time(timestamp: Option<&Timestamp>) -> String {
    timestamp.map_or_else(String::new, |timestamp| {
        let whole = Timestamp { seconds: timestamp.seconds, nanos: 0 };
        whole.to_string()
    })
}

/// Reads a span of time: `90s`, `15m`, `12h`, `30d`, of at least a second.
pub(super) fn span(text: &str) -> Option<Duration> {
    let (number, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit())?);
    let seconds: u64 = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 60 * 60,
        "d" => 24 * 60 * 60,
        _ => return None,
    };
    let span = number.parse::<u64>().ok()?.checked_mul(seconds)?;
    // Beyond it no point in time can be told.
    (1..=100 * 366 * 24 * 60 * 60).contains(&span).then(|| Duration::from_secs(span))
}

/// An enum value's name as people read it: `INTEGRATION_TYPE_HTTP_PROXY` after `INTEGRATION_TYPE_` is `HTTP_PROXY`;
/// empty for the unspecified one.
pub(super) fn enum_name<'a>(name: &'a str, prefix: &str) -> &'a str {
    match name.strip_prefix(prefix).unwrap_or(name) {
        "UNSPECIFIED" => "",
        name => name,
    }
}

/// The text of a file, or of standard input for `-`.
///
/// # Errors
/// When it cannot be read.
pub(super) fn read(path: &Path) -> Result<String, Stop> {
    let result = if path == Path::new("-") {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).map(|_| text)
    } else {
        std::fs::read_to_string(path)
    };
    result.map_err(|error| {
        Failure::usage(
            format!("{} cannot be read: {error}", path.display()),
            "the path of a readable file, or - for standard input",
        )
        .into()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_and_headers_are_read() {
        assert_eq!(pair("a=b=c"), Ok(("a".to_owned(), "b=c".to_owned())));
        assert_eq!(pair("a="), Ok(("a".to_owned(), String::new())));
        assert!(pair("=b").is_err() && pair("a").is_err());
        assert_eq!(header("X-A:  b:c "), Ok(("X-A".to_owned(), "b:c".to_owned())));
        assert!(header("X-A").is_err() && header(": b").is_err());
    }

    #[test]
    fn times_are_shown_to_the_second() {
        let timestamp = Timestamp { seconds: 1_700_000_000, nanos: 123_000_000 };
        assert_eq!(time(Some(&timestamp)), "2023-11-14T22:13:20Z");
        assert_eq!(time(None), "");
    }

    #[test]
    fn spans_have_a_unit() {
        for (text, seconds) in [
            ("90s", Some(90)),
            ("15m", Some(900)),
            ("12h", Some(43_200)),
            ("30d", Some(2_592_000)),
            ("0s", None),
            ("30", None),
            ("d", None),
            ("1.5h", None),
            ("-1d", None),
            ("1w", None),
            ("18446744073709551615d", None),
            ("40000d", None),
        ] {
            assert_eq!(span(text).map(|span| span.as_secs()), seconds, "{text}");
        }
    }

    #[test]
    fn enum_names_lose_their_prefix() {
        assert_eq!(enum_name("INTEGRATION_TYPE_HTTP_PROXY", "INTEGRATION_TYPE_"), "HTTP_PROXY");
        assert_eq!(enum_name("CORS_FORM_UNSPECIFIED", "CORS_FORM_"), "");
    }
}
