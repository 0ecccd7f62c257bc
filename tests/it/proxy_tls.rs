//! Back ends over TLS: certificates are verified against the given roots, unless an integration says otherwise.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::Arc;

use rustls::ServerConfig;
use rustls_pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

use crate::plane::{Plane, TestApi, TestMethod};
use crate::support::Request;

/// A back end that answers one request a connection, and the file with the certificate it is trusted by.
struct TlsBackEnd {
    port: u16,
    root: PathBuf,
    _folder: tempfile::TempDir,
}

fn back_end(name: &str) -> TlsBackEnd {
    let made = rcgen::generate_simple_self_signed(vec![name.to_owned()]).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("root.pem");
    std::fs::write(&root, made.cert.pem()).unwrap();
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let mut tls =
                rustls::StreamOwned::new(rustls::ServerConnection::new(Arc::clone(&config)).unwrap(), stream);
            let mut head = Vec::new();
            let mut byte = [0];
            // A handshake that the gateway refuses ends here.
            while !head.ends_with(b"\r\n\r\n") && matches!(tls.read(&mut byte), Ok(1)) {
                head.push(byte[0]);
            }
            if head.ends_with(b"\r\n\r\n") {
                let _gone = tls.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecret");
                let _gone = tls.flush();
            }
        }
    });
    TlsBackEnd { port, root, _folder: folder }
}

#[test]
fn a_certificate_is_verified_unless_the_integration_says_otherwise() {
    let back_end = back_end("localhost");
    let uri = |host: &str| format!("https://{host}:{}/", back_end.port);
    for (host, trusted, skip, status, name) in [
        ("localhost", true, false, 200, "a trusted root"),
        ("localhost", false, false, 504, "an unknown root"),
        ("127.0.0.1", true, false, 504, "another name"),
        ("localhost", false, true, 200, "verification left out"),
        ("127.0.0.1", false, true, 200, "verification left out, another name"),
    ] {
        let method = TestMethod::proxy(&uri(host)).change(|i| i.insecure_skip_verification = skip);
        let plane = Plane::with(&TestApi::new().method("/x", "GET", method), |config| {
            config.roots.files.extend(trusted.then(|| back_end.root.clone()));
        });
        let response = Request::get("/x").send(plane.address);
        assert_eq!(response.status, status, "{name}");
        let expected = if status == 200 {
            "secret"
        } else {
            r#"{"message":"Network error communicating with endpoint"}"#
        };
        assert_eq!(response.text(), expected, "{name}");
    }
}

#[test]
fn roots_that_cannot_be_read_are_said_at_start() {
    use postern::compile::{Snapshot, cell::Publisher};
    use postern::gateway::{Gateway, GatewayConfig};
    let folder = tempfile::tempdir().unwrap();
    let empty = folder.path().join("empty.pem");
    std::fs::write(&empty, "").unwrap();
    for path in [empty, folder.path().join("absent.pem")] {
        let mut config = GatewayConfig::new(([127, 0, 0, 1], 0).into());
        config.roots.files = vec![path.clone()];
        let publisher = Publisher::new(Arc::new(Snapshot::empty()));
        let error = Gateway::start(config, &publisher.reader(), &postern::ops::Metrics::new()).err().unwrap();
        assert!(error.to_string().contains(path.to_str().unwrap()), "{error}");
    }
}
