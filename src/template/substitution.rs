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
                    let value = source.evaluate(facts);
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
