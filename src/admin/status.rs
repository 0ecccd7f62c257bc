//! What a use case failed with, as a gRPC status with details that a program can read.
//!
//! | failure | code | details |
//! |---|---|---|
//! | not there | `NOT_FOUND` | `ResourceInfo` |
//! | there already | `ALREADY_EXISTS` | `ResourceInfo` |
//! | stale revision | `ABORTED` | `ErrorInfo` with `expected` and `current` |
//! | contended | `ABORTED` | `RetryInfo` |
//! | wrong fields | `INVALID_ARGUMENT` | `BadRequest` |
//! | limit exceeded | `RESOURCE_EXHAUSTED` | `BadRequest`, `QuotaFailure` |
//! | in use, precondition | `FAILED_PRECONDITION` | `PreconditionFailure` |
//! | not deployable, not supported | `FAILED_PRECONDITION` | `BadRequest`, `PreconditionFailure` |
//! | forbidden | `PERMISSION_DENIED` | – |
//! | read-only | `UNAVAILABLE` | – |
//! | store failed | `INTERNAL` | –; the log has the rest |
//!
//! Every status carries an `ErrorInfo` with the reason as one word and the domain `postern`.

use std::time::Duration;

use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt as _};

use crate::control::Error;
use crate::model::Issue;

/// The domain of every `ErrorInfo`.
const DOMAIN: &str = "postern";

/// The most bytes of a status's message. It travels in a header, and some clients refuse more than 8 KiB of those.
const MAX_MESSAGE_BYTES: usize = 1024;

/// The most bytes of field paths and descriptions: with base64's third on top they fit the same 8 KiB.
const MAX_VIOLATION_BYTES: usize = 3 * 1024;

/// The status of a request whose fields are wrong.
pub(super) fn invalid(issues: Vec<Issue>) -> Status {
    failure(Error::Invalid(issues))
}

/// The status of a call that is refused before its message is looked at.
pub(super) fn refused(code: Code, reason: &str, message: &str) -> Status {
    let mut details = ErrorDetails::new();
    details.set_error_info(reason, DOMAIN, std::collections::HashMap::new());
    Status::with_error_details(code, cut(message, MAX_MESSAGE_BYTES), details)
}

/// The status of a failure.
#[expect(clippy::needless_pass_by_value, reason = "it stands in map_err, which has the failure to give")]
pub(super) fn failure(error: Error) -> Status {
    let message = error.to_string();
    let mut details = ErrorDetails::new();
    let (code, reason) = match &error {
        Error::NotFound { noun, id } => {
            details.set_resource_info(noun.to_string(), id, "", &message);
            (Code::NotFound, "NOT_FOUND")
        }
        Error::AlreadyExists { noun, id } => {
            details.set_resource_info(noun.to_string(), id, "", &message);
            (Code::AlreadyExists, "ALREADY_EXISTS")
        }
        Error::StaleRevision { .. } => (Code::Aborted, "STALE_REVISION"),
        Error::Contended { .. } => {
            details.set_retry_info(Some(Duration::from_millis(100)));
            (Code::Aborted, "CONTENDED")
        }
        Error::Invalid(issues) => {
            add_violations(&mut details, issues);
            (Code::InvalidArgument, "INVALID")
        }
        Error::LimitExceeded(issue) => {
            add_violations(&mut details, std::slice::from_ref(issue));
            details.add_quota_failure_violation(&issue.field, &issue.message);
            (Code::ResourceExhausted, "LIMIT_EXCEEDED")
        }
        Error::InUse { noun, id, .. } => {
            details.add_precondition_failure_violation("IN_USE", format!("{noun} {id}"), &message);
            (Code::FailedPrecondition, "IN_USE")
        }
        Error::FailedPrecondition { .. } => {
            details.add_precondition_failure_violation("STATE", "", &message);
            (Code::FailedPrecondition, "FAILED_PRECONDITION")
        }
        Error::Unsupported(issues) => {
            add_violations(&mut details, issues);
            let what = "it can be stored, but not served yet";
            details.add_precondition_failure_violation("UNSUPPORTED", "", what);
            (Code::FailedPrecondition, "UNSUPPORTED")
        }
        Error::NotDeployable(issues) => {
            add_violations(&mut details, issues);
            let what = "the draft cannot be deployed as it is";
            details.add_precondition_failure_violation("NOT_DEPLOYABLE", "", what);
            (Code::FailedPrecondition, "NOT_DEPLOYABLE")
        }
        Error::Forbidden { .. } => (Code::PermissionDenied, "FORBIDDEN"),
        Error::ReadOnly { .. } => (Code::Unavailable, "READ_ONLY"),
        Error::Storage { .. } => (Code::Internal, "STORAGE"),
    };
    let mut metadata = std::collections::HashMap::new();
    if let Error::StaleRevision { expected, current, .. } = &error {
        metadata.insert("expected".to_owned(), expected.to_string());
        metadata.insert("current".to_owned(), current.to_string());
    }
    details.set_error_info(reason, DOMAIN, metadata);
    if let Some(detail) = error.detail() {
        tracing::error!(detail, "an admin call failed in the store");
    }
    Status::with_error_details(code, cut(&message, MAX_MESSAGE_BYTES), details)
}

