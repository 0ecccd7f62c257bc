//! What mappings may ask about a request: nothing is copied until somebody asks.

use std::borrow::Cow;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::Version;
use http::header::{HeaderMap, HeaderName, HeaderValue, USER_AGENT};

use super::exchange::Exchange;
use super::respond::Fault;
use crate::compile::IntegrationPlan;
use crate::mapping::headers::{is_hidden, is_signature};
use crate::mapping::{ContextVariable, Facts, Payload};
use crate::route::host_without_port;
use crate::template::Environment;

/// A request, and what became of it so far.
pub(super) struct RequestFacts<'e> {
    exchange: &'e Exchange,
    answer: Option<&'e HeaderMap>,
    answer_payload: Option<&'e Payload>,
    input: Option<&'e Payload>,
    fault: Option<&'e Fault>,
}

impl<'e> RequestFacts<'e> {
    /// Before there is an answer.
    pub(super) fn of(exchange: &'e Exchange) -> Self {
        Self { exchange, answer: None, answer_payload: None, input: None, fault: None }
    }

    /// With what an integration answered: headers, and the body where it is held, which templates then read.
    pub(super) fn with_answer(
        exchange: &'e Exchange,
        answer: Option<&'e HeaderMap>,
        payload: Option<&'e Payload>,
    ) -> Self {
        Self { answer, answer_payload: payload, input: payload, ..Self::of(exchange) }
    }

    /// With the fault that the gateway answers with.
    pub(super) fn of_fault(exchange: &'e Exchange, fault: &'e Fault) -> Self {
        Self { fault: Some(fault), ..Self::of(exchange) }
    }

    /// With what a template reads as its payload.
    pub(super) fn with_input(self, input: Option<&'e Payload>) -> Self {
        Self { input, ..self }
    }

    /// The id that an AWS service gave its answer; S3 has a name of its own for it.
    fn aws_request_id(&self) -> Option<&str> {
        let answer = match self.exchange.plan()?.integration {
            IntegrationPlan::Aws(_) => self.answer?,
            _ => return None,
        };
        answer.get("x-amzn-requestid").or_else(|| answer.get("x-amz-request-id"))?.to_str().ok()
    }

    /// When the request came.
    fn time(&self) -> Duration {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        now.saturating_sub(self.exchange.started.elapsed())
    }
}

