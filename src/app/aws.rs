//! Joins the AWS face with the data plane: a call of an API that arrives on the AWS listener is sent, as it came, on a
//! connection of its own that is handed to a worker of the gateway.
//!
//! The worker sees where the caller really is and connected to, so nothing but a copy through loopback tells such a call
//! from one on the data listener. What decides between the two kinds of calls is each request, not the connection, since
//! clients mix them on one.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::header::{CONNECTION, EXPECT, HeaderName, HeaderValue, TRANSFER_ENCODING};
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};

use super::StartError;
use crate::admin::Guard;
use crate::aws::{AccessKey, Admit, AwsConfig, Body, DataPlane};
use crate::gateway::Door;
use crate::settings::Settings;

const KEEP_ALIVE: HeaderName = HeaderName::from_static("keep-alive");

/// The listener of the face, if it is on.
pub(super) async fn listen(settings: &Settings) -> Result<Option<(TcpListener, SocketAddr)>, StartError> {
    let Some(address) = settings.aws_face.listen else { return Ok(None) };
    let listener = super::listen("--aws-listen", address).await?;
    let at = listener.local_addr()?;
    Ok(Some((listener, at)))
}

/// How the face is served.
pub(super) fn config(settings: &Settings, guard: Guard, drain_timeout: Duration) -> AwsConfig {
    let keys = settings.aws_face.keys.iter();
    let admit: Admit =
        Arc::new(move |head| guard.check(head).map(drop).map_err(|refusal| refusal.to_string()));
    AwsConfig {
        partition: settings.partition.clone(),
        keys: keys
            .map(|key| AccessKey {
                id: key.id.clone(),
                secret: key.secret.reveal().to_owned(),
                grant: settings.aws_face.grant(key),
            })
            .collect(),
        admit,
        drain_timeout,
    }
}

/// The data plane, as the AWS face sees it.
pub(super) struct Forward {
    /// Into the gateway.
    pub(super) door: Door,
    /// Where the face listens.
    pub(super) at: SocketAddr,
}

#[async_trait]
impl DataPlane for Forward {
    async fn answer(&self, request: Request<Incoming>, caller: SocketAddr) -> Response<Body> {
        match self.forward(request, caller).await {
            Ok(answer) => answer,
            Err(error) => {
                tracing::warn!(%error, "a call on the AWS listener did not reach the data plane");
                unavailable()
            }
        }
    }
}

impl Forward {
    async fn forward(
        &self,
        mut request: Request<Incoming>,
        caller: SocketAddr,
    ) -> io::Result<Response<Body>> {
        let io = TokioIo::new(self.connect(caller).await?);
        let mut builder = http1::Builder::new();
        builder.preserve_header_case(true);
        let (mut sender, connection) = builder.handshake(io).await.map_err(io::Error::other)?;
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection into the data plane ended early");
            }
        });
        // These are about the connection they came on; hyper has seen to them.
        for name in [CONNECTION, KEEP_ALIVE, TRANSFER_ENCODING, EXPECT] {
            request.headers_mut().remove(name);
        }
        let mut answer = sender.send_request(request).await.map_err(io::Error::other)?;
        for name in [CONNECTION, KEEP_ALIVE, TRANSFER_ENCODING] {
            answer.headers_mut().remove(name);
        }
        Ok(answer.map(|body| body.map_err(Into::into).boxed_unsync()))
    }

    /// A connection to a worker, which takes it for one of `caller`.
    async fn connect(&self, caller: SocketAddr) -> io::Result<TcpStream> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let near = TcpStream::connect(listener.local_addr()?).await?;
        let me = near.local_addr()?;
        // Others may have found the port meanwhile.
        let far = loop {
            let (far, peer) = listener.accept().await?;
            if peer == me {
                break far;
            }
        };
        near.set_nodelay(true)?;
        self.door.enter(far.into_std()?, caller, self.at).map_err(io::Error::other)?;
        Ok(near)
    }
}

fn unavailable() -> Response<Body> {
    let body = Bytes::from_static(br#"{"message": "Internal server error"}"#);
    let mut answer = Response::new(Full::new(body).map_err(|never| match never {}).boxed_unsync());
    *answer.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    let kind = HeaderValue::from_static("application/json");
    answer.headers_mut().insert(http::header::CONTENT_TYPE, kind);
    answer
}
