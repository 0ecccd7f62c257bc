//! The service that hyper calls for each request: written by hand, so that a ready-made answer costs neither a
//! box nor a state machine. A panic costs the request that met it, nothing else.

use std::convert::Infallible;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use http::{Request, Response};
use hyper::body::Incoming;
use hyper::service::Service;
use pin_project_lite::pin_project;

use super::body::AnswerBody;
use super::connection::{Connection, Open};
use super::exchange::{self, Answer, Begun, Exchange};
use super::respond::{self, Fault};
use super::upstream::Outgoing;

/// Answers the requests of one connection. `C` runs those whose answer has to be waited for.
pub(super) struct Front<C> {
    connection: Rc<Connection>,
    call: C,
}

impl<C> Front<C> {
    pub(super) fn new(connection: Rc<Connection>, call: C) -> Self {
        Self { connection, call }
    }
}

/// Calls the integration through the worker's own pool.
pub(super) async fn call(exchange: Rc<Exchange>, body: Outgoing) -> Result<Answer, Fault> {
    exchange::call(&exchange, body, &exchange.worker.pool).await
}

impl<C, F> Service<Request<Incoming>> for Front<C>
where
    C: Fn(Rc<Exchange>, Outgoing) -> F,
    F: Future<Output = Result<Answer, Fault>>,
{
    type Response = Response<AnswerBody>;
    type Error = Infallible;
    type Future = Answering<F>;

    fn call(&self, request: Request<Incoming>) -> Answering<F> {
        let (started, open) = self.connection.on_request();
        let (head, body) = request.into_parts();
        let begin = AssertUnwindSafe(|| exchange::begin(&self.connection, head, body, started));
        match catch_unwind(begin) {
            Ok(Begun::Answered(response)) => Answering::Ready { response: Some(response) },
            Ok(Begun::Calling(exchange, body)) => Answering::Calling {
                call: (self.call)(Rc::clone(&exchange), body),
                exchange,
                open: Some(open),
            },
            Err(_panic) => {
                self.connection.worker.metrics.panics.inc();
                Answering::Ready { response: Some(bare_failure()) }
            }
        }
    }
}

pin_project! {
    /// A request that is being answered.
    #[project = AnsweringState]
    pub(super) enum Answering<F> {
        Ready { response: Option<Response<AnswerBody>> },
        Calling { #[pin] call: F, exchange: Rc<Exchange>, open: Option<Open> },
    }
}

impl<F: Future<Output = Result<Answer, Fault>>> Future for Answering<F> {
    type Output = Result<Response<AnswerBody>, Infallible>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match self.project() {
            AnsweringState::Ready { response } => {
                Poll::Ready(Ok(response.take().unwrap_or_else(bare_failure)))
            }
            AnsweringState::Calling { call, exchange, open } => {
                let outcome = match catch_unwind(AssertUnwindSafe(|| call.poll(cx))) {
                    Ok(Poll::Pending) => return Poll::Pending,
                    Ok(Poll::Ready(outcome)) => outcome,
                    Err(_panic) => {
                        exchange.worker.metrics.panics.inc();
                        Err(respond::internal_failure())
                    }
                };
                let is_last = open.as_ref().is_some_and(Open::is_last);
                let mut response = exchange.finish(outcome, is_last);
                if let AnswerBody::Upstream(_, while_open) = response.body_mut() {
                    *while_open = open.take();
                }
                *open = None;
                Poll::Ready(Ok(response))
            }
        }
    }
}

/// What is answered when not even an exchange could be made.
fn bare_failure() -> Response<AnswerBody> {
    let fault = respond::internal_failure();
    let mut response = Response::new(AnswerBody::full(fault.default_body().into()));
    *response.status_mut() = http::StatusCode::INTERNAL_SERVER_ERROR;
    response
}
