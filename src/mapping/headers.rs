//! The closed tables of header names that get a treatment of their own, as recorded of Amazon API Gateway.
//!
//! Hop-by-hop fields (RFC 9110 section 7.6.1) are the data plane's business on top of these.

use http::header::AUTHORIZATION;
use http::{HeaderName, HeaderValue};

/// Whether mappings and templates never see this request header: it is removed on arrival.
#[must_use]
pub fn is_hidden(name: &HeaderName) -> bool {
    matches!(
        name.as_str(),
        "connection"
            | "content-length"
            | "content-md5"
            | "expect"
            | "max-forwards"
            | "proxy-authenticate"
            | "server"
            | "te"
            | "trailer"
            | "transfer-encoding"
            | "upgrade"
            | "www-authenticate"
    )
}

/// Whether a request header holds a signature of AWS Signature Version 4 (API Gateway, *Important notes*).
///
/// It says who calls the gateway and goes no further: mappings and templates do not see it, no back end is sent it.
#[must_use]
pub fn is_signature(name: &HeaderName, value: &HeaderValue) -> bool {
    *name == AUTHORIZATION && value.as_bytes().starts_with(b"AWS4-")
}

/// Whether `HTTP_PROXY` sends this header of the caller on to the back end.
///
/// All but the hidden ones, `Host` (the back end's own is sent), `Content-Encoding` (recorded) and `Via`.
#[must_use]
pub fn is_forwarded(name: &HeaderName) -> bool {
    !is_hidden(name) && !matches!(name.as_str(), "host" | "content-encoding" | "via")
}

/// What becomes of a request mapping onto a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestTarget {
    /// It is sent.
    Sent,
    /// It is left out in silence.
    Dropped,
    /// Every call of the method fails with 500.
    Fatal,
}

/// What becomes of `integration.request.header.{name}` toward an HTTP back end.
#[must_use]
pub fn request_target(name: &HeaderName) -> RequestTarget {
    match name.as_str() {
        "content-length" | "transfer-encoding" | "x-amzn-trace-id" | "x-amzn-apigateway-api-id" => {
            RequestTarget::Fatal
        }
        // `Connection`, `Keep-Alive` and `Proxy-Connection` belong to one hop, which is the gateway's own.
        "expect" | "proxy-authenticate" | "te" | "via" | "connection" | "keep-alive" | "proxy-connection" => {
            RequestTarget::Dropped
        }
        _ => RequestTarget::Sent,
    }
}

/// What becomes of `integration.request.header.{name}` toward an AWS service (`AWS`), and whether it ends every call
/// of an `AWS_PROXY` integration, which ignores the mapping otherwise.
#[must_use]
pub fn aws_request_target(name: &HeaderName) -> RequestTarget {
    match name.as_str() {
        "authorization" | "connection" | "expect" | "proxy-authenticate" | "te" => RequestTarget::Fatal,
        _ => request_target(name),
    }
}

/// What becomes of a header on its way to the caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ResponseTarget {
    /// It is sent under its own name.
    Sent,
    /// It is sent as `x-amzn-Remapped-{Name}`.
    Renamed(HeaderName),
    /// It is left out.
    Dropped,
}

macro_rules! renamed {
    ($name:expr, $($from:literal => $to:literal,)*) => {
        match $name.as_str() {
            $($from => ResponseTarget::Renamed(HeaderName::from_static($to)),)*
            "transfer-encoding" => ResponseTarget::Dropped,
            _ => ResponseTarget::Sent,
        }
    };
}

/// What becomes of `method.response.header.{name}` of a mock or an `HTTP` or `AWS` integration.
#[must_use]
pub fn response_target(name: &HeaderName) -> ResponseTarget {
    renamed! { name,
        "authorization" => "x-amzn-remapped-authorization",
        "connection" => "x-amzn-remapped-connection",
        "content-length" => "x-amzn-remapped-content-length",
        "content-md5" => "x-amzn-remapped-content-md5",
        "date" => "x-amzn-remapped-date",
        "expect" => "x-amzn-remapped-expect",
        "host" => "x-amzn-remapped-host",
        "max-forwards" => "x-amzn-remapped-max-forwards",
        "proxy-authenticate" => "x-amzn-remapped-proxy-authenticate",
        "server" => "x-amzn-remapped-server",
        "trailer" => "x-amzn-remapped-trailer",
        "upgrade" => "x-amzn-remapped-upgrade",
        "user-agent" => "x-amzn-remapped-user-agent",
        "www-authenticate" => "x-amzn-remapped-www-authenticate",
    }
}

/// What becomes of a back end's header that passes through `HTTP_PROXY`.
///
/// `Content-Encoding` is sent: the body passes as it is, and without that name nobody could read it.
#[must_use]
pub fn proxy_response_target(name: &HeaderName) -> ResponseTarget {
    if name.as_str() == "via" {
        return ResponseTarget::Dropped;
    }
    renamed! { name,
        "connection" => "x-amzn-remapped-connection",
        "content-length" => "x-amzn-remapped-content-length",
        "date" => "x-amzn-remapped-date",
        "server" => "x-amzn-remapped-server",
        "x-amzn-requestid" => "x-amzn-remapped-x-amzn-requestid",
    }
}

