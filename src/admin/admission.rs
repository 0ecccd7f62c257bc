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
pub(super) struct AdmissionLayer {
    seats: Arc<Semaphore>,
    deadline: Duration,
}

impl AdmissionLayer {
    pub(super) fn new() -> Self {
        Self::of(CALLS_IN_FLIGHT, DEADLINE)
    }

    fn of(calls: usize, deadline: Duration) -> Self {
        Self { seats: Arc::new(Semaphore::new(calls)), deadline }
    }
}

impl<S> Layer<S> for AdmissionLayer {
    type Service = Admission<S>;

    fn layer(&self, inner: S) -> Admission<S> {
        Admission { seats: self.seats.clone(), deadline: self.deadline, inner }
    }
}

/// Gives each call a seat and a deadline. Both end when the answer begins, so that a stream may last.
#[derive(Clone, Debug)]
pub(super) struct Admission<S> {
    seats: Arc<Semaphore>,
    deadline: Duration,
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
        let (seats, deadline) = (self.seats.clone(), self.deadline);
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
            let answer = match tokio::time::timeout(deadline, call).await {
                Ok(answer) => answer?,
                Err(_) => {
                    let message = format!("the answer did not begin within {deadline:?}");
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

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use tokio::sync::mpsc;
    use tonic::Code;
    use tower::ServiceExt as _;

    use super::*;

    fn code(answer: &Response<Body>) -> Option<Code> {
        Status::from_header_map(answer.headers()).map(|status| status.code())
    }

    #[tokio::test]
    async fn a_call_that_hangs_ends_at_its_deadline_and_frees_its_seat() {
        let hangs = tower::service_fn(|request: Request<Body>| async move {
            if request.uri().path() == "/hang" {
                std::future::pending::<()>().await;
            }
            Ok::<_, Infallible>(Response::new(Body::empty()))
        });
        let service = AdmissionLayer::of(1, Duration::from_millis(20)).layer(hangs);
        let request = |path: &str| Request::builder().uri(path).body(Body::empty()).expect("a request");
        let answer = service.clone().oneshot(request("/hang")).await.expect("infallible");
        assert_eq!(code(&answer), Some(Code::DeadlineExceeded));
        let answer = service.oneshot(request("/")).await.expect("infallible");
        assert_eq!(code(&answer), None);
    }

    #[tokio::test]
    async fn no_more_calls_run_than_there_are_seats() {
        let (began, mut begun) = mpsc::unbounded_channel();
        let gate = Arc::new(Semaphore::new(0));
        let waits = {
            let gate = gate.clone();
            tower::service_fn(move |_: Request<Body>| {
                let (began, gate) = (began.clone(), gate.clone());
                async move {
                    began.send(()).expect("the test listens");
                    gate.acquire().await.expect("it stays open").forget();
                    Ok::<_, Infallible>(Response::new(Body::empty()))
                }
            })
        };
        let service = AdmissionLayer::of(2, Duration::from_secs(60)).layer(waits);
        let calls: Vec<_> =
            (0..3).map(|_| tokio::spawn(service.clone().oneshot(Request::new(Body::empty())))).collect();
        begun.recv().await.expect("a first call");
        begun.recv().await.expect("a second call");
        // Both seats are taken, so that nobody else can have begun.
        assert_eq!(service.seats.available_permits(), 0);
        assert!(begun.try_recv().is_err());
        gate.add_permits(3);
        for call in calls {
            call.await.expect("no panic").expect("infallible");
        }
        begun.recv().await.expect("the third call");
    }
}
