//! Cross-origin resource sharing: the marks of its static form, and its policy form.
//!
//! Terms are Fetch's (<https://fetch.spec.whatwg.org/#http-cors-protocol>). What can do harm cannot be held:
//! a [`CorsPolicy`] with credentials for any origin, or for `null`, does not exist.

use std::collections::{BTreeMap, BTreeSet};

use super::{HeaderParameter, OriginPattern, Verb};

/// What `EnableCors` (static form) set on one method or gateway response.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CorsMark {
    /// Whether `EnableCors` made the whole thing (the `OPTIONS` method, the gateway response).
    pub created: bool,
    /// The headers it mapped and the expressions it gave them. One that differs now was edited by hand and is kept.
    pub headers: BTreeMap<HeaderParameter, String>,
    /// The headers it declared on the method response; others of `headers` were declared before, by hand.
    pub declared: BTreeSet<HeaderParameter>,
}

/// Which origins a policy allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origins {
    /// Every origin, answered `*`; never with credentials.
    Any,
    /// Those that one of these patterns matches; at least one.
    Listed(Vec<OriginPattern>),
}

/// Which methods a preflight is told of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CorsMethods {
    /// Those the resource has, and `OPTIONS`, as they are at deployment.
    OfResource,
    /// These, in the order given; `*` stands for every method of a request without credentials.
    Listed(Vec<http::Method>),
}

/// Which header names a header is told to hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CorsHeaders {
    /// `*`: every name, for requests without credentials, and never `Authorization`.
    Any,
    /// These, in the order and spelling given; may be empty.
    Listed(Vec<HeaderParameter>),
}

impl CorsHeaders {
    /// Whether `*` is among the names; it may stand beside `Authorization`, which it does not cover.
    #[must_use]
    pub fn has_wildcard(&self) -> bool {
        match self {
            Self::Any => true,
            Self::Listed(names) => names.iter().any(|name| name.as_str() == "*"),
        }
    }
}

/// Who owns the CORS headers on the answers of proxy integrations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ProxyCors {
    /// The back end: its headers pass through, the gateway adds none.
    #[default]
    LeftToBackEnd,
    /// The gateway: its headers replace whatever the back end sent.
    Own,
}

/// Whether answers that the gateway itself gives carry the policy's headers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum GatewayErrors {
    /// They do, so that a script can read the error.
    #[default]
    WithCors,
    /// They do not.
    Bare,
}

/// A pair of settings that must not meet.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidCors {
    /// `*` and credentials.
    #[error("credentials are never allowed for any origin (*): list the origins, or leave credentials out")]
    AnyWithCredentials,
    /// `null` and credentials.
    #[error(
        "credentials are never allowed for the origin null, which every sandboxed page has: remove null, or leave credentials out"
    )]
    NullWithCredentials,
    /// `*` among request headers together with credentials, where it would be a literal name.
    #[error("with credentials, browsers read * as a header's literal name: list the names")]
    AnyHeaderWithCredentials,
    /// `*` among exposed headers together with credentials, where it would be a literal name.
    #[error("with credentials, browsers read * as a header's literal name: list the names to expose")]
    AnyExposedWithCredentials,
    /// `*` among methods together with credentials, where it would be a literal name.
    #[error("with credentials, browsers read * as a method's literal name: list the methods")]
    AnyMethodWithCredentials,
    /// No origin at all.
    #[error("at least one origin is needed, or * for all")]
    NoOrigin,
    /// Beyond the range of `Access-Control-Max-Age`.
    #[error("max age is 0 to {max} seconds, not {given}: a longer one would hide a tightened policy from browsers", max = CorsPolicy::MAX_MAX_AGE)]
    MaxAge {
        /// What was asked for, in seconds.
        given: u32,
    },
}

/// The policy form of CORS: what static header values cannot say. Made by [`CorsPolicy::new`] only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CorsPolicy {
    origins: Origins,
    credentials: bool,
    methods: CorsMethods,
    allow_headers: CorsHeaders,
    expose_headers: CorsHeaders,
    max_age: Option<u32>,
    /// Who owns the headers on the answers of proxy integrations.
    pub proxy: ProxyCors,
    /// Whether the gateway's own answers carry them.
    pub gateway_errors: GatewayErrors,
}

