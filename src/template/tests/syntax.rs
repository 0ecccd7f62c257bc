//! The elements of the language.

use super::{Request, check};
use crate::template::Template;

#[test]
fn text_is_copied() {
    for text in [
        "",
        "{\"statusCode\": 200}",
        "costs $ 5 or $5, $0, ${1}, $_x",
        "# heading, #1, #13ff93, #fff, \"#\", #{braces}, #x, #endless, #elsewhere, #ifs",
        "a\\b \\n \\\\ c",
        "line\n\tline\r\n",
        "a } b }} ]) \"'",
        "déjà vu 😀",
        "#macros() #unknown",
    ] {
        check(&[(text, text)]);
        let template = Template::parse(text).expect("it parses");
        assert_eq!(template.constant(), Some(text), "{text}");
    }
}

#[test]
fn what_needs_no_request_is_constant() {
    for (template, expected) in [
        ("\\#end", Some("#end")),
        ("a \\#if b \\#else c", Some("a #if b #else c")),
        ("\\#{end} \\#set(1)", Some("#{end} #set(1)")),
        ("a ## comment\nb #* c *# d #[[ $raw ]]#", Some("a b  d  $raw ")),
        ("#macro(x)a#end{}", Some("{}")),
        ("$x", None),
        ("#set($x = 1)", None),
        ("#if(true)b#end", None),
        ("#stop", None),
        ("\\$x", None),
    ] {
        assert_eq!(Template::parse(template).expect("it parses").constant(), expected, "{template}");
    }
}

#[test]
fn references_name_properties_elements_and_methods() {
    let set = "#set($a = {'b': 'B', 'foo:bar': 'FB', 'l': [[1, 2], [3, {'b': 4}]], 'x-y': 5})";
    for (template, expected) in [
        ("$a.b ${a.b} $!a.b $!{a.b}", "B B B B"),
        ("$a['foo:bar'] $a[\"b\"] ${a['b']}", "FB B B"),
        ("$a.l[0] $a.l[1][0] $a.l[1][1].b ${a.l[0][1]}", "[1, 2] 3 4 2"),
        ("#set($i = 1)$a.l[$i][0] $a.l[-1][0] $a['l'][0][1]", "3 3 2"),
        ("$a.x-y $a.get('b').length()", "5 1"),
        ("$a.b. $a.b.! $a.b-x", "B. B.! "),
        ("$a.b$a.b #$a.b $$a.b", "BB #B $B"),
        ("{$a.b}}", "{B}}"),
        ("$a.b\"x\" $a.b: ($a.b)", "B\"x\" B: (B)"),
        ("$a.b-$a.b-", "B-B-"),
    ] {
        assert_eq!(
            Request::default().render(&format!("{set}{template}")).as_deref(),
            Ok(expected),
            "{template}"
        );
    }
}

#[test]
fn comments_and_raw_text() {
    check(&[
        ("a ## $x #if(\nb", "a b"),
        ("a## to the end", "a"),
        ("a##\r\nb", "ab"),
        ("a #* $x\n#if( *# b", "a  b"),
        ("#[[ $x #if(a) ]] ]]#.", " $x #if(a) ]] ."),
    ]);
}

#[test]
fn set_assigns_and_prints_nothing() {
    check(&[
        ("#set($x = 1)$x", "1"),
        ("#set( $x='a' )$x", "a"),
        ("#set ($x = 1)$x", "1"),
        ("#{set}($x = 1)$x", "1"),
        ("#set(${x} = 1)$x", "1"),
        ("#set($x = {})#set($x.y = 'v')$x.y", "v"),
        ("#set($x = {})#set($k = 'a')#set($x[\"$k\"] = 1)#set($x['b c'] = 2)$x", "{a=1, b c=2}"),
        ("#set($x = ['a', 'b'])#set($i = 1)#set($x[$i] = 'c')#set($x[0] = 'd')$x", "[d, c]"),
        (
            "#set($x = {'y': {}})#set($x.y.z = 1)#set($x['y']['w'] = [0])#set($x.y.w[0] = 2)$x",
            "{y={z=1, w=[2]}}",
        ),
        ("#set($none.x = 1)$none", ""),
        ("#set($x = 'text')#set($x.y = 1)$x", "text"),
        ("#set($x = 1)#set($y = $x)#set($x = 2)$y", "1"),
        ("#set($x = [1])#set($y = $x)#set($y[0] = 2)$x", "[2]"),
    ]);
}