/// Adds as many faults as fit; the last says how many more there are.
fn add_violations(details: &mut ErrorDetails, issues: &[Issue]) {
    let mut room = MAX_VIOLATION_BYTES;
    for (at, issue) in issues.iter().enumerate() {
        let field = cut(&issue.field, MAX_MESSAGE_BYTES / 2);
        let message = cut(&issue.message, MAX_MESSAGE_BYTES);
        match room.checked_sub(field.len() + message.len()) {
            Some(left) => room = left,
            None => {
                let more = format!("and {} more: mend these first", issues.len() - at);
                details.add_bad_request_violation("", more);
                return;
            }
        }
        details.add_bad_request_violation(field, message);
    }
}

/// At most `max` bytes of a text, whole characters.
fn cut(text: &str, max: usize) -> String {
    if text.len() <= max {
        return text.to_owned();
    }
    let ellipsis = '…';
    let fits = |end: &usize| text.is_char_boundary(*end);
    let end = (0..=max - ellipsis.len_utf8()).rev().find(fits).unwrap_or_default();
    format!("{}{ellipsis}", &text[..end])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::control::Noun;
    use crate::model::Revision;

    fn issue(field: &str) -> Issue {
        Issue::new(field, "is wrong")
    }

    #[test]
    fn each_failure_has_its_code_and_reason() {
        let id = || "x".to_owned();
        let (noun, issues) = (Noun::Stage, || vec![issue("a")]);
        for (error, code, reason) in [
            (Error::NotFound { noun, id: id() }, Code::NotFound, "NOT_FOUND"),
            (Error::AlreadyExists { noun, id: id() }, Code::AlreadyExists, "ALREADY_EXISTS"),
            (Error::Contended { noun, id: id() }, Code::Aborted, "CONTENDED"),
            (Error::Invalid(issues()), Code::InvalidArgument, "INVALID"),
            (Error::LimitExceeded(issue("a")), Code::ResourceExhausted, "LIMIT_EXCEEDED"),
            (Error::InUse { noun, id: id(), by: vec![id()] }, Code::FailedPrecondition, "IN_USE"),
            (Error::FailedPrecondition { message: id() }, Code::FailedPrecondition, "FAILED_PRECONDITION"),
            (Error::Unsupported(issues()), Code::FailedPrecondition, "UNSUPPORTED"),
            (Error::NotDeployable(issues()), Code::FailedPrecondition, "NOT_DEPLOYABLE"),
            (Error::Forbidden { message: id() }, Code::PermissionDenied, "FORBIDDEN"),
            (Error::ReadOnly { message: id() }, Code::Unavailable, "READ_ONLY"),
            (Error::Storage { detail: id() }, Code::Internal, "STORAGE"),
        ] {
            let has_fields = !error.issues().is_empty();
            let status = failure(error);
            assert_eq!(status.code(), code, "{reason}");
            let info = status.get_details_error_info().expect("every status has one");
            assert_eq!((info.reason.as_str(), info.domain.as_str()), (reason, DOMAIN));
            assert_eq!(status.get_details_bad_request().is_some(), has_fields, "{reason}");
        }
    }

    #[test]
    fn a_stale_revision_tells_both_revisions() {
        let (expected, current) = (Revision(3), Revision(5));
        let error = Error::StaleRevision { noun: Noun::Api, id: "x".to_owned(), expected, current };
        let info = failure(error).get_details_error_info().expect("it has one");
        assert_eq!(info.metadata["expected"], "3");
        assert_eq!(info.metadata["current"], "5");
    }

    #[test]
    fn faults_without_number_still_fit_a_header() {
        let many: Vec<_> = (0..10_000).map(|at| Issue::new(format!("é[{at}]"), "é".repeat(3000))).collect();
        let status = invalid(many);
        assert!(status.message().len() <= MAX_MESSAGE_BYTES);
        assert!(status.details().len() * 4 / 3 + status.message().len() < 7 * 1024);
        let violations = status.get_details_bad_request().expect("it has some").field_violations;
        let last = violations.last().expect("at least one");
        assert_eq!(last.description, format!("and {} more: mend these first", 10_001 - violations.len()));
    }
}
