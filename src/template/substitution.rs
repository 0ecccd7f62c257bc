//! The templates of gateway responses.

use std::fmt;

use crate::mapping::{Expression, Facts, Scope, Source};
use crate::model::StageVariables;

/// A text with references: `$context.X`, `$stageVariables.X`, `$method.request.{header|path|querystring}.X`, each
/// also in braces (`${context.X}`). Nothing else is special: gateway responses are not VTL (API Gateway, *Gateway
/// responses*). A reference without a value renders as nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Substitution(Box<[Piece<Expression>]>);

/// A [`Substitution`] on a stage: its stage variables are text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubstitutionPlan(Box<[Piece<Source>]>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece<R> {
    Text(Box<str>),
    Reference(R),
}

/// A reference that names nothing which a gateway response may use.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "line {line}, column {column}: ${text} names nothing that a gateway response may use: expected $context.NAME, \
     $stageVariables.NAME or $method.request.(header|path|querystring).NAME"
)]
pub struct InvalidSubstitution {
    line: usize,
    column: usize,
    text: String,
}

const ROOTS: [&str; 3] = ["context.", "stageVariables.", "method.request."];

impl Substitution {
    /// Reads a template.
    ///
    /// # Errors
    /// The first reference that starts like one and names nothing.
    pub fn parse(template: &str) -> Result<Self, InvalidSubstitution> {
        let mut pieces = Vec::new();
        let mut text = String::new();
        let mut at = 0;
        while let Some(found) = template[at..].find('$') {
            let sign = at + found;
            text.push_str(&template[at..sign]);
            let rest = &template[sign + 1..];
            let (inner, braces) = rest.strip_prefix('{').map_or((rest, 0), |inner| (inner, 2));
            if !ROOTS.iter().any(|root| inner.starts_with(root)) {
                text.push('$');
                at = sign + 1;
                continue;
            }
            let name = reference(inner);
            let closed = braces == 0 || inner[name.len()..].starts_with('}');
            let expression = Expression::parse(name, Scope::GatewayResponse).ok().filter(|_| closed);
            let Some(expression) = expression else {
                let before = &template[..sign];
                return Err(InvalidSubstitution {
                    line: before.matches('\n').count() + 1,
                    column: before.rsplit('\n').next().unwrap_or_default().chars().count() + 1,
                    text: name.to_owned(),
                });
            };
            if !text.is_empty() {
                pieces.push(Piece::Text(std::mem::take(&mut text).into()));
            }
            pieces.push(Piece::Reference(expression));
            at = sign + 1 + braces + name.len();
        }
        text.push_str(&template[at..]);
        if !text.is_empty() {
            pieces.push(Piece::Text(text.into()));
        }
        Ok(Self(pieces.into()))
    }

    /// Whether a stage variable is in it.
    #[must_use]
    pub fn has_stage_variables(&self) -> bool {
        self.0
            .iter()
            .any(|piece| matches!(piece, Piece::Reference(expression) if expression.is_stage_variable()))
    }

    /// The template on a stage.
    #[must_use]
    pub fn bind(&self, variables: &StageVariables) -> SubstitutionPlan {
        let bound = self.0.iter().filter_map(|piece| match piece {
            Piece::Text(text) => Some(Piece::Text(text.clone())),
            Piece::Reference(expression) => match expression.bind(variables)? {
                Source::Constant(bytes) => Some(Piece::Text(String::from_utf8_lossy(&bytes).into())),
                source => Some(Piece::Reference(source)),
            },
        });
        SubstitutionPlan(bound.collect())
    }
}

impl SubstitutionPlan {
    /// The text for a request. Bytes of a header that are no UTF-8 become U+FFFD.
    #[must_use]
    pub fn render<F: Facts + ?Sized>(&self, facts: &F) -> String {
        let mut out = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Reference(source) => {
                    // No body stands in a gateway response, so nothing can fail.
                    let value = source.evaluate(facts).ok().flatten();
                    out.push_str(&String::from_utf8_lossy(value.as_deref().unwrap_or_default()));
                }
            }
        }
        out
    }
}

/// The longest start of `text` that is dotted names: a dot at the end belongs to the sentence around it.
fn reference(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && !"._-".contains(c)).unwrap_or(text.len());
    text[..end].trim_end_matches('.')
}

impl fmt::Display for Substitution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|piece| match piece {
            Piece::Text(text) => f.write_str(text),
            Piece::Reference(expression) => write!(f, "${{{expression}}}"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_found_and_everything_else_is_text() {
        for (template, expected) in [
            ("", ""),
            ("plain # text", "plain # text"),
            ("$context.stage", "${context.stage}"),
            ("${context.stage}x", "${context.stage}x"),
            ("a.$context.stage.", "a.${context.stage}."),
            ("$stageVariables.v,$stageVariables.w", "${stageVariables.v},${stageVariables.w}"),
            ("$method.request.header.X-A/", "${method.request.header.X-A}/"),
            (
                "$method.request.path.id$method.request.querystring.q",
                "${method.request.path.id}${method.request.querystring.q}",
            ),
            ("$ $$ $5 ${ $input.body $util", "$ $$ $5 ${ $input.body $util"),
            ("$contextual", "$contextual"),
            ("$$context.stage", "$${context.stage}"),
        ] {
            let parsed = Substitution::parse(template).unwrap_or_else(|error| panic!("{template}: {error}"));
            assert_eq!(parsed.to_string(), expected, "{template}");
            assert_eq!(Substitution::parse(expected).as_ref(), Ok(&parsed), "{template}");
        }
    }

    #[test]
    fn a_reference_that_names_nothing_is_refused_with_its_place() {
        for (template, line, column) in [
            ("$context.", 1, 1),
            ("x\n ${context.stage", 2, 2),
            ("$method.request.body", 1, 1),
            ("$method.request.cookie.x", 1, 1),
            ("$stageVariables.a-b", 1, 1),
        ] {
            let error = Substitution::parse(template).expect_err(template);
            assert_eq!((error.line, error.column), (line, column), "{template}");
        }
    }

    proptest::proptest! {
        #[test]
        fn what_is_read_and_written_reads_the_same(text in "[a-z $.{}\n]{0,12}(\\$context\\.stage|\\$stageVariables\\.v)?[a-z $.{}]{0,12}") {
            if let Ok(parsed) = Substitution::parse(&text) {
                proptest::prop_assert_eq!(Substitution::parse(&parsed.to_string()), Ok(parsed));
            }
        }
    }
}
