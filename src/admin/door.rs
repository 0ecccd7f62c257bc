//! The outermost layer: the [`Guard`], the size of a request's head, and CORS for the pages that are listed.

use std::future::{Ready, ready};
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_util::future::{Either, MapOk, TryFutureExt as _};
use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http::request::Parts;
use http::{Method, Request, Response, StatusCode};
use tonic::Status;
use tonic::body::Body;
use tower::{Layer, Service};

use super::guard::Guard;
use crate::model::Origin;

/// The most bytes of names and values in a request's head: metadata has no need of more.
pub(super) const MAX_METADATA_BYTES: usize = 8 * 1024;

/// What gRPC-Web clients send beside what a page may always send.
const ALLOW_HEADERS: HeaderValue = HeaderValue::from_static(
    "authorization,content-type,x-grpc-web,x-user-agent,grpc-timeout,connect-protocol-version,connect-timeout-ms",
);

/// What gRPC-Web clients read when an answer has no body.
const EXPOSE_HEADERS: HeaderValue =
    HeaderValue::from_static("grpc-status,grpc-message,grpc-status-details-bin");

/// Puts a [`Door`] before a service.
#[derive(Clone, Debug)]
pub(super) struct DoorLayer(Arc<Guard>);

impl DoorLayer {
    pub(super) fn new(guard: Guard) -> Self {
        Self(Arc::new(guard))
    }
}

impl<S> Layer<S> for DoorLayer {
    type Service = Door<S>;

    fn layer(&self, inner: S) -> Door<S> {
        Door { guard: self.0.clone(), inner }
    }
}

/// Turns requests away, or lets them in.
#[derive(Clone, Debug)]
pub(super) struct Door<S> {
    guard: Arc<Guard>,
    inner: S,
}

/// Adds CORS headers to an answer.
type Finish = Box<dyn FnOnce(Response<Body>) -> Response<Body> + Send>;

impl<S> Service<Request<Body>> for Door<S>
where
    S: Service<Request<Body>, Response = Response<Body>>,
{
    type Response = Response<Body>;
    type Error = S::Error;
    type Future = Either<Ready<Result<Response<Body>, S::Error>>, MapOk<S::Future, Finish>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let (head, body) = request.into_parts();
        let page = match self.admit(&head) {
            Ok(page) => page,
            Err(answer) => return Either::Left(ready(Ok(*answer))),
        };
        if let Some(origin) = &page
            && head.method == Method::OPTIONS
        {
            return Either::Left(ready(Ok(preflight(origin))));
        }
        let finish: Finish = Box::new(move |mut answer| {
            if let Some(origin) = &page {
                allow(origin, answer.headers_mut());
            }
            answer
        });
        Either::Right(self.inner.call(Request::from_parts(head, body)).map_ok(finish))
    }
}

impl<S> Door<S> {
    fn admit(&self, head: &Parts) -> Result<Option<Origin>, Box<Response<Body>>> {
        let page = self.guard.check(head).map_err(|refusal| {
            tracing::warn!(%refusal, "refused an admin request");
            refuse(head, StatusCode::FORBIDDEN, &Status::permission_denied(refusal.to_string()))
        })?;
        let size: usize = head.headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
        if size > MAX_METADATA_BYTES {
            let message = format!("the request's metadata has {size} bytes, more than {MAX_METADATA_BYTES}");
            let status = Status::resource_exhausted(message);
            return Err(refuse(head, StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, &status));
        }
        Ok(page)
    }
}

/// A refusal as its caller can read it: a gRPC client wants a status, all others an HTTP answer.
fn refuse(head: &Parts, code: StatusCode, status: &Status) -> Box<Response<Body>> {
    let kind = head.headers.get(header::CONTENT_TYPE).map(HeaderValue::as_bytes).unwrap_or_default();
    if kind == b"application/grpc" || kind.starts_with(b"application/grpc+") {
        return Box::new(status.clone().into_http());
    }
    let mut answer = Response::new(Body::new(http_body_util::Full::from(format!("{}\n", status.message()))));
    *answer.status_mut() = code;
    let plain = HeaderValue::from_static("text/plain; charset=utf-8");
    answer.headers_mut().insert(header::CONTENT_TYPE, plain);
    Box::new(answer)
}

fn preflight(origin: &Origin) -> Response<Body> {
    let mut answer = Response::new(Body::empty());
    *answer.status_mut() = StatusCode::NO_CONTENT;
    let headers = answer.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("POST"));
    headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, ALLOW_HEADERS);
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
    allow(origin, headers);
    answer
}

fn allow(origin: &Origin, headers: &mut HeaderMap) {
    let value =
        HeaderValue::try_from(origin.to_string()).expect("an origin is visible ASCII, by its grammar");
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, value);
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSE_HEADERS);
    headers.append(header::VARY, HeaderValue::from(HeaderName::from_static("origin")));
}
