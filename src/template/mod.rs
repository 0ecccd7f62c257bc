//! Templates: what can be told about them before a request is there, and the plain substitution of gateway
//! responses.
//!
//! Mapping templates are VTL, the Velocity Template Language as REST APIs run it. [`Template`] is one, parsed and
//! compiled at deployment; it is rendered over an [`Environment`], within a [`Budget`], and what it sets on `$context`
//! goes into [`Overrides`]. [`mock_status`] reads the status code of a mock from what a template gave. Gateway
//! responses never were VTL: [`Substitution`] is all that they do.
//!
//! Rendering never panics and always ends: turns of loops, steps, output and nesting are bounded, and every text that
//! is made is paid for in steps, so that memory is bounded, too.

mod budget;
mod environment;
mod error;
mod eval;
mod methods;
mod mock;
mod needs;
mod overrides;
mod parse;
mod program;
mod substitution;
mod value;
mod variables;
mod vtl;

pub use budget::Budget;
pub use environment::Environment;
pub use error::{InvalidTemplate, Place, RenderError};
pub use mock::{InvalidMock, mock_status};
pub use needs::Needs;
pub use overrides::Overrides;
pub use substitution::{InvalidSubstitution, Substitution, SubstitutionPlan};
pub use vtl::Template;

#[cfg(test)]
mod tests;
