//! What a caller gets when the gateway itself answers an error.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use super::{HeaderParameter, InvalidName, MediaType, Status};

/// The family a gateway response falls back to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// `DEFAULT_4XX`
    Client,
    /// `DEFAULT_5XX`
    Server,
}

macro_rules! gateway_response_types {
    ($($(#[$doc:meta])* $variant:ident = $text:literal, $status:expr, $error_type:literal;)*) => {
        /// Why the gateway answers by itself (API Gateway, *Gateway response types*).
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum GatewayResponseType {
            $($(#[$doc])* $variant,)*
        }

        impl GatewayResponseType {
            /// All types, in alphabetical order.
            pub const ALL: [Self; [$($text),*].len()] = [$(Self::$variant),*];

            /// API Gateway's spelling.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }

            /// The status it has when nobody set one; `None` for the two families' own types.
            #[must_use]
            pub const fn default_status(self) -> Option<u16> {
                match self { $(Self::$variant => $status,)* }
            }

            /// What `x-amzn-ErrorType` says when the fault names nothing more special.
            #[must_use]
            pub const fn error_type(self) -> &'static str {
                match self { $(Self::$variant => $error_type,)* }
            }
        }
    };
}

gateway_response_types! {
    /// An authorizer or a policy said no.
    AccessDenied = "ACCESS_DENIED", Some(403), "AccessDeniedException";
    /// The integration cannot work as configured.
    ApiConfigurationError = "API_CONFIGURATION_ERROR", Some(500), "InternalServerErrorException";
    /// The authorizer cannot be called or answered nonsense.
    AuthorizerConfigurationError = "AUTHORIZER_CONFIGURATION_ERROR", Some(500), "AuthorizerConfigurationException";
    /// The authorizer failed.
    AuthorizerFailure = "AUTHORIZER_FAILURE", Some(500), "AuthorizerFailureException";
    /// The body does not fit its model.
    BadRequestBody = "BAD_REQUEST_BODY", Some(400), "BadRequestException";
    /// A required parameter is missing or blank.
    BadRequestParameters = "BAD_REQUEST_PARAMETERS", Some(400), "BadRequestException";
    /// What every 4xx type without its own customisation falls back to.
    Default4xx = "DEFAULT_4XX", None, "BadRequestException";
    /// What every 5xx type without its own customisation falls back to.
    Default5xx = "DEFAULT_5XX", None, "InternalServerErrorException";
    /// An expired AWS token.
    ExpiredToken = "EXPIRED_TOKEN", Some(403), "ExpiredTokenException";
    /// The integration failed.
    IntegrationFailure = "INTEGRATION_FAILURE", Some(504), "InternalServerErrorException";
    /// The integration took too long.
    IntegrationTimeout = "INTEGRATION_TIMEOUT", Some(504), "InternalServerErrorException";
    /// No valid API key where one is required.
    InvalidApiKey = "INVALID_API_KEY", Some(403), "ForbiddenException";
    /// A bad SigV4 signature.
    InvalidSignature = "INVALID_SIGNATURE", Some(403), "InvalidSignatureException";
    /// No such path or no such method on it.
    MissingAuthenticationToken = "MISSING_AUTHENTICATION_TOKEN", Some(403), "MissingAuthenticationTokenException";
    /// The usage plan's quota is used up.
    QuotaExceeded = "QUOTA_EXCEEDED", Some(429), "LimitExceededException";
    /// The request is too large.
    RequestTooLarge = "REQUEST_TOO_LARGE", Some(413), "RequestTooLargeException";
    /// The resource is gone after authorization passed.
    ResourceNotFound = "RESOURCE_NOT_FOUND", Some(404), "ResourceNotFoundException";
    /// Too many requests in too short a time.
    Throttled = "THROTTLED", Some(429), "TooManyRequestsException";
    /// No token, or one that does not look like one.
    Unauthorized = "UNAUTHORIZED", Some(401), "UnauthorizedException";
    /// A body whose media type nobody wants.
    UnsupportedMediaType = "UNSUPPORTED_MEDIA_TYPE", Some(415), "BadRequestException";
    /// A firewall rule said no.
    WafFiltered = "WAF_FILTERED", Some(403), "ForbiddenException";
}

impl GatewayResponseType {
    /// The family whose customisation it inherits.
    #[must_use]
    pub const fn family(self) -> Family {
        match (self, self.default_status()) {
            (Self::Default5xx, _) | (_, Some(500..)) => Family::Server,
            _ => Family::Client,
        }
    }

    /// The type that a family is customised through.
    #[must_use]
    pub const fn family_type(self) -> Self {
        match self.family() {
            Family::Client => Self::Default4xx,
            Family::Server => Self::Default5xx,
        }
    }
}

impl FromStr for GatewayResponseType {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        Self::ALL.into_iter().find(|t| t.as_str() == text).ok_or_else(|| {
            InvalidName::new(
                "gateway response type",
                text,
                "one of API Gateway's 21 types, such as DEFAULT_4XX or MISSING_AUTHENTICATION_TOKEN",
            )
        })
    }
}

impl fmt::Display for GatewayResponseType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// An owner's customisation of one type. What is not customised has no record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GatewayResponse {
    /// The status to answer with; `None` keeps the type's own.
    pub status: Option<Status>,
    /// Expressions by header (`gatewayresponse.header.NAME`). Kept as text; `mapping` parses them.
    pub response_parameters: BTreeMap<HeaderParameter, String>,
    /// Templates by media type; empty means the default template.
    pub response_templates: BTreeMap<MediaType, String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_follow_the_default_status() {
        for kind in GatewayResponseType::ALL {
            let expected = match kind.default_status() {
                Some(status) if status >= 500 => Family::Server,
                Some(_) => Family::Client,
                None if kind == GatewayResponseType::Default5xx => Family::Server,
                None => Family::Client,
            };
            assert_eq!(kind.family(), expected, "{kind}");
            assert_eq!(kind.as_str().parse(), Ok(kind));
        }
    }
}
