//! The list of changes that enabling and disabling answer.

use crate::cors::{Change, ChangeKind, KeptWhy, What};
use crate::wire::pb;

/// A change as a message has it.
pub(super) fn into_pb(change: Change) -> pb::CorsChange {
    let mut message = pb::CorsChange {
        path: change.path.map(|path| path.to_string()).unwrap_or_default(),
        http_method: change.verb.map(|verb| verb.to_string()).unwrap_or_default(),
        response_type: match &change.what {
            What::GatewayResponse(kind) | What::GatewayResponseHeader(kind, _) => kind.to_string(),
            What::Method
            | What::MethodResponse(_)
            | What::Integration
            | What::IntegrationResponse(_)
            | What::MethodResponseHeader(..)
            | What::IntegrationResponseHeader(..)
            | What::Policy => String::new(),
        },
        subject: change.what.to_string(),
        old_value: change.old,
        new_value: change.new,
        ..pb::CorsChange::default()
    };
    let kind = match change.kind {
        ChangeKind::Created => pb::CorsChangeKind::Created,
        ChangeKind::Overwritten => pb::CorsChangeKind::Overwritten,
        ChangeKind::Removed => pb::CorsChangeKind::Removed,
        ChangeKind::Kept(why) => {
            message.reason = kept(why).to_owned();
            pb::CorsChangeKind::Kept
        }
        ChangeKind::LeftToBackEnd { must_send } => {
            message.reason = "the answers of a proxy integration pass through untouched".to_owned();
            let header = |(header, value): (crate::cors::CorsHeader, String)| pb::Header {
                name: header.as_str().to_owned(),
                value,
            };
            message.must_send = must_send.into_iter().map(header).collect();
            pb::CorsChangeKind::LeftToBackEnd
        }
        ChangeKind::Skipped { reason, mend } => {
            message.reason = reason;
            message.mend = mend;
            pb::CorsChangeKind::Skipped
        }
    };
    message.kind = kind.into();
    message
}

fn kept(why: KeptWhy) -> &'static str {
    match why {
        KeptWhy::Same => "it is what was asked for already",
        KeptWhy::ByHand => "it was made or edited by hand, and replacing was not asked for",
        KeptWhy::Needed => "something else still needs it",
    }
}
