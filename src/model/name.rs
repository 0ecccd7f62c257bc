//! Names and codes that are right by parsing.

use std::fmt;
use std::str::FromStr;

/// A text that does not have the form its field asks for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not a valid {noun}: expected {expected}")]
pub struct InvalidName {
    noun: &'static str,
    text: String,
    expected: &'static str,
}

impl InvalidName {
    /// A refusal that names what was read, as what, and what would be right. Long texts are cut to 80 characters.
    #[must_use]
    pub fn new(noun: &'static str, text: &str, expected: &'static str) -> Self {
        let text = match text.char_indices().nth(80) {
            Some((end, _)) => format!("{}…", &text[..end]),
            None => text.to_owned(),
        };
        Self { noun, text, expected }
    }
}

/// The verb of a method: the seven that API Gateway knows, or `ANY` for all of them.
///
/// Source: API Gateway, *Set up an HTTP method*. `ANY` stands for exactly the seven others; `TRACE`,
/// `CONNECT` and extension methods (RFC 9110 section 9) match no method.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verb {
    /// Every verb that has no method of its own on the resource.
    Any,
    /// `DELETE`
    Delete,
    /// `GET`
    Get,
    /// `HEAD`
    Head,
    /// `OPTIONS`
    Options,
    /// `PATCH`
    Patch,
    /// `POST`
    Post,
    /// `PUT`
    Put,
}

impl Verb {
    /// The verbs a caller can send, in alphabetical order; `ANY` is not among them.
    pub const CONCRETE: [Self; 7] =
        [Self::Delete, Self::Get, Self::Head, Self::Options, Self::Patch, Self::Post, Self::Put];

    /// The verb as it is written.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Any => "ANY",
            Self::Delete => "DELETE",
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Options => "OPTIONS",
            Self::Patch => "PATCH",
            Self::Post => "POST",
            Self::Put => "PUT",
        }
    }

    /// The verb of a request, if any method of an API can answer it.
    #[must_use]
    pub fn of(method: &http::Method) -> Option<Self> {
        match *method {
            http::Method::DELETE => Some(Self::Delete),
            http::Method::GET => Some(Self::Get),
            http::Method::HEAD => Some(Self::Head),
            http::Method::OPTIONS => Some(Self::Options),
            http::Method::PATCH => Some(Self::Patch),
            http::Method::POST => Some(Self::Post),
            http::Method::PUT => Some(Self::Put),
            _ => None,
        }
    }

    /// The request method, `None` for `ANY`.
    #[must_use]
    pub fn to_method(self) -> Option<http::Method> {
        match self {
            Self::Any => None,
            Self::Delete => Some(http::Method::DELETE),
            Self::Get => Some(http::Method::GET),
            Self::Head => Some(http::Method::HEAD),
            Self::Options => Some(http::Method::OPTIONS),
            Self::Patch => Some(http::Method::PATCH),
            Self::Post => Some(http::Method::POST),
            Self::Put => Some(http::Method::PUT),
        }
    }
}

impl FromStr for Verb {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        Self::CONCRETE.into_iter().chain([Self::Any]).find(|verb| verb.as_str() == text).ok_or_else(|| {
            InvalidName::new("HTTP method", text, "one of GET, PUT, POST, DELETE, PATCH, OPTIONS, HEAD, ANY")
        })
    }
}

impl fmt::Display for Verb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A status code of a method or integration response: `[1-5]\d\d`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Status(u16);

impl Status {
    /// 200
    pub const OK: Self = Self(200);

    /// The code as a number, 100 to 599.
    #[must_use]
    pub const fn as_u16(self) -> u16 {
        self.0
    }

    /// The code as the `http` crate has it.
    #[must_use]
    pub fn to_http(self) -> http::StatusCode {
        http::StatusCode::from_u16(self.0).expect("a Status is within 100 to 599")
    }
}

impl TryFrom<u32> for Status {
    type Error = InvalidName;

    fn try_from(code: u32) -> Result<Self, InvalidName> {
        match u16::try_from(code) {
            Ok(code @ 100..=599) => Ok(Self(code)),
            _ => Err(InvalidName::new("status code", &code.to_string(), "100 to 599")),
        }
    }
}

impl FromStr for Status {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        match (text.len(), text.parse()) {
            (3, Ok(code @ 100..=599)) => Ok(Self(code)),
            _ => Err(InvalidName::new("status code", text, "three digits, 100 to 599")),
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Status({})", self.0)
    }
}

/// The part of a path that one resource adds: a literal, `{name}` or `{name+}`.
///
/// Source: API Gateway, *Set up API Gateway resources*. Literals and names are of `a-zA-Z0-9._-:,` and a
/// literal may contain `{`/`}` nowhere; at most 255 characters in all.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PathPart {
    /// Matches the segment that is equal to it, byte by byte.
    Literal(Box<str>),
    /// `{name}`: matches one non-empty segment.
    Param(ParameterName),
    /// `{name+}`: matches one or more remaining segments; has no children.
    Greedy(ParameterName),
}

impl PathPart {
    /// The longest path part, in bytes.
    pub const MAX_BYTES: usize = 255;

    /// Whether it is `{name}` or `{name+}`; a resource has at most one such child.
    #[must_use]
    pub fn is_variable(&self) -> bool {
        !matches!(self, Self::Literal(_))
    }
}

