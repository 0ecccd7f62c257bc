//! The AWS face's listener and who may call it.

use std::net::SocketAddr;
use std::str::FromStr;

use super::InvalidValue;
use super::aws::{Secret, secret};
use crate::model::{Grant, GrantRule, Role};

/// The AWS face's listener.
#[derive(Clone, Debug)]
pub struct AwsFaceSettings {
    /// Where it listens; `None` leaves the face off. A loopback address, unless there are keys.
    pub listen: Option<SocketAddr>,
    /// Who may call; when empty, signatures are not verified.
    pub keys: Vec<AwsCallerKey>,
    /// What holders of keys may do, by the key's id; everything, for a key that no rule is about.
    pub roles: Vec<GrantRule>,
}

impl AwsFaceSettings {
    /// What the holder of a key may do.
    #[must_use]
    pub fn grant(&self, key: &AwsCallerKey) -> Grant {
        let rule = self.roles.iter().find(|rule| rule.is_for(&key.id));
        rule.map_or(Grant::of(Role::Admin), |rule| rule.grant.clone())
    }
}

/// An access key that may call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AwsCallerKey {
    /// What signatures name.
    pub id: String,
    /// What they are made with.
    pub secret: Secret,
}

impl FromStr for AwsCallerKey {
    type Err = InvalidValue;

    /// Takes `ID:SECRET`. What is refused is not repeated: it may be a secret.
    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        let refuse =
            || InvalidValue::new("***", "an access key", "ID:SECRET, of which the id has only a-z A-Z 0-9");
        let (id, text) = text.split_once(':').ok_or_else(refuse)?;
        if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(refuse());
        }
        Ok(Self { id: id.to_owned(), secret: secret(text).map_err(|_| refuse())? })
    }
}
