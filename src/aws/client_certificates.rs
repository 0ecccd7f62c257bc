//! `ClientCertificate`: a certificate of our own making for back ends to know the gateway by. Kept: no back end is shown
//! one yet.

use std::time::{Duration, SystemTime};

use rcgen::{CertificateParams, DnType, ExtendedKeyUsagePurpose, KeyPair, KeyUsagePurpose};
use serde_json::Value;

use super::call::Call;
use super::error::Exception;
use super::kept;
use super::patch::Replaceable;
use super::show::{Fields, date, object};
use crate::model::KeptKind;

const KIND: KeptKind = KeptKind::ClientCertificate;

/// What can be patched.
const PATCHES: Replaceable = Replaceable(&["/description"]);

/// How long one is valid (API Gateway, *Generate and configure an SSL certificate for backend authentication*).
const VALIDITY: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// Where the private key stands, which no answer holds.
const PRIVATE_KEY: &str = "privateKey";

pub(super) async fn generate(call: &Call) -> Result<Value, Exception> {
    let input = call.input();
    let id = kept::new_id(6);
    let now = SystemTime::now();
    let (certificate, key) = self_signed(now).map_err(|error| {
        tracing::error!(%error, "a client certificate could not be made");
        Exception::internal("A client certificate could not be made")
    })?;
    let made = Fields::new()
        .put("clientCertificateId", id.clone())
        .some("description", input.some_text("description")?)
        .put("pemEncodedCertificate", certificate)
        .put("createdDate", date(now))
        .put("expirationDate", date(now + VALIDITY))
        .map("tags", object(input.map("tags")?.unwrap_or_default()))
        .put(PRIVATE_KEY, key);
    kept::create(call, kept::of_account(KIND), &id, made.into_value()).await.map(show)
}

pub(super) async fn list(call: &Call) -> Result<Value, Exception> {
    let all = kept::all(call, kept::of_account(KIND)).await?;
    Ok(kept::page(call, all.into_iter().map(show).collect(), "clientCertificateId"))
}

pub(super) async fn get(call: &Call) -> Result<Value, Exception> {
    kept::get(call, kept::of_account(KIND), call.named(0)).await.map(show)
}

pub(super) async fn update(call: &Call) -> Result<Value, Exception> {
    let of = kept::of_account(KIND);
    kept::get(call, of, call.named(0)).await?;
    let patches = call.patches("updateClientCertificate")?;
    let changed = kept::update(call, of, call.named(0), |certificate| {
        for patch in &patches {
            PATCHES.check(patch)?;
            kept::set(certificate, "description", patch.some_value());
        }
        Ok(())
    });
    changed.await.map(show)
}

pub(super) async fn delete(call: &Call) -> Result<(), Exception> {
    kept::delete(call, kept::of_account(KIND), call.named(0)).await
}

/// A new certificate and its key, as PEM.
fn self_signed(now: SystemTime) -> Result<(String, String), rcgen::Error> {
    let key = KeyPair::generate()?;
    let mut params = CertificateParams::default();
    params.not_before = now.into();
    params.not_after = (now + VALIDITY).into();
    params.distinguished_name.push(DnType::CommonName, "ApiGateway");
    params.distinguished_name.push(DnType::OrganizationName, "Postern");
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    Ok((params.self_signed(&key)?.pem(), key.serialize_pem()))
}

fn show(mut certificate: Value) -> Value {
    if let Value::Object(fields) = &mut certificate {
        fields.remove(PRIVATE_KEY);
    }
    certificate
}

#[cfg(test)]
mod tests {
    use rustls_pki_types::CertificateDer;
    use rustls_pki_types::pem::PemObject as _;

    use super::*;

    #[test]
    fn certificates_are_real_and_each_has_a_key_of_its_own() {
        let now = SystemTime::now();
        let (one, other) =
            (self_signed(now).expect("a certificate"), self_signed(now).expect("a certificate"));
        for (certificate, key) in [&one, &other] {
            let certificate = CertificateDer::from_pem_slice(certificate.as_bytes()).expect("a certificate");
            let roots = [certificate.clone()].into_iter();
            let mut store = rustls::RootCertStore::empty();
            assert_eq!(store.add_parsable_certificates(roots).0, 1, "it can be trusted");
            let key = KeyPair::from_pem(key).expect("a key");
            let public = key.public_key_raw();
            assert!(certificate.windows(public.len()).any(|part| part == public), "they belong together");
        }
        assert_ne!(one, other);
    }

    #[test]
    fn no_answer_holds_the_key() {
        let stored = Fields::new().put("clientCertificateId", "abc123").put(PRIVATE_KEY, "secret");
        assert_eq!(show(stored.into_value()), serde_json::json!({"clientCertificateId": "abc123"}));
    }
}