impl CorsPolicy {
    /// The longest max age in seconds: what Chromium caps it to.
    pub const MAX_MAX_AGE: u32 = 7200;

    /// A policy, if its settings can stand together.
    ///
    /// # Errors
    /// Every pair that must not meet.
    pub fn new(
        origins: Origins,
        credentials: bool,
        methods: CorsMethods,
        allow_headers: CorsHeaders,
        expose_headers: CorsHeaders,
        max_age: Option<u32>,
    ) -> Result<Self, Vec<InvalidCors>> {
        let mut faults = Vec::new();
        match &origins {
            Origins::Any if credentials => faults.push(InvalidCors::AnyWithCredentials),
            Origins::Listed(patterns) if patterns.is_empty() => faults.push(InvalidCors::NoOrigin),
            Origins::Listed(patterns) if credentials && patterns.contains(&OriginPattern::Null) => {
                faults.push(InvalidCors::NullWithCredentials);
            }
            Origins::Any | Origins::Listed(_) => {}
        }
        if credentials && allow_headers.has_wildcard() {
            faults.push(InvalidCors::AnyHeaderWithCredentials);
        }
        if credentials && expose_headers.has_wildcard() {
            faults.push(InvalidCors::AnyExposedWithCredentials);
        }
        if credentials
            && matches!(&methods, CorsMethods::Listed(list) if list.iter().any(|m| m.as_str() == "*"))
        {
            faults.push(InvalidCors::AnyMethodWithCredentials);
        }
        if let Some(given) = max_age.filter(|age| *age > Self::MAX_MAX_AGE) {
            faults.push(InvalidCors::MaxAge { given });
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        Ok(Self {
            origins,
            credentials,
            methods,
            allow_headers,
            expose_headers,
            max_age,
            proxy: ProxyCors::default(),
            gateway_errors: GatewayErrors::default(),
        })
    }

    /// Which origins are allowed.
    #[must_use]
    pub fn origins(&self) -> &Origins {
        &self.origins
    }

    /// Whether requests with credentials are.
    #[must_use]
    pub fn credentials(&self) -> bool {
        self.credentials
    }

    /// Which methods a preflight is told of.
    #[must_use]
    pub fn methods(&self) -> &CorsMethods {
        &self.methods
    }

    /// Which request headers a preflight is told of.
    #[must_use]
    pub fn allow_headers(&self) -> &CorsHeaders {
        &self.allow_headers
    }

    /// Which answer headers a script may read.
    #[must_use]
    pub fn expose_headers(&self) -> &CorsHeaders {
        &self.expose_headers
    }

    /// How long a browser may remember the preflight, in seconds.
    #[must_use]
    pub fn max_age(&self) -> Option<u32> {
        self.max_age
    }
}

/// The verbs of a resource as a preflight is told of them: its own and `OPTIONS`, all seven when it has `ANY`,
/// in alphabetical order (API Gateway's console).
#[must_use]
pub fn verbs_of_resource(verbs: impl IntoIterator<Item = Verb>) -> Vec<Verb> {
    let mut set: BTreeSet<Verb> = verbs.into_iter().collect();
    if set.contains(&Verb::Any) {
        return Verb::CONCRETE.to_vec();
    }
    set.insert(Verb::Options);
    set.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_never_meet_any_or_null() {
        let make = |origins| {
            CorsPolicy::new(
                origins,
                true,
                CorsMethods::OfResource,
                CorsHeaders::Listed(vec![]),
                CorsHeaders::Listed(vec![]),
                None,
            )
        };
        assert_eq!(make(Origins::Any), Err(vec![InvalidCors::AnyWithCredentials]));
        assert_eq!(
            make(Origins::Listed(vec![OriginPattern::Null])),
            Err(vec![InvalidCors::NullWithCredentials])
        );
        assert_eq!(make(Origins::Listed(vec![])), Err(vec![InvalidCors::NoOrigin]));
    }
}
