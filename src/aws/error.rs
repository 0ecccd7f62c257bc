//! What a call fails with, as AWS's clients read it: an exception's name, its status and one message.

use std::fmt;

use http::StatusCode;

use crate::control::{Error, Noun};
use crate::model::{Issue, KeptKind, Partition};

/// An exception of API Gateway's control plane.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Exception {
    /// The name in `x-amzn-ErrorType`.
    pub(super) name: &'static str,
    /// The answer's status.
    pub(super) status: StatusCode,
    /// What people read.
    pub(super) message: String,
}

impl Exception {
    fn new(name: &'static str, status: StatusCode, message: impl Into<String>) -> Self {
        Self { name, status, message: message.into() }
    }

    /// 400: a rule of the service is broken.
    pub(super) fn bad_request(message: impl Into<String>) -> Self {
        Self::new("BadRequestException", StatusCode::BAD_REQUEST, message)
    }

    /// 404: what is named is not there.
    pub(super) fn not_found(message: impl Into<String>) -> Self {
        Self::new("NotFoundException", StatusCode::NOT_FOUND, message)
    }

    /// 409: something there is in the way.
    pub(super) fn conflict(message: impl Into<String>) -> Self {
        Self::new("ConflictException", StatusCode::CONFLICT, message)
    }

    /// 400: the form of the request is wrong. Every fault is a text `Value … at … failed to satisfy constraint: …`; the
    /// message counts and joins them.
    pub(super) fn validation(faults: &[String]) -> Self {
        let errors = if faults.len() == 1 { "error" } else { "errors" };
        let message = format!("{} validation {errors} detected: {}", faults.len(), faults.join("; "));
        Self::new("ValidationException", StatusCode::BAD_REQUEST, message)
    }

    /// 400: a value has another JSON type than its field.
    pub(super) fn serialization(message: impl Into<String>) -> Self {
        Self::new("SerializationException", StatusCode::BAD_REQUEST, message)
    }

    /// 429: a count would go beyond its limit.
    fn limit(message: impl Into<String>) -> Self {
        Self::new("LimitExceededException", StatusCode::TOO_MANY_REQUESTS, message)
    }

    /// 403: the caller is not let in; `name` says why.
    pub(super) fn forbidden(name: &'static str, message: impl Into<String>) -> Self {
        Self::new(name, StatusCode::FORBIDDEN, message)
    }

    /// 404: an operation that is not built, said rather than pretended.
    pub(super) fn unknown_operation(message: impl Into<String>) -> Self {
        Self::new("UnknownOperationException", StatusCode::NOT_FOUND, message)
    }

    /// 413: more than is taken.
    pub(super) fn too_large(message: impl Into<String>) -> Self {
        Self::new("RequestEntityTooLargeException", StatusCode::PAYLOAD_TOO_LARGE, message)
    }

    /// 500: we failed.
    pub(super) fn internal(message: impl Into<String>) -> Self {
        Self::new("InternalFailure", StatusCode::INTERNAL_SERVER_ERROR, message)
    }

    /// The exception for a failed use case, in the words most operations have for it. An operation with words of its
    /// own looks before it calls.
    pub(super) fn of(error: &Error, partition: &Partition) -> Self {
        match error {
            Error::NotFound { noun, id } => Self::not_found(missing(*noun, id, partition)),
            Error::AlreadyExists { noun, id } => Self::conflict(taken(*noun, id)),
            Error::StaleRevision { .. } | Error::Contended { .. } => Self::conflict(
                "Unable to complete operation due to concurrent modification. Please try again later.",
            ),
            Error::Invalid(issues) | Error::Unsupported(issues) | Error::NotDeployable(issues) => {
                Self::bad_request(sentence(issues))
            }
            Error::LimitExceeded(issue) => Self::limit(capital(&issue.message)),
            Error::InUse { noun: Noun::Deployment, .. } => {
                Self::bad_request("Active stages pointing to this deployment must be moved or deleted")
            }
            Error::InUse { .. } | Error::FailedPrecondition { .. } => {
                Self::bad_request(capital(&error.to_string()))
            }
            Error::Forbidden { message } => Self::forbidden("AccessDeniedException", message),
            Error::ReadOnly { message } => {
                Self::new("ServiceUnavailableException", StatusCode::SERVICE_UNAVAILABLE, capital(message))
            }
            Error::Storage { .. } => Self::internal(capital(&error.to_string())),
        }
    }
}

