//! Connections of the admin listener, from the socket to where HTTP begins, with what each tells of its other end.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::Stream;
use pin_project_lite::pin_project;
use tokio::io::{AsyncRead, AsyncWrite, DuplexStream, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_rustls::server::TlsStream;
use tonic::transport::server::Connected;

use super::access::Peer;
use super::tls::AdminTls;

/// Operators and their tools are few.
const MAX_CONNECTIONS: usize = 512;
/// How long a TLS handshake may take.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(5);
/// How long to pause when the system has no descriptor left for a connection.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Ends of connections within the process, for the process's own calls.
pub type OwnConnections = Receiver<DuplexStream>;

/// A connection that HTTP is spoken on.
pub(super) struct Io {
    stream: Any,
    peer: Peer,
    /// Its place among all; free again when it is dropped.
    _place: Option<OwnedSemaphorePermit>,
}

pin_project! {
    #[project = AnyProjection]
    enum Any {
        Plain { #[pin] stream: TcpStream },
        Tls { #[pin] stream: Box<TlsStream<TcpStream>> },
        Own { #[pin] stream: DuplexStream },
    }
}

/// The connections of `listener`, through TLS if there are certificates, and those of the process itself. Accepting ends
/// when the stream is dropped.
pub(super) fn incoming(
    listener: TcpListener,
    tls: Option<Arc<AdminTls>>,
    own: OwnConnections,
) -> impl Stream<Item = io::Result<Io>> + Send {
    let (sender, receiver) = channel(16);
    tokio::spawn(accept(listener, tls, sender));
    futures_util::stream::unfold((receiver, own), next)
}

async fn next(
    (mut receiver, mut own): (Receiver<Io>, OwnConnections),
) -> Option<(io::Result<Io>, (Receiver<Io>, OwnConnections))> {
    let io = tokio::select! {
        accepted = receiver.recv() => accepted?,
        Some(stream) = own.recv() => {
            Io { stream: Any::Own { stream }, peer: Peer::process(), _place: None }
        }
    };
    Some((Ok(io), (receiver, own)))
}

async fn accept(listener: TcpListener, tls: Option<Arc<AdminTls>>, sender: Sender<Io>) {
    let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let followed = tls.clone();
    let follow = async {
        match followed {
            Some(tls) => tls.follow().await,
            None => std::future::pending().await,
        }
    };
    tokio::pin!(follow);
    loop {
        let accepted = async {
            let place = Arc::clone(&places).acquire_owned().await.expect("the semaphore is never closed");
            (listener.accept().await, place)
        };
        let (accepted, place) = tokio::select! {
            accepted = accepted => accepted,
            () = sender.closed() => return,
            never = &mut follow => match never {},
        };
        match accepted {
            Ok((stream, from)) => {
                let (tls, sender) = (tls.clone(), sender.clone());
                tokio::spawn(async move {
                    if let Some(io) = open(stream, from, tls, place).await {
                        // The server may have stopped meanwhile.
                        drop(sender.send(io).await);
                    }
                });
            }
            Err(error) => {
                tracing::warn!(%error, "the admin listener cannot accept");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

/// What HTTP is spoken on, once TLS is agreed on.
async fn open(
    stream: TcpStream,
    from: SocketAddr,
    tls: Option<Arc<AdminTls>>,
    place: OwnedSemaphorePermit,
) -> Option<Io> {
    stream.set_nodelay(true).ok()?;
    let address: IpAddr = from.ip().to_canonical();
    let Some(tls) = tls else {
        let peer = Peer::at(address, None);
        return Some(Io { stream: Any::Plain { stream }, peer, _place: Some(place) });
    };
    let accepted = tokio::time::timeout(HANDSHAKE_TIMEOUT, tls.acceptor().accept(stream)).await;
    let stream = match accepted {
        Ok(Ok(stream)) => Box::new(stream),
        Ok(Err(error)) => {
            tracing::info!(%address, %error, "a TLS handshake with the admin API failed");
            return None;
        }
        Err(_) => {
            tracing::info!(%address, "a TLS handshake with the admin API took too long");
            return None;
        }
    };
    let certificate = stream.get_ref().1.peer_certificates().and_then(<[_]>::first);
    let peer = Peer::at(address, certificate);
    Some(Io { stream: Any::Tls { stream }, peer, _place: Some(place) })
}

impl Connected for Io {
    type ConnectInfo = Peer;

    fn connect_info(&self) -> Peer {
        self.peer.clone()
    }
}

macro_rules! with_stream {
    ($io:ident, $stream:ident => $call:expr) => {
        match Pin::new(&mut $io.get_mut().stream).project() {
            AnyProjection::Plain { stream: $stream } => $call,
            AnyProjection::Tls { stream: $stream } => $call,
            AnyProjection::Own { stream: $stream } => $call,
        }
    };
}

impl AsyncRead for Io {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        with_stream!(self, stream => stream.poll_read(cx, buffer))
    }
}

impl AsyncWrite for Io {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        with_stream!(self, stream => stream.poll_write(cx, bytes))
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        with_stream!(self, stream => stream.poll_flush(cx))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        with_stream!(self, stream => stream.poll_shutdown(cx))
    }
}
