//! One HTTP/1.1 request on a connection of its own: what `status` and `quickstart` need.

use std::io;
use std::time::Duration;

use bytes::Bytes;
use http::header::HOST;
use http::{HeaderValue, Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

/// A server on this machine answers soon or not at all.
const PATIENCE: Duration = Duration::from_secs(10);

/// Sends a request whose URI is a path to `authority` (`host:port`) and reads the whole answer.
///
/// # Errors
/// When nobody answers there, or not in time.
pub(super) async fn send(authority: &str, mut request: Request<Bytes>) -> io::Result<Response<Bytes>> {
    let host = HeaderValue::try_from(authority).map_err(io::Error::other)?;
    request.headers_mut().insert(HOST, host);
    let exchange = async {
        let stream = TcpStream::connect(authority).await?;
        let (mut sender, connection) =
            http1::handshake(TokioIo::new(stream)).await.map_err(io::Error::other)?;
        let exchange = async {
            let response = sender.send_request(request.map(Full::new)).await.map_err(io::Error::other)?;
            let (head, body) = response.into_parts();
            let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
            Ok(Response::from_parts(head, body))
        };
        // The connection has to be driven while its exchange runs; how it ends is told by the exchange.
        let driven = async {
            drop(connection.await);
            std::future::pending::<()>().await;
        };
        tokio::select! {
            answer = exchange => answer,
            () = driven => unreachable!("it is pending for ever"),
        }
    };
    match tokio::time::timeout(PATIENCE, exchange).await {
        Ok(answer) => answer,
        Err(_) => Err(io::Error::new(
            io::ErrorKind::TimedOut,
            format!("no answer from {authority} in {PATIENCE:?}"),
        )),
    }
}