impl FromStr for PathPart {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        let refuse =
            || InvalidName::new("path part", text, "1 to 255 of a-z A-Z 0-9 . _ - : , or {name} or {name+}");
        let plain =
            |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-:,".contains(&b));
        if text.len() > Self::MAX_BYTES {
            return Err(refuse());
        }
        match text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
            Some(inner) => match inner.strip_suffix('+') {
                Some(name) => name.parse().map(Self::Greedy).map_err(|_| refuse()),
                None => inner.parse().map(Self::Param).map_err(|_| refuse()),
            },
            // "." and ".." are removed from a URL by every client before it is sent (RFC 3986 section 5.2.4).
            None if plain(text) && text != "." && text != ".." => Ok(Self::Literal(text.into())),
            None => Err(refuse()),
        }
    }
}

impl fmt::Display for PathPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Literal(text) => f.write_str(text),
            Self::Param(name) => write!(f, "{{{name}}}"),
            Self::Greedy(name) => write!(f, "{{{name}+}}"),
        }
    }
}

macro_rules! text {
    ($(#[$doc:meta])* $name:ident, $noun:literal, $expected:literal, $fits:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Box<str>);

        impl $name {
            /// The text, spelled as it was given.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = InvalidName;

            fn from_str(text: &str) -> Result<Self, InvalidName> {
                let fits: fn(&str) -> bool = $fits;
                if fits(text) {
                    Ok(Self(text.into()))
                } else {
                    Err(InvalidName::new($noun, text, $expected))
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }
    };
}

text!(
    /// The name of a path, query or header parameter: `^[a-zA-Z0-9._$-]+$` and, as API Gateway also takes them
    /// in path parameters, `:` and `,`; at most 128 characters. Spelling is kept.
    ParameterName,
    "parameter name",
    "1 to 128 of a-z A-Z 0-9 . _ $ - : ,",
    |s| (1..=128).contains(&s.len())
        && s.bytes().all(|b| b.is_ascii_alphanumeric() || b"._$-:,".contains(&b))
);

text!(
    /// A media type without parameters, such as `application/json`, `image/*` or `$default`. `-` is one that matches
    /// nothing: API Gateway keeps it where a patch means the end of a list by it.
    MediaType,
    "media type",
    "type/subtype, type/* or $default, at most 127 characters",
    |s| s == "$default"
        || s == "-"
        || s.len() <= 127
            && s.split_once('/').is_some_and(|(kind, subtype)| {
                let token = |t: &str| {
                    !t.is_empty()
                        && t.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$&-^_.+*".contains(&b))
                };
                token(kind) && token(subtype)
            })
);

/// The name of a header in a mapping: a field name (RFC 9110 section 5.1) that compares without regard to case
/// and keeps its spelling.
#[derive(Clone, Debug)]
pub struct HeaderParameter(Box<str>);

impl HeaderParameter {
    /// The name, spelled as it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name as the `http` crate has it, in lower case.
    #[must_use]
    pub fn to_http(&self) -> http::HeaderName {
        http::HeaderName::from_bytes(self.0.as_bytes()).expect("checked when it was parsed")
    }

    fn folded(&self) -> impl Iterator<Item = u8> + '_ {
        self.0.bytes().map(|b| b.to_ascii_lowercase())
    }
}

impl FromStr for HeaderParameter {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        let fits = (1..=256).contains(&text.len()) && http::HeaderName::from_bytes(text.as_bytes()).is_ok();
        if fits {
            Ok(Self(text.into()))
        } else {
            Err(InvalidName::new("header name", text, "an RFC 9110 token of 1 to 256 characters"))
        }
    }
}

impl fmt::Display for HeaderParameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl PartialEq for HeaderParameter {
    fn eq(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }
}

impl Eq for HeaderParameter {}

impl PartialOrd for HeaderParameter {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for HeaderParameter {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.folded().cmp(other.folded())
    }
}

impl std::hash::Hash for HeaderParameter {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.folded().for_each(|b| state.write_u8(b));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn path_parts_are_literals_parameters_or_greedy_parameters() {
        for (text, expected) in [
            ("pets", true),
            ("v1.0", true),
            ("a:b,c", true),
            ("{id}", true),
            ("{proxy+}", true),
            ("", false),
            (".", false),
            ("..", false),
            ("a/b", false),
            ("{id", false),
            ("id}", false),
            ("{}", false),
            ("{+}", false),
            ("{a+b}", false),
            ("a{id}", false),
            ("a b", false),
            ("%41", false),
            ("é", false),
        ] {
            let part = text.parse::<PathPart>();
            assert_eq!(part.is_ok(), expected, "{text:?}: {part:?}");
            if let Ok(part) = part {
                assert_eq!(part.to_string(), text);
            }
        }
    }

    #[test]
    fn a_refusal_says_what_would_be_right() {
        let error = "get".parse::<Verb>().expect_err("verbs are upper case");
        assert_eq!(
            error.to_string(),
            "\"get\" is not a valid HTTP method: expected one of GET, PUT, POST, DELETE, PATCH, OPTIONS, HEAD, ANY"
        );
    }

    #[test]
    fn header_parameters_compare_without_case_and_keep_their_spelling() {
        let a: HeaderParameter = "X-Api-Key".parse().expect("a token");
        let b: HeaderParameter = "x-api-key".parse().expect("a token");
        assert_eq!(a, b);
        assert_eq!(a.to_string(), "X-Api-Key");
        assert!("X Api".parse::<HeaderParameter>().is_err());
    }
}
