//! `Access-Control-Max-Age`: for how many seconds a browser may remember a preflight.

use crate::model::{CorsPolicy, Issue};

/// Reads a number of seconds; `None` leaves the header out, so that browsers remember for 5 seconds.
///
/// # Errors
/// An issue at `max_age_seconds` below 0 or above [`CorsPolicy::MAX_MAX_AGE`]: a browser that remembers for long would not
/// see a tightened policy.
pub fn parse(seconds: Option<i64>) -> Result<Option<u32>, Vec<Issue>> {
    let Some(given) = seconds else { return Ok(None) };
    match u32::try_from(given) {
        Ok(age) if age <= CorsPolicy::MAX_MAX_AGE => Ok(Some(age)),
        _ => Err(vec![Issue::new(
            "max_age_seconds",
            format!(
                "max age is 0 (never remember) to {} seconds, not {given}: a longer one would hide a tightened policy from browsers",
                CorsPolicy::MAX_MAX_AGE
            ),
        )]),
    }
}

/// The header's value.
#[must_use]
pub fn value(seconds: Option<u32>) -> Option<String> {
    seconds.map(|age| age.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn max_age_is_capped() {
        for (given, expected) in [
            (None, Ok(None)),
            (Some(0), Ok(Some("0"))),
            (Some(600), Ok(Some("600"))),
            (Some(7200), Ok(Some("7200"))),
            (Some(7201), Err("max_age_seconds")),
            (Some(-1), Err("max_age_seconds")),
            (Some(i64::MAX), Err("max_age_seconds")),
        ] {
            let got = parse(given).map(value).map_err(|issues| issues[0].field.clone());
            assert_eq!(got, expected.map(|v| v.map(str::to_owned)).map_err(str::to_owned), "{given:?}");
        }
    }
}
