//! Signature Version 4: whom a request says it is of, and whether that is true.
//!
//! Source: AWS IAM User Guide, *Create a signed AWS API request*. Without keys the header only tells the region; with
//! keys the whole signature is worked out anew and compared in constant time.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::header::{AUTHORIZATION, HeaderMap};
use http::request::Parts;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use sha2::{Digest as _, Sha256};

use super::calendar::seconds_of;
use super::error::Exception;
use crate::model::{Grant, Region};

/// What is not encoded: RFC 3986's unreserved characters.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// How far a signature's date may be from now.
const SKEW: Duration = Duration::from_secs(5 * 60);
const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// An access key that may call.
#[derive(Clone, PartialEq, Eq)]
pub struct AccessKey {
    /// What a signature names.
    pub id: String,
    /// What it is worked out with; never sent, never logged.
    pub secret: String,
    /// What its holder may do.
    pub grant: Grant,
}

impl std::fmt::Debug for AccessKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AccessKey").field("id", &self.id).finish_non_exhaustive()
    }
}

/// What a signature says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Signed {
    /// The access key's id.
    pub(super) key_id: Option<String>,
    /// The region of the credential's scope.
    pub(super) region: Option<Region>,
    /// What the key's holder may do; `None` where nothing was verified.
    pub(super) grant: Option<Grant>,
}

/// The parts of an `Authorization` header.
struct Authorization<'a> {
    key_id: &'a str,
    date: &'a str,
    region: &'a str,
    service: &'a str,
    signed_headers: Vec<&'a str>,
    signature: &'a str,
}

/// Reads the signature of a request, and verifies it if there are keys.
pub(super) fn read(
    head: &Parts,
    body: &[u8],
    keys: &[AccessKey],
    now: SystemTime,
) -> Result<Signed, Exception> {
    let text = head.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let parsed = text.map(parse);
    if keys.is_empty() {
        let Some(Ok(authorization)) = parsed else { return Ok(Signed::default()) };
        let region = authorization.region.parse().ok();
        return Ok(Signed { key_id: Some(authorization.key_id.to_owned()), region, grant: None });
    }
    let missing =
        || Exception::forbidden("MissingAuthenticationTokenException", "Missing Authentication Token");
    let authorization = parsed.ok_or_else(missing)??;
    let key = keys.iter().find(|key| key.id == authorization.key_id).ok_or_else(|| {
        Exception::forbidden(
            "UnrecognizedClientException",
            "The security token included in the request is invalid.",
        )
    })?;
    let stamp = head.headers.get("x-amz-date").and_then(|value| value.to_str().ok());
    let stamp = stamp.ok_or_else(|| {
        incomplete("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.")
    })?;
    check_date(stamp, &authorization, now)?;
    let canonical = canonical_request(head, body, &authorization)?;
    let expected = signature(&key.secret, stamp, &authorization, &canonical);
    if !is_same(expected.as_bytes(), authorization.signature.as_bytes()) {
        return Err(mismatch(
            "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access \
             Key and signing method. Consult the service documentation for details.",
        ));
    }
    let region = authorization
        .region
        .parse()
        .map_err(|_| mismatch("Credential should be scoped to a valid region. "))?;
    Ok(Signed { key_id: Some(key.id.clone()), region: Some(region), grant: Some(key.grant.clone()) })
}

fn incomplete(message: &str) -> Exception {
    Exception::forbidden("IncompleteSignatureException", message)
}

fn mismatch(message: &str) -> Exception {
    Exception::forbidden("InvalidSignatureException", message)
}

fn parse(text: &str) -> Result<Authorization<'_>, Exception> {
    let refuse = || {
        incomplete("Authorization header requires 'Credential', 'Signature' and 'SignedHeaders' parameters.")
    };
    let rest = text.strip_prefix(ALGORITHM).ok_or_else(refuse)?;
    let value = |name: &str| {
        rest.split(',').find_map(|part| part.trim().strip_prefix(name)?.strip_prefix('=')).ok_or_else(refuse)
    };
    // A key's id holds no slash; scope and terminator follow it.
    let credential: Vec<_> = value("Credential")?.split('/').collect();
    let [key_id, date, region, service, "aws4_request"] = credential.as_slice() else { return Err(refuse()) };
    let signed_headers = value("SignedHeaders")?.split(';').collect();
    Ok(Authorization { key_id, date, region, service, signed_headers, signature: value("Signature")? })
}

