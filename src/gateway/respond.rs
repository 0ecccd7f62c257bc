//! The answers that the gateway makes itself: one named constructor for each, tied to its gateway response type.
//!
//! What an API's owner customised is applied in [`super::fault`]; here is what each of them says by default.

use std::borrow::Cow;

use http::HeaderValue;
use sha2::{Digest as _, Sha256};

use crate::model::GatewayResponseType as Type;

/// An answer that the gateway makes itself, before an owner's customisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    /// What a customisation is looked up by.
    pub(super) response_type: Type,
    /// The status, unless customised.
    pub(super) status: u16,
    /// The value of `x-amzn-ErrorType`, whatever is customised.
    pub(super) error_type: &'static str,
    /// `$context.error.message`.
    pub(super) message: Cow<'static, str>,
    /// `$context.error.validationErrorString`: what validation found, in detail; not part of the default answer.
    pub(super) validation_error: Option<Box<str>>,
    /// Whether the connection ends with this answer, since its framing can be trusted no longer.
    pub(super) closes: bool,
}

const INTERNAL_SERVER_ERROR: &str = "Internal server error";

impl Fault {
    fn new(response_type: Type, status: u16, message: impl Into<Cow<'static, str>>) -> Self {
        let error_type = response_type.error_type();
        Self {
            response_type,
            status,
            error_type,
            message: message.into(),
            validation_error: None,
            closes: false,
        }
    }

    fn closing(mut self) -> Self {
        self.closes = true;
        self
    }

    fn named(mut self, error_type: &'static str) -> Self {
        self.error_type = error_type;
        self
    }

    /// The default body: `{"message":"…"}`. `Internal server error` has a space after the colon, as recorded of
    /// Amazon API Gateway (36 bytes); the others have none.
    pub(super) fn default_body(&self) -> String {
        let space = if self.message == INTERNAL_SERVER_ERROR { " " } else { "" };
        format!("{{\"message\":{space}{}}}", self.message_string())
    }

    /// `$context.error.messageString`: the message as a JSON string, with its quotes.
    pub(super) fn message_string(&self) -> String {
        serde_json::Value::from(&*self.message).to_string()
    }
}

/// No binding and no default host leads to a stage, or the way is closed (`disableExecuteApiEndpoint`).
pub(super) fn forbidden() -> Fault {
    Fault::new(Type::AccessDenied, 403, "Forbidden").named("ForbiddenException")
}

/// No such path, or no such verb on it. The same answer for both.
///
/// With an `Authorization` header that is no SigV4 signature Amazon complains of the header instead. It says which
/// value by its SHA-256, so that no secret is sent back or ends in a log.
pub(super) fn missing_authentication_token(authorization: Option<&HeaderValue>) -> Fault {
    match authorization.map(HeaderValue::as_bytes) {
        Some(value) if !value.starts_with(b"AWS4-") => {
            let hash = base64(&Sha256::digest(value));
            let message = format!(
                "'{hash}' not a valid key=value pair (missing equal-sign) in Authorization header (hashed with \
                 SHA-256 and encoded with Base64): '{hash}'."
            );
            Fault::new(Type::InvalidSignature, 403, message).named("IncompleteSignatureException")
        }
        _ => Fault::new(Type::MissingAuthenticationToken, 403, "Missing Authentication Token"),
    }
}

/// The request cannot be trusted: no or several hosts, a path with NUL or backslash, CONNECT.
pub(super) fn bad_request() -> Fault {
    Fault::new(Type::Default4xx, 400, "Bad Request").closing()
}

/// A value of the request would lead the call to the back end astray.
pub(super) fn unsafe_value() -> Fault {
    Fault::new(Type::Default4xx, 400, "Bad Request")
}

/// Required parameters are missing or blank. `names` in the order of their full names, such as `querystring.page`.
pub(super) fn bad_request_parameters(names: &[&str]) -> Fault {
    let message = format!("Missing required request parameters: [{}]", names.join(", "));
    Fault::new(Type::BadRequestParameters, 400, message)
}

/// The body does not fit the method's model. What does not fit is for customised answers and logs only.
pub(super) fn bad_request_body(details: String) -> Fault {
    let fault = Fault::new(Type::BadRequestBody, 400, "Invalid request body");
    Fault { validation_error: Some(details.into()), ..fault }
}

/// A mapping reads the body as JSON, and it is none.
pub(super) fn invalid_json() -> Fault {
    Fault::new(Type::Default4xx, 400, "Invalid JSON in request body")
}

/// The caller stopped sending its body.
pub(super) fn request_timeout() -> Fault {
    Fault::new(Type::Default4xx, 408, "Request Timeout").closing()
}

/// The request body is beyond the limit.
pub(super) fn request_too_large() -> Fault {
    Fault::new(Type::RequestTooLarge, 413, "Request Too Long").closing()
}

/// The target is beyond the limit.
pub(super) fn uri_too_long() -> Fault {
    Fault::new(Type::Default4xx, 414, "Request URI too long").named("RequestTooLargeException")
}

/// The request head is beyond the limits.
pub(super) fn head_too_large() -> Fault {
    Fault::new(Type::Default4xx, 431, "Request Header Fields Too Large").named("RequestTooLargeException")
}