impl fmt::Display for Exception {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, self.message)
    }
}

fn missing(noun: Noun, id: &str, partition: &Partition) -> String {
    match noun {
        Noun::Api => format!("Invalid API identifier specified {}:{id}", partition.account),
        Noun::Resource => "Invalid Resource identifier specified".to_owned(),
        Noun::Method => "Invalid Method identifier specified".to_owned(),
        Noun::MethodResponse | Noun::IntegrationResponse => {
            "Invalid Response status code specified".to_owned()
        }
        Noun::Integration => "Invalid Integration identifier specified".to_owned(),
        Noun::GatewayResponse => "Gateway response type not defined on api".to_owned(),
        Noun::Deployment => "Invalid Deployment identifier specified".to_owned(),
        Noun::Stage => "Invalid Stage identifier specified".to_owned(),
        Noun::Domain => "Invalid base path mapping identifier specified".to_owned(),
        Noun::Token => "Invalid token identifier specified".to_owned(),
        Noun::Kept(kind) => missing_kept(kind, id),
        Noun::Model => format!("Invalid model name specified: {id}"),
        Noun::RequestValidator => "Invalid Request Validator identifier specified".to_owned(),
    }
}

fn missing_kept(kind: KeptKind, id: &str) -> String {
    match kind {
        KeptKind::Account => "Invalid account specified".to_owned(),
        KeptKind::ApiKey => "Invalid API Key identifier specified".to_owned(),
        KeptKind::Authorizer => "Invalid Authorizer identifier specified".to_owned(),
        KeptKind::ClientCertificate => "Invalid Client Certificate identifier specified".to_owned(),
        KeptKind::DocumentationPart => "Invalid Documentation part identifier specified".to_owned(),
        KeptKind::DocumentationVersion => "Invalid Documentation version specified".to_owned(),
        KeptKind::DomainName => "Invalid domain name identifier specified".to_owned(),
        KeptKind::UsagePlan => "Invalid Usage Plan ID specified".to_owned(),
        KeptKind::UsagePlanKey => format!("Invalid API Key identifier specified: {id}"),
        KeptKind::VpcLink => "Invalid Vpc Link identifier specified".to_owned(),
    }
}

fn taken(noun: Noun, id: &str) -> String {
    match noun {
        Noun::Stage => "Stage already exists".to_owned(),
        Noun::Domain => "Base path already exists for this domain name".to_owned(),
        Noun::Resource => {
            let name = id.rsplit('/').next().unwrap_or(id);
            format!("Another resource with the same parent already has this name: {name}")
        }
        _ => format!("There is already a {noun} {id}"),
    }
}

/// Every fault in one sentence. The first one decides where AWS would name one only, so it comes first here, too.
fn sentence(issues: &[Issue]) -> String {
    let all: Vec<_> = issues.iter().map(|issue| capital(&issue.message)).collect();
    all.join("; ")
}

/// AWS's messages start with a capital; ours do not.
fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn validation_counts_and_joins() {
        let one = Exception::validation(&["Value 'x' at 'y' failed".to_owned()]);
        assert_eq!(one.message, "1 validation error detected: Value 'x' at 'y' failed");
        let two = Exception::validation(&["a".to_owned(), "b".to_owned()]);
        assert_eq!(two.message, "2 validation errors detected: a; b");
    }

    #[test]
    fn what_is_missing_is_named_in_awss_words() {
        let of = |noun| Exception::of(&Error::NotFound { noun, id: "abc".into() }, &Partition::default());
        assert_eq!(of(Noun::Api).message, "Invalid API identifier specified 000000000000:abc");
        assert_eq!(of(Noun::Stage).message, "Invalid Stage identifier specified");
        assert_eq!(of(Noun::Stage).status, StatusCode::NOT_FOUND);
    }
}