fn check_date(stamp: &str, authorization: &Authorization<'_>, now: SystemTime) -> Result<(), Exception> {
    let at = time_of(stamp).ok_or_else(|| incomplete("Date must be in ISO-8601 'basic format'."))?;
    if !stamp.starts_with(authorization.date) {
        return Err(mismatch(
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date.",
        ));
    }
    let distance = now.duration_since(at).or_else(|_| at.duration_since(now)).unwrap_or_default();
    if distance > SKEW {
        return Err(mismatch(&format!(
            "Signature expired: {stamp} is more than 5 minutes away from the time here"
        )));
    }
    Ok(())
}

/// The time of `YYYYMMDDTHHMMSSZ`.
fn time_of(stamp: &str) -> Option<SystemTime> {
    seconds_of(stamp).map(|seconds| UNIX_EPOCH + Duration::from_secs(seconds))
}

fn canonical_request(
    head: &Parts,
    body: &[u8],
    authorization: &Authorization<'_>,
) -> Result<String, Exception> {
    let mut text = format!(
        "{}\n{}\n{}\n",
        head.method,
        canonical_path(head.uri.path()),
        canonical_query(head.uri.query())
    );
    if !authorization.signed_headers.contains(&"host") {
        return Err(mismatch("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."));
    }
    for name in &authorization.signed_headers {
        text.push_str(&format!("{name}:{}\n", canonical_value(&head.headers, name)));
    }
    let hash = hex(&Sha256::digest(body));
    if head.headers.get("x-amz-content-sha256").is_some_and(|said| said.as_bytes() != hash.as_bytes()) {
        return Err(mismatch("The provided 'x-amz-content-sha256' header does not match what was computed."));
    }
    text.push_str(&format!("\n{}\n{hash}", authorization.signed_headers.join(";")));
    Ok(text)
}

/// Each segment of the path as it was sent, encoded once more.
fn canonical_path(path: &str) -> String {
    let segments: Vec<_> =
        path.split('/').map(|part| utf8_percent_encode(part, ENCODED).to_string()).collect();
    let joined = segments.join("/");
    if joined.is_empty() { "/".to_owned() } else { joined }
}

fn canonical_query(query: Option<&str>) -> String {
    let encoded = |text: &str| {
        let decoded: Vec<u8> = percent_decode_str(text).collect();
        percent_encoding::percent_encode(&decoded, ENCODED).to_string()
    };
    let pairs = query.unwrap_or_default().split('&').filter(|pair| !pair.is_empty());
    let mut pairs: Vec<_> = pairs
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (encoded(name), encoded(value)))
        .collect();
    pairs.sort();
    pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
}

fn canonical_value(headers: &HeaderMap, name: &str) -> String {
    let values = headers.get_all(name).iter().map(|value| {
        let text = String::from_utf8_lossy(value.as_bytes()).into_owned();
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    });
    values.collect::<Vec<_>>().join(",")
}

fn signature(secret: &str, stamp: &str, authorization: &Authorization<'_>, canonical: &str) -> String {
    let Authorization { date, region, service, .. } = authorization;
    let scope = format!("{date}/{region}/{service}/aws4_request");
    let to_sign = format!("{ALGORITHM}\n{stamp}\n{scope}\n{}", hex(&Sha256::digest(canonical)));
    let mut key = hmac(format!("AWS4{secret}").as_bytes(), date.as_bytes());
    for part in [region, service, "aws4_request"] {
        key = hmac(&key, part.as_bytes());
    }
    hex(&hmac(&key, to_sign.as_bytes()))
}

