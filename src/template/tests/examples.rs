//! The worked examples of the specification, and the templates that people write.

use http::{HeaderName, HeaderValue};

use super::{Request, check};
use crate::template::{Budget, Overrides};

#[test]
fn worked_examples() {
    let request = Request { path: vec![("id", "7")], query: Some("q=x&q=y"), ..Request::full() };
    request.check(&[
        ("$input.path('$.user')", r#"{name=Ann, tags=["a","b"]}"#),
        ("$input.path('$.user.tags')", r#"["a","b"]"#),
        ("$input.json('$.user')", r#"{"name":"Ann","tags":["a","b"]}"#),
        ("$input.json('$.user.name') $input.path('$.user.name')", r#""Ann" Ann"#),
        ("$input.params('id')/$input.params('q')/$input.params('none')", "7/y/"),
        ("$input.path('$.user.tags').size()", "2"),
        (
            "#foreach($t in $input.path('$.user.tags'))$foreach.count:$t#if($foreach.hasNext),#end#end",
            "1:a,2:b",
        ),
        ("#set($n = $input.path('$.n') + 3)$n", "5"),
        ("#if($input.path('$.none') == \"\")none#{else}some#end", "none"),
        ("#if($input.path('$.none'))yes#{else}no#end", "yes"),
        ("$util.urlEncode(\"a b&c\")", "a+b%26c"),
        ("$util.base64Decode($util.base64Encode(\"hi\"))", "hi"),
        ("#set($m = {})#set($x = $m.put(\"k\",\"v\"))$m.k-$m.toString()", "v-{k=v}"),
        ("#set($a=['one','two'])$a.set(1,'foo')$a.get(1)", "twofoo"),
        ("$context.identity.nothing|$stageVariables.nothing", "|"),
        (
            "#set($body = $input.path('$.json')){\"body\": $body, \"isNull\": #if($body == $null)\"true\"#{else}\"false\"#end}",
            r#"{"body": , "isNull": "true"}"#,
        ),
    ]);
}

/// Answers each allowed origin with itself.
const CORS: &str = "#set($allowed = [\"https://app.example.com\", \"https://admin.example.com\"])
#set($o = $input.params(\"origin\"))
#if($o == \"\")#set($o = $input.params(\"Origin\"))#end
#if($allowed.contains($o))
#set($context.responseOverride.header.Access-Control-Allow-Origin = $o)
#set($context.responseOverride.header.Vary = \"Origin\")
#end
";

#[test]
fn cors_by_origin() {
    for (origin, expected) in [
        (
            Some("https://app.example.com"),
            vec![("Access-Control-Allow-Origin", "https://app.example.com"), ("Vary", "Origin")],
        ),
        (Some("https://evil.example.com"), vec![]),
        (None, vec![]),
    ] {
        let mut request = Request::default();
        if let Some(origin) = origin {
            request.headers.insert(HeaderName::from_static("origin"), HeaderValue::from_static(origin));
        }
        let mut overrides = Overrides::default();
        let text = request.render_with(CORS, &mut overrides, &Budget::default());
        assert_eq!(text.as_deref(), Ok(""), "{origin:?}");
        assert_eq!(overrides.response_headers().collect::<Vec<_>>(), expected, "{origin:?}");
    }
}

#[test]
fn an_item_list_becomes_another() {
    let body = r#"{"items":[{"id":1,"name":"A \"x\"","price":2.50},{"id":2,"name":"B","price":10}]}"#;
    let template = "#set($root = $input.path('$'))
{
  \"things\": [
#foreach($item in $root.items)
    {\"id\": $item.id, \"title\": \"$util.escapeJavaScript($item.name)\", \"price\": $item.price}#if($foreach.hasNext),#end

#end
  ],
  \"count\": $root.items.size()
}";
    let expected = "{
  \"things\": [
    {\"id\": 1, \"title\": \"A \\\"x\\\"\", \"price\": 2.5},
    {\"id\": 2, \"title\": \"B\", \"price\": 10}
  ],
  \"count\": 2
}";
    Request::with_body(body).check(&[(template, expected)]);
}

#[test]
fn a_status_from_the_query() {
    check(&[(
        "{#if($input.params('fail') == 'yes')\"statusCode\": 500#else\n\"statusCode\": 200#end}",
        "{\"statusCode\": 200}",
    )]);
}
