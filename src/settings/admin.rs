//! The admin API's listener: who may call it, and how callers prove who they are.

use std::net::SocketAddr;
use std::path::PathBuf;

use super::InvalidValue;
use super::merge::{Problem, Sources, named, one_of, path};
use super::value;
use crate::model::{GrantRule, HostName, Origin};

/// The admin API's listener.
#[derive(Clone, Debug)]
pub struct AdminSettings {
    /// Where it listens; a loopback address, unless there are certificates.
    pub listen: SocketAddr,
    /// Whether callers are asked for credentials.
    pub auth: AdminAuth,
    /// Its certificates; always there when it does not listen on loopback.
    pub tls: Option<AdminTlsSettings>,
    /// What holders of client certificates may do; the first rule that is about one of a certificate's names holds.
    pub client_roles: Vec<GrantRule>,
    /// Web page origins that may call it.
    pub allow_origins: Vec<Origin>,
    /// Host names, beside loopback ones, under which admin and ops may be called.
    pub allow_hosts: Vec<HostName>,
}

/// Whether callers are asked for credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AdminAuth {
    /// Not on a loopback address: who reaches that is on this machine already.
    Auto,
    /// Always.
    Required,
}

/// Files in PEM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdminTlsSettings {
    /// The server's certificate and what stands between it and its root.
    pub certificate: PathBuf,
    /// The certificate's key.
    pub key: PathBuf,
    /// Who vouches for clients' certificates.
    pub client_ca: Option<PathBuf>,
}

impl AdminSettings {
    /// Whether callers without credentials are refused.
    #[must_use]
    pub fn asks_for_credentials(&self) -> bool {
        self.auth == AdminAuth::Required || !self.listen.ip().is_loopback()
    }
}

/// Reads what is said about the listener.
pub(super) fn read(from: &mut Sources<impl Fn(&str) -> Option<String>>) -> AdminSettings {
    let tls = tls(from);
    let has_tls = tls.is_some();
    let listen = |text: &str| {
        let address = value::address(text)?;
        if has_tls || address.ip().is_loopback() {
            return Ok(address);
        }
        Err(InvalidValue::new(
            text,
            "a loopback address, and no certificate is given: on any other address the admin API needs TLS, and credentials of its callers",
            "--admin-tls-cert and --admin-tls-key beside it, or 127.0.0.1:9901, reached from elsewhere through an SSH or kubectl port-forward",
        ))
    };
    let settings = AdminSettings {
        listen: from.one("admin-listen", listen),
        auth: from.one(
            "admin-auth",
            one_of(&[("auto", AdminAuth::Auto), ("required", AdminAuth::Required)], "auto or required"),
        ),
        client_roles: from.many(
            "admin-client-role",
            named(
                "a rule",
                "NAME=ROLE or NAME=ROLE@API+API, such as ops=admin or uri:spiffe://example/ci=deployer",
            ),
        ),
        allow_origins: from.many(
            "admin-allow-origin",
            named("an origin", "scheme://host[:port], such as https://admin.example.com"),
        ),
        allow_hosts: from.many(
            "admin-allow-host",
            named("a host name", "a lower-case host name without port, or *.suffix"),
        ),
        tls,
    };
    let has_ca = settings.tls.as_ref().is_some_and(|tls| tls.client_ca.is_some());
    if has_ca == settings.client_roles.is_empty() {
        let (wrong, right) = if has_ca {
            (
                "nobody whom --admin-client-ca vouches for may do anything",
                "an --admin-client-role, such as ops=admin",
            )
        } else {
            (
                "there are roles for client certificates and nobody to vouch for these",
                "an --admin-client-ca beside it",
            )
        };
        from.note_problem(Problem::new("--admin-client-role", wrong, right));
    }
    settings
}

fn tls(from: &mut Sources<impl Fn(&str) -> Option<String>>) -> Option<AdminTlsSettings> {
    let certificate = from.optional("admin-tls-cert", path);
    let key = from.optional("admin-tls-key", path);
    let client_ca = from.optional("admin-client-ca", path);
    match (certificate, key) {
        (Some(certificate), Some(key)) => Some(AdminTlsSettings { certificate, key, client_ca }),
        (None, None) if client_ca.is_none() => None,
        _ => {
            let right = "--admin-tls-cert and --admin-tls-key together, with --admin-client-ca or without";
            from.note_problem(Problem::new("--admin-tls-cert", "TLS is set up in part", right));
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Flags, Settings};
    use super::*;

    const TLS: [(&str, &str); 2] = [("admin-tls-cert", "cert.pem"), ("admin-tls-key", "key.pem")];

    fn merge(flags: &[(&'static str, &'static str)]) -> Result<AdminSettings, Vec<Problem>> {
        let flags = flags.iter().fold(Flags::default(), |flags, (key, value)| flags.with(key, [*value]));
        Settings::merge(flags, |_| None).map(|settings| settings.admin)
    }

    #[test]
    fn any_address_but_loopback_needs_certificates() {
        for (text, fits) in [
            ("127.0.0.1:0", true),
            ("[::1]:9901", true),
            ("127.8.8.8:1", true),
            ("0.0.0.0:9901", false),
            ("10.0.0.1:9901", false),
            ("[::]:1", false),
        ] {
            assert_eq!(merge(&[("admin-listen", text)]).is_ok(), fits, "{text}");
            let with = merge(&[("admin-listen", text), TLS[0], TLS[1]]).expect("with certificates");
            assert_eq!(with.asks_for_credentials(), !fits, "{text}");
        }
        let required = merge(&[("admin-auth", "required")]).expect("settings");
        assert!(required.asks_for_credentials());
        assert!(merge(&[("admin-auth", "never")]).is_err());
    }

    #[test]
    fn what_belongs_together_is_given_together() {
        let (ca, role) = (("admin-client-ca", "ca.pem"), ("admin-client-role", "ops=admin"));
        for (flags, fits) in [
            (&[TLS[0]][..], false),
            (&[TLS[1]], false),
            (&[ca, role], false),
            (&[TLS[0], TLS[1]], true),
            (&[TLS[0], TLS[1], ca], false),
            (&[TLS[0], TLS[1], role], false),
            (&[TLS[0], TLS[1], ca, role], true),
            (&[TLS[0], TLS[1], ca, ("admin-client-role", "ops=owner")], false),
        ] {
            assert_eq!(merge(flags).is_ok(), fits, "{flags:?}");
        }
    }
}