/// HMAC-SHA256 (RFC 2104).
fn hmac(key: &[u8], message: &[u8]) -> [u8; 32] {
    let mut block = [0; 64];
    if key.len() > block.len() {
        block[..32].copy_from_slice(&Sha256::digest(key));
    } else {
        block[..key.len()].copy_from_slice(key);
    }
    let inner = Sha256::new().chain_update(block.map(|byte| byte ^ 0x36)).chain_update(message).finalize();
    Sha256::new().chain_update(block.map(|byte| byte ^ 0x5c)).chain_update(inner).finalize().into()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Compares without telling by its time where the difference is.
fn is_same(left: &[u8], right: &[u8]) -> bool {
    left.len() == right.len() && left.iter().zip(right).fold(0, |different, (l, r)| different | (l ^ r)) == 0
}

#[cfg(test)]
mod tests {
    use aws_credential_types::Credentials;
    use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
    use aws_sigv4::sign::v4;

    use super::*;
    use crate::model::Role;

    const URI: &str =
        "/tags/arn%3Aaws%3Aapigateway%3Aus-east-1%3A%3A%2Frestapis%2Fabc?tagKeys=b%20c&tagKeys=a";

    fn key() -> AccessKey {
        let secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".into();
        AccessKey { id: "AKIDEXAMPLE".into(), secret, grant: Grant::of(Role::Editor) }
    }

    /// A request that Amazon's own crate has signed.
    fn signed(at: SystemTime) -> Parts {
        let AccessKey { id, secret, .. } = key();
        let identity = Credentials::new(id, secret, None, None, "test").into();
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region("eu-west-1")
            .name("apigateway")
            .time(at)
            .settings(SigningSettings::default())
            .build()
            .expect("all is said")
            .into();
        let url = format!("http://localhost:4566{URI}");
        let headers = [("host", "localhost:4566"), ("content-type", "application/json")].into_iter();
        let request =
            SignableRequest::new("DELETE", url, headers, SignableBody::Bytes(b"{}")).expect("signable");
        let (instructions, _) = sign(request, &params).expect("signed").into_parts();
        let mut request = http::Request::builder()
            .method("DELETE")
            .uri(URI)
            .header("host", "localhost:4566")
            .header("content-type", "application/json")
            .body(())
            .expect("a request");
        instructions.apply_to_request_http1x(&mut request);
        request.into_parts().0
    }

    #[test]
    fn what_amazons_own_crate_signs_is_verified() {
        let now = UNIX_EPOCH + Duration::from_secs(1_800_000_000);
        let head = signed(now);
        let read_at = |head: &Parts, body: &[u8], now| read(head, body, &[key()], now).map_err(|e| e.name);
        let expected = Signed {
            key_id: Some("AKIDEXAMPLE".into()),
            region: Some("eu-west-1".parse().expect("a region")),
            grant: Some(Grant::of(Role::Editor)),
        };
        assert_eq!(read_at(&head, b"{}", now), Ok(expected.clone()));
        assert_eq!(read_at(&head, b"{} ", now), Err("InvalidSignatureException"));
        assert_eq!(read_at(&head, b"{}", now + Duration::from_secs(600)), Err("InvalidSignatureException"));
        let other = AccessKey { secret: "another".into(), ..key() };
        assert_eq!(read(&head, b"{}", &[other], now).map_err(|e| e.name), Err("InvalidSignatureException"));
        let other = AccessKey { id: "AKIDOTHER".into(), ..key() };
        assert_eq!(read(&head, b"{}", &[other], now).map_err(|e| e.name), Err("UnrecognizedClientException"));
        // Without keys nothing is verified, and the region is told all the same.
        assert_eq!(read(&head, b"changed", &[], now), Ok(Signed { grant: None, ..expected }));
    }

    #[test]
    fn what_is_not_signed_is_refused_only_when_there_are_keys() {
        let head = http::Request::builder().uri("/restapis").body(()).expect("a request").into_parts().0;
        assert_eq!(read(&head, b"", &[], SystemTime::now()), Ok(Signed::default()));
        let refused = read(&head, b"", &[key()], SystemTime::now()).map_err(|error| error.name);
        assert_eq!(refused, Err("MissingAuthenticationTokenException"));
    }

    #[test]
    fn stamps_are_times() {
        let at = time_of("20270115T080000Z").expect("a time");
        assert_eq!(at, UNIX_EPOCH + Duration::from_secs(1_800_000_000));
        for text in ["", "20270115", "20270115X080000Z", "2027011éT08000Z"] {
            assert!(time_of(text).is_none(), "{text}");
        }
    }
}
