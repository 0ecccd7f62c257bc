//! Signatures over calls (AWS Signature Version 4).

use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SigningSettings,
    UriPathNormalizationMode,
};
use aws_sigv4::sign::v4::SigningParams;
use http::header::{HeaderName, HeaderValue};

use super::misconfigured;
use crate::compile::AwsCall;
use crate::gateway::exchange::Exchange;
use crate::gateway::http::Call;
use crate::gateway::respond::Fault;

/// An access key that calls to AWS services are signed with. Its secret half is never shown.
#[derive(Clone, Debug)]
pub struct AwsCredentials(Credentials);

impl AwsCredentials {
    /// An access key; temporary ones have a session token.
    #[must_use]
    pub fn new(access_key_id: &str, secret_access_key: &str, session_token: Option<&str>) -> Self {
        let token = session_token.map(str::to_owned);
        Self(Credentials::new(access_key_id, secret_access_key, token, None, "settings"))
    }
}

/// Signs a call that is ready but for this, with the server's access key; without one it goes as it is.
///
/// # Errors
/// 500 when it holds something that cannot be signed.
pub(in crate::gateway) fn sign(
    exchange: &Exchange,
    plan: &AwsCall,
    call: &mut Call<'_>,
    body: &[u8],
) -> Result<(), Fault> {
    let Some(credentials) = &exchange.worker.credentials else { return Ok(()) };
    let signed = signature(credentials, plan, call, body, SystemTime::now());
    for (name, value) in signed.map_err(|error| misconfigured(exchange, &error))? {
        call.headers.insert(name, value);
    }
    Ok(())
}

/// The headers that sign a call. They are sensitive: no log shows them.
fn signature(
    AwsCredentials(credentials): &AwsCredentials,
    plan: &AwsCall,
    call: &Call<'_>,
    body: &[u8],
    time: SystemTime,
) -> Result<Vec<(HeaderName, HeaderValue)>, String> {
    let mut settings = SigningSettings::default();
    if &*plan.service == "s3" {
        // S3 takes paths as they are, and wants to know the payload's hash (Amazon S3, *Signature Calculations*).
        settings.percent_encoding_mode = PercentEncodingMode::Single;
        settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
        settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
    }
    let identity = credentials.clone().into();
    let parameters = SigningParams::builder()
        .identity(&identity)
        .region(&plan.region)
        .name(&plan.service)
        .time(time)
        .settings(settings)
        .build()
        .map_err(|error| error.to_string())?
        .into();
    let headers = call.fields().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
    let request = SignableRequest::new(call.method.as_str(), call.url(), headers, SignableBody::Bytes(body))
        .map_err(|error| error.to_string())?;
    let signed = aws_sigv4::http_request::sign(request, &parameters).map_err(|error| error.to_string())?;
    let (headers, _query) = signed.into_parts().0.into_parts();
    let mut added = Vec::with_capacity(headers.len());
    for header in headers {
        let mut value = HeaderValue::from_str(header.value()).map_err(|error| error.to_string())?;
        value.set_sensitive(matches!(header.name(), "authorization" | "x-amz-security-token"));
        added.push((HeaderName::from_static(header.name()), value));
    }
    Ok(added)
}
