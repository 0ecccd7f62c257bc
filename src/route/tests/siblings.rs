//! Literals, `{param}` and the way back between them.

use super::check;

#[test]
fn a_literal_comes_before_a_parameter_whatever_the_order_of_creation() {
    for methods in [["GET /pets/{id}", "GET /pets/new"], ["GET /pets/new", "GET /pets/{id}"]] {
        check(
            &methods,
            &[
                ("GET /pets/new", "GET /pets/new"),
                ("GET /pets/newer", "GET /pets/{id} id=newer"),
                ("GET /pets/NEW", "GET /pets/{id} id=NEW"),
                ("GET /pets/new/", "GET /pets/new"),
            ],
        );
    }
}

#[test]
fn a_parameter_is_exactly_one_segment_that_is_not_empty() {
    check(
        &["GET /pets/{id}", "GET /pets/{id}/toys/{toy}"],
        &[
            ("GET /pets", ""),
            ("GET /pets/", ""),
            ("GET /pets//", ""),
            ("GET /pets/1/2", ""),
            ("GET /pets/1/toys", ""),
            ("GET /pets/1/toys/2", "GET /pets/{id}/toys/{toy} id=1 toy=2"),
            ("GET /pets//toys/2", ""),
            ("GET /pets/1//toys/2", ""),
        ],
    );
}

#[test]
fn a_dead_end_below_a_literal_leads_back_to_the_parameter() {
    check(
        &["GET /a/b/c", "GET /a/{x}/d", "GET /{y}/b/e", "GET /{y}/{z}/f"],
        &[
            ("GET /a/b/c", "GET /a/b/c"),
            ("GET /a/b/d", "GET /a/{x}/d x=b"),
            ("GET /a/b/e", "GET /{y}/b/e y=a"),
            ("GET /a/b/f", "GET /{y}/{z}/f y=a z=b"),
            ("GET /a/b/g", ""),
        ],
    );
}

#[test]
fn the_root_has_methods_of_its_own() {
    check(
        &["GET /", "GET /x"],
        &[("GET /", "GET /"), ("GET //", "GET /"), ("POST /", ""), ("GET //x", "GET /x")],
    );
}

#[test]
fn more_parameters_than_fit_in_place_are_all_found() {
    let path = (0..12).map(|n| format!("/{{p{n}}}")).collect::<String>();
    let request = (0..12).map(|n| format!("/{n}")).collect::<String>();
    let expected = (0..12).fold(format!("GET {path}"), |line, n| format!("{line} p{n}={n}"));
    check(&[format!("GET {path}")], &[(&format!("GET {request}"), &expected)]);
}
