//! `$input` and `$stageVariables`.

use bytes::Bytes;

use super::{BODY, Request};
use crate::mapping::Payload;

#[test]
fn body_is_the_payload_as_it_came() {
    Request::full().check(&[
        ("$input.body", BODY),
        ("$input.body.anything|$util.urlEncode($input.body.anything)", "|"),
        ("$input.body.length()", "46"),
    ]);
    Request::with_body(" not json ").check(&[("$input.body", " not json ")]);
    Request::with_body("").check(&[("$input.body", "{}"), ("$input.json('$')", "{}")]);
    Request::default().check(&[("$input.body", "{}"), ("$input.path('$')", "{}")]);
}

#[test]
fn json_gives_json() {
    Request::full().check(&[
        ("$input.json('$')", BODY),
        ("$input.json('$.user')", r#"{"name":"Ann","tags":["a","b"]}"#),
        ("$input.json('$.user.name')|$input.json('$.n')", r#""Ann"|2"#),
        ("$input.json('$.none')", r#""""#),
        ("$input.json('$.user.tags[*]')|$input.json('$..name')", r#"["a","b"]|["Ann"]"#),
        ("$input.path('$.user.tags[*]').size()$input.path('$..tags').count()", "21"),
        ("#set($p = '$.n')$input.json($p)", "2"),
    ]);
    Request::with_body("{ \"a\" : [ 1 , null ] }").check(&[("$input.json('$')", r#"{"a":[1,null]}"#)]);
    Request::with_body("not json").check(&[("$input.json('$')", r#""""#)]);
}

#[test]
fn path_gives_values() {
    Request::full().check(&[
        ("$input.path('$.user.name')|$input.path('$.none')|$input.path('$.none.more')", "Ann||"),
        ("$input.path('$').user.tags[1]", "b"),
        ("$input.path('$.user.tags').size()$input.path('$.user.tags').count()", "22"),
        ("#if($input.path('$.none') == $null)null#end", "null"),
        ("#set($p = '$.user')$input.path($p).name $input.path(\"${p}.name\")", "Ann Ann"),
        ("#set($i = $input)$i.path('$.n')$i.body.length()", "246"),
    ]);
    Request::with_body("not json").check(&[("[$input.path('$')]", "[]")]);
}

#[test]
fn params_are_those_of_path_query_and_header() {
    Request::full().check(&[
        ("$input.params('id')|$input.params('q')|$input.params('sp')|$input.params('none')", "7|y|a b!|"),
        ("$input.params('Accept')|$input.params('accept')|$input.params('X-Many')", "a/b|a/b|2"),
        ("$input.params('both')", "path"),
        ("$input.params('ID')$input.params('Q')$input.params('connection')", ""),
        ("#if($input.params('none') == '')empty#end", "empty"),
        (
            "$input.params()",
            "{path={id=7, both=path}, querystring={q=y, sp=a b!}, header={Accept=a/b, X-Many=2, both=header}}",
        ),
        ("$input.params().header.get('X-Many')$input.params().header['x-many']", "2"),
        ("$input.params().path.id$input.params().querystring.q", "7y"),
        (
            "#set($all = $input.params())#foreach($type in $all.keySet())#set($p = $all.get($type))$type:#foreach($n in \
             $p.keySet())$n=$util.escapeJavaScript($p.get($n))#if($foreach.hasNext),#end#end;#end",
            "path:id=7,both=path;querystring:q=y,sp=a b!;header:Accept=a/b,X-Many=2,both=header;",
        ),
    ]);
}

#[test]
fn a_payload_that_is_no_text_is_a_fault() {
    let request = Request { body: Some(Payload::new(Bytes::from_static(b"\xff\xfe"))), ..Request::default() };
    let expected = Err("line 1, column 1: the payload is not UTF-8".to_owned());
    assert_eq!(request.render("$input.body"), expected);
    assert_eq!(request.render("text"), expected);
}

#[test]
fn stage_variables() {
    Request::full().check(&[
        (
            "$stageVariables.url ${stageVariables.url} $stageVariables['na-me']",
            "example.com example.com dash",
        ),
        ("${stageVariables['na-me']}$stageVariables.get('url')", "dashexample.com"),
        ("[$stageVariables.none]", "[]"),
        ("$stageVariables", "{url=example.com, na-me=dash}"),
        ("$stageVariables.keySet()$stageVariables.containsKey('url')", "[url, na-me]true"),
    ]);
}
