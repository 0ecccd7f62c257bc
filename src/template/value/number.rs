//! Numbers as Java prints them.

use std::fmt::Write as _;

/// A double as `Double.toString` gives it: at least one digit after the point, and an exponent outside of 10⁻³ to
/// 10⁷ (`2.0`, `0.05`, `1.0E10`).
pub(in crate::template) fn push_double(number: f64, out: &mut String) {
    if number.is_nan() {
        out.push_str("NaN");
        return;
    }
    if number.is_infinite() {
        out.push_str(if number > 0.0 { "Infinity" } else { "-Infinity" });
        return;
    }
    let start = out.len();
    if number == 0.0 || (1e-3..1e7).contains(&number.abs()) {
        // Writing to a string cannot fail.
        let _ = write!(out, "{number}");
        if !out[start..].contains('.') {
            out.push_str(".0");
        }
        return;
    }
    let _ = write!(out, "{number:E}");
    let Some(exponent) = out[start..].find('E') else { return };
    if !out[start..start + exponent].contains('.') {
        out.insert_str(start + exponent, ".0");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_print_as_in_java() {
        for (number, expected) in [
            (2.0, "2.0"),
            (0.05, "0.05"),
            (-0.0, "-0.0"),
            (0.001, "0.001"),
            (0.000_999, "9.99E-4"),
            (9_999_999.0, "9999999.0"),
            (1e7, "1.0E7"),
            (1e10, "1.0E10"),
            (-1.5e300, "-1.5E300"),
            (1.0 / 3.0, "0.3333333333333333"),
            (f64::NAN, "NaN"),
            (f64::NEG_INFINITY, "-Infinity"),
        ] {
            let mut out = String::new();
            push_double(number, &mut out);
            assert_eq!(out, expected);
        }
    }
}
