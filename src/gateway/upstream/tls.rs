//! TLS toward back ends.

use std::path::PathBuf;
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
use tokio_rustls::TlsConnector;

/// Which certificates of back ends are trusted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TlsRoots {
    /// PEM files with root certificates, besides or instead of the system's.
    pub files: Vec<PathBuf>,
    /// Whether the system's roots are left out.
    pub only_files: bool,
}

/// Roots that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("cannot read root certificates from {path}: {reason}")]
pub struct InvalidRoots {
    path: PathBuf,
    reason: String,
}

/// The two ways of connecting: verified and, where an integration asks for it, not.
#[derive(Clone)]
pub(in crate::gateway) struct TlsClients {
    pub(super) verified: TlsConnector,
    pub(super) unverified: TlsConnector,
}

impl TlsClients {
    /// Reads the roots. System roots that cannot be read are logged and left out.
    pub(in crate::gateway) fn new(roots: &TlsRoots) -> Result<Self, InvalidRoots> {
        let mut store = RootCertStore::empty();
        if !roots.only_files {
            let found = rustls_native_certs::load_native_certs();
            for error in &found.errors {
                tracing::warn!(%error, "system root certificates cannot be read");
            }
            let (added, ignored) = store.add_parsable_certificates(found.certs);
            tracing::debug!(added, ignored, "system root certificates read");
        }
        for path in &roots.files {
            let refuse = |reason: String| InvalidRoots { path: path.clone(), reason };
            let mut any = false;
            for certificate in CertificateDer::pem_file_iter(path).map_err(|e| refuse(e.to_string()))? {
                let certificate = certificate.map_err(|e| refuse(e.to_string()))?;
                store.add(certificate).map_err(|e| refuse(e.to_string()))?;
                any = true;
            }
            if !any {
                return Err(refuse("no certificate in it".to_owned()));
            }
        }
        let provider = Arc::new(aws_lc_rs::default_provider());
        let versions = |provider: &Arc<CryptoProvider>| {
            ClientConfig::builder_with_provider(Arc::clone(provider))
                .with_safe_default_protocol_versions()
                .expect("the provider has cipher suites for TLS 1.2 and 1.3")
        };
        let mut verified = versions(&provider).with_root_certificates(store).with_no_client_auth();
        let mut unverified = versions(&provider)
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(Unverified(Arc::clone(&provider))))
            .with_no_client_auth();
        for config in [&mut verified, &mut unverified] {
            config.alpn_protocols = vec![b"http/1.1".to_vec()];
        }
        Ok(Self { verified: Arc::new(verified).into(), unverified: Arc::new(unverified).into() })
    }
}

/// Takes every certificate (API Gateway: `tlsConfig.insecureSkipVerification`). Signatures are still checked, so
/// that at least the peer holds the certificate's key.
#[derive(Debug)]
struct Unverified(Arc<CryptoProvider>);

impl ServerCertVerifier for Unverified {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, cert, signed, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, cert, signed, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
