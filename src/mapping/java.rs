//! Java's regular expressions in the syntax of the `regex` crate.
//!
//! What both read alike passes; what they read differently is rewritten (`.`, `\d`, `\p{Alpha}`, `\Q…\E`), or
//! refused where the engine has no such thing.

use std::iter::Peekable;
use std::str::Chars;

/// A character class of Java's, in the engine's syntax, without its brackets.
fn posix(name: &str) -> Option<&'static str> {
    Some(match name {
        "Lower" => "a-z",
        "Upper" => "A-Z",
        "ASCII" => r"\x00-\x7F",
        "Alpha" => "a-zA-Z",
        "Digit" => "0-9",
        "Alnum" => "a-zA-Z0-9",
        "Punct" => r"!-/:-@\[-`{-~",
        "Graph" => "!-~",
        "Print" => " -~",
        "Blank" => r" \t",
        "Cntrl" => r"\x00-\x1F\x7F",
        "XDigit" => "0-9a-fA-F",
        "Space" => r" \t\n\x0B\f\r",
        _ => return None,
    })
}

const NOT_A_TERMINATOR: &str = r"[^\n\r\u{85}\u{2028}\u{2029}]";
const POSSESSIVE: &str = "possessive quantifiers are not supported; leave the second + away";

/// A Java pattern in the engine's syntax, or what of it cannot be said there.
pub(super) fn translate(text: &str) -> Result<String, &'static str> {
    let mut out = String::with_capacity(text.len() + 16);
    let mut chars = text.chars().peekable();
    // Whether `.` matches all, for each open group; a flag holds until its group ends.
    let mut dot_matches_all = vec![false];
    let mut class_depth = 0_usize;
    // Whether the last thing read was a quantifier, and whether there is anything that one could follow.
    let mut quantified = false;
    while let Some(c) = chars.next() {
        let in_class = class_depth > 0;
        let after_quantifier = std::mem::take(&mut quantified);
        match c {
            '\\' => escape(&mut chars, in_class, &mut out)?,
            '[' => {
                class_depth += 1;
                out.push('[');
                if chars.peek() == Some(&'^') {
                    out.extend(chars.next());
                }
                if chars.peek() == Some(&']') {
                    return Err("an empty class matches nothing; write \\] for the bracket itself");
                }
            }
            ']' if in_class => {
                class_depth -= 1;
                out.push(']');
            }
            '&' if in_class && chars.peek() == Some(&'&') => {
                return Err("intersections of classes are not supported");
            }
            // The engine gives doubled ones a meaning that Java does not.
            '-' | '~' if in_class && chars.peek() == Some(&c) => out.extend(['\\', c]),
            _ if in_class => out.push(c),
            ']' => out.push_str("\\]"),
            '}' => out.push_str("\\}"),
            '.' if *dot_matches_all.last().unwrap_or(&false) => out.push_str("(?s:.)"),
            '.' => out.push_str(NOT_A_TERMINATOR),
            '(' => group(&mut chars, &mut dot_matches_all, &mut out)?,
            ')' => {
                if dot_matches_all.len() > 1 {
                    dot_matches_all.pop();
                }
                out.push(')');
            }
            '*' | '+' | '{' if after_quantifier => {
                return Err(if c == '+' { POSSESSIVE } else { "a quantifier follows a quantifier" });
            }
            '?' if after_quantifier => {
                out.push('?');
                if matches!(chars.peek(), Some('+' | '*' | '?' | '{')) {
                    return Err("a quantifier follows a quantifier");
                }
            }
            '*' | '+' | '?' => {
                out.push(c);
                quantified = true;
            }
            '{' => {
                repetition(&mut chars, &mut out)?;
                quantified = true;
            }
            _ => out.push(c),
        }
    }
    Ok(out)
}

