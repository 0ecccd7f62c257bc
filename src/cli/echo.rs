//! `postern echo`: a small real HTTP back end, for the tour, for trying things out, and for tests.
//!
//! | path | answer |
//! |---|---|
//! | `/status/{code}` | that status, and what was received |
//! | `/delay/{ms}` | what was received, after that many milliseconds, at most 60,000 |
//! | `/bytes/{n}` | that many bytes, at most 1 GiB |
//! | `/stream/{n}` | that many lines of JSON, one every 10 ms, without a length |
//! | any other | what was received, as JSON |
//!
//! It knows nothing of CORS: what a browser is allowed to read is the gateway's business.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderValue};
use http::{Request, Response, StatusCode};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Empty, Full, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use tokio::net::{TcpListener, TcpStream};

use super::failure::{Exit, Failure, Stop};
use super::output::{Format, Output};

/// The header that tells who answered.
pub const SERVED_BY: &str = "x-served-by";
/// Its value.
pub const NAME: &str = "postern-echo";

/// More of a body is counted and hashed, not shown.
const SHOWN_BODY: usize = 64 * 1024;
const LONGEST_DELAY_MS: u64 = 60_000;
const MOST_BYTES: u64 = 1 << 30;
const CHUNK: usize = 16 * 1024;
const STREAM_PAUSE: Duration = Duration::from_millis(10);

type Body = UnsyncBoxBody<Bytes, Infallible>;

/// What was typed after `postern echo`.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// Where it listens; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:9999", env = "POSTERN_ECHO_LISTEN")]
    pub listen: SocketAddr,
}

/// Runs until the process is told to stop.
///
/// # Errors
/// When the address cannot be bound.
pub fn run(args: &Args) -> Result<(), Stop> {
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(async {
        let echo = Echo::bind(args.listen).await.map_err(|error| {
            Failure::new(Exit::Unavailable, format!("cannot listen on {}: {error}", args.listen))
                .right("a free address of this machine; port 0 takes a free port")
        })?;
        let mut output = Output::stdout(Format::Table);
        output.line(format!("echo answers on http://{}", echo.address()))?;
        tokio::select! {
            () = echo.serve() => {}
            signal = tokio::signal::ctrl_c() => signal?,
        }
        Ok(())
    })
}

/// An echo back end that listens.
pub struct Echo {
    listener: TcpListener,
    address: SocketAddr,
}

impl Echo {
    /// Binds it.
    ///
    /// # Errors
    /// When the address is taken or not ours.
    pub async fn bind(address: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        Ok(Self { listener, address })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers until the future is dropped.
    pub async fn serve(self) {
        loop {
            match self.listener.accept().await {
                Ok((stream, _)) => {
                    tokio::spawn(connection(stream));
                }
                // Out of descriptors, or a connection gone before it was taken: pause, go on.
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    }
}

async fn connection(stream: TcpStream) {
    // A connection without it only waits longer.
    drop(stream.set_nodelay(true));
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .serve_connection(TokioIo::new(stream), service_fn(|request| async { answer(request).await }))
        .await;
    if let Err(error) = served {
        tracing::debug!(%error, "echo connection ended early");
    }
}

async fn answer(request: Request<Incoming>) -> Result<Response<Body>, hyper::Error> {
    let path = request.uri().path().to_owned();
    let mut response = match path.split('/').skip(1).collect::<Vec<_>>().as_slice() {
        ["status", code] => match code.parse().ok().filter(|code: &u16| (200..=599).contains(code)) {
            Some(code) => {
                let mut response = mirror(request).await?;
                *response.status_mut() = StatusCode::from_u16(code).unwrap_or(StatusCode::BAD_REQUEST);
                if matches!(code, 204 | 304) {
                    *response.body_mut() = Empty::new().boxed_unsync();
                }
                response
            }
            None => refuse("a status from 200 to 599"),
        },
        ["delay", ms] => match ms.parse::<u64>().ok().filter(|ms| *ms <= LONGEST_DELAY_MS) {
            Some(ms) => {
                tokio::time::sleep(Duration::from_millis(ms)).await;
                mirror(request).await?
            }
            None => refuse("a delay of at most 60000 ms"),
        },
        ["bytes", count] => match count.parse::<u64>().ok().filter(|count| *count <= MOST_BYTES) {
            Some(count) => bytes(count),
            None => refuse("at most 1073741824 bytes"),
        },
        ["stream", count] => match count.parse::<u32>() {
            Ok(count) => lines(count),
            Err(_) => refuse("a number of lines"),
        },
        _ => mirror(request).await?,
    };
    response.headers_mut().insert(SERVED_BY, HeaderValue::from_static(NAME));
    Ok(response)
}

/// What was received, as JSON.
async fn mirror(request: Request<Incoming>) -> Result<Response<Body>, hyper::Error> {
    let (head, mut body) = request.into_parts();
    let mut shown = Vec::new();
    let mut size = 0_u64;
    let mut hash = Sha256::new();
    while let Some(frame) = body.frame().await {
        if let Ok(data) = frame?.into_data() {
            size += data.len() as u64;
            hash.update(&data);
            let room = SHOWN_BODY - shown.len();
            shown.extend_from_slice(&data[..data.len().min(room)]);
        }
    }
    let mut headers = Map::new();
    for name in head.headers.keys() {
        let values: Vec<_> = head
            .headers
            .get_all(name)
            .iter()
            .map(|value| String::from_utf8_lossy(value.as_bytes()))
            .collect();
        headers.insert(name.to_string(), values.join(", ").into());
    }
    let hash: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    let received = json!({
        "method": head.method.as_str(),
        "path": head.uri.path(),
        "query": head.uri.query().unwrap_or_default(),
        "headers": headers,
        "body": String::from_utf8_lossy(&shown),
        "body_bytes": size,
        "body_sha256": hash,
    });
    Ok(json_response(StatusCode::OK, &received))
}

fn refuse(right: &str) -> Response<Body> {
    json_response(StatusCode::BAD_REQUEST, &json!({ "message": format!("expected {right}") }))
}

fn json_response(status: StatusCode, value: &Value) -> Response<Body> {
    let mut response = Response::new(Full::new(Bytes::from(format!("{value:#}\n"))).boxed_unsync());
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// `count` bytes `a`, streamed.
fn bytes(count: u64) -> Response<Body> {
    static CHUNK_OF_A: [u8; CHUNK] = [b'a'; CHUNK];
    let chunks = stream::unfold(count, |left| async move {
        let length = usize::try_from(left).unwrap_or(CHUNK).min(CHUNK);
        let chunk = Frame::data(Bytes::from_static(&CHUNK_OF_A[..length]));
        (left > 0).then(|| (Ok(chunk), left - length as u64))
    });
    let mut response = Response::new(StreamBody::new(chunks).boxed_unsync());
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    response.headers_mut().insert(CONTENT_LENGTH, count.into());
    response
}

/// `count` lines, each sent by itself.
fn lines(count: u32) -> Response<Body> {
    let lines = stream::unfold(0, move |index| async move {
        if index == count {
            return None;
        }
        if index > 0 {
            tokio::time::sleep(STREAM_PAUSE).await;
        }
        Some((Ok(Frame::data(Bytes::from(format!("{{\"line\": {index}}}\n")))), index + 1))
    });
    let mut response = Response::new(StreamBody::new(lines).boxed_unsync());
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/x-ndjson"));
    response
}
