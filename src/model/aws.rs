//! Where the services are that `AWS` and `AWS_PROXY` integrations name.
//!
//! An integration names a service or a function by ARN, never by address. Which address stands for it is said by
//! whoever runs the gateway, so that the same API calls Amazon, an emulator, or a function on the machine beside it.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use super::{InvalidName, OriginRef};

/// Where a service listens: `http://` or `https://`, a host, a port if it is not the default, and a path that
/// everything it offers lies below.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AwsEndpoint(Box<str>);

impl AwsEndpoint {
    /// The address, without a slash at its end.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for AwsEndpoint {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        let refuse = || {
            let right =
                "http:// or https://, a host, a port and a path if need be, such as http://127.0.0.1:9000";
            InvalidName::new("address of an AWS service", text, right)
        };
        let scheme = text.find("://").ok_or_else(refuse)? + 3;
        let end = text[scheme..].find('/').map_or(text.len(), |at| scheme + at);
        let (origin, path) = text.split_at(end);
        let origin = origin.to_ascii_lowercase();
        let bare = match origin.split_once("://") {
            Some(("http", host)) => host.strip_suffix(":80"),
            Some(("https", host)) => host.strip_suffix(":443"),
            _ => None,
        };
        let origin = bare.map_or(origin.clone(), |host| format!("{}{host}", &origin[..scheme]));
        let is_path = |byte: u8| byte.is_ascii_alphanumeric() || b"/-._~:@!&'()*+,;=%".contains(&byte);
        match OriginRef::parse(&origin) {
            Ok(OriginRef::Tuple { .. }) if path.bytes().all(is_path) => {
                Ok(Self(format!("{origin}{}", path.trim_end_matches('/')).into()))
            }
            Ok(_) | Err(_) => Err(refuse()),
        }
    }
}

impl fmt::Display for AwsEndpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// Functions by their ARN: the ARN itself, or one with `*` for any run of characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionPattern(Box<str>);

impl FunctionPattern {
    /// Whether it means the function `arn`.
    #[must_use]
    pub fn matches(&self, arn: &str) -> bool {
        let mut pieces = self.0.split('*');
        let first = pieces.next().unwrap_or_default();
        let Some(mut rest) = arn.strip_prefix(first) else { return false };
        let Some(last) = pieces.next_back() else { return rest.is_empty() };
        for piece in pieces {
            match rest.find(piece) {
                Some(at) => rest = &rest[at + piece.len()..],
                None => return false,
            }
        }
        rest.ends_with(last)
    }

    /// How much of an ARN it spells out.
    fn spelt(&self) -> usize {
        self.0.bytes().filter(|byte| *byte != b'*').count()
    }
}

impl FromStr for FunctionPattern {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        let fits = text.len() <= 512
            && (text.starts_with("arn:") || text.starts_with('*'))
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_:.*$".contains(&byte));
        if fits {
            Ok(Self(text.into()))
        } else {
            let right = "a function's ARN, or one with *, such as arn:aws:lambda:*:*:function:pets-*";
            Err(InvalidName::new("function ARN", text, right))
        }
    }
}

impl fmt::Display for FunctionPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// A service as ARNs name it: `sqs`, `dynamodb`; 1 to 63 of `a-z`, `0-9` and `-`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AwsService(Box<str>);

impl AwsService {
    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for AwsService {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        let fits = (1..=63).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        if fits {
            Ok(Self(text.into()))
        } else {
            Err(InvalidName::new("AWS service", text, "1 to 63 of a-z 0-9 -, such as sqs"))
        }
    }
}

impl fmt::Display for AwsService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// What a server's operator said about where AWS services are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AwsEndpoints {
    /// Of functions: those that a pattern names, and those of `None`, which is all.
    pub lambda: Vec<(Option<FunctionPattern>, AwsEndpoint)>,
    /// Of every other service.
    pub services: BTreeMap<AwsService, AwsEndpoint>,
}

