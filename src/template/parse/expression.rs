//! Expressions: what stands in the parentheses of directives and calls.

use std::borrow::Cow;

use crate::template::InvalidTemplate;
use crate::template::program::{Expression, Operator};

use super::{Origin, Parser};

/// Operators by precedence, the loosest first. Of two that start alike the longer one stands first.
const LEVELS: [&[(&str, Operator)]; 6] = [
    &[("||", Operator::Or), ("or", Operator::Or)],
    &[("&&", Operator::And), ("and", Operator::And)],
    &[("==", Operator::Eq), ("eq", Operator::Eq), ("!=", Operator::Ne), ("ne", Operator::Ne)],
    &[
        ("<=", Operator::Le),
        ("<", Operator::Lt),
        (">=", Operator::Ge),
        (">", Operator::Gt),
        ("le", Operator::Le),
        ("lt", Operator::Lt),
        ("ge", Operator::Ge),
        ("gt", Operator::Gt),
    ],
    &[("+", Operator::Add), ("-", Operator::Sub)],
    &[("*", Operator::Mul), ("/", Operator::Div), ("%", Operator::Rem)],
];

const A_VALUE: &str =
    "expected a value: a number, a text in quotes, true, false, null, a list, a map, a reference";

impl Parser<'_, '_> {
    pub(super) fn expression(&mut self) -> Result<Expression, InvalidTemplate> {
        self.nested(|parser| parser.level(0))
    }

    /// Operators of a level between operands of the next one.
    fn level(&mut self, level: usize) -> Result<Expression, InvalidTemplate> {
        let Some(operators) = LEVELS.get(level) else { return self.operand() };
        let first = self.level(level + 1)?;
        let mut rest = Vec::new();
        while let Some(operator) = self.operator(operators) {
            rest.push((operator, self.level(level + 1)?));
        }
        Ok(if rest.is_empty() { first } else { Expression::Chain(Box::new(first), rest.into()) })
    }

    fn operator(&mut self, operators: &[(&str, Operator)]) -> Option<Operator> {
        self.space();
        operators.iter().find(|(text, _)| self.take_word(text)).map(|(_, operator)| *operator)
    }

    /// Takes a sign, or a word that ends here.
    fn take_word(&mut self, text: &str) -> bool {
        let Some(rest) = self.rest().strip_prefix(text) else { return false };
        let part_of_name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        let is_word = text.starts_with(|c: char| c.is_ascii_alphabetic());
        if is_word && rest.starts_with(part_of_name) {
            return false;
        }
        self.at += text.len();
        true
    }

    fn operand(&mut self) -> Result<Expression, InvalidTemplate> {
        self.space();
        let start = self.at;
        match self.byte() {
            Some(b'!') => {
                self.at += 1;
                Ok(Expression::Not(Box::new(self.nested(Self::operand)?)))
            }
            Some(b'(') => {
                self.at += 1;
                let inner = self.expression()?;
                self.expect(")", "a ( is not closed")?;
                Ok(inner)
            }
            Some(b'"') => self.interpolated(),
            Some(b'\'') => {
                let inner = self.quoted('\'')?;
                Ok(Expression::Text(inner.replace("''", "'").into()))
            }
            Some(b'[') => self.list_or_range(),
            Some(b'{') => self.map(),
            Some(b'$') if self.at_reference() => Ok(Expression::Reference(Box::new(self.reference()?))),
            Some(b'0'..=b'9' | b'.' | b'-') => self.number(),
            _ => {
                for (word, value) in [
                    ("true", Expression::Bool(true)),
                    ("false", Expression::Bool(false)),
                    ("null", Expression::Null),
                ] {
                    if self.take_word(word) {
                        return Ok(value);
                    }
                }
                if self.take_word("not") {
                    return Ok(Expression::Not(Box::new(self.nested(Self::operand)?)));
                }
                Err(self.refuse(start, A_VALUE))
            }
        }
    }

    fn number(&mut self) -> Result<Expression, InvalidTemplate> {
        let start = self.at;
        self.take("-");
        let whole = self.digits();
        // `1..5` is a range, not `1.` and `.5`.
        let fraction = self.byte() == Some(b'.') && self.byte_after(1) != Some(b'.') && {
            self.at += 1;
            self.digits() || whole
        };
        if !whole && !fraction {
            return Err(self.refuse(start, A_VALUE));
        }
        let exponent = self.exponent();
        let text = &self.text[start..self.at];
        if !fraction
            && !exponent
            && let Ok(number) = text.parse()
        {
            return Ok(Expression::Int(number));
        }
        text.parse().map(Expression::Double).map_err(|_| self.refuse(start, A_VALUE))
    }

