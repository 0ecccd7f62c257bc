//! Cross-origin resource sharing.

use super::field::{self, ClosedSet, InvalidRecord, closed_set};
use super::pb;
use crate::model::{CorsHeaders, CorsMark, CorsMethods, CorsPolicy, GatewayErrors, Origins, ProxyCors};

closed_set!(ProxyCors { LeftToBackEnd = LeftToBackEnd, Own = Own });
closed_set!(GatewayErrors { WithCors = WithCors, Bare = Bare });

impl From<&CorsMark> for pb::CorsMark {
    fn from(mark: &CorsMark) -> Self {
        Self {
            created: mark.created,
            headers: field::texts(&mark.headers),
            declared: mark.declared.iter().map(ToString::to_string).collect(),
        }
    }
}

impl TryFrom<pb::CorsMark> for CorsMark {
    type Error = InvalidRecord;

    fn try_from(stored: pb::CorsMark) -> Result<Self, InvalidRecord> {
        let declared = stored.declared.iter().map(|name| field::parse("declared", name));
        Ok(Self {
            created: stored.created,
            headers: field::keyed("headers", stored.headers)?,
            declared: declared.collect::<Result<_, _>>()?,
        })
    }
}

impl From<&CorsHeaders> for pb::CorsHeaders {
    fn from(headers: &CorsHeaders) -> Self {
        match headers {
            CorsHeaders::Any => Self { any: true, names: Vec::new() },
            CorsHeaders::Listed(names) => {
                Self { any: false, names: names.iter().map(ToString::to_string).collect() }
            }
        }
    }
}

impl TryFrom<pb::CorsHeaders> for CorsHeaders {
    type Error = InvalidRecord;

    fn try_from(stored: pb::CorsHeaders) -> Result<Self, InvalidRecord> {
        if stored.any {
            return Ok(Self::Any);
        }
        let names = stored.names.iter().map(|name| field::parse("names", name));
        Ok(Self::Listed(names.collect::<Result<_, _>>()?))
    }
}

impl From<&CorsPolicy> for pb::CorsPolicy {
    fn from(policy: &CorsPolicy) -> Self {
        let origins = match policy.origins() {
            Origins::Any => Vec::new(),
            Origins::Listed(patterns) => patterns.iter().map(ToString::to_string).collect(),
        };
        let methods = match policy.methods() {
            CorsMethods::OfResource => None,
            CorsMethods::Listed(methods) => {
                Some(pb::CorsMethods { names: methods.iter().map(ToString::to_string).collect() })
            }
        };
        Self {
            any_origin: *policy.origins() == Origins::Any,
            origins,
            credentials: policy.credentials(),
            methods,
            allow_headers: Some(policy.allow_headers().into()),
            expose_headers: Some(policy.expose_headers().into()),
            max_age_seconds: policy.max_age(),
            proxy: pb::ProxyCors::from(policy.proxy).into(),
            gateway_errors: pb::GatewayErrors::from(policy.gateway_errors).into(),
        }
    }
}

impl TryFrom<pb::CorsPolicy> for CorsPolicy {
    type Error = InvalidRecord;

    fn try_from(stored: pb::CorsPolicy) -> Result<Self, InvalidRecord> {
        let origins = if stored.any_origin {
            Origins::Any
        } else {
            let patterns = stored.origins.iter().map(|origin| field::parse("origins", origin));
            Origins::Listed(patterns.collect::<Result<_, _>>()?)
        };
        let methods = match stored.methods {
            None => CorsMethods::OfResource,
            Some(list) => {
                let methods = list.names.iter().map(|name| field::parse("methods", name));
                CorsMethods::Listed(methods.collect::<Result<_, _>>()?)
            }
        };
        let mut policy = Self::new(
            origins,
            stored.credentials,
            methods,
            field::present("allow_headers", field::inner("allow_headers", stored.allow_headers)?)?,
            field::present("expose_headers", field::inner("expose_headers", stored.expose_headers)?)?,
            stored.max_age_seconds,
        )
        .map_err(|faults| {
            let faults: Vec<_> = faults.iter().map(ToString::to_string).collect();
            InvalidRecord::new("cors_policy", faults.join("; "))
        })?;
        policy.proxy = ProxyCors::read("proxy", stored.proxy)?;
        policy.gateway_errors = GatewayErrors::read("gateway_errors", stored.gateway_errors)?;
        Ok(policy)
    }
}
