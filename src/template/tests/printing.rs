//! What values print.

use super::{Request, check};

#[test]
fn what_templates_make_prints_as_in_java() {
    check(&[
        ("#set($m = {'k1': 'v1', 'k2': 'v2'})$m", "{k1=v1, k2=v2}"),
        ("#set($m = {'l': ['a', {'b': null}]})$m", "{l=[a, {b=null}]}"),
        ("#set($b = true)$b", "true"),
        ("#set($n = null)[$n]", "[]"),
    ]);
}

#[test]
fn what_bodies_hold_prints_lists_as_json() {
    let body = r#"{"list":[{"foo":"bar"}],"map":{"foo":[{"nested":"bar"}]},"t":true,"n":null,"e":[],"o":{},
        "deep":{"a":{"b":1.50,"c":null}},"mixed":[1,2.0,"a\"b\\\n\u0001é",null,true,[],{}],"big":18446744073709551615,
        "num":1e10}"#;
    Request::with_body(body).check(&[
        ("$input.path('$.list')", r#"[{"foo":"bar"}]"#),
        ("$input.path('$.map')", r#"{foo=[{"nested":"bar"}]}"#),
        ("$input.path('$.list')[0]", "{foo=bar}"),
        ("$input.path('$.list[0]')", "{foo=bar}"),
        ("$input.path('$.t')|$input.path('$.n')|$input.path('$.e')|$input.path('$.o')", "true||[]|{}"),
        ("$input.path('$.deep')", "{a={b=1.5, c=null}}"),
        ("$input.path('$.mixed')", "[1,2.0,\"a\\\"b\\\\\\n\\u0001é\",null,true,[],{}]"),
        ("$input.path('$.big') $input.path('$.num')", "18446744073709551615 1.0E10"),
        ("#foreach($x in $input.path('$.mixed'))$x;#end", "1;2.0;a\"b\\\n\u{1}é;;true;[];{};"),
        ("#set($m = {'x': $input.path('$.list')})$m", r#"{x=[{"foo":"bar"}]}"#),
        ("#set($l = [$input.path('$.list')])$l", r#"[[{"foo":"bar"}]]"#),
        ("#set($s = \"$input.path('$.map')\")$s", r#"{foo=[{"nested":"bar"}]}"#),
    ]);
}

#[test]
fn what_is_changed_shows_everywhere() {
    let body = r#"{"a":{"b":[1,{"c":2}]},"d":"x"}"#;
    Request::with_body(body).check(&[
        ("#set($x = $input.path('$.a'))#set($x.n = 1)$x", r#"{b=[1,{"c":2}], n=1}"#),
        ("#set($r = $input.path('$'))#set($x = $r.a)#set($x.n = 1)$r.a.n", "1"),
        ("#set($r = $input.path('$'))#set($y = $r.a.b)#set($t = $r.a.b.add('z'))$y", r#"[1,{"c":2},"z"]"#),
        ("#set($r = $input.path('$'))#set($r.a.b[1].c = 3)$r", r#"{a={b=[1,{"c":3}]}, d=x}"#),
        ("#set($r = $input.path('$'))#set($r.a.b[0] = {'k': ['v']})$r.a.b", r#"[{"k":["v"]},{"c":2}]"#),
        (
            "#set($r = $input.path('$'))#set($r.new = true)$input.json('$')",
            r#"{"a":{"b":[1,{"c":2}]},"d":"x","new":true}"#,
        ),
        ("#set($r = $input.path('$'))$r.remove('a').b[0]$r", "1{d=x}"),
        ("#set($r = $input.path('$.a.b'))$r.set(0, 9)$r.size()$input.json('$.a.b')", r#"12[9,{"c":2}]"#),
    ]);
}