#[test]
fn conditions() {
    check(&[
        ("#if(false)a#elseif(false)b#elseif(true)c#{else}d#end", "c"),
        ("#if(false)a#elseif(false)b#{else}d#end", "d"),
        ("#if(false)a#{elseif}(true)b#{end}c", "bc"),
        ("#if ( true ) a #end", " a "),
        ("#if(true)#if(false)a#{else}b#end#end", "b"),
        ("#if(false)a#end", ""),
        ("#{if}(true)a#{end}", "a"),
    ]);
}

#[test]
fn loops() {
    check(&[
        ("#foreach($i in ['a', 'b'])$i,#end", "a,b,"),
        ("#foreach($v in {'a': 1, 'b': 2})$v,#end", "1,2,"),
        ("#set($m = {'a': 1, 'b': 2})#foreach($k in $m.keySet())$k=$m.get($k);#end", "a=1;b=2;"),
        ("#set($m = {'a': 1})#foreach($e in $m.entrySet())$e.key=$e.value;#end", "a=1;"),
        ("#foreach($i in [1..5])$i#end", "12345"),
        ("#foreach($i in [5..-2])$i #end", "5 4 3 2 1 0 -1 -2 "),
        ("#set($r = [1..3])#foreach($i in $r)$i#end", "123"),
        ("#foreach($i in $none)a#end#foreach($i in 'text')b#end#foreach($i in 5)c#end", ""),
        ("#set($i = 'before')#foreach($i in [1])$i#set($seen = $i)#end$i$seen", "1before1"),
        ("#foreach($i in [1])#set($i = 5)$i#end$i", "5"),
        ("#foreach( ${i} in [1] )$i#end", "1"),
    ]);
}

#[test]
fn helpers_of_loops() {
    check(&[
        (
            "#foreach($i in ['a','b','c'])$foreach.index$foreach.count$foreach.hasNext$foreach.first$foreach.last #end",
            "01truetruefalse 12truefalsefalse 23falsefalsetrue ",
        ),
        ("#foreach($i in ['a','b'])$velocityCount$velocityHasNext #end", "1true 2false "),
        ("#foreach($i in [1..2])#foreach($j in [1..2])$foreach.count#end$foreach.count;#end", "121;122;"),
        ("#foreach($i in [1..2])#foreach($j in [1..2])$velocityCount#end$velocityCount;#end", "121;122;"),
        ("#foreach($i in [1..2])#foreach($j in [1])$foreach.parent.count#end#end", "12"),
        ("#foreach($i in [1])#end$foreach.count|$velocityCount", "|"),
    ]);
}

#[test]
fn leaving_early() {
    check(&[
        ("#foreach($i in [1..9])$i#if($i == 3)#break#end,#end.", "1,2,3."),
        ("#foreach($i in [1..2])#foreach($j in [1..9])$j#break#end;#end", "1;1;"),
        ("hello #stop world", "hello "),
        ("a#foreach($i in [1..9])$i#if($i == 2)#stop#end#end b", "a12"),
        ("a#set($x = \"b#stop\")c", "a"),
        ("a#{stop}b", "a"),
    ]);
}

#[test]
fn defined_blocks_are_rendered_where_they_are_printed() {
    check(&[
        ("#define($b)<$x>#end#set($x = 1)$b#set($x = 2)$b", "<1><2>"),
        ("#define($b)x#end$b()", "x()"),
        ("#define($b)x#end\"$b\"#set($s = \"[$b]\")$s", "\"x\"[x]"),
        ("#define($b)x#end#set($s = 'a' + $b)$s#if($b == 'x')same#end", "axsame"),
    ]);
}

#[test]
fn escapes() {
    check(&[
        ("#set($email = 'foo')\\$email", "$email"),
        ("#set($email = 'foo')\\\\$email", "\\foo"),
        ("#set($email = 'foo')\\\\\\$email", "\\$email"),
        ("#set($email = 'foo')\\$!{email}.", "$!{email}."),
        ("\\$undefined|\\\\$undefined", "\\$undefined|\\\\"),
        ("\\#end", "#end"),
        ("\\#set($x=\"foo\")", "#set(=\"foo\")"),
        ("#set($x = 1)\\#set($x=\"foo\")", "#set(1=\"foo\")"),
        ("\\\\#if(true)a#end", "\\a"),
        ("\\\\\\#if(true)", "\\#if(true)"),
        ("a \\ b \\\\ c \\x", "a \\ b \\\\ c \\x"),
    ]);
}