/// No template for the media type of the body, and passing it on is not wanted.
pub(super) fn unsupported_media_type() -> Fault {
    Fault::new(Type::UnsupportedMediaType, 415, "Unsupported Media Type")
}

/// The integration cannot work as configured: its URI, a forbidden mapping, no integration response that matches.
pub(super) fn api_configuration_error() -> Fault {
    Fault::new(Type::ApiConfigurationError, 500, INTERNAL_SERVER_ERROR)
}

/// The back end's name does not resolve, nobody listens there, or its address is not allowed.
pub(super) fn unreachable() -> Fault {
    Fault::new(Type::IntegrationFailure, 500, INTERNAL_SERVER_ERROR)
}

/// The connection to the back end broke before an answer, or its TLS handshake failed.
pub(super) fn network_error() -> Fault {
    Fault::new(Type::IntegrationFailure, 504, "Network error communicating with endpoint")
}

/// The back end answered something that is no sound HTTP.
pub(super) fn malformed_answer() -> Fault {
    Fault::new(Type::IntegrationFailure, 502, INTERNAL_SERVER_ERROR)
}

/// The back end took too long.
pub(super) fn integration_timeout() -> Fault {
    Fault::new(Type::IntegrationTimeout, 504, "Endpoint request timed out")
}

/// Too many requests are in flight to the back end.
pub(super) fn back_end_busy() -> Fault {
    Fault::new(Type::Default5xx, 503, "Service Unavailable").named("ServiceUnavailableException")
}

/// A fault of ours: one request ends, nothing else.
pub(super) fn internal_failure() -> Fault {
    Fault::new(Type::Default5xx, 500, INTERNAL_SERVER_ERROR).named("InternalFailureException").closing()
}

/// RFC 4648 section 4.
fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let number =
            group.iter().fold(0_u32, |sum, byte| sum << 8 | u32::from(*byte)) << (8 * (3 - group.len()));
        for place in 0..4 {
            let index = (number >> (18 - 6 * place) & 63) as usize;
            text.push(if place <= group.len() { char::from(ALPHABET[index]) } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_answer_has_its_status_type_and_text() {
        for (fault, status, error_type, body) in [
            (forbidden(), 403, "ForbiddenException", r#"{"message":"Forbidden"}"#),
            (
                missing_authentication_token(None),
                403,
                "MissingAuthenticationTokenException",
                r#"{"message":"Missing Authentication Token"}"#,
            ),
            (
                bad_request_parameters(&["x-header-param", "issuer", "qs1"]),
                400,
                "BadRequestException",
                r#"{"message":"Missing required request parameters: [x-header-param, issuer, qs1]"}"#,
            ),
            (
                bad_request_body("[object has missing required properties ([\"a\"])]".to_owned()),
                400,
                "BadRequestException",
                r#"{"message":"Invalid request body"}"#,
            ),
            (invalid_json(), 400, "BadRequestException", r#"{"message":"Invalid JSON in request body"}"#),
            (request_too_large(), 413, "RequestTooLargeException", r#"{"message":"Request Too Long"}"#),
            (uri_too_long(), 414, "RequestTooLargeException", r#"{"message":"Request URI too long"}"#),
            (unsupported_media_type(), 415, "BadRequestException", r#"{"message":"Unsupported Media Type"}"#),
            (
                head_too_large(),
                431,
                "RequestTooLargeException",
                r#"{"message":"Request Header Fields Too Large"}"#,
            ),
            (
                api_configuration_error(),
                500,
                "InternalServerErrorException",
                r#"{"message": "Internal server error"}"#,
            ),
            (unreachable(), 500, "InternalServerErrorException", r#"{"message": "Internal server error"}"#),
            (
                malformed_answer(),
                502,
                "InternalServerErrorException",
                r#"{"message": "Internal server error"}"#,
            ),
            (
                network_error(),
                504,
                "InternalServerErrorException",
                r#"{"message":"Network error communicating with endpoint"}"#,
            ),
            (
                integration_timeout(),
                504,
                "InternalServerErrorException",
                r#"{"message":"Endpoint request timed out"}"#,
            ),
        ] {
            assert_eq!((fault.status, fault.error_type), (status, error_type));
            assert_eq!(fault.default_body(), body);
        }
        assert_eq!(missing_authentication_token(None).default_body().len(), 42);
        assert_eq!(unreachable().default_body().len(), 36);
    }

    #[test]
    fn an_authorization_header_is_complained_of_without_being_repeated() {
        let value = HeaderValue::from_static("Bearer secret-token");
        let fault = missing_authentication_token(Some(&value));
        assert_eq!((fault.status, fault.error_type), (403, "IncompleteSignatureException"));
        assert!(
            fault.message.contains("not a valid key=value pair (missing equal-sign) in Authorization header")
        );
        assert!(!fault.message.contains("secret"), "{}", fault.message);
        let signed = HeaderValue::from_static("AWS4-HMAC-SHA256 Credential=x");
        assert_eq!(missing_authentication_token(Some(&signed)), missing_authentication_token(None));
    }

    #[test]
    fn base64_is_that_of_the_rfc() {
        for (text, expected) in
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")]
        {
            assert_eq!(base64(text.as_bytes()), expected);
        }
    }
}
