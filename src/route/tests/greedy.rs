//! `{name+}`: one or more remaining segments, the last resort of its level.

use super::check;

#[test]
fn greedy_takes_all_that_remains_but_the_trailing_slash() {
    check(
        &["ANY /{proxy+}"],
        &[
            ("GET /a", "ANY /{proxy+} proxy=a"),
            ("GET /a/b/c", "ANY /{proxy+} proxy=a/b/c"),
            ("GET /proxy-value/", "ANY /{proxy+} proxy=proxy-value"),
            ("GET /a//b", "ANY /{proxy+} proxy=a//b"),
            ("GET /a/b//", "ANY /{proxy+} proxy=a/b/"),
            ("GET //a", "ANY /{proxy+} proxy=a"),
            ("GET /", ""),
            ("GET //", ""),
        ],
    );
}

#[test]
fn greedy_below_a_literal_needs_a_character_of_its_own() {
    check(
        &["ANY /files/{proxy+}"],
        &[
            ("PUT /files/a", "ANY /files/{proxy+} proxy=a"),
            ("PUT /files//a", "ANY /files/{proxy+} proxy=/a"),
            ("PUT /files", ""),
            ("PUT /files/", ""),
            ("PUT /files//", ""),
            ("PUT /filesx", ""),
        ],
    );
}

#[test]
fn an_unmatched_child_of_a_literal_goes_back_to_the_greedy_sibling() {
    let methods = ["GET /part1", "GET /part1/hardcoded-value", "GET /{param+}"];
    check(
        &methods,
        &[
            ("GET /part1", "GET /part1"),
            ("GET /part1/hardcoded-value", "GET /part1/hardcoded-value"),
            ("GET /part1/random-value", "GET /{param+} param=part1/random-value"),
            ("GET /part1/hardcoded-value/x", "GET /{param+} param=part1/hardcoded-value/x"),
            ("GET /other", "GET /{param+} param=other"),
        ],
    );
}

#[test]
fn the_nearest_greedy_ancestor_is_tried_first() {
    check(
        &["GET /a/b/{x+}", "GET /a/{y+}", "POST /a/{y+}", "DELETE /{z+}"],
        &[
            ("GET /a/b/c", "GET /a/b/{x+} x=c"),
            ("GET /a/b", "GET /a/{y+} y=b"),
            ("POST /a/b/c", "POST /a/{y+} y=b/c"),
            ("DELETE /a/b/c", "DELETE /{z+} z=a/b/c"),
            ("PUT /a/b/c", ""),
        ],
    );
}

#[test]
fn dot_segments_are_segments_like_others() {
    check(
        &["GET /admin", "GET /files/{proxy+}", "GET /pets/{id}"],
        &[
            ("GET /files/../admin", "GET /files/{proxy+} proxy=../admin"),
            ("GET /./admin", ""),
            ("GET /files/..", "GET /files/{proxy+} proxy=.."),
            ("GET /pets/%2e%2e", "GET /pets/{id} id=%2e%2e"),
            ("GET /pets/../admin", ""),
        ],
    );
}
