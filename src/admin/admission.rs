//! How many calls run at once, and how long each may take.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use http::{Request, Response};
use tokio::sync::Semaphore;
use tonic::Status;
use tonic::body::Body;
use tower::{Layer, Service};

/// How many calls are worked on at once; others wait. More would only make all of them slower.
const CALLS_IN_FLIGHT: usize = 64;

/// The longest a call may take until its answer begins, waiting included: what is not done by then hangs.
const DEADLINE: Duration = Duration::from_secs(30);

/// Puts an [`Admission`] before a service.
#[derive(Clone, Debug)]
pub(super) struct AdmissionLayer(Arc<Semaphore>);

impl AdmissionLayer {
    pub(super) fn new() -> Self {
        Self(Arc::new(Semaphore::new(CALLS_IN_FLIGHT)))
    }
}

impl<S> Layer<S> for AdmissionLayer {
    type Service = Admission<S>;

    fn layer(&self, inner: S) -> Admission<S> {
        Admission { seats: self.0.clone(), inner }
    }
}

/// Gives each call a seat and a deadline. Both end when the answer begins, so that a stream may last.
#[derive(Clone, Debug)]
pub(super) struct Admission<S> {
    seats: Arc<Semaphore>,
    inner: S,
}

impl<S> Service<Request<Body>> for Admission<S>
where
    S: Service<Request<Body>, Response = Response<Body>> + Clone + Send + 'static,
    S::Future: Send,
{
    type Response = Response<Body>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, S::Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let seats = self.seats.clone();
        // The service that was polled ready is the one to call; its clone waits for the next request.
        let next = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, next);
        let called = request.uri().path().to_owned();
        let started = tokio::time::Instant::now();
        Box::pin(async move {
            let call = async {
                let _seat = seats.acquire().await.expect("the semaphore is never closed");
                inner.call(request).await
            };
            let answer = match tokio::time::timeout(DEADLINE, call).await {
                Ok(answer) => answer?,
                Err(_) => {
                    let message = format!("the call took longer than {} s", DEADLINE.as_secs());
                    Status::deadline_exceeded(message).into_http()
                }
            };
            // A failure is told in the head; what goes well ends in trailers that are not there yet.
            let failed = Status::from_header_map(answer.headers()).map(|status| status.code());
            let latency_us = started.elapsed().as_micros();
            tracing::debug!(called, ?failed, latency_us, "answered an admin call");
            Ok(answer)
        })
    }
}
