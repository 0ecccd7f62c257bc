//! What a browser that follows Fetch makes of the answers to a page's request, step by step.
//!
//! A pure function over *observed* answers: [`Course::of`] says which requests the browser sends, whoever runs
//! them (the data plane, with a scripted back end or none) hands the answers back, and [`Course::judge`] gives the
//! verdict. Names of rules are those of the Fetch standard (<https://fetch.spec.whatwg.org/>).
//!
//! ```
//! use http::{HeaderMap, StatusCode};
//! use postern::cors::verdict::{Answer, AnsweredBy, Course, Observation, PageRequest, Verdict};
//! use postern::model::GatewayResponseType;
//!
//! let page = PageRequest { method: "PUT".to_owned(), ..PageRequest::get("https://app.example.com".parse().unwrap()) };
//! let course = Course::of(&page).unwrap();
//! assert_eq!(course.preflight().unwrap().headers["access-control-request-method"], "PUT");
//!
//! let unrouted = Observation {
//!     by: AnsweredBy::Gateway(GatewayResponseType::MissingAuthenticationToken),
//!     answer: Answer::Known { status: StatusCode::FORBIDDEN, headers: HeaderMap::new() },
//! };
//! let told = course.judge(Some(&unrouted), &unrouted);
//! assert_eq!(told.verdict, Verdict::Refused);
//! assert!(told.failure.unwrap().mend.starts_with("EnableCors on the resource"));
//! ```

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
