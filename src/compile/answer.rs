//! Answers that are ready before a request comes.

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, StatusCode};

/// The content type of an answer that nobody gave one (API Gateway: even on an empty body).
pub(super) const DEFAULT_CONTENT_TYPE: HeaderValue = HeaderValue::from_static("application/json");

/// An answer that is the same for every request: a static preflight, say. Sent as it is, plus what the gateway adds
/// to every answer (`x-amzn-RequestId`, `x-amz-apigw-id`, `Date`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Its status.
    pub status: StatusCode,
    /// All of its headers, `Content-Type` and `Content-Length` among them.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Bytes,
}

impl Answer {
    /// Completes `headers` to an answer: a content type unless there is one, and the length of the body.
    #[must_use]
    pub fn new(status: StatusCode, mut headers: HeaderMap, body: Bytes) -> Self {
        headers.entry(CONTENT_TYPE).or_insert(DEFAULT_CONTENT_TYPE);
        headers.insert(CONTENT_LENGTH, HeaderValue::from(body.len()));
        Self { status, headers, body }
    }
}
