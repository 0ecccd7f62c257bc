//! The policy form at run time: a compiled policy puts the CORS headers on an answer, whoever made it.
//!
//! It is run by the outermost layer of an exchange. It takes no decision about access: a request of a denied
//! origin is processed like any other, and only its answer goes without the header that lets a script read it.
//!
//! ```
//! use http::{HeaderMap, HeaderValue, Method};
//! use postern::cors::policy::{AnswerOf, CorsRequest, Policy};
//! use postern::cors::{CorsInput, CorsSettings};
//!
//! let origins = ["https://app.example.com", "https://*.example.org"].map(str::to_owned);
//! let settings = CorsSettings::parse(&CorsInput { allow_origins: origins.into(), ..CorsInput::default() });
//! let policy = Policy::compile(settings.unwrap().policy(), []);
//!
//! let mut request = HeaderMap::new();
//! request.insert("origin", HeaderValue::from_static("https://shop.example.org"));
//! let mut answer = HeaderMap::new();
//! policy.apply(&CorsRequest::of(&Method::GET, &request), AnswerOf::Integration, &mut answer);
//! assert_eq!(answer["access-control-allow-origin"], "https://shop.example.org");
//! assert_eq!(answer["vary"], "Origin");
//! ```

mod compiled;
#[cfg(test)]
mod tests;

pub use compiled::{AnswerOf, CorsRequest, Policy};