impl Facts for RequestFacts<'_> {
    fn headers(&self) -> &HeaderMap {
        &self.exchange.head.headers
    }

    fn query(&self) -> Option<&str> {
        self.exchange.head.uri.query()
    }

    fn answer_headers(&self) -> Option<&HeaderMap> {
        self.answer
    }

    fn payload(&self) -> Option<&Payload> {
        self.exchange.held()
    }

    fn answer_payload(&self) -> Option<&Payload> {
        self.answer_payload
    }

    fn path_parameter(&self, name: &str) -> Option<&str> {
        self.exchange.path_parameters().find(|(own, _)| *own == name).map(|(_, value)| value)
    }

    fn context(&self, variable: ContextVariable) -> Option<Cow<'_, str>> {
        use ContextVariable as V;
        let exchange = self.exchange;
        let stage = exchange.stage.as_deref();
        let borrowed = |text| Some(Cow::Borrowed(text));
        match variable {
            V::AccountId => borrowed(stage?.plan.settings.partition.account.as_str()),
            V::ApiId => borrowed(stage?.plan.api_id.as_str()),
            V::AwsEndpointRequestId => borrowed(self.aws_request_id()?),
            V::DeploymentId => Some(Cow::Owned(stage?.plan.settings.deployment?.to_string())),
            V::DomainName => Some(host_without_port(exchange.host())),
            V::DomainPrefix => match host_without_port(exchange.host()) {
                Cow::Borrowed(host) => borrowed(host.split('.').next().unwrap_or_default()),
                Cow::Owned(host) => Some(Cow::Owned(host.split('.').next().unwrap_or_default().to_owned())),
            },
            V::ErrorMessage => borrowed(&*self.fault?.message),
            V::ErrorValidationErrorString => borrowed(self.fault?.validation_error.as_deref()?),
            V::ErrorMessageString => Some(Cow::Owned(self.fault?.message_string())),
            V::ErrorResponseType => borrowed(self.fault?.response_type.as_str()),
            V::ExtendedRequestId => borrowed(exchange.extended_id.as_str()),
            V::HttpMethod => borrowed(exchange.head.method.as_str()),
            V::IdentitySourceIp => Some(Cow::Owned(exchange.caller.from.ip().to_canonical().to_string())),
            V::IdentityUserAgent => borrowed(exchange.head.headers.get(USER_AGENT)?.to_str().ok()?),
            V::Path => borrowed(exchange.head.uri.path()),
            V::Protocol => borrowed(protocol(exchange.head.version)),
            V::RequestId => borrowed(exchange.request_id.as_str()),
            V::RequestTime => Some(Cow::Owned(common_log_time(self.time().as_secs()))),
            V::RequestTimeEpoch => Some(Cow::Owned(self.time().as_millis().to_string())),
            V::ResourceId => Some(Cow::Owned(exchange.plan()?.resource_id.to_string())),
            V::ResourcePath => borrowed(&exchange.plan()?.resource_path),
            V::Stage => borrowed(stage?.plan.settings.name.as_str()),
            // Known only to AWS, or to a step that is not built yet: `ContextSource::Absent`.
            _ => None,
        }
    }
}

impl Environment for RequestFacts<'_> {
    fn input(&self) -> Option<&Payload> {
        self.input
    }

    fn path_parameters<'a>(&'a self, take: &mut dyn FnMut(&'a str, &'a str)) {
        let mut parameters: Vec<_> = self.exchange.path_parameters().collect();
        parameters.reverse();
        parameters.into_iter().for_each(|(name, value)| take(name, value));
    }

    fn headers_as_sent<'a>(&'a self, take: &mut dyn FnMut(&'a str, &'a HeaderValue)) {
        for (name, value) in self.exchange.headers_as_sent() {
            let is_seen = |name: HeaderName| !is_hidden(&name) && !is_signature(&name, value);
            if HeaderName::from_bytes(name.as_bytes()).is_ok_and(is_seen) {
                take(name, value);
            }
        }
    }

    fn stage_variable(&self, name: &str) -> Option<&str> {
        self.exchange.stage.as_ref()?.plan.settings.variables.get(name)
    }

    fn stage_variables<'a>(&'a self, take: &mut dyn FnMut(&'a str, &'a str)) {
        let stage = self.exchange.stage.iter();
        stage
            .flat_map(|stage| stage.plan.settings.variables.iter())
            .for_each(|(name, value)| take(name, value));
    }
}

/// The protocol as `$context.protocol` spells it.
pub(super) fn protocol(version: Version) -> &'static str {
    match version {
        Version::HTTP_10 => "HTTP/1.0",
        Version::HTTP_2 => "HTTP/2.0",
        _ => "HTTP/1.1",
    }
}

/// Seconds since 1970 as common log format has them: `24/Nov/2026:05:00:00 +0000`.
pub(super) fn common_log_time(seconds: u64) -> String {
    // `Tue, 24 Nov 2026 05:00:00 GMT`: the same parts in another order.
    let date = httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_secs(seconds));
    let part = |range: std::ops::Range<usize>| date.get(range).unwrap_or_default();
    format!("{}/{}/{}:{} +0000", part(5..7), part(8..11), part(12..16), part(17..25))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_in_common_log_format() {
        assert_eq!(common_log_time(1_795_496_400), "24/Nov/2026:05:00:00 +0000");
        assert_eq!(common_log_time(0), "01/Jan/1970:00:00:00 +0000");
    }
}
