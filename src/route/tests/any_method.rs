//! Verbs: an exact one before `ANY`, and the path before both.

use super::check;

#[test]
fn an_exact_verb_comes_before_any() {
    check(
        &["ANY /x", "GET /x"],
        &[("GET /x", "GET /x"), ("POST /x", "ANY /x"), ("OPTIONS /x", "ANY /x"), ("HEAD /x", "ANY /x")],
    );
}

#[test]
fn nothing_is_implied() {
    check(&["GET /x"], &[("HEAD /x", ""), ("OPTIONS /x", ""), ("POST /x", "")]);
}

#[test]
fn a_resource_that_cannot_answer_the_verb_is_passed_over() {
    check(
        &["POST /test", "ANY /test/any", "OPTIONS /{proxy+}"],
        &[
            ("OPTIONS /test", "OPTIONS /{proxy+} proxy=test"),
            ("OPTIONS /test/any", "ANY /test/any"),
            ("OPTIONS /test/none", "OPTIONS /{proxy+} proxy=test/none"),
            ("POST /test", "POST /test"),
            ("GET /test", ""),
        ],
    );
}

#[test]
fn the_more_specific_path_beats_the_exact_verb() {
    check(
        &["ANY /pets/{id}", "GET /pets/{id}/x", "GET /{proxy+}"],
        &[
            ("GET /pets/1", "ANY /pets/{id} id=1"),
            ("GET /pets/1/x", "GET /pets/{id}/x id=1"),
            ("GET /pets/1/y", "GET /{proxy+} proxy=pets/1/y"),
            ("PUT /pets/1/x", ""),
        ],
    );
}
