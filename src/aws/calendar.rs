//! Days since 1970, as dates of usage are told, and moments of signatures.

use time::format_description::well_known::Rfc3339;
use time::{Date, OffsetDateTime};

/// The day that a text such as `2026-11-24` names, counted from 1970.
pub(super) fn day_of(text: &str) -> Option<i64> {
    let midnight = OffsetDateTime::parse(&format!("{text}T00:00:00Z"), &Rfc3339).ok()?;
    Some(since_1970(midnight.date())).filter(|day| *day >= 0)
}

/// The reverse of [`day_of`].
pub(super) fn text_of(day: i64) -> String {
    let epoch = i64::from(OffsetDateTime::UNIX_EPOCH.date().to_julian_day());
    let day = i32::try_from(day.saturating_add(epoch)).unwrap_or(i32::MAX);
    Date::from_julian_day(day).unwrap_or(Date::MAX).to_string()
}

/// Seconds since 1970 of `YYYYMMDDTHHMMSSZ` (ISO 8601, basic form).
pub(super) fn seconds_of(stamp: &str) -> Option<u64> {
    // To the letter: RFC 3339 would take a space or a small letter, too.
    let is_stamp = stamp.len() == 16 && stamp.is_ascii() && &stamp[8..9] == "T" && stamp.ends_with('Z');
    if !is_stamp {
        return None;
    }
    let (date, time) = stamp.split_at(8);
    let (hour, rest) = time.split_at(3);
    let extended =
        format!("{}-{}-{}{hour}:{}:{}", &date[..4], &date[4..6], &date[6..], &rest[..2], &rest[2..]);
    u64::try_from(OffsetDateTime::parse(&extended, &Rfc3339).ok()?.unix_timestamp()).ok()
}

fn since_1970(date: Date) -> i64 {
    i64::from(date.to_julian_day() - OffsetDateTime::UNIX_EPOCH.date().to_julian_day())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_from_1970() {
        for (text, day) in [
            ("1970-01-01", Some(0)),
            ("2000-02-29", Some(11_016)),
            ("2026-11-24", Some(20_781)),
            ("2026-12-31", Some(20_818)),
            ("2025-02-29", None),
            ("2026-13-01", None),
            ("2026-1-1", None),
            ("1969-12-31", None),
            ("", None),
            ("a-b-c", None),
        ] {
            assert_eq!(day_of(text), day, "{text}");
        }
        for day in 0..100_000 {
            assert_eq!(day_of(&text_of(day)), Some(day));
        }
    }

    #[test]
    fn stamps_are_in_the_basic_form() {
        for (stamp, seconds) in [
            ("19700101T000000Z", Some(0)),
            ("20261124T050000Z", Some(1_795_496_400)),
            ("20261324T050000Z", None),
            ("20260230T050000Z", None),
            ("20261124t050000Z", None),
            ("20261124T050000+", None),
            ("2026-11-24T05:00Z", None),
            ("", None),
        ] {
            assert_eq!(seconds_of(stamp), seconds, "{stamp}");
        }
    }
}
