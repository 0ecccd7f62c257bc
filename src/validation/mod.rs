//! Models at work: whether a body fits the JSON Schema of its model, and what is said of one that does not.
//!
//! A schema is of draft 4 and may refer to other models of its API (`references`). It is compiled once, with every
//! fault named; a compiled one is shared by all methods that use it. Whether a body fits is asked of the `jsonschema`
//! crate. Only of a body that does not fit is asked why (`rules`, `explain`, `texts`): the texts and their order are
//! those of the validator that API Gateway uses, and callers read them in `$context.error.validationErrorString`.

mod draft4;
mod explain;
mod models;
mod references;
mod rules;
mod texts;

#[cfg(test)]
mod tests;

pub use models::{BodySchema, Models};
