//! Where API Gateway differs from Velocity as its own project publishes it.

use super::{Request, check};
use crate::template::Template;

#[test]
fn a_missing_value_prints_nothing() {
    check(&[
        ("Hello $name!", "Hello !"),
        ("$!name|${name}|$!{name}|$name", "|||"),
        ("#set($x = 'v')$!x|${x}|$!{x}|$x", "v|v|v|v"),
        ("$null.prop|$null.a.b[0]|$null.method()|$x.length()", "|||"),
        ("#set($m = {})$m.missing|$m['missing']|$m.get('missing')|$m.missing.size()", "|||"),
    ]);
}

#[test]
fn all_but_false_is_true() {
    check(&[
        ("#if($undefined)yes#{else}no#end", "yes"),
        ("#if($null)yes#{else}no#end", "yes"),
        ("#if(null)yes#{else}no#end", "yes"),
        ("#if('')yes#{else}no#end", "yes"),
        ("#if(0)yes#{else}no#end", "yes"),
        ("#if([])yes#{else}no#end", "yes"),
        ("#if(false)yes#{else}no#end", "no"),
        ("#if(true)yes#{else}no#end", "yes"),
        ("#set($no = false)#if($no)yes#{else}no#end", "no"),
        ("#if(!$nullValue)yes#{else}no#end", "no"),
        ("#if(not $nullValue)yes#{else}no#end", "no"),
        ("#if($a && $b)yes#{else}no#end", "yes"),
    ]);
}

#[test]
fn a_missing_value_equals_null_and_the_empty_text() {
    check(&[
        ("#if($x == $null)1#end#if($x == \"\")2#end#if(\"$!x\" == \"\")3#end", "123"),
        ("#if('' == $x)1#end#if($x == null)2#end#if($x != 'a')3#end", "123"),
        ("#set($x = [])#if($x == $null)1#end#if($x == \"\")2#end$x", "[]"),
        ("#set($x = {})#if($x == $null)1#end#if($x == \"\")2#end$x", "{}"),
        ("#if($x == false)1#end#if($x == 0)2#end", ""),
        ("#set($map = {})#set($t = $map.put('k', null))#if(\"$map.k\" == \"\")true#end", "true"),
        ("#set($map = {'k': 1})#set($t = $map.put('k', null))#if($map.k == \"\")true#end", "true"),
        ("#set($x = 1)#set($x = $none)#if($x == $null)gone#end", "gone"),
    ]);
}

#[test]
fn there_are_no_macros() {
    check(&[
        ("a #macro(x)never#end b", "a  b"),
        ("#macro(x $a $b)never $a#if(true)x#end#end\nb", "b"),
        ("#macro(x)never#end#x()", "#x()"),
        ("#set($v = 1)#x($v 'a')", "#x(1 'a')"),
        ("#evaluate('x') #return(1)", "#evaluate('x') #return(1)"),
    ]);
}

#[test]
fn what_is_not_supported_is_refused_with_its_place() {
    for (template, expected) in [
        (
            "a\n#include('f')",
            "line 2, column 1: #include and #parse read files, which there are none of here",
        ),
        ("#parse($x)", "line 1, column 1: #include and #parse read files, which there are none of here"),
        (
            "#set($r = [$a .. $b])",
            "line 1, column 11: a range goes from one whole number to another, such as [1..5]; references cannot \
             stand in it",
        ),
        ("${a|'default'}", "line 1, column 4: a reference that ${ opens is closed by }; it takes no default"),
    ] {
        assert_eq!(Request::default().render(template), Err(expected.to_owned()), "{template}");
    }
}

#[test]
fn a_template_that_ends_in_a_sign_is_kept_and_always_fails() {
    for (template, expected) in [
        ("costs 5 $", "line 1, column 9: a template may not end in a $"),
        ("a\n$!", "line 2, column 1: a template may not end in a $"),
        ("${", "line 1, column 1: a template may not end in a $"),
        ("$!{", "line 1, column 1: a template may not end in a $"),
    ] {
        let parsed = Template::parse(template).expect("it is kept");
        assert_eq!(parsed.constant(), None, "{template}");
        assert_eq!(Request::default().render(template), Err(expected.to_owned()), "{template}");
    }
}

#[test]
fn only_the_newline_after_a_directive_is_eaten() {
    check(&[
        ("a\n  #set($x = 1)\nb", "a\n  b"),
        ("#if(true)\n  a\n  #end\nb", "  a\n  b"),
        ("#foreach($i in [1..2])\n  $i\n#end\n.", "  1\n  2\n."),
        ("#set($x = 1)\r\n#set($y = 2) \t\r\nb", "b"),
        ("#if(false)\na\n#else\nb\n#end\n", "b\n"),
        ("#if(false)\na\n#elseif(true)\nb\n#end\n", "b\n"),
        ("#set($x = 1) b", " b"),
        ("#define($d)\nx\n#end\n$d", "x\n"),
        ("#if(true)\n\na#end\n\nb", "\na\nb"),
    ]);
}

#[test]
fn a_missing_key_is_the_empty_text() {
    check(&[("#set($m = {})#set($m[\"$undefined\"] = \"v\")$m", "{=v}")]);
}
