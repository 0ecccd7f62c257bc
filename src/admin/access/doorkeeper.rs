//! Finds out who a caller is: by its bearer token, else by its certificate, else, where that is allowed, by nothing.

use std::sync::Arc;

use http::HeaderMap;
use http::header::AUTHORIZATION;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use tonic::{Code, Status};

use super::attempts::Attempts;
use super::{AccessConfig, Peer};
use crate::admin::status;
use crate::control::Control;
use crate::model::{Caller, Grant, Role, TokenText};
use crate::ops::Metrics;

/// Why a call was refused, as the metric says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reason {
    /// It brought nothing to prove who its caller is.
    NoCredentials,
    /// What it brought is in no form that is known here.
    Malformed,
    /// A token that is not known, is expired, or whose secret is another.
    Token,
    /// A certificate about which no rule is.
    Certificate,
    /// Too many attempts of its address are held back already.
    Attempts,
    /// Its caller is known and may not do that.
    Permission,
}

impl Reason {
    const fn as_str(self) -> &'static str {
        match self {
            Self::NoCredentials => "no_credentials",
            Self::Malformed => "malformed",
            Self::Token => "token",
            Self::Certificate => "certificate",
            Self::Attempts => "attempts",
            Self::Permission => "permission",
        }
    }
}

/// A caller that is not let in.
struct Refused {
    reason: Reason,
    message: String,
}

type Refusals = Family<[(&'static str, &'static str); 1], Counter>;

/// Knows callers by what they bring.
#[derive(Clone)]
pub(super) struct Doorkeeper {
    config: Arc<AccessConfig>,
    control: Control,
    attempts: Attempts,
    refusals: Refusals,
}

impl Doorkeeper {
    pub(super) fn new(config: AccessConfig, control: Control, metrics: &Metrics) -> Self {
        let refusals = Refusals::default();
        let registered = refusals.clone();
        metrics.register(|registry| {
            let help = "Calls of the admin API that were refused, by reason";
            registry.register("admin_refusals", help, registered);
        });
        Self { config: Arc::new(config), control, attempts: Attempts::default(), refusals }
    }

    /// Who calls `operation`, and what it may do.
    ///
    /// # Errors
    /// `UNAUTHENTICATED`, held back longer each time, when it is not known.
    pub(super) async fn admit(
        &self,
        headers: &HeaderMap,
        peer: &Peer,
        operation: &str,
    ) -> Result<Caller, Status> {
        if !self.attempts.may_try(peer.address) {
            self.count(Reason::Attempts);
            let message = "too many failed attempts from your address at a time: wait for their answers";
            return Err(status::refused(Code::ResourceExhausted, "TOO_MANY_ATTEMPTS", message));
        }
        match self.identify(headers, peer).await? {
            Ok((actor, grant)) => {
                if headers.contains_key(AUTHORIZATION) {
                    self.attempts.succeeded(peer.address);
                }
                Ok(Caller { actor: actor.into(), address: peer.address, operation: operation.into(), grant })
            }
            Err(refused) => {
                self.count(refused.reason);
                tracing::info!(
                    address = peer.address.map(tracing::field::display),
                    operation,
                    reason = refused.reason.as_str(),
                    "refused a caller of the admin API"
                );
                if refused.reason != Reason::NoCredentials {
                    self.attempts.failed(peer.address).await;
                }
                Err(status::refused(Code::Unauthenticated, "UNAUTHENTICATED", &refused.message))
            }
        }
    }

    /// Notes that a caller who is known may not do something.
    pub(super) fn denied(&self, caller: &Caller) {
        self.count(Reason::Permission);
        tracing::info!(
            actor = %caller.actor,
            address = caller.address.map(tracing::field::display),
            operation = %caller.operation,
            "denied a call of the admin API"
        );
    }

    fn count(&self, reason: Reason) {
        self.refusals.get_or_create(&[("reason", reason.as_str())]).inc();
    }

    async fn identify(
        &self,
        headers: &HeaderMap,
        peer: &Peer,
    ) -> Result<Result<(String, Grant), Refused>, Status> {
        // What a caller brings counts before what it is at: whoever sends a token wants its rights, and no more.
        match bearer(headers) {
            Ok(Some(text)) => self.by_token(text).await,
            Ok(None) => Ok(self.by_connection(peer)),
            Err(refused) => Ok(Err(refused)),
        }
    }

    async fn by_token(&self, text: &str) -> Result<Result<(String, Grant), Refused>, Status> {
        let refused = || Refused {
            reason: Reason::Token,
            message: "the token is not known, revoked or expired".to_owned(),
        };
        let Some(sent) = TokenText::parse(text) else {
            return Ok(Err(malformed("the bearer token is none of `postern token create`")));
        };
        let token = self.control.verify_token(&sent).await.map_err(status::failure)?;
        Ok(token.map(|token| (token.actor(), token.grant)).ok_or_else(refused))
    }

    fn by_connection(&self, peer: &Peer) -> Result<(String, Grant), Refused> {
        if peer.is_process {
            return Ok(("postern".to_owned(), Grant::of(Role::Admin)));
        }
        if let Some(names) = &peer.certificate {
            return match names.find(&self.config.certificates) {
                Some((rule, name)) => Ok((format!("certificate:{name}"), rule.grant.clone())),
                None => Err(Refused {
                    reason: Reason::Certificate,
                    message: format!(
                        "no --admin-client-role is about this client certificate ({})",
                        names.shown()
                    ),
                }),
            };
        }
        if self.config.required {
            return Err(Refused {
                reason: Reason::NoCredentials,
                message: "this listener asks for credentials: send a token as \
                          `authorization: Bearer …` (`postern --token-file FILE`)"
                    .to_owned(),
            });
        }
        Ok(("local".to_owned(), Grant::of(Role::Admin)))
    }
}

/// The bearer token of a request (RFC 6750 section 2.1), if it has one.
fn bearer(headers: &HeaderMap) -> Result<Option<&str>, Refused> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let Some(value) = values.next() else { return Ok(None) };
    let token = value.to_str().ok().and_then(|text| {
        let (scheme, token) = text.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim_start_matches(' '))
    });
    match (token, values.next()) {
        (Some(token), None) => Ok(Some(token)),
        (Some(_), Some(_)) => Err(malformed("the request has more than one authorization")),
        (None, _) => Err(malformed("the authorization is no `Bearer …`")),
    }
}

fn malformed(message: &str) -> Refused {
    Refused { reason: Reason::Malformed, message: message.to_owned() }
}
