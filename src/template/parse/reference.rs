//! References: `$name`, `${name}`, `$!name`, and what may follow a name.

use crate::mapping::{ContextSource, ContextVariable, JsonPath, java_regex};
use crate::template::InvalidTemplate;
use crate::template::methods::Method;
use crate::template::program::{Call, Compiled, Expression, Reference, Slot, Step};

use super::Parser;

impl Parser<'_, '_> {
    /// Whether a reference starts here.
    pub(super) fn at_reference(&self) -> bool {
        let Some(rest) = self.rest().strip_prefix('$') else { return false };
        let rest = rest.strip_prefix('!').unwrap_or(rest);
        let rest = rest.strip_prefix('{').unwrap_or(rest);
        rest.starts_with(|c: char| c.is_ascii_alphabetic())
    }

    /// A reference, which starts here.
    pub(super) fn reference(&mut self) -> Result<Reference, InvalidTemplate> {
        self.nested(Self::reference_within)
    }

    fn reference_within(&mut self) -> Result<Reference, InvalidTemplate> {
        let start = self.at;
        let place = self.place(start);
        self.at += 1;
        self.take("!");
        let braced = self.take("{");
        let name = self.name().unwrap_or_default();
        let root = self.shared.slot(name);
        let mut steps = Vec::new();
        loop {
            match self.byte() {
                Some(b'.') if self.byte_after(1).is_some_and(|byte| byte.is_ascii_alphabetic()) => {
                    self.at += 1;
                    let at = self.at;
                    let name = self.name().unwrap_or_default();
                    steps.push(if self.take("(") {
                        let arguments = self.list(")", "expected , or ) after an argument")?;
                        Step::Call(Box::new(self.call(at, root, steps.is_empty(), name, arguments)?))
                    } else {
                        Step::Property(name.into())
                    });
                }
                Some(b'[') => {
                    self.at += 1;
                    let index = self.expression()?;
                    self.expect("]", "expected ] after an index")?;
                    steps.push(Step::Index(index));
                }
                _ => break,
            }
        }
        if braced && !self.take("}") {
            return Err(self.refuse(self.at, "a reference that ${ opens is closed by }; it takes no default"));
        }
        let reference = Reference { place, root, context: context(root, &steps), steps: steps.into() };
        self.need(&reference);
        Ok(reference)
    }

    /// A call, with its first argument compiled if that is constant.
    fn call(
        &self,
        at: usize,
        root: Slot,
        first: bool,
        name: &str,
        arguments: Box<[Expression]>,
    ) -> Result<Call, InvalidTemplate> {
        let method = Method::from_name(name);
        let compiled = match (method, arguments.first()) {
            (Some(method), Some(Expression::Text(text))) if method.takes_pattern() => {
                let regex = java_regex(text, method == Method::Matches);
                Compiled::Regex(regex.map_err(|error| self.refuse(at, error.to_string()))?)
            }
            (Some(Method::Json | Method::Path), Some(Expression::Text(text)))
                if first && root == Slot::INPUT =>
            {
                let path = JsonPath::parse(text);
                Compiled::Path(path.map_err(|error| self.refuse(at, error.to_string()))?)
            }
            _ => Compiled::Nothing,
        };
        Ok(Call { method, arguments, compiled })
    }

    /// Notes what has to be there for a reference to be evaluated.
    fn need(&mut self, reference: &Reference) {
        let needs = &mut self.shared.needs;
        match (reference.root, reference.steps.first()) {
            (Slot::INPUT, Some(Step::Property(_))) => needs.payload = true,
            (Slot::INPUT, Some(Step::Call(call))) => match call.method {
                Some(Method::Params) => needs.header_names |= call.arguments.is_empty(),
                _ => needs.payload = true,
            },
            // The object itself goes somewhere, and whatever asks there may ask for anything.
            (Slot::INPUT, _) => {
                needs.payload = true;
                needs.header_names = true;
            }
            (Slot::CONTEXT, Some(Step::Property(name))) => {
                // A name that is no variable of ours may be one that a template made up.
                let own = ContextVariable::ALL.iter().any(|variable| {
                    variable
                        .as_str()
                        .strip_prefix(&**name)
                        .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
                });
                needs.overrides |= !own;
            }
            (Slot::CONTEXT, _) => needs.overrides = true,
            _ => {}
        }
    }

    /// Notes that a reference is assigned to.
    pub(super) fn overriding(&mut self, target: &Reference) {
        self.shared.needs.overrides |= target.root == Slot::CONTEXT;
    }
}

/// The variable that `$context` and the first steps name, if they are constant; the longest name counts.
fn context(root: Slot, steps: &[Step]) -> Option<(ContextVariable, usize)> {
    if root != Slot::CONTEXT {
        return None;
    }
    let mut name = String::new();
    let mut found = None;
    for (at, step) in steps.iter().enumerate() {
        let part = match step {
            Step::Property(part) | Step::Index(Expression::Text(part)) => part,
            Step::Index(_) | Step::Call(_) => break,
        };
        if at > 0 {
            name.push('.');
        }
        name.push_str(part);
        if let Some(variable) = ContextVariable::from_name(&name)
            && variable.source() != ContextSource::Fault
        {
            found = Some((variable, at + 1));
        }
    }
    found
}
