//! The status code that a mock's request template asks for.

/// A text that asks for no status code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Unable to parse statusCode. It should be an integer that is defined in the request template.")]
pub struct InvalidMock;

/// How deep objects and lists may nest.
const MAX_DEPTH: usize = 64;

/// The `statusCode` of an object, in its own spelling: any integer, negative ones included, since it is compared
/// with selection patterns as text.
///
/// The grammar is more lenient than JSON's, as recorded of API Gateway: names and words need no quotes or take
/// single ones, commas may trail, other pairs may hold anything. Quotes, braces and brackets must pair up, the
/// status must be an integer without quotes, and nothing but white space may stand around the object. The last
/// of several `statusCode` counts.
///
/// # Errors
/// When the text is no such object, or has no integer `statusCode`.
pub fn mock_status(text: &str) -> Result<i64, InvalidMock> {
    let mut reader = Reader { rest: text };
    reader.space();
    let status = reader.object(0)?;
    reader.space();
    if reader.rest.is_empty() { status.ok_or(InvalidMock) } else { Err(InvalidMock) }
}

struct Reader<'t> {
    rest: &'t str,
}

impl<'t> Reader<'t> {
    fn space(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn take(&mut self, sign: char) -> bool {
        match self.rest.strip_prefix(sign) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    /// An object from its brace to its brace; what `statusCode` it gives.
    fn object(&mut self, depth: usize) -> Result<Option<i64>, InvalidMock> {
        if depth > MAX_DEPTH || !self.take('{') {
            return Err(InvalidMock);
        }
        let mut status = None;
        loop {
            self.space();
            if self.take('}') {
                return Ok(status);
            }
            if self.take(',') {
                continue;
            }
            let name = self.scalar()?;
            self.space();
            if !self.take(':') {
                // A word without a value.
                continue;
            }
            self.space();
            if name.text == "statusCode" {
                let value = self.scalar()?;
                let number = if value.quoted { None } else { integer(value.text) };
                status = Some(number.ok_or(InvalidMock)?);
            } else if !self.rest.starts_with([',', '}']) {
                // A name may go without a value.
                self.value(depth)?;
            }
        }
    }

    fn value(&mut self, depth: usize) -> Result<(), InvalidMock> {
        match self.rest.chars().next() {
            Some('{') => self.object(depth + 1).map(drop),
            Some('[') => self.list(depth + 1),
            Some(_) => self.scalar().map(drop),
            None => Err(InvalidMock),
        }
    }

    fn list(&mut self, depth: usize) -> Result<(), InvalidMock> {
        if depth > MAX_DEPTH || !self.take('[') {
            return Err(InvalidMock);
        }
        loop {
            self.space();
            if self.take(']') {
                return Ok(());
            }
            if !self.take(',') {
                self.value(depth)?;
            }
        }
    }

    /// A quoted text, or a word up to the next sign.
    fn scalar(&mut self) -> Result<Scalar<'t>, InvalidMock> {
        for quote in ['"', '\''] {
            if self.take(quote) {
                let end = closing(self.rest, quote).ok_or(InvalidMock)?;
                let text = &self.rest[..end];
                self.rest = &self.rest[end + 1..];
                return Ok(Scalar { text, quoted: true });
            }
        }
        let end = self.rest.find([',', ':', '{', '}', '[', ']', '"', '\'', '\n']).unwrap_or(self.rest.len());
        let text = self.rest[..end].trim_end();
        self.rest = &self.rest[end..];
        if text.is_empty() { Err(InvalidMock) } else { Ok(Scalar { text, quoted: false }) }
    }
}

struct Scalar<'t> {
    text: &'t str,
    quoted: bool,
}

/// Where the quote is that closes a text; a backslash takes the next character with it.
fn closing(text: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if c == quote => return Some(at),
            _ => {}
        }
    }
    None
}

fn integer(text: &str) -> Option<i64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        text.parse().ok()
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grammar_is_lenient() {
        for (text, expected) in [
            (r#"{"statusCode": 200}"#, 200),
            ("{statusCode: 200}", 200),
            ("{'statusCode': 404}", 404),
            ("\n { \"statusCode\" : 200 , } \n", 200),
            (r#"{"statusCode":200,"message":"a, } b: {"}"#, 200),
            ("{statusCode:200,a:b,'c':\"d\",e}", 200),
            ("{junk, more junk: x y z, statusCode: 201}", 201),
            ("{a: {b: [1, {c: d,}, 'e'],}, statusCode: 200}", 200),
            ("{statusCode: 0}", 0),
            ("{statusCode: -1}", -1),
            ("{statusCode: 99999}", 99999),
            ("{statusCode: 200\n, a: 1\n}", 200),
            ("{,,statusCode: 200,,}", 200),
            ("{a:, statusCode: 200}", 200),
            (r#"{"a": "\"}", "statusCode": 200}"#, 200),
            ("{statusCode: 200, statusCode: 201}", 201),
            ("{\"nested\": {\"statusCode\": 500}, \"statusCode\": 200}", 200),
        ] {
            assert_eq!(mock_status(text), Ok(expected), "{text:?}");
        }
    }

    #[test]
    fn without_an_integer_there_is_no_status() {
        for text in [
            "",
            "{}",
            "200",
            "statusCode: 200",
            "{statusCode}",
            "{statusCode:}",
            r#"{"statusCode": "200"}"#,
            "{statusCode: '200'}",
            "{statusCode: 200.5}",
            "{statusCode: 2e2}",
            "{statusCode: +200}",
            "{statusCode: 200 300}",
            "{statusCode: null}",
            "{statusCode: {}}",
            "{statuscode: 200}",
            "{statusCode: 200",
            "statusCode: 200}",
            "{statusCode: 200}}",
            "{{statusCode: 200}",
            "{\"statusCode: 200}",
            "{'statusCode\": 200}",
            "{statusCode: 200, a: \"b}",
            "{statusCode: 200, a: [1}",
            "{statusCode: 200} x",
            "[{statusCode: 200}]",
            "{\"nested\": {\"statusCode\": 200}}",
            "{statusCode: 99999999999999999999}",
        ] {
            assert_eq!(mock_status(text), Err(InvalidMock), "{text:?}");
        }
        let deep = format!("{{a:{}{}, statusCode: 200}}", "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(mock_status(&deep), Err(InvalidMock));
    }

    proptest::proptest! {
        #[test]
        fn every_integer_is_read(status in proptest::prelude::any::<i32>(), name in "[a-z]{1,8}", value in "[a-z ]{1,8}") {
            let text = format!("{{{name}: '{value}', statusCode: {status}, }}");
            proptest::prop_assert_eq!(mock_status(&text), Ok(i64::from(status)));
        }

        #[test]
        fn it_always_ends(text in "[{}\\[\\]:,'\"\\\\ a-z0-9\n]{0,40}") {
            let _ = mock_status(&text);
        }
    }
}
