//! Paths and what they lead to, as tables of cases. The shop is the example that Jayway's page is about, with
//! values of our own; what its paths lead to is what that page says of each.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Found, JsonPath};

fn found(path: &str, document: &Value) -> Option<Value> {
    JsonPath::parse(path).unwrap_or_else(|error| panic!("{error}")).find(document).into_value()
}

fn shop() -> Value {
    json!({
        "store": {
            "book": [
                {"category": "reference", "author": "Ida Rees", "title": "A", "price": 8.95},
                {"category": "fiction", "author": "Max Waugh", "title": "B", "price": 12.99},
                {"category": "fiction", "author": "Herb Mell", "title": "C", "isbn": "0-1", "price": 8.99},
                {"category": "fiction", "author": "J. Tolk", "title": "D", "isbn": "0-2", "price": 22.99}
            ],
            "bicycle": {"color": "red", "price": 19.95}
        },
        "expensive": 10
    })
}

#[test]
fn definite_paths_lead_to_a_value_or_nowhere() {
    let document = json!({"a": {"b-c": [1, {"d": null}], "e f": true, "it's": 2, "x.y": 3}, "": 0, "é": "ü"});
    for (path, expected) in [
        ("$", Some(document.clone())),
        ("@", Some(document.clone())),
        ("$.a.b-c[0]", Some(json!(1))),
        ("a.b-c[0]", Some(json!(1))),
        (" $.a.b-c[ 0 ] ", Some(json!(1))),
        ("$['a']['b-c'][-1]", Some(json!({"d": null}))),
        ("$.a.['b-c'].[1]", Some(json!({"d": null}))),
        (r#"$.a["e f"]"#, Some(json!(true))),
        (r"$.a['it\'s']", Some(json!(2))),
        ("$.a['x.y']", Some(json!(3))),
        ("$['']", Some(json!(0))),
        ("$.é", Some(json!("ü"))),
        (r"$['\u00e9']", Some(json!("ü"))),
        ("$.a.b-c[1].d", Some(Value::Null)),
        ("$.a.b-c[(@.length-1)]", Some(json!({"d": null}))),
        ("$.a.b-c[( @.length - 2 )]", Some(json!(1))),
        ("$.a.b-c[2]", None),
        ("$.a.b-c[-3]", None),
        ("$.none.x", None),
        ("$.none", None),
        ("$.a.b-c.x", None),
        ("$.a[0]", None),
        ("$.a['e f','none','it\\'s']", Some(json!({"e f": true, "it's": 2}))),
    ] {
        assert_eq!(found(path, &document), expected, "{path}");
    }
}

#[test]
fn the_shops_paths_lead_where_they_should() {
    let shop = shop();
    let books =
        |wanted: &[usize]| -> Value { wanted.iter().map(|at| shop["store"]["book"][*at].clone()).collect() };
    for (path, expected) in [
        ("$.store.book[*].author", json!(["Ida Rees", "Max Waugh", "Herb Mell", "J. Tolk"])),
        ("$..author", json!(["Ida Rees", "Max Waugh", "Herb Mell", "J. Tolk"])),
        ("$.store.*", json!([shop["store"]["book"], shop["store"]["bicycle"]])),
        ("$.store..price", json!([8.95, 12.99, 8.99, 22.99, 19.95])),
        ("$..book[2]", books(&[2])),
        ("$..book[-2]", books(&[2])),
        ("$..book[(@.length-1)]", books(&[3])),
        ("$..book[0,1]", books(&[0, 1])),
        ("$..book[0, 9, -1]", books(&[0, 3])),
        ("$..book[:2]", books(&[0, 1])),
        ("$..book[1:2]", books(&[1])),
        ("$..book[-2:]", books(&[2, 3])),
        ("$..book[2:]", books(&[2, 3])),
        ("$..book[?(@.isbn)]", books(&[2, 3])),
        ("$..book[?(!@.isbn)]", books(&[0, 1])),
        ("$.store.book[?(@.price < 10)]", books(&[0, 2])),
        ("$..book[?(@.price <= $['expensive'])]", books(&[0, 2])),
        ("$..book[?(@.author =~ /.*REES/i)]", books(&[0])),
        ("$..book.length()", json!(4)),
        ("$.store.book.length()", json!(4)),
        ("$.store.book.size()", json!(4)),
        ("$.store.book.count()", json!(4)),
        ("$.store.book[*].length()", json!([4, 4, 5, 5])),
        ("$..price.max()", json!(22.99)),
        ("$..price.min()", json!(8.95)),
        ("$.store.bicycle.keys()", json!(["color", "price"])),
        (
            "$.store.book[0,1]['title','price']",
            json!([{"title": "A", "price": 8.95}, {"title": "B", "price": 12.99}]),
        ),
        ("$..['color','price']", json!([{"color": "red", "price": 19.95}])),
        ("$.store['book','bicycle'].price", json!([19.95])),
        ("$.store.book.last().title", json!("D")),
        ("$.store.book[?(@.category == 'fiction' && @.price < 20)].title", json!(["B", "C"])),
        ("$.store.book[?(@.price > 20 || @.category == \"reference\")].title", json!(["A", "D"])),
        ("$.store.bicycle[?(@.color == 'red')].price", json!([19.95])),
        ("$..[?(@.color)].price", json!([19.95])),
        ("$..book[0].title", json!(["A"])),
        // Nothing fits: a list without elements. Something on the way is missing: nothing.
        ("$..none", json!([])),
        ("$.store.book[*].none", json!([])),
        ("$.store.book[7:]", json!([])),
        ("$.expensive[*]", json!([])),
    ] {
        assert_eq!(found(path, &shop), Some(expected), "{path}");
    }
    for path in
        ["$.none[*].x", "$.none..x.y", "$.expensive[?(@.x)]", "$.store.book.title", "$.expensive.length()"]
    {
        assert_eq!(found(path, &shop), None, "{path}");
    }
    assert_eq!(found("$..*", &json!({"a": [1, {"b": 2}]})), Some(json!([[1, {"b": 2}], 1, {"b": 2}, 2])));
}

#[test]
fn slices_count_as_jayway_counts() {
    let document = json!([0, 1, 2, 3, 4]);
    for (path, expected) in [
        ("$[1:3]", vec![1, 2]),
        ("$[3:99]", vec![3, 4]),
        ("$[:-3]", vec![0, 1]),
        ("$[-2:]", vec![3, 4]),
        ("$[-99:]", vec![0, 1, 2, 3, 4]),
        ("$[-3:-1]", vec![2, 3]),
        ("$[1:-1]", vec![]),
        ("$[-2:1]", vec![3, 4, 0]),
        ("$[3:1]", vec![]),
        ("$[-2147483648:2]", vec![0, 1, 2, 3, 4, 0, 1]),
    ] {
        assert_eq!(found(path, &document), Some(json!(expected)), "{path}");
    }
}

#[test]
fn functions_are_called_on_values_and_arguments() {
    let document = json!({
        "n": [1, 2, 3, "x", 4], "s": ["a", "b", 1], "o": {"k": 1, "l": 2}, "e": [], "t": "text", "m": 10
    });
    for (path, expected) in [
        ("$.n.sum()", Some(json!(10.0))),
        ("$.n.avg()", Some(json!(2.5))),
        ("$.n.min()", Some(json!(1.0))),
        ("$.n.max()", Some(json!(4.0))),
        ("$.n.stddev()", Some(json!(1.25_f64.sqrt()))),
        ("$.n.sum($.m, 5, -1)", Some(json!(24.0))),
        ("$.sum($.n)", Some(json!(10.0))),
        ("$.sum($.n.max(), $.m)", Some(json!(14.0))),
        ("$.n.length()", Some(json!(5))),
        ("$.o.length()", Some(json!(2))),
        ("$.e.length()", Some(json!(0))),
        ("$.o.keys()", Some(json!(["k", "l"]))),
        ("$.o.keys().length()", Some(json!(2))),
        ("$.s.concat()", Some(json!("ab"))),
        ("$.s.concat(\"-\", $.t, 7)", Some(json!("ab-text7"))),
        ("$.concat($.t, \"!\")", Some(json!("text!"))),
        ("$.s.append(\"c\", {\"d\": [1]})", Some(json!(["a", "b", 1, "c", {"d": [1]}]))),
        ("$.s.append($.o).last().k", Some(json!(1))),
        ("$.s.first()", Some(json!("a"))),
        ("$.s.last()", Some(json!(1))),
        ("$.s.index(1)", Some(json!("b"))),
        ("$.s.index(-1)", Some(json!(1))),
        ("$.s.index(3)", None),
        ("$.e.first()", None),
        ("$.e.sum()", None),
        ("$.t.sum()", None),
        ("$.t.length()", None),
        ("$.t.keys()", None),
        ("$.none.length()", None),
        ("$..n.first()", Some(json!([1, 2, 3, "x", 4]))),
    ] {
        assert_eq!(found(path, &document), expected, "{path}");
    }
}

#[test]
fn filters_compare_as_jayway_compares() {
    for (filter, value, expected) in [
        ("@ == 1", json!(1), true),
        ("@ == 1.0", json!(1), true),
        ("@ == 9007199254740993", json!(9_007_199_254_740_992_i64), false),
        ("@ == '1'", json!(1), true),
        ("@ == 1", json!("1"), true),
        ("@ == 1.0", json!("1"), false),
        ("@ === '1'", json!(1), false),
        ("@ !== '1'", json!(1), true),
        ("@ == true", json!(true), true),
        ("@ == null", json!(null), true),
        ("@.a == null", json!({}), false),
        ("@.a == null", json!({"a": null}), true),
        ("@.a != 1", json!({}), true),
        ("@.a", json!({"a": null}), true),
        ("@.a == @.b", json!({"a": [1], "b": [1]}), true),
        ("@ == [1,'a']", json!([1, "a"]), true),
        ("@ == {'a': 1}", json!({"a": 1}), true),
        ("'a' == @.x", json!({"x": "a"}), true),
        ("@ == 'it\\'s'", json!("it's"), true),
        ("@ < 'b'", json!("a"), true),
        ("@ < 9", json!("10"), true),
        ("@ > 'a'", json!(null), false),
        ("@>=2", json!(2), true),
        ("@<=2", json!(2.5), false),
        ("@ in ['a','b']", json!("b"), true),
        ("@ IN ['a','b']", json!("b"), true),
        ("@ in @.x", json!("b"), false),
        ("@ nin ['a','b']", json!("b"), false),
        ("@.a nin ['a']", json!({}), true),
        ("@ contains 'b'", json!("abc"), true),
        ("@ contains 'b'", json!(["b"]), true),
        ("@ contains 'b'", json!(["abc"]), false),
        ("@ contains 1", json!({"1": 1}), false),
        ("@ all [1,2]", json!([1, 2, 3]), true),
        ("@ subsetof [1,2]", json!([1, 2, 3]), false),
        ("@ subsetof [1,2]", json!([2]), true),
        ("@ subsetof [1,2]", json!(2), false),
        ("@ anyof [1,2]", json!([2, 9]), true),
        ("@ anyof [1,2]", json!([9]), false),
        ("@ noneof [1,2]", json!([9]), true),
        ("@ noneof [1,2]", json!([2, 9]), false),
        ("@ size 2", json!("ab"), true),
        ("@ size 2", json!([1, 2, 3]), false),
        ("@ size @.n", json!({"n": 1}), true),
        ("@ empty true", json!(""), true),
        ("@ empty false", json!([1]), true),
        ("@ empty true", json!(null), false),
        ("@ =~ /a.c/", json!("abc"), true),
        ("@ =~ /b/", json!("abc"), false),
        ("@ =~ /A.C/i", json!("abc"), true),
        ("@ =~ /a.c/", json!("a\nc"), false),
        ("@ =~ /a.c/s", json!("a\nc"), true),
        (r"@ =~ /a\/\d/", json!("a/1"), true),
        ("@ =~ /1./", json!(12), true),
        ("@ =~ /b/", json!(["a", "b"]), true),
        ("/b/ =~ @", json!("b"), true),
        ("@.none =~ /.*/", json!({}), false),
        ("!(@ == 1)", json!(1), false),
        ("(@ > 1 && @ < 3) || @ == 7", json!(7), true),
        ("@ > 1 && @ < 3 || @ == 7", json!(7), true),
        ("@ == 7 || @ > 1 && @ < 3", json!(7), true),
        ("@.length() == 2", json!([1, 2]), true),
        ("@.a.b[0]==1&&@.a", json!({"a": {"b": [1]}}), true),
        ("@['a b'] == 1", json!({"a b": 1}), true),
        ("@..x", json!({"y": {"x": 1}}), true),
        ("@..x", json!({"y": 1}), false),
        ("@[?(@ > 1)]", json!([1, 2]), true),
    ] {
        let found = found(&format!("$[?({filter})]"), &json!([value]));
        assert_eq!(found, Some(if expected { json!([value]) } else { json!([]) }), "{filter} on {value}");
    }
}

#[test]
fn what_is_no_path_is_refused_with_place_and_reason() {
    for (path, place, what) in [
        ("", 1, "empty"),
        ("  ", 1, "empty"),
        ("$a", 2, "after $"),
        ("$.", 3, "dot"),
        ("$..", 4, "dot"),
        ("$...a", 4, "a name comes here"),
        ("$.a.", 5, "dot"),
        (".a", 1, "starts with"),
        ("$[", 3, "in brackets"),
        ("$[abc]", 3, "in brackets"),
        ("$['a", 5, "not closed"),
        ("$['a'", 6, "a ] comes here"),
        ("$['a',]", 7, "a quoted name"),
        ("$[1", 4, "a ]"),
        ("$[1,]", 5, "a number"),
        ("$[:]", 4, "a start or an end"),
        ("$[0:4:2]", 6, "no step"),
        ("$[99999999999]", 14, "is no index"),
        ("$[1-2]", 6, "is no index"),
        ("$.my name", 5, "['my name']"),
        ("$.a.foo()", 8, "there is no function foo"),
        ("$..length()", 12, "follows a value"),
        ("$.a.sum(", 9, "a value comes here"),
        ("$.a.sum(1", 10, "a ) comes here"),
        ("$.a.sum(1,)", 11, "a value comes here"),
        ("$[?]", 4, "[?(…)]"),
        ("$[?(@.a]", 8, "a ) comes here"),
        ("$[?(@.a)", 9, "a ] comes here"),
        ("$[?(@.a ==)]", 11, "a value comes here"),
        ("$[?(@.a ~ 1)]", 9, "a ) comes here"),
        ("$[?(@.a =~ 'x')]", 12, "a regular expression"),
        ("$[?(@.a =~ /(/)]", 15, "unclosed group"),
        ("$[?(@.a =~ /(?=x)/)]", 19, "linear time"),
        ("$[?(@.a =~ /x/g)]", 16, "only i and s"),
        ("$[?(1)]", 6, "a comparison comes here"),
        ("$[?(@.a == 'x)]", 16, "not closed"),
        ("$[(@.size*2)]", 4, "(@.length-1)"),
        ("$é[", 2, "after $"),
        ("$.é[", 5, "in brackets"),
    ] {
        let error = JsonPath::parse(path).expect_err(path);
        assert!(error.what.contains(what), "{path}: {error}");
        assert_eq!(error.place, place, "{path}: {error}");
    }
    assert!(JsonPath::parse(&format!("$.{}", "a".repeat(JsonPath::MAX_BYTES))).is_err());
    for deep in
        ["$[?(".repeat(500), "$.sum(".repeat(500), format!("$[?(@ == {}", "[".repeat(500)), "!".repeat(500)]
    {
        let text = if deep.starts_with('!') { format!("$[?({deep}@)]") } else { deep };
        assert!(JsonPath::parse(&text).expect_err("too deep").what.contains("nested"), "{text}");
    }
}

#[test]
fn work_is_bounded() {
    let mut nested = json!(1);
    for _ in 0..60 {
        nested = json!([nested, 1]);
    }
    // Each `..` multiplies what is found; it ends all the same.
    let path = JsonPath::parse("$..*..*..*..*..*..*..*..*").expect("a path");
    assert_eq!(path.find(&nested), Found::Nothing);
    let wide: Value = (0..20_000).collect();
    let path = JsonPath::parse("$[?(@ in $[*])]").expect("a path");
    assert_eq!(path.find(&wide), Found::Nothing);
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "[a-c ]{0,3}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-c]", inner, 0..4).prop_map(|map| map.into_iter().collect()),
        ]
    })
}