    /// Takes `e10`, `E-5`, if that is there.
    fn exponent(&mut self) -> bool {
        let start = self.at;
        if matches!(self.byte(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.byte(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            if self.digits() {
                return true;
            }
        }
        self.at = start;
        false
    }

    fn digits(&mut self) -> bool {
        let start = self.at;
        while self.byte().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        self.at > start
    }

    /// What stands between the quotes that start here, as it is.
    fn quoted(&mut self, quote: char) -> Result<&str, InvalidTemplate> {
        let start = self.at;
        let mut at = start + 1;
        loop {
            let Some(end) = self.text[at..].find(quote) else {
                return Err(self.refuse(start, format!("a text that {quote} opens is not closed")));
            };
            at += end + 1;
            // A doubled quote stands for one.
            if !self.text[at..].starts_with(quote) {
                break;
            }
            at += 1;
        }
        self.at = at;
        Ok(&self.text[start + 1..at - 1])
    }

    /// A double-quoted text, whose references and directives are rendered.
    fn interpolated(&mut self) -> Result<Expression, InvalidTemplate> {
        let start = self.at;
        self.quoted('"')?;
        let inner = &self.text[start + 1..self.at - 1];
        if !inner.contains(['$', '#']) {
            return Ok(Expression::Text(inner.replace("\"\"", "\"").into()));
        }
        let (text, origin) = match self.origin {
            Origin::Template(lines, offset) if !inner.contains('"') => {
                (Cow::Borrowed(inner), Origin::Template(lines, offset + start + 1))
            }
            _ => (Cow::Owned(inner.replace("\"\"", "\"")), Origin::Quoted(self.place(start))),
        };
        let block =
            self.nested(|outer| Parser { text: &text, at: 0, origin, shared: &mut *outer.shared }.whole())?;
        Ok(match block.constant() {
            Some(text) => Expression::Text(text.into()),
            None => Expression::Interpolated(block),
        })
    }

    /// Expressions with commas between them, up to `close`.
    pub(super) fn list(
        &mut self,
        close: &str,
        what: &'static str,
    ) -> Result<Box<[Expression]>, InvalidTemplate> {
        self.space();
        if self.take(close) {
            return Ok(Box::default());
        }
        let first = self.expression()?;
        self.list_after(first, close, what)
    }

    fn list_after(
        &mut self,
        first: Expression,
        close: &str,
        what: &'static str,
    ) -> Result<Box<[Expression]>, InvalidTemplate> {
        let mut list = vec![first];
        loop {
            self.space();
            if self.take(close) {
                return Ok(list.into());
            }
            self.expect(",", what)?;
            list.push(self.expression()?);
        }
    }

    fn list_or_range(&mut self) -> Result<Expression, InvalidTemplate> {
        const RANGE: &str =
            "a range goes from one whole number to another, such as [1..5]; references cannot stand in it";
        let start = self.at;
        self.at += 1;
        self.space();
        if self.take("]") {
            return Ok(Expression::List(Box::default()));
        }
        let first = self.expression()?;
        self.space();
        if !self.take("..") {
            return Ok(Expression::List(self.list_after(first, "]", "expected , or ] after an element")?));
        }
        let last = self.expression()?;
        self.expect("]", "expected ] after a range")?;
        let end = |end: &Expression| match end {
            Expression::Int(number) => i64::try_from(*number).ok(),
            _ => None,
        };
        match (end(&first), end(&last)) {
            (Some(first), Some(last)) => Ok(Expression::Range(first, last)),
            _ => Err(self.refuse(start, RANGE)),
        }
    }

    fn map(&mut self) -> Result<Expression, InvalidTemplate> {
        self.at += 1;
        let mut entries = Vec::new();
        self.space();
        if self.take("}") {
            return Ok(Expression::Map(entries.into()));
        }
        loop {
            let key = self.expression()?;
            self.expect(":", "expected : after a key of a map")?;
            entries.push((key, self.expression()?));
            self.space();
            if self.take("}") {
                return Ok(Expression::Map(entries.into()));
            }
            self.expect(",", "expected , or } after an entry of a map")?;
        }
    }
}
