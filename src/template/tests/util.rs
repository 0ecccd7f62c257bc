//! `$util`.

use super::{Request, check};

#[test]
fn escape_java_script() {
    check(&[
        (r#"#set($s = 'a"b\c''d')$util.escapeJavaScript($s)"#, r#"a\"b\\c\'d"#),
        ("#set($s = 'a\n\r\t.')$util.escapeJavaScript($s)", r"a\n\r\t."),
        (r#"#set($s = 'it''s')$util.escapeJavaScript($s).replaceAll("\\'", "'")"#, "it's"),
        ("$util.escapeJavaScript($none)", "null"),
        ("$util.escapeJavaScript({'a': 'b'})", "{a=b}"),
    ]);
}

#[test]
fn parse_json() {
    check(&[
        (
            r#"#set($o = $util.parseJson('{"key1":"v","key2":{"arr":[1,2.5]}}'))$o.key1 $o.key2.arr[0] $o.key2.arr $o"#,
            r#"v 1 [1,2.5] {key1=v, key2={"arr":[1,2.5]}}"#
                .replace(r#"{"arr":[1,2.5]}}"#, "{arr=[1,2.5]}}")
                .as_str(),
        ),
        ("$util.parseJson('[1, \"a\"]')$util.parseJson('5')$util.parseJson('\"t\"')", "[1,\"a\"]5t"),
        ("#set($o = $util.parseJson('{}'))#set($o.a = [1])$o", "{a=[1]}"),
        ("[$util.parseJson('null')$util.parseJson($none)]", "[]"),
    ]);
}

#[test]
fn url_encoding_is_that_of_forms() {
    check(&[
        ("$util.urlEncode('x=a+b')", "x%3Da%2Bb"),
        ("$util.urlEncode('{\"some\": \"value\"}')", "%7B%22some%22%3A+%22value%22%7D"),
        ("$util.urlEncode('a b&c')", "a+b%26c"),
        ("$util.urlEncode('é.-*_~')", "%C3%A9.-*_%7E"),
        ("$util.urlDecode('a+b%26c%C3%A9')", "a b&cé"),
        ("$util.urlDecode('x%3Da%2Bb')", "x=a+b"),
    ]);
}

#[test]
fn base64() {
    check(&[
        ("$util.base64Encode('hé')", "aMOp"),
        ("$util.base64Decode($util.base64Encode('hi'))", "hi"),
        ("$util.base64Encode('h') $util.base64Decode('aA==') $util.base64Decode('aA')", "aA== h h"),
    ]);
}

#[test]
fn what_cannot_be_read_is_a_fault() {
    for (template, expected) in [
        ("$util.base64Decode('*')", "line 1, column 1: $util.base64Decode: Invalid symbol 42, offset 0."),
        (
            "$util.urlDecode('%zz')",
            "line 1, column 1: $util.urlDecode: a % is followed by two hexadecimal digits",
        ),
        (
            "\n $util.parseJson('{')",
            "line 2, column 2: $util.parseJson: EOF while parsing an object at line 1 column 1",
        ),
    ] {
        assert_eq!(Request::default().render(template), Err(expected.to_owned()), "{template}");
    }
    check(&[("[$util.nothingLikeIt('a')$util.urlEncode('a', 'b')$util.property]", "[]")]);
}