/// What follows `{`: `n}`, `n,}` or `n,m}`.
fn repetition(chars: &mut Peekable<Chars<'_>>, out: &mut String) -> Result<(), &'static str> {
    out.push('{');
    let mut digits = false;
    for c in chars {
        out.push(c);
        match c {
            '0'..='9' => digits = true,
            ',' if digits => {}
            '}' if digits => return Ok(()),
            _ => break,
        }
    }
    Err("a { starts a repetition such as {2} or {1,3}; write \\{ for the brace itself")
}

/// What follows `(`.
fn group(
    chars: &mut Peekable<Chars<'_>>,
    dot_matches_all: &mut Vec<bool>,
    out: &mut String,
) -> Result<(), &'static str> {
    let inherited = *dot_matches_all.last().unwrap_or(&false);
    out.push('(');
    if chars.peek() != Some(&'?') {
        dot_matches_all.push(inherited);
        return Ok(());
    }
    out.extend(chars.next());
    match chars.peek() {
        Some('=' | '!') => return Err("look-ahead is not supported, since matching must take linear time"),
        Some('>') => return Err("atomic groups are not supported, since matching must take linear time"),
        Some('<') => {
            out.extend(chars.next());
            if matches!(chars.peek(), Some('=' | '!')) {
                return Err("look-behind is not supported, since matching must take linear time");
            }
            dot_matches_all.push(inherited);
            return Ok(());
        }
        _ => {}
    }
    // `s` is worked into each dot, so only `i` is left for the engine.
    let (mut on, mut all, mut flags) = (true, inherited, "");
    for flag in chars.by_ref() {
        match flag {
            '-' => on = false,
            's' => all = on,
            'i' => flags = if on { "i" } else { "-i" },
            ':' => {
                out.extend([flags, ":"]);
                dot_matches_all.push(all);
                return Ok(());
            }
            ')' => {
                match flags {
                    "" => out.truncate(out.len() - "(?".len()),
                    _ => out.extend([flags, ")"]),
                }
                if let Some(last) = dot_matches_all.last_mut() {
                    *last = all;
                }
                return Ok(());
            }
            _ => return Err("of the inline flags only i and s are supported"),
        }
    }
    Err("a group is not closed")
}

/// What follows a backslash.
fn escape(chars: &mut Peekable<Chars<'_>>, in_class: bool, out: &mut String) -> Result<(), &'static str> {
    let Some(c) = chars.next() else { return Err("it ends in a backslash") };
    let mut class = |inner: &str, negated: bool| match (in_class, negated) {
        (true, false) => out.push_str(inner),
        (false, false) => out.extend(["[", inner, "]"]),
        (_, true) => out.extend(["[^", inner, "]"]),
    };
    match c {
        'd' | 'D' => class("0-9", c == 'D'),
        'w' | 'W' => class("a-zA-Z0-9_", c == 'W'),
        's' | 'S' => class(r" \t\n\x0B\f\r", c == 'S'),
        'h' | 'H' => class(r" \t\u{A0}\u{1680}\u{180e}\u{2000}-\u{200a}\u{202f}\u{205f}\u{3000}", c == 'H'),
        'v' | 'V' => class(r"\n\x0B\f\r\u{85}\u{2028}\u{2029}", c == 'V'),
        'p' | 'P' => {
            let mut name = String::new();
            match chars.next() {
                Some('{') => name.extend(chars.by_ref().take_while(|c| *c != '}')),
                Some(single) => name.push(single),
                None => return Err("\\p names no class"),
            }
            match posix(&name) {
                Some(inner) => class(inner, c == 'P'),
                None => out.push_str(&format!("\\{c}{{{}}}", name.strip_prefix("Is").unwrap_or(&name))),
            }
        }
        'b' if !in_class => out.push_str(r"(?-u:\b)"),
        'B' if !in_class => out.push_str(r"\B"),
        'A' if !in_class => out.push_str(r"\A"),
        'z' if !in_class => out.push_str(r"\z"),
        'e' => out.push_str(r"\x1B"),
        't' | 'n' | 'r' | 'f' | 'a' => out.extend(['\\', c]),
        'x' => out.push_str(r"\x"),
        'u' => out.push_str(r"\u"),
        'Q' => {
            let mut quoted = String::new();
            while let Some(c) = chars.next() {
                if c == '\\' && chars.peek() == Some(&'E') {
                    chars.next();
                    break;
                }
                quoted.push(c);
            }
            out.push_str(&regex::escape(&quoted));
        }
        '1'..='9' | 'k' => {
            return Err("back-references are not supported, since matching must take linear time");
        }
        _ if c.is_ascii_alphanumeric() => return Err("it holds an escape that is not supported"),
        _ => out.push_str(&regex::escape(c.encode_utf8(&mut [0; 4]))),
    }
    Ok(())
}
