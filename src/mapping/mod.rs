//! Parameter mappings: what an expression such as `method.request.header.Origin` is, where it may stand, and what
//! it gives for a request.
//!
//! [`Expression`] is what an owner wrote, parsed. [`Source`] is the same with stage variables turned into
//! constants, ready to be evaluated against the [`Facts`] of a request. [`Selection`] picks an integration
//! response, [`UriTemplate`] and [`UriPlan`] make the target of a call, and [`headers`] holds the closed tables
//! of header names that the gateway drops, renames or refuses.

mod apply;
mod coding;
mod content;
mod context;
mod expression;
pub mod headers;
mod java;
mod json_path;
mod pattern;
mod payload;
mod query;
mod selection;
mod source;
mod uri;
mod uri_plan;

pub use apply::{
    HeaderMapping, MappingFault, QueryMapping, UnsafeValue, header_value, map_headers,
    override_request_headers, override_response_headers,
};
pub use coding::{Coding, RequestCoding};
pub use content::{BinaryTypes, Conversion, ConversionFault};
pub use context::{ContextSource, ContextVariable};
pub use expression::{Expression, InvalidExpression, RequestSource, ResponseSource, Scope, Values};
pub use json_path::{Found, InvalidJsonPath, JsonPath};
pub use pattern::{InvalidPattern, Pattern, Patterns, java_regex};
pub use payload::{InvalidJson, Payload};
pub use query::Query;
pub use selection::Selection;
pub use source::{Facts, Source};
pub use uri::{BackEnds, InvalidUri, UriTemplate};
pub use uri_plan::{BackEnd, UriFault, UriOverrides, UriPlan};

#[cfg(test)]
mod tests;
