//! Where AWS services are, and the credentials they are called with.

use std::fmt;

use super::value::InvalidValue;
use crate::model::{AwsEndpoint, AwsEndpoints, AwsService, FunctionPattern};

/// What is said about AWS back ends.
#[derive(Clone, Debug, Default)]
pub struct AwsSettings {
    /// Where functions and services are called.
    pub endpoints: AwsEndpoints,
    /// What calls are signed with; without them they are not signed.
    pub credentials: Option<AwsCredentials>,
}

/// An access key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AwsCredentials {
    /// Its public half.
    pub access_key_id: String,
    /// Its secret half.
    pub secret_access_key: Secret,
    /// The token of a temporary key.
    pub session_token: Option<Secret>,
}

/// A text that is never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Box<str>);

impl Secret {
    /// The text, for whoever signs with it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// Reads a part of an access key, whose text no problem repeats.
pub(super) fn secret(text: &str) -> Result<Secret, InvalidValue> {
    visible(text).map(|text| Secret(text.into()))
}

/// Reads the public half of an access key.
pub(super) fn access_key_id(text: &str) -> Result<String, InvalidValue> {
    visible(text).map(str::to_owned)
}

fn visible(text: &str) -> Result<&str, InvalidValue> {
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic()) {
        Ok(text)
    } else {
        Err(InvalidValue::new("***", "a part of an access key", "printable ASCII without spaces"))
    }
}

/// Reads `URL` or `ARN-PATTERN=URL`.
pub(super) fn lambda_endpoint(text: &str) -> Result<(Option<FunctionPattern>, AwsEndpoint), InvalidValue> {
    let (pattern, url) = match text.split_once('=') {
        Some((pattern, url)) if !pattern.contains("://") => (Some(pattern), url),
        _ => (None, text),
    };
    let refuse = |_| {
        let right = "a URL such as http://127.0.0.1:9000, with a function ARN or a pattern such as \
                     *:function:pets-* and = before it if only those are meant";
        InvalidValue::new(text, "a Lambda endpoint", right)
    };
    let pattern = pattern.map(str::parse).transpose().map_err(refuse)?;
    Ok((pattern, url.parse().map_err(refuse)?))
}

/// Reads `SERVICE=URL`.
pub(super) fn aws_endpoint(text: &str) -> Result<(AwsService, AwsEndpoint), InvalidValue> {
    let read = || {
        let (service, url) = text.split_once('=')?;
        Some((service.parse().ok()?, url.parse().ok()?))
    };
    read().ok_or_else(|| {
        InvalidValue::new(text, "an AWS endpoint", "SERVICE=URL, such as sqs=http://127.0.0.1:9324")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lambda_endpoints_are_for_all_or_for_a_pattern() {
        let read = |text: &str| {
            let (pattern, endpoint) = lambda_endpoint(text).ok()?;
            Some((pattern.map(|pattern| pattern.to_string()), endpoint.to_string()))
        };
        let some = |pattern: Option<&str>, url: &str| Some((pattern.map(str::to_owned), url.to_owned()));
        for (text, expected) in [
            ("http://127.0.0.1:9000", some(None, "http://127.0.0.1:9000")),
            ("http://h/a=b", some(None, "http://h/a=b")),
            ("*:function:pets=https://h/a=b", some(Some("*:function:pets"), "https://h/a=b")),
            ("arn:aws:lambda:*=http://h", some(Some("arn:aws:lambda:*"), "http://h")),
            ("pets=http://h", None),
            ("=http://h", None),
            ("arn:aws:lambda:*=", None),
            ("h:9000", None),
        ] {
            assert_eq!(read(text), expected, "{text:?}");
        }
    }

    #[test]
    fn aws_endpoints_name_their_service() {
        for (text, fits) in [
            ("sqs=http://127.0.0.1:9324", true),
            ("dynamodb=http://h/base", true),
            ("http://h", false),
            ("SQS=http://h", false),
            ("sqs=h", false),
            ("=http://h", false),
        ] {
            assert_eq!(aws_endpoint(text).is_ok(), fits, "{text:?}");
        }
    }

    #[test]
    fn no_secret_is_ever_shown() {
        let key = AwsCredentials {
            access_key_id: "AKIAEXAMPLE".to_owned(),
            secret_access_key: secret("very/secret").expect("a secret"),
            session_token: secret("token").ok(),
        };
        let shown = format!("{key:?}");
        assert!(!shown.contains("very") && !shown.contains("token\""), "{shown}");
        let refused = secret("not fit").expect_err("it holds a space").to_string();
        assert!(!refused.contains("fit"), "{refused}");
    }
}
