//! The methods of texts, lists and maps.

use super::{Request, check};

/// Calls on `$s`.
fn on_text(text: &str, cases: &[(&str, &str)]) {
    for (call, expected) in cases {
        let template = format!("#set($s = '{text}')$s.{call}");
        assert_eq!(Request::default().render(&template).as_deref(), Ok(*expected), "{call}");
    }
}

#[test]
fn texts() {
    on_text(
        "Hello, World",
        &[
            ("length()", "12"),
            ("replaceAll('o', '0')", "Hell0, W0rld"),
            ("replaceAll('([A-Z])', '<$1>')", "<H>ello, <W>orld"),
            ("replaceAll('(?<first>[A-Z])', '${first}.')", "H.ello, W.orld"),
            ("replaceAll('l+', '\\$')", "He$o, Wor$d"),
            ("replaceAll('x*', '-')", "-H-e-l-l-o-,- -W-o-r-l-d-"),
            ("replaceFirst('l', 'L')", "HeLlo, World"),
            ("startsWith('Hello')", "true"),
            ("startsWith('World', 7)", "true"),
            ("startsWith('x')", "false"),
            ("endsWith('World')", "true"),
            ("contains('lo, W')", "true"),
            ("contains('x')", "false"),
            ("indexOf('o')", "4"),
            ("indexOf('o', 5)", "8"),
            ("indexOf('x')", "-1"),
            ("lastIndexOf('o')", "8"),
            ("lastIndexOf('o', 7)", "4"),
            ("substring(7)", "World"),
            ("substring(0, 5)", "Hello"),
            ("substring(12)", ""),
            ("matches('Hello.*')", "true"),
            ("matches('Hello')", "false"),
            ("toString()", "Hello, World"),
            ("split(', ')", "[Hello, World]"),
            ("split('o', 2)", "[Hell, , World]"),
            ("equals('Hello, World')", "true"),
            ("equals('hello, world')", "false"),
            ("equals(1)", "false"),
            ("equalsIgnoreCase('hello, WORLD')", "true"),
            ("isEmpty()", "false"),
            ("empty", "false"),
            ("toLowerCase()", "hello, world"),
            ("toUpperCase()", "HELLO, WORLD"),
            ("trim()", "Hello, World"),
            ("replace('l', 'L')", "HeLLo, WorLd"),
            ("charAt(4)", "o"),
            ("concat('!')", "Hello, World!"),
            ("toLowerCase().indexOf('w')", "7"),
            ("nothingLikeIt()", ""),
            ("length(1)", ""),
            ("contains(1)", ""),
            ("property", ""),
        ],
    );
    on_text(" \t x \n", &[("trim()", "x"), ("trim().length()", "1")]);
    on_text("", &[("isEmpty()", "true"), ("length()", "0"), ("split(',').size()", "1"), ("trim()", "")]);
    on_text(
        "a,b,,c,,",
        &[
            ("split(',')", "[a, b, , c]"),
            ("split(',', -1).size()", "6"),
            ("split(',').get(1)", "b"),
            ("split(',')[0]", "a"),
            ("split('').size()", "8"),
        ],
    );
}

#[test]
fn positions_in_texts_count_utf16_units() {
    on_text(
        "aé😀b",
        &[
            ("length()", "5"),
            ("indexOf('b')", "4"),
            ("substring(1, 2)", "é"),
            ("substring(2, 4)", "😀"),
            ("charAt(4)", "b"),
            ("lastIndexOf('b', 9)", "4"),
        ],
    );
}

#[test]
fn patterns_known_only_while_rendering() {
    check(&[
        ("#set($p = 'l+')#set($s = 'hello')$s.replaceAll($p, 'L')$s.matches(\"h.$p.\")", "heLotrue"),
        ("#set($s = 'it\\\\''s')$s.replaceAll(\"\\\\'\", \"'\")", "it\\'s"),
    ]);
}

