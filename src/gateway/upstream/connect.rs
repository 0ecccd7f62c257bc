//! Opens a connection: name, policy, TCP, TLS.

use std::cell::RefCell;
use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use rustls_pki_types::ServerName;
use tokio::net::TcpStream;

use super::connection::Stream;
use super::{TlsClients, UpstreamError, UpstreamPolicy, UpstreamRequest};
use crate::mapping::BackEnd;
use crate::model::Scheme;

/// Opens connections for one worker.
pub(super) struct Connector {
    policy: UpstreamPolicy,
    tls: TlsClients,
    timeout: Duration,
    names: RefCell<HashMap<Box<str>, Resolved>>,
    names_live: Duration,
}

struct Resolved {
    addresses: Vec<IpAddr>,
    until: Instant,
}

/// The most names that are remembered; beyond it all are forgotten, which costs look-ups, not correctness.
const MOST_NAMES: usize = 4_096;

impl Connector {
    pub(super) fn new(
        policy: UpstreamPolicy,
        tls: TlsClients,
        timeout: Duration,
        names_live: Duration,
    ) -> Self {
        Self { policy, tls, timeout, names: RefCell::default(), names_live }
    }

    /// Opens a connection to the back end of a request, all steps within the connect timeout.
    pub(super) async fn connect(&self, request: &UpstreamRequest<'_>) -> Result<Stream, UpstreamError> {
        match tokio::time::timeout(self.timeout, self.open(request)).await {
            Ok(outcome) => outcome,
            Err(_) => Err(UpstreamError::ConnectTimeout),
        }
    }

    async fn open(&self, request: &UpstreamRequest<'_>) -> Result<Stream, UpstreamError> {
        let UpstreamRequest { back_end, unverified, trusted, .. } = *request;
        let host = &*back_end.host;
        let mut failure = UpstreamError::Denied;
        for ip in self.resolve(host).await? {
            let address = SocketAddr::new(ip, back_end.port);
            if !self.policy.admits(host, address, trusted) {
                tracing::warn!(host, %address, "back end refused: list it with --allow-upstream to call it");
                continue;
            }
            match TcpStream::connect(address).await {
                Ok(tcp) => return self.prepare(back_end, unverified, tcp).await,
                Err(error) => failure = UpstreamError::Connect(error),
            }
        }
        Err(failure)
    }

    async fn prepare(
        &self,
        back_end: &BackEnd,
        unverified: bool,
        tcp: TcpStream,
    ) -> Result<Stream, UpstreamError> {
        tcp.set_nodelay(true).map_err(UpstreamError::Connect)?;
        let (local, peer) = (tcp.local_addr(), tcp.peer_addr());
        let (local, peer) = (local.map_err(UpstreamError::Connect)?, peer.map_err(UpstreamError::Connect)?);
        if !self.policy.admits_connected(&back_end.host, local, peer) {
            return Err(UpstreamError::Denied);
        }
        if back_end.scheme == Scheme::Http {
            return Ok(Stream::Plain(tcp));
        }
        let bare = back_end.host.trim_start_matches('[').trim_end_matches(']');
        let name = ServerName::try_from(bare.to_owned())
            .map_err(|e| UpstreamError::Tls(std::io::Error::other(e)))?;
        let connector = if unverified {
            tracing::warn!(host = &*back_end.host, "certificate taken unverified (insecureSkipVerification)");
            &self.tls.unverified
        } else {
            &self.tls.verified
        };
        let tls = connector.connect(name, tcp).await.map_err(UpstreamError::Tls)?;
        Ok(Stream::Tls(Box::new(tls)))
    }

    async fn resolve(&self, host: &str) -> Result<Vec<IpAddr>, UpstreamError> {
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        if let Ok(ip) = bare.parse() {
            return Ok(vec![ip]);
        }
        if let Some(known) = self.names.borrow().get(host).filter(|known| known.until > Instant::now()) {
            return Ok(known.addresses.clone());
        }
        let found = tokio::net::lookup_host((host, 0)).await.map_err(UpstreamError::Resolve)?;
        let mut addresses: Vec<IpAddr> = Vec::new();
        for address in found {
            if !addresses.contains(&address.ip()) {
                addresses.push(address.ip());
            }
        }
        let mut names = self.names.borrow_mut();
        if names.len() >= MOST_NAMES {
            names.clear();
        }
        let until = Instant::now() + self.names_live;
        names.insert(host.into(), Resolved { addresses: addresses.clone(), until });
        Ok(addresses)
    }
}