impl AwsEndpoints {
    /// Where a function is invoked: what the pattern says that spells out most of its ARN; among equals the first.
    #[must_use]
    pub fn of_function(&self, arn: &str) -> Option<&AwsEndpoint> {
        let matching = self.lambda.iter().filter_map(|(pattern, endpoint)| match pattern {
            None => Some((None, endpoint)),
            Some(pattern) => pattern.matches(arn).then(|| (Some(pattern.spelt()), endpoint)),
        });
        matching.rev().max_by_key(|(spelt, _)| *spelt).map(|(_, endpoint)| endpoint)
    }

    /// Where a service is called.
    #[must_use]
    pub fn of_service(&self, name: &str) -> Option<&AwsEndpoint> {
        self.services.iter().find(|(service, _)| service.as_str() == name).map(|(_, endpoint)| endpoint)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_kept_without_default_port_and_last_slash() {
        for (text, kept) in [
            ("http://127.0.0.1:9000", Some("http://127.0.0.1:9000")),
            ("http://127.0.0.1:9000/", Some("http://127.0.0.1:9000")),
            ("http://localhost:9000/base/x/", Some("http://localhost:9000/base/x")),
            ("https://Lambda.us-east-1.amazonaws.com", Some("https://lambda.us-east-1.amazonaws.com")),
            ("https://[::1]:443/", Some("https://[::1]")),
            ("http://h:80", Some("http://h")),
            ("http://h:443", Some("http://h:443")),
            ("127.0.0.1:9000", None),
            ("ftp://h", None),
            ("http://", None),
            ("http://user@h", None),
            ("http://h?x=1", None),
            ("http://h/a?x=1", None),
            ("http://h/{a}", None),
            ("http://h/#a", None),
            ("", None),
        ] {
            assert_eq!(text.parse::<AwsEndpoint>().ok().as_ref().map(AwsEndpoint::as_str), kept, "{text:?}");
        }
    }

    #[test]
    fn patterns_match_whole_arns() {
        let arn = "arn:aws:lambda:us-east-1:000000000000:function:pets-read:live";
        for (pattern, expected) in [
            (arn, true),
            ("*", true),
            ("arn:aws:lambda:*", true),
            ("*:function:pets-*", true),
            ("arn:aws:lambda:*:*:function:pets-*:live", true),
            ("arn:aws:lambda:us-east-1:000000000000:function:pets-read", false),
            ("*pets-read", false),
            ("arn:aws:lambda:*:function:cats-*", false),
            ("*live*live", false),
        ] {
            let parsed: FunctionPattern = pattern.parse().expect("a pattern");
            assert_eq!(parsed.matches(arn), expected, "{pattern}");
        }
        for text in ["", "pets", "arn:aws lambda", "http://h"] {
            assert!(text.parse::<FunctionPattern>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn the_pattern_that_spells_out_most_decides() {
        let endpoint = |text: &str| text.parse::<AwsEndpoint>().expect("an address");
        let pattern = |text: &str| Some(text.parse::<FunctionPattern>().expect("a pattern"));
        let endpoints = AwsEndpoints {
            lambda: vec![
                (None, endpoint("http://all")),
                (pattern("*:function:pets*"), endpoint("http://pets")),
                (pattern("*:function:pets-read"), endpoint("http://read")),
                (pattern("*:function:pets-r*d"), endpoint("http://equal")),
                (pattern("*"), endpoint("http://star")),
            ],
            services: BTreeMap::new(),
        };
        for (name, expected) in
            [("pets-read", "http://read"), ("pets-write", "http://pets"), ("cats", "http://star")]
        {
            let arn = format!("arn:aws:lambda:us-east-1:000000000000:function:{name}");
            assert_eq!(endpoints.of_function(&arn).map(AwsEndpoint::as_str), Some(expected), "{name}");
        }
        let plain = AwsEndpoints { lambda: vec![(None, endpoint("http://all"))], ..Default::default() };
        assert_eq!(plain.of_function("x").map(AwsEndpoint::as_str), Some("http://all"));
        assert_eq!(AwsEndpoints::default().of_function("x"), None);
    }
}
