//! Behaviour of the records over a body, whichever it is.

mod records;
mod samples;
mod upkeep;
