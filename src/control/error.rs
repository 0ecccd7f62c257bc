//! What a use case can fail with, in the words of the domain; faces make a status or an exception of it.

use std::fmt;

use crate::model::{Issue, KeptKind, Revision};

/// What a failure is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Noun {
    /// An API.
    Api,
    /// A resource of an API.
    Resource,
    /// A method of a resource.
    Method,
    /// A method response.
    MethodResponse,
    /// A method's integration.
    Integration,
    /// An integration response.
    IntegrationResponse,
    /// A customised gateway response.
    GatewayResponse,
    /// A model.
    Model,
    /// A request validator.
    RequestValidator,
    /// A deployment.
    Deployment,
    /// A stage.
    Stage,
    /// A domain binding.
    Domain,
    /// A bearer token of the admin API.
    Token,
    /// Something that is kept without effect so far.
    Kept(KeptKind),
}

impl fmt::Display for Noun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Api => "API",
            Self::Resource => "resource",
            Self::Method => "method",
            Self::MethodResponse => "method response",
            Self::Integration => "integration",
            Self::IntegrationResponse => "integration response",
            Self::GatewayResponse => "gateway response",
            Self::Model => "model",
            Self::RequestValidator => "request validator",
            Self::Deployment => "deployment",
            Self::Stage => "stage",
            Self::Domain => "domain binding",
            Self::Token => "token",
            Self::Kept(kind) => return f.write_str(&kind.as_str().replace('_', " ")),
        })
    }
}

/// Why a use case did not do what it was asked for. Nothing was written, unless a variant says otherwise.
///
/// `Display` is the caller's message; [`Error::detail`] is what only the operator should read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// There is no such thing, or none in the caller's partition.
    #[error("there is no {noun} {id}")]
    NotFound {
        /// What was looked for.
        noun: Noun,
        /// How it was named.
        id: String,
    },
    /// There is such a thing already.
    #[error("there is already a {noun} {id}")]
    AlreadyExists {
        /// What was to be made.
        noun: Noun,
        /// How it was to be named.
        id: String,
    },
    /// The caller based its write on a revision that is no longer the current one.
    #[error(
        "{noun} {id} is at revision {current}, not at {expected}: read it again and repeat the change on what is there now"
    )]
    StaleRevision {
        /// What was to be changed.
        noun: Noun,
        /// Which one.
        id: String,
        /// The revision that the caller saw.
        expected: Revision,
        /// The revision that it has.
        current: Revision,
    },
    /// Other writers came first each time the change was tried.
    #[error("{noun} {id} is being changed by others at the same time: try again")]
    Contended {
        /// What was to be changed.
        noun: Noun,
        /// Which one.
        id: String,
    },
    /// Fields are wrong. Their paths are relative to what was passed in; see [`Error::at`].
    #[error("{}", joined(.0))]
    Invalid(Vec<Issue>),
    /// A count would go beyond its limit.
    #[error("{0}")]
    LimitExceeded(Issue),
    /// Something else needs it.
    #[error("{noun} {id} is in use by {}: move or delete that first", .by.join(", "))]
    InUse {
        /// What was to be deleted.
        noun: Noun,
        /// Which one.
        id: String,
        /// What uses it, each by noun and name.
        by: Vec<String>,
    },
    /// The state of things does not allow it; the message says what would.
    #[error("{message}")]
    FailedPrecondition {
        /// What is in the way and what to do about it.
        message: String,
    },
    /// It can be stored but not served yet. Each message starts with `not supported yet: `.
    #[error("{}", joined(.0))]
    Unsupported(Vec<Issue>),
    /// The draft is incomplete or contradictory, so it cannot be deployed. Every reason is listed.
    #[error("the API cannot be deployed: {}", joined(.0))]
    NotDeployable(Vec<Issue>),
    /// The caller may not do that.
    #[error("{message}")]
    Forbidden {
        /// Who may not do what.
        message: String,
    },
    /// Nothing can be written at present.
    #[error("{message}")]
    ReadOnly {
        /// Why, and what the operator should do.
        message: String,
    },
    /// The store failed. Whether the change was made is unknown.
    #[error("the store failed; the log says why")]
    Storage {
        /// What happened, for the operator's log.
        detail: String,
    },
}

