//! Which requests need no preflight: safelisted methods and headers (Fetch, *CORS-safelisted request-header*).

use std::collections::BTreeSet;

/// The longest value of a safelisted header, in bytes.
const MAX_VALUE_BYTES: usize = 128;

/// The most bytes that the values of safelisted headers may have together.
const MAX_VALUES_BYTES: usize = 1024;

/// Whether a method needs no preflight by itself (Fetch, *CORS-safelisted method*).
#[must_use]
pub fn is_safelisted_method(method: &str) -> bool {
    matches!(method, "GET" | "HEAD" | "POST")
}

/// Whether a header needs no preflight by itself (Fetch, *CORS-safelisted request-header*).
#[must_use]
pub fn is_safelisted_header(name: &str, value: &str) -> bool {
    if value.len() > MAX_VALUE_BYTES {
        return false;
    }
    match name.to_ascii_lowercase().as_str() {
        "accept" => !value.bytes().any(is_unsafe_byte),
        "accept-language" | "content-language" => {
            value.bytes().all(|b| b.is_ascii_alphanumeric() || b" *,-.;=".contains(&b))
        }
        "content-type" => {
            !value.bytes().any(is_unsafe_byte)
                && essence(value).is_some_and(|essence| {
                    matches!(
                        essence.as_str(),
                        "application/x-www-form-urlencoded" | "multipart/form-data" | "text/plain"
                    )
                })
        }
        "range" => is_simple_range(value),
        _ => false,
    }
}

/// The headers that make a preflight necessary: lower case, sorted, each once (Fetch, *CORS-unsafe request-header
/// names*).
#[must_use]
pub fn unsafe_header_names(headers: &[(String, String)]) -> Vec<String> {
    let (safe, dangerous): (Vec<_>, Vec<_>) =
        headers.iter().partition(|(name, value)| is_safelisted_header(name, value));
    let mut names: BTreeSet<String> = dangerous.iter().map(|(name, _)| name.to_ascii_lowercase()).collect();
    if safe.iter().map(|(_, value)| value.len()).sum::<usize>() > MAX_VALUES_BYTES {
        names.extend(safe.iter().map(|(name, _)| name.to_ascii_lowercase()));
    }
    names.into_iter().collect()
}

/// Fetch, *CORS-unsafe request-header byte*.
fn is_unsafe_byte(b: u8) -> bool {
    (b < 0x20 && b != b'\t') || b == 0x7F || b"\"():<>?@[\\]{}".contains(&b)
}

/// The essence of a MIME type, in lower case (MIME Sniffing, *parse a MIME type*).
fn essence(value: &str) -> Option<String> {
    let value = value.trim_matches(['\t', '\n', '\r', ' ']);
    let (kind, rest) = value.split_once('/')?;
    let subtype = rest.split(';').next().unwrap_or_default().trim_end_matches(['\t', '\n', '\r', ' ']);
    let is_token = |text: &str| {
        !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b))
    };
    (is_token(kind) && is_token(subtype)).then(|| format!("{kind}/{subtype}").to_ascii_lowercase())
}

/// `bytes=N-` or `bytes=N-M` with N ≤ M (Fetch, *parse a single range header value*, white space not allowed).
fn is_simple_range(value: &str) -> bool {
    let Some((start, end)) = value.strip_prefix("bytes=").and_then(|range| range.split_once('-')) else {
        return false;
    };
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if start.is_empty() || !digits(start) || !digits(end) {
        return false;
    }
    // Numbers of any length: fewer digits without leading zeros is the smaller one.
    let number = |text: &str| {
        let text = text.trim_start_matches('0');
        (text.len(), text.to_owned())
    };
    end.is_empty() || number(start) <= number(end)
}
