//! Cross-origin resource sharing: a file per header, the plan of `EnableCors`, and a browser's verdict.
//!
//! Pure rules. [`settings`] reads what a caller asks, [`enable`] and [`disable`] turn a definition and a request
//! into a list of changes and the edited definition, [`show`] says what is in force, [`policy`] is the compiled
//! policy that the gateway runs, and [`verdict`] is Fetch's algorithm over observed answers. Nothing here decides
//! about access: CORS only tells browsers whose scripts may read an answer.

pub mod allow_credentials;
pub mod allow_headers;
pub mod allow_methods;
pub mod allow_origin;
pub mod expose_headers;
pub mod header;
pub mod max_age;
pub mod vary;

pub mod policy;
pub mod settings;

pub mod change;
pub mod disable;
pub mod enable;
pub mod mistakes;
pub mod show;

pub mod verdict;

pub use change::{Change, ChangeKind, KeptWhy, Scope, What};
pub use header::CorsHeader;
pub use settings::{CorsInput, CorsSettings, ErrorsChoice, FormChoice};
