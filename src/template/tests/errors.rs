//! Where and how templates fail.

use super::Request;

#[test]
fn what_does_not_parse_is_refused_with_its_place() {
    for (template, expected) in [
        ("#end", "line 1, column 1: #end ends nothing; write \\#end for the text"),
        ("a\n b #else", "line 2, column 4: #else belongs to no #if; write \\#else for the text"),
        ("#elseif(true)", "line 1, column 1: #elseif belongs to no #if; write \\#elseif for the text"),
        ("é #if(true)a", "line 1, column 3: #if has no #end"),
        ("#foreach($i in [1])a", "line 1, column 1: #foreach has no #end"),
        (
            "#foreach($i in [1])#else#end",
            "line 1, column 20: an #else within #foreach that belongs to no #if",
        ),
        ("#foreach($i of $x)#end", "line 1, column 15: #foreach is written #foreach($name in $list)"),
        ("#foreach($i.x in $x)#end", "line 1, column 10: #foreach is written #foreach($name in $list)"),
        (
            "#if true",
            "line 1, column 1: a directive's ( is missing; write a backslash before the # for the text itself",
        ),
        ("#set($x)", "line 1, column 8: #set is written #set($name = value)"),
        ("#set(x = 1)", "line 1, column 1: #set is written #set($name = value)"),
        ("#set($x.y() = 1)", "line 1, column 1: #set sets a variable, a property or an element, not a call"),
        (
            "#set($x = )",
            "line 1, column 11: expected a value: a number, a text in quotes, true, false, null, a list, a map, a \
             reference",
        ),
        ("#set($x = 1", "line 1, column 12: expected ) here"),
        ("#set($x = (1)", "line 1, column 14: expected ) here"),
        ("#set($x = \"a)", "line 1, column 11: a text that \" opens is not closed"),
        ("#set($x = [1 2])", "line 1, column 14: expected , or ] after an element"),
        ("#set($x = {1})", "line 1, column 13: expected : after a key of a map"),
        ("#set($x = {1: 2 3})", "line 1, column 17: expected , or } after an entry of a map"),
        ("$x.y(1", "line 1, column 7: expected , or ) after an argument"),
        ("$x[1", "line 1, column 5: expected ] after an index"),
        ("${x", "line 1, column 4: a reference that ${ opens is closed by }; it takes no default"),
        ("a #* b", "line 1, column 3: a comment that #* opens is closed by *#"),
        ("a #[[ b", "line 1, column 3: a text that #[[ opens is closed by ]]#"),
        (
            "#set($s = \"a\n$x[\")",
            "line 2, column 4: expected a value: a number, a text in quotes, true, false, null, a list, a map, a reference",
        ),
        (
            "$s.matches('(?=a)')",
            "line 1, column 4: the pattern \"(?=a)\" cannot be used: look-ahead is not supported, since matching must take linear time",
        ),
    ] {
        assert_eq!(Request::default().render(template), Err(expected.to_owned()), "{template}");
    }
    let error = Request::default().render("a $input.path('$.[')").expect_err("no path");
    assert!(error.starts_with("line 1, column 10: "), "{error}");
}

#[test]
fn what_java_would_throw_is_a_fault() {
    for (template, expected) in [
        ("a\n#set($l = [1])$l.get(1)", "line 2, column 15: index 1 is outside of a list of 1"),
        ("#set($l = [1])$l[-2]", "line 1, column 15: index -2 is outside of a list of 1"),
        ("#set($l = [1])$l.get(-1)", "line 1, column 15: index -1 is outside of a list of 1"),
        ("#set($l = [])#set($l[0] = 1)", "line 1, column 19: index 0 is outside of a list of 0"),
        ("#set($s = 'abc')$s.substring(4)", "line 1, column 17: 4 is outside of a text of 3 characters"),
        (
            "#set($s = 'abc')$s.substring(2, 1)",
            "line 1, column 17: 2 to 1 is outside of a text of 3 characters",
        ),
        ("#set($s = 'abc')$s.charAt(-1)", "line 1, column 17: -1 to 0 is outside of a text of 3 characters"),
        ("#set($s = 'a')$s.replaceAll('a', '$9')", "line 1, column 15: the pattern has no group 9"),
        (
            "#set($s = 'a')#set($p = '(')$s.matches($p)",
            "line 1, column 29: the pattern \"(\" cannot be used: unclosed group",
        ),
        ("#set($n = 0)$n.parseInt('4x')", "line 1, column 13: \"4x\" is no whole number"),
        ("#set($n = 0.0)$n.parseDouble('x')", "line 1, column 15: \"x\" is no number"),
        ("#set($p = 'x y')$input.path($p)", ""),
    ] {
        let error = Request::default().render(template).expect_err(template);
        assert!(error == expected || expected.is_empty(), "{template}: {error}");
    }
}
