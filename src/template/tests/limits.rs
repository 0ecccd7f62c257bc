//! What holds a template back.

use super::Request;
use crate::template::{Budget, Overrides, Template};

/// The fault of a template that wants too much.
fn fault(template: &str) -> String {
    Request::full().render(template).expect_err("it asks for too much")
}

#[test]
fn a_template_has_at_most_300_kilobytes() {
    assert!(Template::parse(&"a".repeat(Template::MAX_BYTES)).is_ok());
    let error = Template::parse(&"a".repeat(Template::MAX_BYTES + 1)).expect_err("it is too long");
    assert_eq!(error.to_string(), "line 1, column 1: a template has at most 307200 bytes, not 307201");
}

#[test]
fn a_loop_takes_at_most_1000_turns() {
    assert_eq!(Request::default().render("#foreach($i in [1..1000]).#end").map(|text| text.len()), Ok(1000));
    let expected = "line 1, column 2: a loop takes more than 1000 turns";
    assert_eq!(fault("a#foreach($i in [1..1001]).#end"), expected);
    assert_eq!(fault("a#foreach($i in [1..9000000000]).#end"), expected);
    assert_eq!(
        fault("a#set($l = [1])\n#foreach($i in $l)#set($t = $l.add(1))#end"),
        "line 2, column 1: a loop takes more than 1000 turns"
    );
}

#[test]
fn work_is_bounded() {
    let expected = "it takes more than 2000000 steps";
    for template in [
        "#foreach($i in [1..1000])#foreach($i in [1..1000])#foreach($i in [1..1000])#set($x = 1)#end#end#end",
        "#set($x = [1..9000000000])",
        "#set($s = 'x')#foreach($i in [1..1000])#set($s = \"$s$s\")#end",
        "#set($s = 'x')#foreach($i in [1..1000])#set($s = $s + $s)#end",
        "#set($l = [1])#foreach($i in [1..1000])#set($t = $l.addAll($l))#end",
        "#foreach($i in [1..1000])#set($s = 'a')$s.matches(\"a$i\")#end",
    ] {
        let error = fault(template);
        assert!(
            error.ends_with(expected) || error.ends_with("it renders more than 16777216 bytes"),
            "{template}: {error}"
        );
    }
}

#[test]
fn output_is_bounded() {
    let template = "#foreach($i in [1..100])$input.body#end";
    let budget = Budget { output_bytes: 1000, ..Budget::default() };
    let result = Request::full().render_with(template, &mut Overrides::default(), &budget);
    assert_eq!(result, Err("line 1, column 25: it renders more than 1000 bytes".to_owned()));
    let text = "#set($s = 'aaaaaaaaaa')#set($s = $s.replace('a', $s))#set($s = $s.replace('a', $s))#set($s = \
                $s.replaceAll('a', $s))";
    let result = Request::full().render_with(text, &mut Overrides::default(), &budget);
    assert!(result.is_err_and(|error| error.ends_with("it renders more than 1000 bytes")));
}

#[test]
fn nesting_is_bounded() {
    let expected = |error: &str| assert!(error.contains("nests deeper than"), "{error}");
    expected(&fault("#define($a)$a#end$a"));
    expected(&fault("#define($a)$b#end#define($b)\"$a\"#end$a"));
    expected(&fault("#set($l = [])#set($t = $l.add($l))$l"));
    expected(&fault("#set($m = {})#set($m.m = $m)$m"));
    expected(&fault(
        "#set($l = [])#set($m = {'l': $l})#set($t = $l.add($m))#set($k = $l)$util.urlEncode($m)",
    ));
    expected(&fault(
        "#set($a = [])#set($b = [])#set($t = $a.add($a))#set($t = $b.add($b))#if($a == $b)x#end",
    ));
    for (open, close) in [("(", ")"), ("[", "]"), ("{1:", "}"), ("!", ""), ("$a.b(", ")"), ("$a[", "]")] {
        let template = format!("#set($x = {}1{})", open.repeat(20_000), close.repeat(20_000));
        expected(&Request::default().render(&template).expect_err("it nests too deep"));
    }
    let template = format!("{}x{}", "#if(true)".repeat(10_000), "#end".repeat(10_000));
    expected(&Request::default().render(&template).expect_err("it nests too deep"));
    // What is allowed to nest does.
    let template = format!("{}x{}", "#if((true))".repeat(50), "#end".repeat(50));
    assert_eq!(Request::default().render(&template).as_deref(), Ok("x"));
    let body = format!("{}1{}", "[".repeat(120), "]".repeat(120));
    assert_eq!(Request::with_body(&body).render("$input.json('$')"), Ok(body.clone()));
    assert_eq!(Request::with_body(&body).render("$input.path('$')"), Ok(body));
}

#[test]
fn long_chains_do_not_nest() {
    let template = format!("#set($x = 1{})$x", " + 1".repeat(50_000));
    assert_eq!(Request::default().render(&template).as_deref(), Ok("50001"));
    let template = format!("$a{}.", ".b".repeat(100_000));
    assert_eq!(Request::default().render(&template).as_deref(), Ok("."));
    let arms = "#elseif(false)b".repeat(15_000);
    assert_eq!(Request::default().render(&format!("#if(false)a{arms}#{{else}}c#end")).as_deref(), Ok("c"));
}
