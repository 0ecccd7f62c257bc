//! What a browser that follows Fetch makes of the answers to a page's request, step by step.
//!
//! A pure function over *observed* answers: [`Course::of`] says which requests the browser sends, whoever runs
//! them (the data plane, with a scripted back end or none) hands the answers back, and [`Course::judge`] gives the
//! verdict. Names of rules are those of the Fetch standard (<https://fetch.spec.whatwg.org/>).

mod check;
mod course;
mod explanation;
mod judge;
mod page;
mod preflight;
mod safelist;
#[cfg(test)]
mod tests;

pub use course::{Course, SimulatedRequest};
pub use explanation::{Explanation, Failure, MustSend, Outcome, Rule, Step, Verdict};
pub use judge::{Answer, AnsweredBy, Observation};
pub use page::{Credentials, PageRequest};
pub use safelist::{is_safelisted_header, is_safelisted_method, unsafe_header_names};
