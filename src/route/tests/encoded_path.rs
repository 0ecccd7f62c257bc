//! Matching is on the raw path.

use super::{check, tree};
use crate::route::{RefusedPath, RequestPath};

#[test]
fn values_stay_encoded() {
    check(
        &["GET /user/{email}/plus/{plus}"],
        &[
            (
                "GET /user/test%2Balias@example.com/plus/test+alias@example.com",
                "GET /user/{email}/plus/{plus} email=test%2Balias@example.com plus=test+alias@example.com",
            ),
            ("GET /user/%C3%A9/plus/%20", "GET /user/{email}/plus/{plus} email=%C3%A9 plus=%20"),
        ],
    );
}

#[test]
fn an_encoded_slash_splits_nothing() {
    check(
        &["GET /a/{id}", "GET /a/{id}/b", "GET /files/{proxy+}"],
        &[
            ("GET /a/x%2Fb", "GET /a/{id} id=x%2Fb"),
            ("GET /a/x%2fb/b", "GET /a/{id}/b id=x%2fb"),
            ("GET /files%2Fx", ""),
            ("GET /files/a%2Fb/c", "GET /files/{proxy+} proxy=a%2Fb/c"),
        ],
    );
}

#[test]
fn an_encoded_letter_is_not_the_letter() {
    check(
        &["GET /admin", "GET /{rest+}"],
        &[("GET /%61dmin", "GET /{rest+} rest=%61dmin"), ("GET /admin", "GET /admin")],
    );
}

#[test]
fn nul_and_backslash_are_refused_encoded_or_not() {
    for path in ["/a\0", "/a\\b", "/a%00", "/%5Cx", "/%5c", "/x/%00/y", "/a%5C"] {
        assert_eq!(RequestPath::parse(path), Err(RefusedPath), "{path:?}");
    }
    for path in ["/%0", "/%", "/a%5", "/%2500", "/a%05c", "/%5d"] {
        assert!(RequestPath::parse(path).is_ok(), "{path:?}");
    }
}

#[test]
fn a_tree_without_methods_answers_nothing() {
    let empty = tree::<&str>(&[]);
    assert!(empty.is_empty());
    assert!(empty.find(RequestPath::parse("/").expect("the root"), crate::model::Verb::Get).is_none());
}
