//! Single values as people type them: sizes, durations, counts, addresses.

use std::fmt;
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::str::FromStr;
use std::time::Duration;

/// A text that is no value of the kind that was asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not {kind}")]
pub struct InvalidValue {
    text: String,
    kind: &'static str,
    /// What would be right.
    pub right: &'static str,
}

impl InvalidValue {
    pub(super) fn new(text: &str, kind: &'static str, right: &'static str) -> Self {
        Self { text: text.to_owned(), kind, right }
    }
}

/// A number of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ByteSize(pub u64);

impl ByteSize {
    /// The size as a length of memory; saturates where memory is addressed by fewer bits.
    #[must_use]
    pub fn as_usize(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }
}

impl FromStr for ByteSize {
    type Err = InvalidValue;

    /// Takes `512`, `32KiB`, `10MiB`, `1GiB`, and `64kB`, `10MB`, `1GB` in thousands.
    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        let refuse = || {
            InvalidValue::new(text, "a size", "a number of bytes, or one with KiB, MiB, GiB, such as 32KiB")
        };
        let (number, unit) = split(text);
        let factor: u64 = match unit {
            "" | "B" => 1,
            "KiB" => 1 << 10,
            "MiB" => 1 << 20,
            "GiB" => 1 << 30,
            "kB" => 1_000,
            "MB" => 1_000_000,
            "GB" => 1_000_000_000,
            _ => return Err(refuse()),
        };
        let number: u64 = number.parse().map_err(|_| refuse())?;
        number.checked_mul(factor).map(Self).ok_or_else(refuse)
    }
}

impl fmt::Display for ByteSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (shift, unit) in [(30, "GiB"), (20, "MiB"), (10, "KiB")] {
            if self.0 != 0 && self.0.trailing_zeros() >= shift {
                return write!(f, "{}{unit}", self.0 >> shift);
            }
        }
        write!(f, "{}", self.0)
    }
}

/// Reads `500ms`, `30s`, `2m`, `1h`; the longest is a day, the shortest a millisecond.
pub(super) fn duration(text: &str) -> Result<Duration, InvalidValue> {
    let refuse = || {
        InvalidValue::new(
            text,
            "a duration",
            "a whole number with ms, s, m or h from 1ms to 24h, such as 30s",
        )
    };
    let (number, unit) = split(text);
    let number: u64 = number.parse().map_err(|_| refuse())?;
    let millis = match unit {
        "ms" => Some(number),
        "s" => number.checked_mul(1_000),
        "m" => number.checked_mul(60_000),
        "h" => number.checked_mul(3_600_000),
        _ => None,
    };
    millis.filter(|ms| (1..=86_400_000).contains(ms)).map(Duration::from_millis).ok_or_else(refuse)
}

/// Reads a count of at least one.
pub(super) fn count(text: &str) -> Result<NonZeroUsize, InvalidValue> {
    text.parse().map_err(|_| InvalidValue::new(text, "a count", "a whole number from 1, such as 4"))
}

/// Reads `address:port`.
pub(super) fn address(text: &str) -> Result<SocketAddr, InvalidValue> {
    text.parse().map_err(|_| {
        InvalidValue::new(
            text,
            "an address to listen on",
            "an IP address and a port, such as 127.0.0.1:8080, [::1]:8080 or 0.0.0.0:8080; port 0 takes a free one",
        )
    })
}

/// Reads a count of threads; `auto` is one per core.
pub(super) fn workers(text: &str) -> Result<NonZeroUsize, InvalidValue> {
    let refuse = || InvalidValue::new(text, "a number of workers", "auto, or 1 to 1024");
    if text == "auto" {
        return Ok(std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN));
    }
    text.parse().ok().filter(|count: &NonZeroUsize| count.get() <= 1024).ok_or_else(refuse)
}

/// A number's digits and what follows them.
fn split(text: &str) -> (&str, &str) {
    text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        for (text, bytes) in [
            ("0", Some(0)),
            ("512", Some(512)),
            ("32KiB", Some(32_768)),
            ("10MiB", Some(10_485_760)),
            ("64kB", Some(64_000)),
            ("1GiB", Some(1 << 30)),
            ("", None),
            ("KiB", None),
            ("-1", None),
            ("1.5MiB", None),
            ("10 MiB", None),
            ("10mib", None),
            ("99999999999999GiB", None),
        ] {
            assert_eq!(text.parse::<ByteSize>().ok().map(|size| size.0), bytes, "{text:?}");
        }
    }

    #[test]
    fn a_size_reads_back_as_it_was_written() {
        for text in ["0", "7", "1KiB", "32KiB", "10MiB", "3GiB", "1025"] {
            let size: ByteSize = text.parse().expect("a size");
            assert_eq!(size.to_string(), text);
        }
    }

    #[test]
    fn durations() {
        for (text, millis) in [
            ("500ms", Some(500)),
            ("30s", Some(30_000)),
            ("2m", Some(120_000)),
            ("24h", Some(86_400_000)),
            ("25h", None),
            ("0s", None),
            ("30", None),
            ("s", None),
            ("1.5s", None),
            ("18446744073709551615h", None),
        ] {
            assert_eq!(duration(text).ok(), millis.map(Duration::from_millis), "{text:?}");
        }
    }

    #[test]
    fn workers_are_at_least_one() {
        assert!(workers("auto").is_ok());
        assert_eq!(workers("3").ok().map(NonZeroUsize::get), Some(3));
        for text in ["0", "-1", "many", "1025"] {
            assert!(workers(text).is_err(), "{text:?}");
        }
    }
}
