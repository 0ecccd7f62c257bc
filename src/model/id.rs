//! Ids as API Gateway gives them: short, random, `[a-z0-9]`, the same on every face.

use std::fmt;
use std::str::FromStr;

/// The characters ids are made of, in the order [`ApiId::from_random`] draws from them.
pub const ID_ALPHABET: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";

/// A text that is no id of the kind that was asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not {noun}: expected {length} characters from a-z and 0-9")]
pub struct InvalidId {
    noun: &'static str,
    length: usize,
    text: String,
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $length:literal, $noun:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; $length]);

        impl $name {
            /// How many characters an id of this kind has.
            pub const LENGTH: usize = $length;

            /// Makes an id of random bytes; the caller brings the randomness and checks that the id is free.
            #[must_use]
            pub fn from_random(random: [u8; $length]) -> Self {
                Self(random.map(|byte| ID_ALPHABET[usize::from(byte) % ID_ALPHABET.len()]))
            }

            /// The id as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                std::str::from_utf8(&self.0).expect("ids hold ASCII only, by construction")
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                let bytes: [u8; $length] = text.as_bytes().try_into().map_err(|_| InvalidId {
                    noun: $noun,
                    length: $length,
                    text: text.to_owned(),
                })?;
                if bytes.iter().all(|byte| ID_ALPHABET.contains(byte)) {
                    Ok(Self(bytes))
                } else {
                    Err(InvalidId { noun: $noun, length: $length, text: text.to_owned() })
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.as_str())
            }
        }
    };
}

id!(
    /// Names an API, unique across partitions. Ten characters.
    ApiId, 10, "an API id"
);
id!(
    /// Names a resource within its API. Six characters.
    ResourceId, 6, "a resource id"
);
id!(
    /// Names a deployment, unique across partitions. Six characters.
    DeploymentId, 6, "a deployment id"
);
id!(
    /// Names a model within its API. Six characters.
    ModelId, 6, "a model id"
);
id!(
    /// Names a request validator within its API. Six characters.
    RequestValidatorId, 6, "a request validator id"
);
id!(
    /// Names a bearer token of the admin API; no secret. Ten characters.
    TokenId, 10, "a token id"
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_as_it_was_written() {
        let id = ApiId::from_random([0, 1, 2, 3, 35, 36, 71, 72, 200, 255]);
        assert_eq!(id.to_string().parse::<ApiId>(), Ok(id));
    }

    #[test]
    fn upper_case_and_other_lengths_are_no_ids() {
        for text in ["", "ABCDEF", "abcde", "abcdefg", "abc-ef", "abcdé"] {
            assert!(text.parse::<ResourceId>().is_err(), "{text:?}");
        }
    }
}
