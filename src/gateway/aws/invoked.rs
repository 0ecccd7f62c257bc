//! What came of a function's invocation (Lambda, *Invoke*).

use http::header::{HeaderMap, HeaderName};
use http::{Response, StatusCode};
use memchr::memmem;

use super::note_answer;
use crate::gateway::exchange::Exchange;
use crate::gateway::respond::{self, Fault};
use crate::gateway::upstream::UpstreamBody;
use crate::mapping::Payload;

/// The most that a function may give back (Lambda, *Quotas*: 6 MB for a synchronous invocation).
const MOST_OUTPUT: usize = 6 * 1024 * 1024;
const FUNCTION_ERROR: HeaderName = HeaderName::from_static("x-amz-function-error");

/// A function that ran to an end, be it a bad one.
pub(in crate::gateway) struct Invoked {
    /// The headers of the service that ran it.
    pub(in crate::gateway) headers: HeaderMap,
    /// What it gave back, or the report of its failure.
    pub(in crate::gateway) output: Payload,
    /// Whether it failed.
    pub(in crate::gateway) failed: bool,
}

impl Invoked {
    /// Reads the answer to an invocation.
    ///
    /// # Errors
    /// 500 when the function was not run; 502 beyond the most that it may give back; what a call to a back end may
    /// answer.
    pub(in crate::gateway) async fn read(
        exchange: &Exchange,
        response: Response<UpstreamBody>,
    ) -> Result<Self, Fault> {
        let (head, body) = response.into_parts();
        if body.exact_length().is_some_and(|length| length > MOST_OUTPUT as u64) {
            return Err(too_large(exchange));
        }
        let output = exchange.hold(body).await?;
        note_answer(exchange, output.bytes());
        if output.bytes().len() > MOST_OUTPUT {
            return Err(too_large(exchange));
        }
        let is_run = head.status.is_success();
        if !is_run && !is_failure(head.status, &output) {
            return Err(not_run(exchange, head.status));
        }
        let failed = !is_run || head.headers.contains_key(FUNCTION_ERROR);
        Ok(Self { headers: head.headers, output, failed })
    }

    /// What an integration response is selected by: the `errorMessage` of the output, empty if it has none.
    pub(in crate::gateway) fn error_message(&self) -> &str {
        error_message(&self.output)
    }
}

/// A 500: nobody ran the function.
pub(in crate::gateway) fn not_run(exchange: &Exchange, status: StatusCode) -> Fault {
    exchange.note(|| format!("Lambda invocation failed with status: {}", status.as_u16()));
    let resource = exchange.plan().map(|plan| &*plan.resource_path);
    tracing::warn!(status = status.as_u16(), resource, "a Lambda function could not be invoked");
    respond::api_configuration_error()
}

/// Whether a 5xx is the report of a function that failed. Amazon says so by a header and answers 200; `cargo lambda`
/// answers 500 with the report, which no error of the service itself looks like.
fn is_failure(status: StatusCode, output: &Payload) -> bool {
    let has = |name| output.json().and_then(|json| json.get(name)).is_some_and(serde_json::Value::is_string);
    status.is_server_error() && has("errorMessage") && has("errorType")
}

fn error_message(output: &Payload) -> &str {
    // An output that does not even hold the word is not parsed.
    if memmem::find(output.bytes(), b"errorMessage").is_none() {
        return "";
    }
    output.json().and_then(|json| json.get("errorMessage")?.as_str()).unwrap_or_default()
}

fn too_large(exchange: &Exchange) -> Fault {
    exchange.note(|| "Execution failed: the function's output is beyond 6 MiB".to_owned());
    respond::malformed_answer()
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    fn payload(text: &'static str) -> Payload {
        Payload::new(Bytes::from_static(text.as_bytes()))
    }

    #[test]
    fn only_an_error_message_is_a_subject() {
        for (output, expected) in [
            (r#"{"errorMessage":"not found: 7","errorType":"KeyError"}"#, "not found: 7"),
            (r#"{"errorMessage":12}"#, ""),
            (r#"{"other":{"errorMessage":"x"}}"#, ""),
            (r#"["errorMessage"]"#, ""),
            (r#""errorMessage""#, ""),
            ("errorMessage", ""),
            ("200", ""),
            ("", ""),
        ] {
            assert_eq!(error_message(&payload(output)), expected, "{output}");
        }
    }

    #[test]
    fn a_functions_failure_is_told_from_the_services() {
        for (status, output, expected) in [
            (500, r#"{"errorMessage":"x","errorType":"KeyError","stackTrace":[]}"#, true),
            (500, r#"{"Type":"Service","message":"ServiceException"}"#, false),
            (500, r#"{"errorMessage":"x"}"#, false),
            (503, "", false),
            (404, r#"{"errorMessage":"x","errorType":"y"}"#, false),
        ] {
            let status = StatusCode::from_u16(status).expect("a status");
            assert_eq!(is_failure(status, &payload(output)), expected, "{status} {output}");
        }
    }
}