impl Error {
    /// A thing that is not there.
    pub(crate) fn not_found(noun: Noun, id: impl fmt::Display) -> Self {
        Self::NotFound { noun, id: id.to_string() }
    }

    /// A thing that is there already.
    pub(crate) fn already_exists(noun: Noun, id: impl fmt::Display) -> Self {
        Self::AlreadyExists { noun, id: id.to_string() }
    }

    /// One wrong field.
    pub(crate) fn invalid(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Invalid(vec![Issue::new(field, message)])
    }

    /// A state that does not allow it.
    pub(crate) fn precondition(message: impl Into<String>) -> Self {
        Self::FailedPrecondition { message: message.into() }
    }

    /// The same failure with its fields seen from one level further out, as [`Issue::at`] does it.
    #[must_use]
    pub fn at(self, prefix: &str) -> Self {
        let all = |issues: Vec<Issue>| issues.into_iter().map(|issue| issue.at(prefix)).collect();
        match self {
            Self::Invalid(issues) => Self::Invalid(all(issues)),
            Self::LimitExceeded(issue) => Self::LimitExceeded(issue.at(prefix)),
            other @ (Self::NotFound { .. }
            | Self::AlreadyExists { .. }
            | Self::StaleRevision { .. }
            | Self::Contended { .. }
            | Self::InUse { .. }
            | Self::FailedPrecondition { .. }
            | Self::Unsupported(_)
            | Self::NotDeployable(_)
            | Self::Forbidden { .. }
            | Self::ReadOnly { .. }
            | Self::Storage { .. }) => other,
        }
    }

    /// The faults with their fields, for those failures that have some.
    #[must_use]
    pub fn issues(&self) -> &[Issue] {
        match self {
            Self::Invalid(issues) | Self::Unsupported(issues) | Self::NotDeployable(issues) => issues,
            Self::LimitExceeded(issue) => std::slice::from_ref(issue),
            Self::NotFound { .. }
            | Self::AlreadyExists { .. }
            | Self::StaleRevision { .. }
            | Self::Contended { .. }
            | Self::InUse { .. }
            | Self::FailedPrecondition { .. }
            | Self::Forbidden { .. }
            | Self::ReadOnly { .. }
            | Self::Storage { .. } => &[],
        }
    }

    /// What only the operator should read: it may name files and keys.
    #[must_use]
    pub fn detail(&self) -> Option<&str> {
        match self {
            Self::Storage { detail } => Some(detail),
            Self::NotFound { .. }
            | Self::AlreadyExists { .. }
            | Self::StaleRevision { .. }
            | Self::Contended { .. }
            | Self::Invalid(_)
            | Self::LimitExceeded(_)
            | Self::InUse { .. }
            | Self::FailedPrecondition { .. }
            | Self::Unsupported(_)
            | Self::NotDeployable(_)
            | Self::Forbidden { .. }
            | Self::ReadOnly { .. } => None,
        }
    }
}

/// All faults in one line.
fn joined(issues: &[Issue]) -> String {
    issues.iter().map(Issue::to_string).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_seen_from_further_out_and_messages_stay() {
        let error = Error::Invalid(vec![Issue::new("name", "too long"), Issue::new("", "odd")]).at("api");
        assert_eq!(error.to_string(), "api.name: too long; api: odd");
        let error = Error::not_found(Noun::Stage, "prod").at("api");
        assert_eq!(error.to_string(), "there is no stage prod");
    }

    #[test]
    fn the_callers_message_hides_what_the_store_said() {
        let error = Error::Storage { detail: "disk 7 on fire".into() };
        assert!(!error.to_string().contains("fire"));
        assert_eq!(error.detail(), Some("disk 7 on fire"));
    }
}
