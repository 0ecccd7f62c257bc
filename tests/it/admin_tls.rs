//! The admin API through TLS: certificates that change, clients with certificates of their own.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, SanType};
use tempfile::TempDir;

use crate::support::{PATIENCE, Server, run};

/// Certificates of a CA, in files.
pub struct Files {
    dir: TempDir,
    ca: CertifiedIssuer<'static, KeyPair>,
}

impl Files {
    /// A CA with a certificate for a server on this machine.
    pub fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, "test CA");
        let ca = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let files = Self { dir: tempfile::tempdir().unwrap(), ca };
        std::fs::write(files.file("ca.pem"), files.ca.pem()).unwrap();
        files.issue("server", "server", &["localhost"], None);
        files
    }

    fn file(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub fn path(&self, name: &str) -> String {
        self.file(name).display().to_string()
    }

    /// Writes `NAME.pem` and `NAME.key`.
    pub fn issue(&self, name: &str, common_name: &str, dns: &[&str], uri: Option<&str>) {
        let mut params =
            CertificateParams::new(dns.iter().map(ToString::to_string).collect::<Vec<_>>()).unwrap();
        params.distinguished_name.push(DnType::CommonName, common_name);
        params.subject_alt_names.push(SanType::IpAddress([127, 0, 0, 1].into()));
        if let Some(uri) = uri {
            params.subject_alt_names.push(SanType::URI(uri.try_into().unwrap()));
        }
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.ca).unwrap();
        std::fs::write(self.file(&format!("{name}.key")), key.serialize_pem()).unwrap();
        std::fs::write(self.file(&format!("{name}.pem")), certificate.pem()).unwrap();
    }

    /// The flags of a server with these certificates.
    fn flags(&self) -> Vec<String> {
        let (cert, key) = (self.path("server.pem"), self.path("server.key"));
        ["--admin-tls-cert", &cert, "--admin-tls-key", &key].map(str::to_owned).to_vec()
    }
}

/// A server with TLS and its own data directory.
fn server(files: &Files, more: &[&str]) -> Server {
    let flags = files.flags();
    let args: Vec<&str> = flags.iter().map(String::as_str).collect();
    Server::start(files.path("data").as_ref(), &[&args[..], more].concat())
}

fn api_list(server: &Server, files: &Files, more: &[&str]) -> crate::support::Ended {
    let (admin, ca) = (format!("https://localhost:{}", server.admin.port()), files.path("ca.pem"));
    run([&["api", "list", "--admin", &admin, "--admin-ca", &ca], more].concat())
}

#[test]
fn a_client_takes_only_a_server_that_its_ca_vouches_for() {
    let files = Files::new();
    let server = server(&files, &[]);
    let good = api_list(&server, &files, &[]);
    assert_eq!(good.code, Some(0), "{good:?}");
    let other = Files::new();
    let refused = api_list(&server, &other, &[]);
    assert_eq!(refused.code, Some(69), "{refused:?}");
    assert!(refused.stderr.contains("certificate"), "{refused:?}");
    // In the clear nobody is answered.
    let plain = server.run(&["api", "list"]);
    assert_ne!(plain.code, Some(0), "{plain:?}");
}

#[test]
fn who_has_a_certificate_is_known_by_its_names() {
    let files = Files::new();
    let ca = files.path("ca.pem");
    files.issue("ops", "ops", &[], None);
    files.issue("ci", "robot", &[], Some("spiffe://example/ci"));
    files.issue("stranger", "stranger", &[], None);
    let server = server(
        &files,
        &[
            "--admin-auth",
            "required",
            "--admin-client-ca",
            &ca,
            "--admin-client-role",
            "ops=admin",
            "--admin-client-role",
            "uri:spiffe://example/ci=viewer",
        ],
    );
    let with = |name: &str, command: &[&str]| {
        let (cert, key) = (files.path(&format!("{name}.pem")), files.path(&format!("{name}.key")));
        let admin = format!("https://127.0.0.1:{}", server.admin.port());
        let connection = ["--admin", &admin, "--admin-ca", &ca, "--admin-cert", &cert, "--admin-key", &key];
        run([command, &connection[..]].concat())
    };
    assert_eq!(with("ops", &["api", "create", "pets"]).code, Some(0));
    assert_eq!(with("ci", &["api", "list"]).code, Some(0));
    let denied = with("ci", &["api", "create", "more"]);
    assert!(
        denied.code == Some(1) && denied.stderr.contains("certificate:uri:spiffe://example/ci"),
        "{denied:?}"
    );
    let unknown = with("stranger", &["api", "list"]);
    assert!(unknown.code == Some(1) && unknown.stderr.contains("stranger"), "{unknown:?}");
    let nobody = api_list(&server, &files, &[]);
    assert!(nobody.code == Some(1) && nobody.stderr.contains("asks for credentials"), "{nobody:?}");

    let audit = with("ops", &["audit", "-o", "json"]);
    assert!(audit.stdout.contains(r#""actor":"certificate:ops""#), "{audit:?}");
    assert!(audit.stdout.contains(r#""address":"127.0.0.1""#), "{audit:?}");

    // Another CA's certificate is none, whatever its name.
    let forger = Files::new();
    forger.issue("ops", "ops", &[], None);
    let (cert, key) = (forger.path("ops.pem"), forger.path("ops.key"));
    let forged = api_list(&server, &files, &["--admin-cert", &cert, "--admin-key", &key]);
    assert_ne!(forged.code, Some(0), "{forged:?}");
}

#[test]
fn certificates_are_read_again_when_their_files_change() {
    let files = Files::new();
    let server = server(&files, &[]);
    assert_eq!(api_list(&server, &files, &[]).code, Some(0));
    // A key alone does not go with the certificate: what was in use stays.
    std::fs::write(files.path("server.key"), KeyPair::generate().unwrap().serialize_pem()).unwrap();
    assert_eq!(api_list(&server, &files, &[]).code, Some(0));
    // A new CA, and what it issues.
    let next = Files::new();
    for name in ["server.key", "server.pem"] {
        std::fs::copy(next.path(name), files.path(name)).unwrap();
    }
    let began = Instant::now();
    while api_list(&server, &next, &[]).code != Some(0) {
        assert!(began.elapsed() < PATIENCE, "the new certificate is not in use");
        std::thread::sleep(Duration::from_millis(100));
    }
    assert_eq!(api_list(&server, &files, &[]).code, Some(69), "the former one is no longer shown");
}