/// What becomes of a header that a Lambda function gives to `AWS_PROXY`.
#[must_use]
pub fn lambda_response_target(name: &HeaderName) -> ResponseTarget {
    renamed! { name,
        "connection" => "x-amzn-remapped-connection",
        "content-length" => "x-amzn-remapped-content-length",
        "date" => "x-amzn-remapped-date",
        "server" => "x-amzn-remapped-server",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> HeaderName {
        text.parse().expect("a header name")
    }

    #[test]
    fn mapped_request_headers_are_sent_dropped_or_fatal() {
        for (header, expected) in [
            ("Content-Length", RequestTarget::Fatal),
            ("Transfer-Encoding", RequestTarget::Fatal),
            ("X-Amzn-Trace-Id", RequestTarget::Fatal),
            ("X-Amzn-Apigateway-Api-Id", RequestTarget::Fatal),
            ("Expect", RequestTarget::Dropped),
            ("Proxy-Authenticate", RequestTarget::Dropped),
            ("TE", RequestTarget::Dropped),
            ("Via", RequestTarget::Dropped),
            ("Connection", RequestTarget::Dropped),
            ("Content-MD5", RequestTarget::Sent),
            ("Max-Forwards", RequestTarget::Sent),
            ("Server", RequestTarget::Sent),
            ("Trailer", RequestTarget::Sent),
            ("Upgrade", RequestTarget::Sent),
            ("WWW-Authenticate", RequestTarget::Sent),
            ("Host", RequestTarget::Sent),
            ("Date", RequestTarget::Sent),
            ("Authorization", RequestTarget::Sent),
            ("User-Agent", RequestTarget::Sent),
        ] {
            assert_eq!(request_target(&name(header)), expected, "{header}");
        }
    }

    #[test]
    fn aws_services_refuse_more() {
        for header in ["Authorization", "Connection", "Expect", "Proxy-Authenticate", "TE", "Content-Length"]
        {
            assert_eq!(aws_request_target(&name(header)), RequestTarget::Fatal, "{header}");
        }
        for (header, expected) in [("Via", RequestTarget::Dropped), ("Host", RequestTarget::Sent)] {
            assert_eq!(aws_request_target(&name(header)), expected, "{header}");
        }
    }

    #[test]
    fn a_functions_answer_renames_least() {
        for header in ["Connection", "Content-Length", "Date", "Server"] {
            let renamed = ResponseTarget::Renamed(name(&format!("x-amzn-Remapped-{header}")));
            assert_eq!(lambda_response_target(&name(header)), renamed, "{header}");
        }
        assert_eq!(lambda_response_target(&name("Transfer-Encoding")), ResponseTarget::Dropped);
        for header in ["Authorization", "x-amzn-RequestId", "Content-Encoding", "Via"] {
            assert_eq!(lambda_response_target(&name(header)), ResponseTarget::Sent, "{header}");
        }
    }

    #[test]
    fn answers_rename_what_belongs_to_the_gateway() {
        for header in [
            "Authorization",
            "Connection",
            "Content-Length",
            "Content-MD5",
            "Date",
            "Expect",
            "Host",
            "Max-Forwards",
            "Proxy-Authenticate",
            "Server",
            "Trailer",
            "Upgrade",
            "User-Agent",
            "WWW-Authenticate",
        ] {
            let renamed = ResponseTarget::Renamed(name(&format!("x-amzn-Remapped-{header}")));
            assert_eq!(response_target(&name(header)), renamed, "{header}");
        }
        for header in
            ["Accept", "Age", "Content-Encoding", "Content-Type", "Pragma", "Range", "Referer", "TE", "Via"]
        {
            assert_eq!(response_target(&name(header)), ResponseTarget::Sent, "{header}");
        }
        assert_eq!(response_target(&name("Transfer-Encoding")), ResponseTarget::Dropped);
    }

    #[test]
    fn a_proxied_answer_renames_less() {
        for header in ["Connection", "Content-Length", "Date", "Server", "x-amzn-RequestId"] {
            let renamed = ResponseTarget::Renamed(name(&format!("x-amzn-Remapped-{header}")));
            assert_eq!(proxy_response_target(&name(header)), renamed, "{header}");
        }
        for header in
            ["Authorization", "WWW-Authenticate", "Host", "Expect", "Content-Encoding", "Set-Cookie"]
        {
            assert_eq!(proxy_response_target(&name(header)), ResponseTarget::Sent, "{header}");
        }
        for header in ["Transfer-Encoding", "Via"] {
            assert_eq!(proxy_response_target(&name(header)), ResponseTarget::Dropped, "{header}");
        }
    }

    #[test]
    fn hidden_headers_are_never_forwarded() {
        for header in [
            "Connection",
            "Content-Length",
            "Content-MD5",
            "Expect",
            "Max-Forwards",
            "Proxy-Authenticate",
            "Server",
            "TE",
            "Trailer",
            "Transfer-Encoding",
            "Upgrade",
            "WWW-Authenticate",
        ] {
            assert!(is_hidden(&name(header)), "{header}");
            assert!(!is_forwarded(&name(header)), "{header}");
        }
        for (header, forwarded) in [
            ("Host", false),
            ("Content-Encoding", false),
            ("Via", false),
            ("Accept", true),
            ("Authorization", true),
        ] {
            assert!(!is_hidden(&name(header)), "{header}");
            assert_eq!(is_forwarded(&name(header)), forwarded, "{header}");
        }
    }
}