#[test]
fn quoted_texts() {
    check(&[
        ("#set($x = 1)#set($s = \"a $x ${x}b\")$s", "a 1 1b"),
        ("#set($s = \"say \"\"hi\"\"\")$s", "say \"hi\""),
        ("#set($x = 1)#set($s = \"say \"\"$x\"\"\")$s", "say \"1\""),
        ("#set($s = \"\\\\batman\\nand\")$s", "\\\\batman\\nand"),
        ("#set($x = 1)#set($s = \"\\$x\")$s", "$x"),
        ("#set($s = '$x #if it''s')$s", "$x #if it's"),
        ("#set($s = \"#if(true)yes#end\")$s", "yes"),
        ("#set($s = \"# $ cost $\")$s", "# $ cost $"),
        ("#set($s = \"#foreach($i in [1..3])$i#end\")$s", "123"),
        ("#set($m = {'k': 'v'})#set($s = \"$m.get('k')\")$s", "v"),
        ("#set($m = {'k': 'v'})#set($s = \"$m.get(\"\"k\"\")\")$s", "v"),
        ("#set($s = 'two\nlines')$s", "two\nlines"),
    ]);
}

#[test]
fn literals() {
    check(&[
        (
            "#set($x = 12)$x #set($x = -3)$x #set($x = .5)$x #set($x = 100.0)$x #set($x = 1e3)$x",
            "12 -3 0.5 100.0 1000.0",
        ),
        ("#set($x = true)$x #set($x = false)$x #set($x = null)$x.", "true false ."),
        ("#set($x = [])$x #set($x = [1, 'a', [true]])$x", "[] [1, a, [true]]"),
        ("#set($x = {})$x", "{}"),
        ("#set($v = 'V')#set($x = {\n \"k\" : \"$v\",\n\"n\": 15\n})$x", "{k=V, n=15}"),
        ("#set($k = 'K')#set($x = {$k: 1, \"a$k\": 2})$x", "{K=1, aK=2}"),
        ("#set($x = [1..3])$x #set($x = [ 3 .. 1 ])$x", "[1, 2, 3] [3, 2, 1]"),
        ("#set($x = 99999999999999999999)$x", "99999999999999999999"),
    ]);
}

#[test]
fn operators() {
    for (expression, expected) in [
        ("1 + 2", "3"),
        ("5 - 7", "-2"),
        ("5 -1", "4"),
        ("2 * 3", "6"),
        ("7 / 2", "3"),
        ("-7 / 2", "-3"),
        ("7 % 4", "3"),
        ("100.0 / 50", "2.0"),
        (".5*.1", "0.05"),
        ("7 / 2.0", "3.5"),
        ("1 + 2 * 3", "7"),
        ("(1 + 2) * 3", "9"),
        ("10 - 2 - 3", "5"),
        ("1 / 0", ""),
        ("1 % 0", ""),
        ("1.0 / 0", ""),
        ("1 + $none", ""),
        ("'a' + 'b'", "ab"),
        ("'a' + 1", "a1"),
        ("1 + 'a' + 2", "1a2"),
        ("'a' + $none", "a"),
        ("'a' - 'b'", ""),
        ("[1] + [2]", ""),
        ("9223372036854775807 + 1", "9223372036854775808"),
        ("170141183460469231731687303715884105727 + 1", "1.7014118346046923E38"),
        ("1 == 1.0", "true"),
        ("1 == '1'", "true"),
        ("'a' == 'a'", "true"),
        ("'a' != 'a'", "false"),
        ("true == 'true'", "true"),
        ("[1, 2] == [1, 2]", "true"),
        ("{'a': 1} == {'a': 2}", "false"),
        ("1 < 2", "true"),
        ("2 <= 2", "true"),
        ("1 > 2.5", "false"),
        ("3 >= 3.5", "false"),
        ("'a' < 'b'", "false"),
        ("$none < 1", "false"),
        ("1 eq 1", "true"),
        ("1 ne 1", "false"),
        ("1 lt 2", "true"),
        ("1 gt 2", "false"),
        ("1 le 1", "true"),
        ("1 ge 2", "false"),
        ("true and false", "false"),
        ("true or false", "true"),
        ("true && false || true", "true"),
        ("false && true || false", "false"),
        ("!true", "false"),
        ("!false && true", "true"),
        ("not false", "true"),
        ("1 + 1 == 2 && 3 > 2", "true"),
        ("true || $x.y.z", "true"),
    ] {
        let template = format!("#set($r = {expression})$r");
        assert_eq!(Request::default().render(&template).as_deref(), Ok(expected), "{expression}");
    }
}
