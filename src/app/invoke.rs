//! Joins the two floors that do not know each other: the use cases' `Invoke` with the data plane's entry without
//! sockets.

use async_trait::async_trait;
use http::header::ACCESS_CONTROL_ALLOW_ORIGIN;
use http::{HeaderMap, HeaderValue, Method, StatusCode};

use crate::control::{Invoke, Question, TestAnswer, TestRun};
use crate::cors::verdict::{Answer, AnsweredBy, Observation};
use crate::gateway::{BackEndCall, Invocation, Invoked, Invoker, NotRunning, Target};
use crate::model::GatewayResponseType;

/// What a back end of which nothing is known is said to allow. No origin is spelt like this, so where it comes back to
/// the caller, the back end decides about CORS, and where it does not, the gateway does.
const PROBE: HeaderValue = HeaderValue::from_static("what-the-back-end-says");

/// The data plane, as use cases see it.
pub(super) struct Joined(pub(super) Invoker);

#[async_trait]
impl Invoke for Joined {
    async fn test(&self, run: TestRun) -> TestAnswer {
        let path = run.path.to_string();
        let call = run.call;
        let invocation = Invocation {
            plan: run.plan,
            method: run.called.to_method().unwrap_or(Method::GET),
            target: Target::Method { resource_path: path.clone(), verb: run.verb },
            path_and_query: call.path_and_query.unwrap_or(path),
            headers: call.headers,
            body: call.body,
            back_end: BackEndCall::Real,
        };
        match self.0.invoke(invocation).await {
            Ok(Invoked { status, headers, body, latency, log, .. }) => {
                TestAnswer { status, headers, body, latency, log }
            }
            Err(error) => TestAnswer {
                status: StatusCode::INTERNAL_SERVER_ERROR,
                headers: HeaderMap::new(),
                body: bytes::Bytes::new(),
                latency: std::time::Duration::ZERO,
                log: vec![format!("the method was not run: {error}")],
            },
        }
    }

    async fn observe(&self, question: Question) -> Observation {
        let asked = question.back_end.is_some();
        let back_end = question.back_end.map_or_else(
            || {
                BackEndCall::Said(
                    StatusCode::OK,
                    HeaderMap::from_iter([(ACCESS_CONTROL_ALLOW_ORIGIN, PROBE)]),
                )
            },
            |answer| BackEndCall::Said(answer.status, answer.headers),
        );
        let invocation = Invocation {
            plan: question.plan,
            method: question.request.method,
            target: Target::Routed,
            path_and_query: question.path_and_query,
            headers: question.request.headers,
            body: bytes::Bytes::new(),
            back_end,
        };
        observation(self.0.invoke(invocation).await, asked)
    }
}

/// What a browser would see. `known` says whether the back end's answer was given.
fn observation(invoked: Result<Invoked, NotRunning>, known: bool) -> Observation {
    let Ok(invoked) = invoked else {
        let answer = Answer::Known { status: StatusCode::INTERNAL_SERVER_ERROR, headers: HeaderMap::new() };
        return Observation { by: AnsweredBy::Gateway(GatewayResponseType::Default5xx), answer };
    };
    let by = match invoked.method {
        Some((path, verb)) => match path.parse() {
            Ok(path) => AnsweredBy::Method { path, verb },
            Err(_) => AnsweredBy::Gateway(GatewayResponseType::ApiConfigurationError),
        },
        None => AnsweredBy::Gateway(GatewayResponseType::MissingAuthenticationToken),
    };
    let passes =
        !known && invoked.headers.get_all(ACCESS_CONTROL_ALLOW_ORIGIN).iter().any(|value| value == PROBE);
    let answer = if passes {
        Answer::BackEnd
    } else {
        Answer::Known { status: invoked.status, headers: invoked.headers }
    };
    Observation { by, answer }
}
