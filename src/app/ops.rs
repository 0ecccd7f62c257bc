//! The listener for probes and Prometheus: `/livez`, `/readyz`, `/metrics`.
//!
//! It asks for no credentials, so it has the same [`Guard`] as the admin listener, and takes nothing but `GET` and
//! `HEAD`. Load on the data plane does not reach it: it runs beside the admin API.

use std::convert::Infallible;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use http::request::Parts;
use http::{Method, Request, Response, StatusCode};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

use crate::admin::Guard;
use crate::ops::{Health, Metrics};

/// Probes and scrapers are few.
const MAX_CONNECTIONS: usize = 64;
/// A probe sends its head at once.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);
/// How long to pause when the system has no descriptor left for a connection.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

const TEXT: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");
const OPEN_METRICS: HeaderValue =
    HeaderValue::from_static("application/openmetrics-text; version=1.0.0; charset=utf-8");

/// What the listener answers from.
#[derive(Clone)]
pub(super) struct Ops {
    /// Who may ask.
    pub(super) guard: Arc<Guard>,
    /// Whether the process can serve.
    pub(super) health: Health,
    /// What it has counted.
    pub(super) metrics: Metrics,
}

/// Answers on `listener` until the future is dropped.
pub(super) async fn serve(listener: TcpListener, ops: Ops) -> Infallible {
    let slots = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    loop {
        let slot = Arc::clone(&slots).acquire_owned().await.expect("the semaphore is never closed");
        match listener.accept().await {
            Ok((stream, _)) => {
                let ops = ops.clone();
                tokio::spawn(async move {
                    connection(stream, ops).await;
                    drop(slot);
                });
            }
            Err(error) => pause(&error).await,
        }
    }
}

async fn pause(error: &io::Error) {
    tracing::warn!(%error, "the ops listener cannot accept");
    tokio::time::sleep(ACCEPT_PAUSE).await;
}

async fn connection(stream: TcpStream, ops: Ops) {
    let service = service_fn(move |request: Request<Incoming>| {
        let answer = ops.answer(&request.into_parts().0);
        async move { Ok::<_, Infallible>(answer) }
    });
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .serve_connection(TokioIo::new(stream), service)
        .await;
    if let Err(error) = served {
        tracing::debug!(%error, "an ops connection ended early");
    }
}

impl Ops {
    /// The answer to a request; its body is never looked at.
    fn answer(&self, head: &Parts) -> Response<Full<Bytes>> {
        if let Err(refusal) = self.guard.check(head) {
            tracing::warn!(%refusal, "refused an ops request");
            return text(StatusCode::FORBIDDEN, format!("{refusal}\n"));
        }
        if head.method != Method::GET && head.method != Method::HEAD {
            let mut answer = text(StatusCode::METHOD_NOT_ALLOWED, "GET and HEAD only\n".to_owned());
            answer.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
            return answer;
        }
        match head.uri.path() {
            "/livez" => text(StatusCode::OK, "alive\n".to_owned()),
            "/readyz" => self.ready(),
            "/metrics" => {
                let mut answer = text(StatusCode::OK, self.metrics.encode());
                answer.headers_mut().insert(CONTENT_TYPE, OPEN_METRICS);
                answer
            }
            _ => text(StatusCode::NOT_FOUND, "here are /livez, /readyz and /metrics\n".to_owned()),
        }
    }

    fn ready(&self) -> Response<Full<Bytes>> {
        let status = if self.health.is_ready() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
        let word = self.health.word();
        let note = self
            .health
            .read_only()
            .map_or_else(String::new, |why| format!("; configuration is read-only: {why}"));
        text(status, format!("{word}{note}\n"))
    }
}

fn text(status: StatusCode, text: String) -> Response<Full<Bytes>> {
    let mut answer = Response::new(Full::new(Bytes::from(text)));
    *answer.status_mut() = status;
    answer.headers_mut().insert(CONTENT_TYPE, TEXT);
    answer.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}
