//! Mapping templates that are the same for every request.

use std::borrow::Cow;

use super::{InvalidTemplate, Place};

/// Something in a template that depends on a request, or might: not supported yet.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not supported yet: line {line}, column {column}: {what}")]
pub struct NotConstant {
    line: usize,
    column: usize,
    what: &'static str,
}

impl From<NotConstant> for InvalidTemplate {
    fn from(error: NotConstant) -> Self {
        let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        Self {
            place: Place { line: count(error.line), column: count(error.column) },
            what: format!("not supported yet: {}", error.what).into(),
        }
    }
}

const REFERENCE: &str = "a reference ($…) in a template";
const DIRECTIVE: &str = "a directive (#…) in a template";
const COMMENT: &str = "a comment or unparsed block in a template";

/// Names after `#` that VTL acts upon. Other words, colours such as `#13ff93` among them, are text.
const DIRECTIVES: [&str; 13] = [
    "set", "if", "elseif", "else", "end", "foreach", "break", "stop", "define", "macro", "include", "parse",
    "evaluate",
];

/// The text that a template gives whatever the request, if it holds neither a reference nor a directive.
///
/// Text to VTL are: a `$` or `#` that starts neither, an escaped directive (`\#if` gives `#if`), a backslash
/// elsewhere. A `$` at the very end is an error to Amazon API Gateway, and to us.
///
/// # Errors
/// The place of the first thing that may depend on a request.
pub fn constant(template: &str) -> Result<Cow<'_, str>, NotConstant> {
    let mut out = Cow::Borrowed("");
    let mut copied = 0;
    let mut at = 0;
    while let Some(found) = template[at..].find(['$', '#']) {
        let sign = at + found;
        let rest = &template[sign + 1..];
        let backslashes = template[..sign].bytes().rev().take_while(|byte| *byte == b'\\').count();
        let what = if template[sign..].starts_with('$') {
            is_reference(rest).then_some(REFERENCE)
        } else if rest.starts_with(['#', '*']) || rest.starts_with("[[") {
            Some(COMMENT)
        } else if !is_directive(rest) {
            None
        } else if backslashes == 1 {
            // An escaped directive: its text, without the backslash.
            let out = out.to_mut();
            out.push_str(&template[copied..sign - 1]);
            copied = sign;
            None
        } else {
            Some(DIRECTIVE)
        };
        if let Some(what) = what {
            let before = &template[..sign];
            let line = before.matches('\n').count() + 1;
            let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
            return Err(NotConstant { line, column, what });
        }
        at = sign + 1;
    }
    if copied == 0 {
        return Ok(Cow::Borrowed(template));
    }
    out.to_mut().push_str(&template[copied..]);
    Ok(out)
}

/// Whether what follows a `$` makes it a reference: `name`, `!name`, `{name}`, `!{name}`, or nothing at all.
fn is_reference(rest: &str) -> bool {
    let rest = rest.strip_prefix('!').unwrap_or(rest);
    let rest = rest.strip_prefix('{').unwrap_or(rest);
    rest.is_empty() || rest.starts_with(|c: char| c.is_ascii_alphabetic())
}

/// Whether what follows a `#` makes it a directive: one of the names, bare or in braces, or a call `name(`.
fn is_directive(rest: &str) -> bool {
    let (braced, rest) = match rest.strip_prefix('{') {
        Some(rest) => (true, rest),
        None => (false, rest),
    };
    let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '-').unwrap_or(rest.len());
    let (name, after) = rest.split_at(end);
    if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return false;
    }
    // `#endxyz` is read as `#end` and text, so a name that only starts like one counts, too.
    let known = DIRECTIVES.iter().any(|directive| name.starts_with(directive));
    if braced {
        known && after.starts_with('}')
    } else {
        known || after.trim_start_matches(' ').starts_with('(')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_given_as_it_is() {
        for text in [
            "",
            "{\"statusCode\": 200}",
            "{statusCode: 200}",
            "costs $ 5 or $5, $0",
            "# heading, #1, #13ff93, #fff, \"#\"",
            "a\\b \\n \\\\ c",
            "line\n\tline\r\n",
            "#{braces}, #x",
            "${1}",
            "déjà vu",
        ] {
            assert_eq!(constant(text).as_deref(), Ok(text), "{text:?}");
            assert!(matches!(constant(text), Ok(Cow::Borrowed(_))));
        }
    }

    #[test]
    fn an_escaped_directive_is_its_text() {
        for (template, expected) in [
            ("\\#end", "#end"),
            ("a \\#if b \\#else c", "a #if b #else c"),
            ("\\#{end} \\#set(1)", "#{end} #set(1)"),
        ] {
            assert_eq!(constant(template).as_deref(), Ok(expected), "{template:?}");
        }
    }

    #[test]
    fn what_may_depend_on_a_request_is_refused_with_its_place() {
        for (template, line, column, what) in [
            ("$x", 1, 1, REFERENCE),
            ("a $input.body", 1, 3, REFERENCE),
            ("a\nb ${x}", 2, 3, REFERENCE),
            ("é$!x", 1, 2, REFERENCE),
            ("$!{x}", 1, 1, REFERENCE),
            ("\\$x", 1, 2, REFERENCE),
            ("ends in $", 1, 9, REFERENCE),
            ("#set($x = 1)", 1, 1, DIRECTIVE),
            ("#set ( 1 )", 1, 1, DIRECTIVE),
            ("a\n\n  #if(true)b#end", 3, 3, DIRECTIVE),
            ("#{else}", 1, 1, DIRECTIVE),
            ("#end", 1, 1, DIRECTIVE),
            ("#endless", 1, 1, DIRECTIVE),
            ("#stop", 1, 1, DIRECTIVE),
            ("#mine()", 1, 1, DIRECTIVE),
            ("\\\\#end", 1, 3, DIRECTIVE),
            ("x ## comment", 1, 3, COMMENT),
            ("#* comment *#", 1, 1, COMMENT),
            ("#[[raw]]#", 1, 1, COMMENT),
        ] {
            assert_eq!(constant(template), Err(NotConstant { line, column, what }), "{template:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn what_holds_neither_sign_is_constant(text in "[^$#]{0,40}") {
            let constant = constant(&text);
            proptest::prop_assert_eq!(constant.as_deref(), Ok(text.as_str()));
        }

        #[test]
        fn no_template_makes_it_panic(text in "[$#\\\\{}()!* a-zé\n]{0,30}") {
            let _ = constant(&text);
        }
    }
}
