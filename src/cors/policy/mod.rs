//! The policy form at run time: a compiled policy puts the CORS headers on an answer, whoever made it.
//!
//! It is run by the outermost layer of an exchange. It takes no decision about access: a request of a denied
//! origin is processed like any other, and only its answer goes without the header that lets a script read it.

mod compiled;
#[cfg(test)]
mod tests;

pub use compiled::{AnswerOf, CorsRequest, Policy};
