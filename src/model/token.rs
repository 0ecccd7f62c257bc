//! Bearer tokens of the admin API, as they are kept: never the secret, only its hash.

use std::fmt;
use std::time::SystemTime;

use super::{Grant, Hash, TokenId};

/// A token that somebody may call with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Names it; no secret.
    pub id: TokenId,
    /// What people call it: 1 to 64 visible characters.
    pub name: String,
    /// The SHA-256 of the secret's 32 bytes.
    pub secret_hash: Hash,
    /// What whoever has it may do.
    pub grant: Grant,
    /// When it was made.
    pub created_at: SystemTime,
    /// Who made it.
    pub created_by: String,
    /// From when on it is refused; `None` for never.
    pub expires_at: Option<SystemTime>,
}

impl Token {
    /// The longest name, in bytes.
    pub const MAX_NAME: usize = 64;

    /// Who calls with it.
    #[must_use]
    pub fn actor(&self) -> String {
        format!("token:{}/{}", self.name, self.id)
    }

    /// Whether it is refused at `time`.
    #[must_use]
    pub fn is_expired(&self, time: SystemTime) -> bool {
        self.expires_at.is_some_and(|expires_at| expires_at <= time)
    }
}

/// A token as its holder sends it: `postern_`, its id, and 64 hexadecimal digits that are the secret.
#[derive(Clone, PartialEq, Eq)]
pub struct TokenText {
    /// Which token it is said to be.
    pub id: TokenId,
    /// What has to be kept to oneself.
    pub secret: [u8; 32],
}

impl TokenText {
    /// What every token starts with, so that scanners of repositories find lost ones.
    pub const PREFIX: &'static str = "postern_";

    /// Reads what a caller sent; `None` when it is no token of ours.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (id, digits) = text.strip_prefix(Self::PREFIX)?.split_once('_')?;
        let digits: &[u8; 64] = digits.as_bytes().try_into().ok()?;
        let mut secret = [0; 32];
        let (pairs, _) = digits.as_chunks::<2>();
        for (byte, pair) in secret.iter_mut().zip(pairs) {
            let [high, low] = pair.map(|digit| char::from(digit).to_digit(16));
            *byte = u8::try_from(high? << 4 | low?).ok()?;
        }
        Some(Self { id: id.parse().ok()?, secret })
    }
}

impl fmt::Display for TokenText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}_", Self::PREFIX, self.id)?;
        self.secret.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Its id alone: a log line must not hold the secret.
impl fmt::Debug for TokenText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenText").field("id", &self.id).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_reads_back_as_it_was_shown_and_nothing_else_is_one() {
        let token = TokenText {
            id: "abcdefghij".parse().expect("an id"),
            secret: std::array::from_fn(|n| n as u8 * 8),
        };
        let text = token.to_string();
        assert_eq!(text.len(), 8 + 10 + 1 + 64);
        assert_eq!(TokenText::parse(&text), Some(token.clone()));
        assert!(!format!("{token:?}").contains("0810"));
        for bad in [
            "",
            "postern_",
            "postern_abcdefghij",
            &text[..text.len() - 1],
            &format!("{text}0"),
            &text.replace("postern_", "Postern_"),
            &text.replace("0810", "08g0"),
            &text.replace("0810", "é8"),
            &text.replace("abcdefghij", "ABCDEFGHIJ"),
        ] {
            assert_eq!(TokenText::parse(bad), None, "{bad}");
        }
    }
}
