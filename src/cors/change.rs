//! One line of what `EnableCors` or `DisableCors` does, as the console's *Confirm method changes* shows it.

use std::fmt;

use super::header::CorsHeader;
use crate::model::{GatewayResponseType, HeaderParameter, ResourceId, ResourcePath, Status, Verb};

/// Which resources a call is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// One resource; its children are not affected.
    Resource(ResourceId),
    /// One resource and all below it.
    Subtree(ResourceId),
    /// Every resource, and in the policy form also requests that reach none.
    Api,
}

/// What happens, or does not happen, to one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The resource it is on; `None` for what belongs to the API: its policy and its gateway responses.
    pub path: Option<ResourcePath>,
    /// The method it is on.
    pub verb: Option<Verb>,
    /// The thing.
    pub what: What,
    /// What was there.
    pub old: Option<String>,
    /// What is there now.
    pub new: Option<String>,
    /// What happens to it.
    pub kind: ChangeKind,
}

/// The thing that a change is about, in API Gateway's terms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// The method itself.
    Method,
    /// A method response.
    MethodResponse(Status),
    /// The integration.
    Integration,
    /// An integration response.
    IntegrationResponse(Status),
    /// A header that the method response declares.
    MethodResponseHeader(Status, HeaderParameter),
    /// A header that the integration response maps.
    IntegrationResponseHeader(Status, HeaderParameter),
    /// A gateway response.
    GatewayResponse(GatewayResponseType),
    /// A header that a gateway response maps.
    GatewayResponseHeader(GatewayResponseType, HeaderParameter),
    /// A CORS policy.
    Policy,
}

impl What {
    /// The header it is about, if it is about one.
    #[must_use]
    pub fn header(&self) -> Option<&HeaderParameter> {
        match self {
            Self::MethodResponseHeader(_, header)
            | Self::IntegrationResponseHeader(_, header)
            | Self::GatewayResponseHeader(_, header) => Some(header),
            Self::Method
            | Self::MethodResponse(_)
            | Self::Integration
            | Self::IntegrationResponse(_)
            | Self::GatewayResponse(_)
            | Self::Policy => None,
        }
    }
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Method => f.write_str("method"),
            Self::MethodResponse(status) => write!(f, "method response {status}"),
            Self::Integration => f.write_str("integration"),
            Self::IntegrationResponse(status) => write!(f, "integration response {status}"),
            Self::MethodResponseHeader(status, header) => {
                write!(f, "method response {status}: header {header}")
            }
            Self::IntegrationResponseHeader(status, header) => {
                write!(f, "integration response {status}: header {header}")
            }
            Self::GatewayResponse(kind) => write!(f, "gateway response {kind}"),
            Self::GatewayResponseHeader(kind, header) => {
                write!(f, "gateway response {kind}: header {header}")
            }
            Self::Policy => f.write_str("CORS policy"),
        }
    }
}

/// Why something stays as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeptWhy {
    /// It is what was asked for already.
    Same,
    /// It was made or edited by hand, and replacing was not asked for.
    ByHand,
    /// Something else still needs it.
    Needed,
}

/// What happens to a thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChangeKind {
    /// It was not there.
    Created,
    /// It had another value.
    Overwritten,
    /// It was there and goes.
    Removed,
    /// It stays.
    Kept(KeptWhy),
    /// The gateway does not touch a proxy integration's answers: the back end must send these headers itself.
    LeftToBackEnd {
        /// Header and value.
        must_send: Vec<(CorsHeader, String)>,
    },
    /// It could not be done; everything else is.
    Skipped {
        /// Why not.
        reason: String,
        /// The call that makes it possible.
        mend: String,
    },
}

impl ChangeKind {
    /// Whether the draft differs afterwards.
    #[must_use]
    pub fn is_edit(&self) -> bool {
        matches!(self, Self::Created | Self::Overwritten | Self::Removed)
    }

    /// A word for it.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Overwritten => "overwritten",
            Self::Removed => "removed",
            Self::Kept(_) => "kept",
            Self::LeftToBackEnd { .. } => "left to the back end",
            Self::Skipped { .. } => "skipped",
        }
    }
}

/// The changes so far, and where the next one is.
#[derive(Clone, Debug, Default)]
pub(super) struct Ledger {
    path: Option<ResourcePath>,
    verb: Option<Verb>,
    changes: Vec<Change>,
}

impl Ledger {
    /// From here on changes are on this resource.
    pub(super) fn on_resource(&mut self, path: &ResourcePath) {
        self.path = Some(path.clone());
        self.verb = None;
    }

    /// From here on changes are on this method of the resource.
    pub(super) fn on_method(&mut self, verb: Verb) {
        self.verb = Some(verb);
    }

    /// From here on changes are on what belongs to the API.
    pub(super) fn on_api(&mut self) {
        self.path = None;
        self.verb = None;
    }

    pub(super) fn note(&mut self, what: What, old: Option<String>, new: Option<String>, kind: ChangeKind) {
        let (path, verb) = (self.path.clone(), self.verb);
        self.changes.push(Change { path, verb, what, old, new, kind });
    }

    pub(super) fn created(&mut self, what: What, new: Option<String>) {
        self.note(what, None, new, ChangeKind::Created);
    }

    pub(super) fn removed(&mut self, what: What, old: Option<String>) {
        self.note(what, old, None, ChangeKind::Removed);
    }

    pub(super) fn skipped(&mut self, what: What, reason: String, mend: String) {
        self.note(what, None, None, ChangeKind::Skipped { reason, mend });
    }

    pub(super) fn into_changes(self) -> Vec<Change> {
        self.changes
    }
}
