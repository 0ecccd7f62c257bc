//! The listener: connections, the three kinds of requests, and answers.

use std::convert::Infallible;
use std::future::Future;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_DISPOSITION, CONTENT_TYPE, HOST, HeaderName, HeaderValue};
use http::request::Parts;
use http::{Method, Request, Response, StatusCode, Uri};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

use super::call::Call;
use super::error::Exception;
use super::operations::{self, Reply};
use super::signature::{self, Signed};
use super::{AwsConfig, Body, DataPlane, Settings, sts};
use crate::control::Control;
use crate::model::{Caller, Grant, Partition, Role};

/// Clients of a control plane are few; calls of APIs come here while people develop.
const MAX_CONNECTIONS: usize = 512;
/// A client sends its head at once.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a call's body may take.
const BODY_TIMEOUT: Duration = Duration::from_secs(60);
/// The most bytes of a call: documents have at most 6 MB (API Gateway, *ImportRestApi*), and this is somewhat more.
const MAX_BODY: usize = 8 * 1024 * 1024;
/// How long to pause when the system has no descriptor left for a connection.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

const JSON: HeaderValue = HeaderValue::from_static("application/json");
const ERROR_TYPE: HeaderName = HeaderName::from_static("x-amzn-errortype");
const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");

/// The face, as every connection has it.
struct Face {
    control: Control,
    data_plane: Arc<dyn DataPlane>,
    settings: Arc<Settings>,
}

