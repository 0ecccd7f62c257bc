//! Templates: what can be told about them before a request is there, and the plain substitution of gateway
//! responses.
//!
//! Mapping templates are VTL, which this module does not run yet. It recognises those that give the same text for
//! every request ([`constant`]), so that nothing else is deployed, and reads the status code of a mock from such
//! a text ([`mock_status`]). Gateway responses never were VTL: [`Substitution`] is all that they do.

mod budget;
mod constant;
mod environment;
mod error;
mod mock;
mod needs;
mod overrides;
mod program;
mod substitution;

pub use budget::Budget;
pub use constant::{NotConstant, constant};
pub use environment::Environment;
pub use error::{InvalidTemplate, Place, RenderError};
pub use mock::{InvalidMock, mock_status};
pub use needs::Needs;
pub use overrides::Overrides;
pub use program::Template;
pub use substitution::{InvalidSubstitution, Substitution, SubstitutionPlan};
