//! The names of the CORS response headers, as one closed set.

use http::HeaderName;
use http::header;

use crate::model::HeaderParameter;

macro_rules! cors_headers {
    ($($(#[$doc:meta])* $variant:ident = $text:literal, $name:expr;)*) => {
        /// A response header of the CORS protocol (Fetch, *HTTP responses*).
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum CorsHeader {
            $($(#[$doc])* $variant,)*
        }

        impl CorsHeader {
            /// All of them.
            pub const ALL: [Self; [$($text),*].len()] = [$(Self::$variant),*];

            /// The name as API Gateway's console spells it.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }

            /// The name as the `http` crate has it.
            #[must_use]
            pub const fn name(self) -> HeaderName {
                match self { $(Self::$variant => $name,)* }
            }
        }
    };
}

cors_headers! {
    /// Who may read the answer.
    AllowOrigin = "Access-Control-Allow-Origin", header::ACCESS_CONTROL_ALLOW_ORIGIN;
    /// Which methods a preflight lets through.
    AllowMethods = "Access-Control-Allow-Methods", header::ACCESS_CONTROL_ALLOW_METHODS;
    /// Which request headers a preflight lets through.
    AllowHeaders = "Access-Control-Allow-Headers", header::ACCESS_CONTROL_ALLOW_HEADERS;
    /// Whether requests with cookies or other credentials may be read.
    AllowCredentials = "Access-Control-Allow-Credentials", header::ACCESS_CONTROL_ALLOW_CREDENTIALS;
    /// Which answer headers a script may read beyond the safelisted ones.
    ExposeHeaders = "Access-Control-Expose-Headers", header::ACCESS_CONTROL_EXPOSE_HEADERS;
    /// How long a browser may remember a preflight.
    MaxAge = "Access-Control-Max-Age", header::ACCESS_CONTROL_MAX_AGE;
}

impl CorsHeader {
    /// The name as the key of a mapping.
    #[must_use]
    pub fn parameter(self) -> HeaderParameter {
        self.as_str().parse().expect("the names in the table are tokens")
    }

    /// Which one `name` is, if it is one.
    #[must_use]
    pub fn of(name: &HeaderParameter) -> Option<Self> {
        Self::ALL.into_iter().find(|header| header.as_str().eq_ignore_ascii_case(name.as_str()))
    }
}

/// A text as a static value of a mapping expression: single quotes are syntax, `'*'` is sent as `*`
/// (API Gateway, *Request and response data mapping reference*).
///
/// ```
/// assert_eq!(postern::cors::header::quoted("GET,OPTIONS"), "'GET,OPTIONS'");
/// ```
#[must_use]
pub fn quoted(value: &str) -> String {
    format!("'{value}'")
}

/// The text that a static value sends; `None` when the expression is no static value.
#[must_use]
pub fn unquoted(expression: &str) -> Option<&str> {
    expression.strip_prefix('\'')?.strip_suffix('\'')
}

/// Takes off the single quotes that people carry over from API Gateway's form.
pub(super) fn bare(text: &str) -> &str {
    let text = text.trim_matches([' ', '\t']);
    unquoted(text).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_without_regard_to_case() {
        for header in CorsHeader::ALL {
            let lower: HeaderParameter = header.as_str().to_ascii_lowercase().parse().expect("a token");
            assert_eq!(CorsHeader::of(&lower), Some(header));
            assert_eq!(header.parameter().to_http(), header.name());
        }
        assert_eq!(CorsHeader::of(&"Vary".parse().expect("a token")), None);
    }

    #[test]
    fn single_quotes_are_syntax() {
        assert_eq!(quoted("*"), "'*'");
        assert_eq!(unquoted("'GET,OPTIONS'"), Some("GET,OPTIONS"));
        assert_eq!(unquoted("stageVariables.origin"), None);
        assert_eq!(unquoted("'"), None);
    }
}