/// Serves the face on a bound listener until `shutdown`, then answers what is in flight, for as long as
/// `config.drain_timeout` lets it.
pub async fn serve(
    listener: TcpListener,
    control: Control,
    data_plane: Arc<dyn DataPlane>,
    config: AwsConfig,
    shutdown: impl Future<Output = ()> + Send,
) {
    let AwsConfig { partition, keys, admit, drain_timeout } = config;
    let settings = Arc::new(Settings { partition, keys, admit });
    let face = Arc::new(Face { control, data_plane, settings });
    let slots = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let (stop, stopping) = watch::channel(false);
    let mut connections = JoinSet::new();
    tokio::pin!(shutdown);
    loop {
        // Ended ones are let go of as others come.
        while connections.try_join_next().is_some() {}
        let accepted = async {
            let slot = Arc::clone(&slots).acquire_owned().await.expect("the semaphore is never closed");
            (listener.accept().await, slot)
        };
        let (accepted, slot) = tokio::select! {
            accepted = accepted => accepted,
            () = &mut shutdown => break,
        };
        match accepted {
            Ok((stream, caller)) => {
                let (face, stopping) = (Arc::clone(&face), stopping.clone());
                connections.spawn(async move {
                    connection(stream, caller, face, stopping).await;
                    drop(slot);
                });
            }
            Err(error) => {
                tracing::warn!(%error, "the AWS listener cannot accept");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
    drop(listener);
    stop.send_replace(true);
    let all = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(drain_timeout, all).await.is_err() {
        tracing::warn!("calls of the AWS face were still open when the drain timeout ended");
    }
}

async fn connection(
    stream: TcpStream,
    caller: SocketAddr,
    face: Arc<Face>,
    mut stopping: watch::Receiver<bool>,
) {
    if stream.set_nodelay(true).is_err() {
        return;
    }
    let service = service_fn(move |request: Request<Incoming>| {
        let face = Arc::clone(&face);
        async move { Ok::<_, Infallible>(face.answer(request, caller).await) }
    });
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .preserve_header_case(true)
        .serve_connection(TokioIo::new(stream), service);
    tokio::pin!(served);
    let ended = tokio::select! {
        ended = &mut served => ended,
        () = told(&mut stopping) => {
            served.as_mut().graceful_shutdown();
            served.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection of the AWS face ended early");
    }
}

/// Waits until the server stops; a sender that is gone is a stop, too.
async fn told(stopping: &mut watch::Receiver<bool>) {
    let _ = stopping.wait_for(|stopping| *stopping).await;
}

impl Face {
    async fn answer(&self, request: Request<Incoming>, caller: SocketAddr) -> Response<Body> {
        let (mut head, body) = request.into_parts();
        if let Some(uri) = data_plane_uri(&head) {
            head.uri = uri;
            return self.data_plane.answer(Request::from_parts(head, body), caller).await;
        }
        let id = request_id();
        if self.settings.keys.is_empty()
            && let Err(refusal) = (self.settings.admit)(&head)
        {
            tracing::warn!(refusal, "refused a request of the AWS face");
            return refused(&Exception::forbidden("AccessDeniedException", refusal), &id);
        }
        let body = match collected(body).await {
            Ok(body) => body,
            Err(exception) => return refused(&exception, &id),
        };
        let settings = &self.settings;
        let signed = match signature::read(&head, &body, &settings.keys, SystemTime::now()) {
            Ok(signed) => signed,
            Err(exception) => return refused(&exception, &id),
        };
        let region = signed.region.clone().unwrap_or_else(|| settings.partition.region.clone());
        let partition = Partition { region, ..settings.partition.clone() };
        if head.method == Method::POST && head.uri.path() == "/" {
            return sts::answer(&body, &partition, &signed, &id);
        }
        let caller = Known { signed, address: caller.ip().to_canonical() };
        match self.call(head, body, partition, caller).await {
            Ok((status, reply)) => answered(status, reply, &id),
            Err(exception) => refused(&exception, &id),
        }
    }

    async fn call(
        &self,
        head: Parts,
        body: Bytes,
        partition: Partition,
        caller: Known,
    ) -> Result<(u16, Reply), Exception> {
        let query = query(head.uri.query().unwrap_or_default());
        let found = operations::find(&head.method, head.uri.path(), &query);
        let (operation, path) = found.ok_or_else(|| unknown(&head.method, &head.uri))?;
        let caller = caller.of(operation.name);
        let permission = operation.permission(&query);
        if !caller.grant.may(permission) {
            tracing::info!(actor = %caller.actor, operation = %caller.operation, "denied a call of the AWS face");
            let (actor, name) = (&caller.actor, operation.name);
            let message = format!("{actor} is not authorized to perform {name}: it needs {permission}");
            return Err(Exception::forbidden("AccessDeniedException", message));
        }
        let fields = if operation.takes_document { Map::new() } else { fields(&body)? };
        let call = Call {
            control: self.control.in_partition(partition.clone()).as_caller(Arc::new(caller)),
            partition,
            path,
            query,
            accept: head.headers.get(ACCEPT).and_then(|value| value.to_str().ok()).map(str::to_owned),
            document: body,
            body: fields,
        };
        tracing::debug!(operation = operation.name, "a call of the AWS face");
        let reply = (operation.run)(&call).await?;
        Ok((operation.status, reply))
    }
}

/// What is known of who calls.
struct Known {
    signed: Signed,
    address: IpAddr,
}

impl Known {
    /// Who calls an operation. Where no signature was verified, whoever reaches the listener may do everything.
    fn of(self, operation: &str) -> Caller {
        let (actor, grant) = match (self.signed.key_id, self.signed.grant) {
            (Some(id), Some(grant)) => (format!("aws:{id}"), grant),
            (_, None) | (None, _) => ("local".to_owned(), Grant::of(Role::Admin)),
        };
        Caller {
            actor: actor.into(),
            address: Some(self.address),
            operation: format!("aws:{operation}").into(),
            grant,
        }
    }
}

/// Where a call of the data plane goes: the path form, that form below `/_aws/execute-api/`, or a host that names an API.
/// `None` for calls of the control plane.
fn data_plane_uri(head: &Parts) -> Option<Uri> {
    let path = head.uri.path();
    let host = head.headers.get(HOST).and_then(|host| host.to_str().ok()).or_else(|| head.uri.host());
    if host.is_some_and(|host| host.split('.').nth(1) == Some("execute-api")) {
        return Some(head.uri.clone());
    }
    let mut segments = path.strip_prefix("/restapis/").unwrap_or_default().splitn(4, '/');
    if segments.nth(2) == Some("_user_request_") {
        return Some(head.uri.clone());
    }
    let rest = path.strip_prefix("/_aws/execute-api/")?;
    let (api, rest) = rest.split_once('/').unwrap_or((rest, ""));
    let (stage, below) = rest.split_once('/').unwrap_or((rest, ""));
    let query = head.uri.query().map_or_else(String::new, |query| format!("?{query}"));
    format!("/restapis/{api}/{stage}/_user_request_/{below}{query}").parse().ok()
}

async fn collected(body: Incoming) -> Result<Bytes, Exception> {
    let collected = tokio::time::timeout(BODY_TIMEOUT, Limited::new(body, MAX_BODY).collect()).await;
    match collected {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<http_body_util::LengthLimitError>() => {
            Err(Exception::too_large(format!("The request has more than {MAX_BODY} bytes")))
        }
        Ok(Err(_)) | Err(_) => Err(Exception::bad_request("The request's body did not arrive")),
    }
}

/// The fields of a JSON body; an empty one has none.
fn fields(body: &[u8]) -> Result<Map<String, Value>, Exception> {
    if body.iter().all(u8::is_ascii_whitespace) {
        return Ok(Map::new());
    }
    match serde_json::from_slice(body) {
        Ok(Value::Object(fields)) => Ok(fields),
        Ok(_) | Err(_) => {
            Err(Exception::serialization("Unable to parse the request's body as a JSON object"))
        }
    }
}

fn query(text: &str) -> Vec<(String, String)> {
    let decoded = |text: &str| percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned();
    let pairs = text.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(n, v)| (decoded(n), decoded(v)))
        .collect()
}

fn unknown(verb: &Method, uri: &Uri) -> Exception {
    Exception::unknown_operation(format!("The operation {verb} {} is not supported", uri.path()))
}

fn answered(status: u16, reply: Reply, id: &str) -> Response<Body> {
    let body = match reply {
        Reply::Json(value) => Bytes::from(value.to_string()),
        Reply::Nothing => Bytes::new(),
        Reply::Document { kind, disposition, text } => {
            let mut answer = response(StatusCode::OK, text.into(), kind, id);
            answer.headers_mut().insert(CONTENT_DISPOSITION, disposition);
            return answer;
        }
    };
    response(StatusCode::from_u16(status).unwrap_or(StatusCode::OK), body, JSON, id)
}

fn refused(exception: &Exception, id: &str) -> Response<Body> {
    let body = serde_json::json!({ "message": exception.message }).to_string();
    let mut answer = response(exception.status, body.into(), JSON, id);
    answer.headers_mut().insert(ERROR_TYPE, HeaderValue::from_static(exception.name));
    answer
}

/// An answer of ours.
pub(super) fn response(status: StatusCode, body: Bytes, kind: HeaderValue, id: &str) -> Response<Body> {
    let mut answer = Response::new(Full::new(body).map_err(|never| match never {}).boxed_unsync());
    *answer.status_mut() = status;
    let headers = answer.headers_mut();
    headers.insert(CONTENT_TYPE, kind);
    if let Ok(id) = HeaderValue::from_str(id) {
        headers.insert(REQUEST_ID, id);
    }
    answer
}

/// A random UUID (RFC 9562 section 5.4).
fn request_id() -> String {
    let random = fastrand::u128(..);
    let versioned = random & !(0xf << 76) & !(0b11 << 62) | 0x4 << 76 | 0b10 << 62;
    let hex = format!("{versioned:032x}");
    let parts = [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]];
    parts.join("-")
}

/// Who signed, for answers that name the caller.
pub(super) fn caller(signed: &Signed) -> &str {
    signed.key_id.as_deref().unwrap_or("AIDAPOSTERN")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uri_for(host: &str, path: &str) -> Option<String> {
        let request = Request::builder().uri(path).header(HOST, host).body(()).expect("a request");
        data_plane_uri(&request.into_parts().0).map(|uri| uri.to_string())
    }

    #[test]
    fn calls_of_apis_are_told_from_calls_of_the_control_plane() {
        for (host, path, expected) in [
            ("localhost:4566", "/restapis", None),
            ("localhost:4566", "/restapis/abc/resources/x/methods/GET", None),
            (
                "localhost",
                "/restapis/abc/prod/_user_request_/a?b=c",
                Some("/restapis/abc/prod/_user_request_/a?b=c"),
            ),
            (
                "localhost",
                "/_aws/execute-api/abc/prod/a/b?c",
                Some("/restapis/abc/prod/_user_request_/a/b?c"),
            ),
            ("localhost", "/_aws/execute-api/abc/prod", Some("/restapis/abc/prod/_user_request_/")),
            ("abc.execute-api.localhost:4566", "/prod/restapis", Some("/prod/restapis")),
            ("abc.execute-api.eu-west-1.example.com", "/prod", Some("/prod")),
        ] {
            assert_eq!(uri_for(host, path).as_deref(), expected, "{host} {path}");
        }
    }

    #[test]
    fn request_ids_are_uuids() {
        let id = request_id();
        assert_eq!((id.len(), &id[14..15]), (36, "4"));
        assert!(matches!(&id[19..20], "8" | "9" | "a" | "b"), "{id}");
    }
}
