//! The admin listener's certificates: read at start, and again whenever their files change.

use std::convert::Infallible;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use rustls::crypto::aws_lc_rs;
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

/// How often the files are looked at.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// Where certificates are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFiles {
    /// PEM: the server's certificate, then those between it and its root.
    pub certificate: PathBuf,
    /// PEM: the key of the first.
    pub key: PathBuf,
    /// PEM: who vouches for clients; without it no client is asked for a certificate.
    pub client_ca: Option<PathBuf>,
}

/// Certificates that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {reason}", .path.display())]
pub struct InvalidTls {
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it.
    pub reason: String,
}

/// What the files held.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Contents {
    certificate: Vec<u8>,
    key: Vec<u8>,
    client_ca: Option<Vec<u8>>,
}

/// The certificates in use.
pub struct AdminTls {
    files: TlsFiles,
    config: ArcSwap<ServerConfig>,
    first: Contents,
}

impl AdminTls {
    /// Reads the files.
    ///
    /// # Errors
    /// When one cannot be read or used.
    pub async fn load(files: TlsFiles) -> Result<Self, InvalidTls> {
        let first = read(&files).await?;
        let config = ArcSwap::from_pointee(config(&files, &first)?);
        Ok(Self { files, config, first })
    }

    /// What the next connection is accepted with.
    pub(super) fn acceptor(&self) -> TlsAcceptor {
        self.config.load_full().into()
    }

    /// Follows the files for ever. What cannot be used is logged once, and what was in use stays: files are seldom
    /// replaced together.
    pub(super) async fn follow(&self) -> Infallible {
        let mut seen = Ok(self.first.clone());
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            let now = read(&self.files).await;
            if now == seen {
                continue;
            }
            let used = now.clone().and_then(|contents| config(&self.files, &contents));
            match used {
                Ok(config) => {
                    self.config.store(Arc::new(config));
                    tracing::info!(
                        "the admin API's certificates have changed; new connections get the new ones"
                    );
                }
                Err(error) => {
                    tracing::error!(%error, "the admin API's certificates have changed and cannot be used; the former ones stay");
                }
            }
            seen = now;
        }
    }
}

async fn read(files: &TlsFiles) -> Result<Contents, InvalidTls> {
    let read = async |path: &Path| {
        let read = tokio::fs::read(path).await;
        read.map_err(|error| InvalidTls { path: path.to_owned(), reason: format!("cannot be read: {error}") })
    };
    Ok(Contents {
        certificate: read(&files.certificate).await?,
        key: read(&files.key).await?,
        client_ca: match &files.client_ca {
            Some(path) => Some(read(path).await?),
            None => None,
        },
    })
}

fn config(files: &TlsFiles, contents: &Contents) -> Result<ServerConfig, InvalidTls> {
    let refuse = |path: &Path, reason: String| InvalidTls { path: path.to_owned(), reason };
    let chain = certificates(&files.certificate, &contents.certificate)?;
    let key = PrivateKeyDer::from_pem_slice(&contents.key)
        .map_err(|error| refuse(&files.key, format!("holds no private key as PEM: {error}")))?;
    let provider = Arc::new(aws_lc_rs::default_provider());
    let builder = ServerConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .expect("the provider has cipher suites for TLS 1.2 and 1.3");
    let builder = match (&files.client_ca, &contents.client_ca) {
        (Some(path), Some(bytes)) => {
            let mut roots = RootCertStore::empty();
            for certificate in certificates(path, bytes)? {
                roots.add(certificate).map_err(|error| refuse(path, error.to_string()))?;
            }
            // Who shows none may have a token; who shows one that nobody vouches for gets no further.
            let verifier = WebPkiClientVerifier::builder_with_provider(roots.into(), provider)
                .allow_unauthenticated()
                .build()
                .map_err(|error| refuse(path, error.to_string()))?;
            builder.with_client_cert_verifier(verifier)
        }
        _ => builder.with_no_client_auth(),
    };
    let mut config = builder
        .with_single_cert(chain, key)
        .map_err(|error| refuse(&files.key, format!("does not go with the certificate: {error}")))?;
    // Browsers speak gRPC-Web over HTTP/1.1.
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

fn certificates(path: &Path, pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, InvalidTls> {
    let refuse = |reason: String| InvalidTls { path: path.to_owned(), reason };
    let read = CertificateDer::pem_slice_iter(pem).collect::<Result<Vec<_>, _>>();
    let read = read.map_err(|error| refuse(format!("is not PEM: {error}")))?;
    if read.is_empty() { Err(refuse("holds no certificate as PEM".to_owned())) } else { Ok(read) }
}
