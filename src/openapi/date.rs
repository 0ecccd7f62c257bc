//! Moments as documents write them: `2026-11-24T05:00:00Z` (RFC 3339).

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// The last second that can be written: years have four digits.
const LAST: i64 = 253_402_300_799;

/// Seconds since 1970 as text.
pub(super) fn text(seconds: u64) -> String {
    let seconds = i64::try_from(seconds).map_or(LAST, |seconds| seconds.min(LAST));
    let moment = OffsetDateTime::from_unix_timestamp(seconds).expect("it is before the year 10000");
    moment.format(&Rfc3339).expect("its year has four digits")
}

/// Text as seconds since 1970; `None` for what is no such moment, in UTC and to the second.
pub(super) fn seconds(text: &str) -> Option<u64> {
    let found = OffsetDateTime::parse(text, &Rfc3339).ok()?.unix_timestamp();
    // What is written otherwise, in another zone or to a fraction, is another text when it is written again.
    u64::try_from(found).ok().filter(|found| self::text(*found) == text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_written_and_read() {
        for (moment, written) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_399, "2000-02-28T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_795_496_400, "2026-11-24T05:00:00Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
        ] {
            assert_eq!((text(moment).as_str(), seconds(written)), (written, Some(moment)));
        }
        for other in
            ["", "2026-02-30T00:00:00Z", "2026-11-24", "2026-11-24T05:00:00+01:00", "2026-11-24T24:00:00Z"]
        {
            assert_eq!(seconds(other), None, "{other}");
        }
    }
}
