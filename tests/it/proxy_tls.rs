//! Back ends over TLS: certificates are verified against the given roots, unless an integration says otherwise.

use std::sync::Arc;

use crate::plane::{Plane, TestApi, TestMethod};
use crate::support::{Request, TlsBackEnd};

#[test]
fn a_certificate_is_verified_unless_the_integration_says_otherwise() {
    let back_end = TlsBackEnd::answering("localhost", "secret");
    let uri = |host: &str| format!("{}/", back_end.url(host));
    for (host, trusted, skip, status, name) in [
        ("localhost", true, false, 200, "a trusted root"),
        ("localhost", false, false, 504, "an unknown root"),
        ("127.0.0.1", true, false, 504, "another name"),
        ("localhost", false, true, 200, "verification left out"),
        ("127.0.0.1", false, true, 200, "verification left out, another name"),
    ] {
        let method = TestMethod::proxy(&uri(host)).change(|i| i.insecure_skip_verification = skip);
        let plane = Plane::with(&TestApi::new().method("/x", "GET", method), |config| {
            config.roots.files.extend(trusted.then(|| back_end.authority()));
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
