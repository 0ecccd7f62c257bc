//! Days since 1970 and the civil calendar.

/// The day that a text such as `2026-11-24` names, counted from 1970.
pub(super) fn day_of(text: &str) -> Option<i64> {
    let (year, rest) = text.split_once('-')?;
    let (month, day) = rest.split_once('-')?;
    let (year, month, day) = (year.parse().ok()?, month.parse().ok()?, day.parse().ok()?);
    let is_near = (1970..=9999).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day);
    // A day that its month does not have is another one when it is written again.
    is_near.then(|| days(year, month, day)).filter(|days| text_of(*days) == text)
}

/// Days since 1970 in the civil calendar, of which March begins the year.
pub(super) fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// The reverse of [`days`], as text.
pub(super) fn text_of(days: i64) -> String {
    let shifted = days + 719_468;
    let (era, of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let (day, month) = (of_year - (153 * month + 2) / 5 + 1, if month < 10 { month + 3 } else { month - 9 });
    let year = era * 400 + year + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
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
}
