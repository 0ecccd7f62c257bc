//! Pages of lists: how many entries, and where the next page begins.

use std::fmt::Display;
use std::str::FromStr;

use crate::model::Issues;

/// Entries of a page when the caller does not say: what API Gateway's lists answer.
const DEFAULT_SIZE: u32 = 25;

/// The most entries of a page; a caller who asks for more gets this many, as on API Gateway.
const MAX_SIZE: u32 = 500;

/// How many entries a page has.
pub(super) fn size(asked: u32) -> usize {
    let size = if asked == 0 { DEFAULT_SIZE } else { asked.min(MAX_SIZE) };
    usize::try_from(size).expect("at most MAX_SIZE")
}

/// The token of the page that follows the entry `key` of the list `of`; empty when there is none.
pub(super) fn token<K: Display>(of: &str, key: Option<&K>) -> String {
    let text = key.map(|key| format!("{of} {key}")).unwrap_or_default();
    text.bytes().map(|byte| format!("{byte:02x}")).collect()
}

/// The entry that a page of the list `of` follows. The first page follows none.
pub(super) fn after<K: FromStr>(issues: &mut Issues, of: &str, token: &str) -> Option<K> {
    if token.is_empty() {
        return None;
    }
    let key = decode(token).and_then(|text| text.strip_prefix(of)?.strip_prefix(' ')?.parse().ok());
    if key.is_none() {
        issues.push("page_token", "is not one that this list gave: pass next_page_token as it came");
    }
    key
}

fn decode(hex: &str) -> Option<String> {
    let digits: Option<Vec<u8>> = hex.chars().map(|c| u8::try_from(c.to_digit(16)?).ok()).collect();
    let (pairs, rest) = digits.as_deref()?.as_chunks::<2>();
    if !rest.is_empty() {
        return None;
    }
    String::from_utf8(pairs.iter().map(|[high, low]| high << 4 | low).collect()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ApiId, ResourcePath};

    #[test]
    fn sizes_have_a_default_and_a_top() {
        for (asked, expected) in [(0, 25), (1, 1), (500, 500), (501, 500), (u32::MAX, 500)] {
            assert_eq!(size(asked), expected, "{asked}");
        }
    }

    #[test]
    fn a_token_leads_back_to_its_entry() {
        let path: ResourcePath = "/pets/{id}".parse().expect("a path");
        let token = token("resources", Some(&path));
        let mut issues = Issues::new();
        assert_eq!(after(&mut issues, "resources", &token), Some(path));
        assert!(issues.is_empty());
    }

    #[test]
    fn the_first_page_has_no_token_and_the_last_gives_none() {
        assert_eq!(token::<ApiId>("apis", None), "");
        let mut issues = Issues::new();
        assert_eq!(after::<ApiId>(&mut issues, "apis", ""), None);
        assert!(issues.is_empty());
    }

    #[test]
    fn what_another_list_gave_or_nobody_gave_is_refused() {
        let other = token("stages", Some(&"abcdefghij"));
        for bad in [other.as_str(), "00", "0", "zz", "é", "next", "6170697320"] {
            let mut issues = Issues::new();
            assert_eq!(after::<ApiId>(&mut issues, "apis", bad), None);
            assert_eq!(issues.into_vec()[0].field, "page_token", "{bad:?}");
        }
    }
}