#[test]
fn lists() {
    let set = "#set($l = ['one', 'two'])";
    for (template, expected) in [
        ("$l.size()", "2"),
        ("$l.get(1)", "two"),
        ("$l.add('three')$l.size()", "true3"),
        ("#set($x = $l.add(0, 'zero'))$l", "[zero, one, two]"),
        ("$l.set(1,'foo')$l.get(1)", "twofoo"),
        ("$l.contains('one')$l.contains('x')", "truefalse"),
        ("$l.isEmpty()$l.empty", "falsefalse"),
        ("$l.addAll(['a', 'b'])$l", "true[one, two, a, b]"),
        ("$l.addAll($l)$l.size()", "true4"),
        ("$l.remove(0)$l", "one[two]"),
        ("$l.remove('two')$l.remove('x')$l", "truefalse[one]"),
        ("$l.indexOf('two')$l.indexOf('x')", "1-1"),
        ("#foreach($x in $l.iterator())$x#end", "onetwo"),
        ("$l.toString()", "[one, two]"),
        ("$l.equals(['one', 'two'])", "true"),
        ("$l.subList(0, 1)", "[one]"),
        ("$l.clear()$l.size()", "0"),
        ("$l.count()", "2"),
        ("$l.nothingLikeIt()$l.property", ""),
        ("#set($k = $l)#set($x = $k.add('three'))$l.size()", "3"),
    ] {
        let template = format!("{set}{template}");
        assert_eq!(Request::default().render(&template).as_deref(), Ok(expected), "{template}");
    }
}

#[test]
fn maps() {
    let set = "#set($m = {'a': 1, 'b': 2})";
    for (template, expected) in [
        ("$m.get('a')$m.get('x')", "1"),
        ("$m.put('a', 5)$m.put('c', 6)$m", "1{a=5, b=2, c=6}"),
        ("#set($x = $m.put('c', 3))$m.c", "3"),
        ("$m.putAll({'c': 3, 'a': 0})$m", "{a=0, b=2, c=3}"),
        ("$m.keySet()", "[a, b]"),
        ("$m.keySet().contains('a')", "true"),
        ("$m.toString()", "{a=1, b=2}"),
        ("$m.entrySet()", "[a=1, b=2]"),
        ("#foreach($e in $m.entrySet())$e.getKey()$e.getValue()#end", "a1b2"),
        ("$m.values()", "[1, 2]"),
        ("$m.containsKey('a')$m.containsKey('x')", "truefalse"),
        ("$m.containsValue(2)", "true"),
        ("$m.remove('a')$m", "1{b=2}"),
        ("$m.size()$m.isEmpty()", "2false"),
        ("$m.getOrDefault('x', 9)$m.getOrDefault('a', 9)", "91"),
        ("$m.putIfAbsent('a', 9)$m.putIfAbsent('x', 9)$m.x", "19"),
        ("$m.clear()$m", "{}"),
        ("$m.equals({'b': 2, 'a': 1})", "true"),
        ("$m.nothingLikeIt()", ""),
        ("#set($n = $m)#set($n.a = 7)$m.a", "7"),
    ] {
        let template = format!("{set}{template}");
        assert_eq!(Request::default().render(&template).as_deref(), Ok(expected), "{template}");
    }
}

#[test]
fn numbers_and_booleans() {
    check(&[
        ("#set($n = 5)$n.toString().length() $n.equals(5) $n.intValue() $n.doubleValue()", "1 true 5 5.0"),
        ("#set($n = 2.7)$n.intValue() $n.longValue() $n.toString()", "2 2 2.7"),
        (
            "#set($n = 0)#set($x = $n.parseInt('41') + 1)$x $n.parseLong('-7') #set($d = 0.0)$d.parseDouble('1.5')",
            "42 -7 1.5",
        ),
        ("#set($b = true)$b.toString()$b.equals(true)", "truetrue"),
    ]);
}
