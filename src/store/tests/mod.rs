//! Behaviour of the records over a body, whichever it is.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod records;
mod samples;
