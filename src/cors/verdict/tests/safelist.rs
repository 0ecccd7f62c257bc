//! Safelisted request headers.

use crate::cors::verdict::{is_safelisted_header, unsafe_header_names};

#[test]
fn each_safelisted_header_has_its_own_rule() {
    let long = "a".repeat(128);
    let longer = "a".repeat(129);
    for (name, value, safe) in [
        ("Accept", "text/html,*/*;q=0.1", true),
        ("accept", "a\tb", true),
        ("Accept", "a\"b", false),
        ("Accept", "a(b", false),
        ("Accept", "a:b", false),
        ("Accept", "a<b", false),
        ("Accept", "a?b", false),
        ("Accept", "a@b", false),
        ("Accept", "a[b", false),
        ("Accept", "a\\b", false),
        ("Accept", "a{b", false),
        ("Accept", "a\u{7f}b", false),
        ("Accept", "a\u{1}b", false),
        ("Accept", &long, true),
        ("Accept", &longer, false),
        ("Accept-Language", "de-CH, en;q=0.5, *", true),
        ("Accept-Language", "de_CH", false),
        ("Accept-Language", "a\tb", false),
        ("Content-Language", "en", true),
        ("Content-Language", "en/x", false),
        ("Content-Type", "text/plain", true),
        ("Content-Type", "TEXT/Plain;charset=utf-8", true),
        ("Content-Type", "text/plain ;charset=utf-8", true),
        ("Content-Type", "text/plain; charset=\"utf-8\"", false),
        ("Content-Type", "multipart/form-data; boundary=x", true),
        ("Content-Type", "application/x-www-form-urlencoded", true),
        ("Content-Type", "application/json", false),
        ("Content-Type", "text/plain, application/json", false),
        ("Content-Type", "text", false),
        ("Content-Type", "", false),
        ("Range", "bytes=0-", true),
        ("Range", "bytes=0-99", true),
        ("Range", "bytes=10-9", false),
        ("Range", "bytes=010-11", true),
        ("Range", "bytes=-99", false),
        ("Range", "bytes=-", false),
        ("Range", "bytes=0-1,5-6", false),
        ("Range", "bytes = 0-1", false),
        ("Range", "bytes=0 - 1", false),
        ("Range", "items=0-1", false),
        ("Range", "bytes=99999999999999999999-100000000000000000000", true),
        ("X-Anything", "a", false),
        ("Authorization", "a", false),
        ("DPR", "1", false),
        ("Save-Data", "on", false),
    ] {
        assert_eq!(is_safelisted_header(name, value), safe, "{name}: {value:?}");
    }
}

#[test]
fn more_than_1024_bytes_of_safelisted_values_are_too_many() {
    let of = |count: usize, length: usize| -> Vec<(String, String)> {
        (0..count).map(|_| ("accept".to_owned(), "a".repeat(length))).collect()
    };
    assert_eq!(unsafe_header_names(&of(8, 128)), Vec::<String>::new());
    let mut one_more = of(8, 128);
    one_more.push(("accept-language".to_owned(), "a".to_owned()));
    assert_eq!(unsafe_header_names(&one_more), ["accept", "accept-language"]);
    let mut long_unsafe = of(1, 1);
    long_unsafe.push(("X-Long".to_owned(), "a".repeat(5000)));
    assert_eq!(unsafe_header_names(&long_unsafe), ["x-long"], "only safelisted values are summed");
}