/// Paths that can be read, more often than not.
fn any_path() -> impl Strategy<Value = String> {
    let step = prop_oneof![
        Just(".a".to_owned()),
        Just("['b','c']".to_owned()),
        Just("[*]".to_owned()),
        Just(".*".to_owned()),
        Just("..c".to_owned()),
        Just("..*".to_owned()),
        Just("..[0]".to_owned()),
        Just(".length()".to_owned()),
        Just(".keys()".to_owned()),
        Just(".sum($..a)".to_owned()),
        Just(".append(1, @.a)".to_owned()),
        Just(".first()".to_owned()),
        Just("[?(@.a > 1)]".to_owned()),
        Just("[?(@.b =~ /a*/ || !@.c)]".to_owned()),
        Just("[?(@ in $..a)]".to_owned()),
        Just("[?(@.a subsetof [1,'a'])]".to_owned()),
        any::<i32>().prop_map(|at| format!("[{at}]")),
        (any::<i32>(), -3..3_i32).prop_map(|(from, to)| format!("[{from}:{to}]")),
        Just("[0,-1]".to_owned()),
    ];
    prop::collection::vec(step, 0..5).prop_map(|steps| format!("${}", steps.concat()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn no_text_makes_it_panic(text in "[$@.\\[\\]()?*:,'\"abc019<>=!~&|/\\\\ {}é-]{0,40}", document in any_json()) {
        if let Ok(path) = JsonPath::parse(&text) {
            let _found = path.find(&document);
        }
    }

    #[test]
    fn a_definite_path_gives_no_list_of_its_own(path in any_path(), document in any_json()) {
        let path = JsonPath::parse(&path);
        prop_assert!(path.is_ok(), "{:?}", path);
        if let Ok(path) = path {
            let list = matches!(path.find(&document), Found::Many(_));
            let definite = super::is_definite(&path.steps);
            prop_assert!(!(list && definite));
        }
    }

    #[test]
    fn every_place_of_a_document_has_its_path(document in any_json()) {
        fn visit(document: &Value, at: &Value, path: &str) {
            assert_eq!(found(path, document).as_ref(), Some(at), "{path}");
            match at {
                Value::Array(elements) => {
                    for (index, element) in elements.iter().enumerate() {
                        visit(document, element, &format!("{path}[{index}]"));
                    }
                }
                Value::Object(members) => {
                    for (name, member) in members {
                        visit(document, member, &format!("{path}.{name}"));
                    }
                }
                _ => {}
            }
        }
        visit(&document, &document, "$");
    }
}
