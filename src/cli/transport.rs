//! How calls reach a server: in the clear, through TLS, or within the process; with a token if there is one.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::task::{Context, Poll};

use http::header::AUTHORIZATION;
use http::{HeaderValue, Request, Response, Uri};
use hyper_util::rt::TokioIo;
use rustls::crypto::aws_lc_rs;
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tonic::body::Body;
use tonic::transport::{Channel, Endpoint};
use tower::Service;

use super::failure::{Exit, Failure};

/// How a caller proves who it is, and whom it takes the server to be.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Credentials")]
pub(super) struct Credentials {
    /// Token of `postern token create`; better in the environment, where no process listing shows it
    #[arg(long, global = true, value_name = "TOKEN", env = "POSTERN_TOKEN", hide_env_values = true)]
    token: Option<String>,
    /// File that holds the token
    #[arg(long, global = true, value_name = "FILE", env = "POSTERN_TOKEN_FILE", conflicts_with = "token")]
    token_file: Option<PathBuf>,
    /// PEM file of who vouches for the server's certificate; the system's roots unless given
    #[arg(long, global = true, value_name = "FILE", env = "POSTERN_ADMIN_CA")]
    admin_ca: Option<PathBuf>,
    /// PEM file of a client certificate
    #[arg(long, global = true, value_name = "FILE", env = "POSTERN_ADMIN_CERT")]
    admin_cert: Option<PathBuf>,
    /// PEM file of that certificate's key
    #[arg(long, global = true, value_name = "FILE", env = "POSTERN_ADMIN_KEY")]
    admin_key: Option<PathBuf>,
}

/// A connection that adds the caller's token to each call.
#[derive(Clone)]
pub(super) struct Calls {
    channel: Channel,
    bearer: Option<HeaderValue>,
}

impl Calls {
    /// Calls over a channel, without a token.
    pub(super) fn over(channel: Channel) -> Self {
        Self { channel, bearer: None }
    }

    /// Calls over a channel that is opened as `credentials` say.
    ///
    /// # Errors
    /// When a file cannot be used, or nobody answers.
    pub(super) async fn connect(endpoint: Endpoint, credentials: &Credentials) -> Result<Self, Failure> {
        let bearer = credentials.bearer()?;
        let uri = endpoint.uri().clone();
        let channel = if uri.scheme_str() == Some("https") {
            let config = Arc::new(credentials.tls()?);
            let connector = tower::service_fn(move |uri: Uri| through_tls(uri, Arc::clone(&config)));
            endpoint.connect_with_connector(connector).await
        } else {
            endpoint.connect().await
        };
        let channel = channel.map_err(|error| unreachable(&uri, &error))?;
        Ok(Self { channel, bearer })
    }
}

/// What everything on the way to the server said.
fn unreachable(uri: &Uri, error: &dyn std::error::Error) -> Failure {
    let mut cause = error.source();
    let mut last = None;
    while let Some(error) = cause {
        last = Some(error.to_string());
        cause = error.source();
    }
    let why = last.map(|last| format!(": {last}")).unwrap_or_default();
    Failure::new(Exit::Unavailable, format!("no server answers at {}{why}", uri.to_string().trim_end_matches('/')))
        .right("the admin address that `postern serve` prints, given by --admin or POSTERN_ADMIN; https:// where it has certificates")
}

impl Service<Request<Body>> for Calls {
    type Response = Response<Body>;
    type Error = tonic::transport::Error;
    type Future = <Channel as Service<Request<Body>>>::Future;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.channel.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<Body>) -> Self::Future {
        if let Some(bearer) = &self.bearer {
            request.headers_mut().insert(AUTHORIZATION, bearer.clone());
        }
        self.channel.call(request)
    }
}

impl Credentials {
    /// The header that proves who calls.
    fn bearer(&self) -> Result<Option<HeaderValue>, Failure> {
        let token = match (&self.token, &self.token_file) {
            // An empty variable is how a process manager leaves one out.
            (Some(token), _) if !token.is_empty() => token.trim().to_owned(),
            (_, Some(path)) => String::from_utf8(read("--token-file", path)?)
                .map_err(|_| {
                    Failure::usage(
                        format!("--token-file: {} is no text", path.display()),
                        "a file with a token",
                    )
                })?
                .trim()
                .to_owned(),
            _ => return Ok(None),
        };
        let mut value = HeaderValue::try_from(format!("Bearer {token}")).map_err(|_| {
            Failure::usage("--token: it holds what no header can", "a token of `postern token create`")
        })?;
        value.set_sensitive(true);
        Ok(Some(value))
    }

    fn tls(&self) -> Result<ClientConfig, Failure> {
        let builder = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("the provider has cipher suites for TLS 1.2 and 1.3")
            .with_root_certificates(self.roots()?);
        let mut config = match (&self.admin_cert, &self.admin_key) {
            (None, None) => builder.with_no_client_auth(),
            (Some(certificate), Some(key)) => {
                let chain = certificates("--admin-cert", certificate)?;
                let pem = read("--admin-key", key)?;
                let refuse = |error: &dyn std::fmt::Display| {
                    Failure::usage(
                        format!("--admin-key: {}: {error}", key.display()),
                        "a PEM file with the key of --admin-cert",
                    )
                };
                let secret = PrivateKeyDer::from_pem_slice(&pem).map_err(|error| refuse(&error))?;
                builder.with_client_auth_cert(chain, secret).map_err(|error| refuse(&error))?
            }
            _ => {
                return Err(Failure::usage(
                    "a client certificate is given in part",
                    "--admin-cert and --admin-key together",
                ));
            }
        };
        config.alpn_protocols = vec![b"h2".to_vec()];
        Ok(config)
    }

    fn roots(&self) -> Result<RootCertStore, Failure> {
        let mut roots = RootCertStore::empty();
        match &self.admin_ca {
            Some(path) => {
                for certificate in certificates("--admin-ca", path)? {
                    roots.add(certificate).map_err(|error| {
                        let wrong = format!("--admin-ca: {}: {error}", path.display());
                        Failure::usage(wrong, "a PEM file with certificates")
                    })?;
                }
            }
            None => drop(roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs)),
        }
        Ok(roots)
    }
}

async fn through_tls(
    uri: Uri,
    config: Arc<ClientConfig>,
) -> io::Result<TokioIo<impl AsyncRead + AsyncWrite + Send + Unpin + 'static>> {
    let host = uri.host().ok_or_else(|| io::Error::other("the address names no host"))?;
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let stream = TcpStream::connect((host, uri.port_u16().unwrap_or(443))).await?;
    stream.set_nodelay(true)?;
    let name = ServerName::try_from(host.to_owned()).map_err(io::Error::other)?;
    Ok(TokioIo::new(TlsConnector::from(config).connect(name, stream).await?))
}

fn certificates(flag: &str, path: &Path) -> Result<Vec<CertificateDer<'static>>, Failure> {
    let read = CertificateDer::pem_slice_iter(&read(flag, path)?).collect::<Result<Vec<_>, _>>();
    let read = read.ok().filter(|read| !read.is_empty());
    read.ok_or_else(|| {
        Failure::usage(format!("{flag}: {} holds no certificate as PEM", path.display()), "a PEM file")
    })
}

fn read(flag: &str, path: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(path).map_err(|error| {
        Failure::usage(format!("{flag}: {} cannot be read: {error}", path.display()), "a readable file")
    })
}
