//! Bearer tokens of the admin API.
//!
//! A token's secret is 256 random bits, shown once. What is kept is its SHA-256: there is nothing to guess in 256 random
//! bits, so that a slow hash, made for passwords that people choose, would only cost every call its time. Whoever
//! reads the store or a backup cannot call with what is in it.

use std::time::Duration;

use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use crate::model::{ApiLimit, Caller, Grant, Hash, Token, TokenId, TokenText};
use crate::store::{Author, ChangeKind, CommitError, Edit, Records};

use super::clock::{new_token_id, random};
use super::handle::{ATTEMPTS, pause};
use super::{Clock, Control, Error, Noun, Page};

/// How long a token is good for when nobody says: 90 days, so that a forgotten one does not stay a door for ever.
pub const DEFAULT_LIFETIME: Duration = Duration::from_secs(90 * 24 * 60 * 60);

/// A token that is to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewToken {
    /// What people call it: 1 to 64 visible characters without spaces.
    pub name: String,
    /// What it allows.
    pub grant: Grant,
    /// How long it is good for; `None` for ever.
    pub lifetime: Option<Duration>,
}

/// A token with its secret, which nobody can show a second time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuedToken {
    /// What is kept.
    pub token: Token,
    /// What its holder sends.
    pub text: TokenText,
}

impl Control {
    /// Makes a token; under `validate_only` only checks.
    ///
    /// # Errors
    /// When the name is none, or an API that it is limited to is not there.
    pub async fn create_token(&self, new: NewToken, validate_only: bool) -> Result<IssuedToken, Error> {
        self.check_unlimited("a token")?;
        if validate_only {
            return make(&self.inner.records, &self.inner.clock, &new, &self.caller).await;
        }
        issue_token(&self.inner.records, &self.inner.clock, &new, &self.caller).await
    }

    /// Some of the tokens, by id.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn tokens(&self, after: Option<TokenId>, limit: usize) -> Result<Page<Token, TokenId>, Error> {
        self.check_unlimited("the list of tokens")?;
        let found = self.inner.records.tokens(after, limit.saturating_add(1)).await?;
        Ok(Page::cut(found, limit, |token| token.id))
    }

    /// Revokes a token: from the next call on it is refused.
    ///
    /// # Errors
    /// When it is not there.
    pub async fn revoke_token(&self, id: TokenId) -> Result<Token, Error> {
        self.check_unlimited("a token")?;
        for attempt in 0..ATTEMPTS {
            pause(attempt).await;
            let seen = self.inner.records.token(id).await?;
            let seen = seen.ok_or_else(|| Error::not_found(Noun::Token, id))?;
            let mut edit = self.begin(ChangeKind::TokenRevoked);
            edit.revoke_token(&seen);
            match self.inner.records.commit(edit).await {
                Ok(_) => return Ok(seen),
                Err(CommitError::Conflict { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Error::Contended { noun: Noun::Token, id: id.to_string() })
    }

    /// The token that a caller sent, if it is one of ours, unaltered and not expired. The comparison takes the same
    /// time wherever the difference is.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn verify_token(&self, sent: &TokenText) -> Result<Option<Token>, Error> {
        let hash = hash_of(sent);
        let kept = self.inner.records.token(sent.id).await?;
        let now = self.inner.clock.now();
        Ok(kept.filter(|kept| bool::from(kept.secret_hash.0.ct_eq(&hash.0)) && !kept.is_expired(now)))
    }

    /// Whether anybody could call with a token now.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn has_usable_token(&self) -> Result<bool, Error> {
        let now = self.inner.clock.now();
        let tokens = self.inner.records.tokens(None, usize::MAX).await?;
        Ok(tokens.iter().any(|token| !token.is_expired(now)))
    }
}

/// Makes a token in a store, with or without a server around it.
///
/// # Errors
/// As [`Control::create_token`].
pub async fn issue_token(
    records: &Records,
    clock: &Clock,
    new: &NewToken,
    caller: &Caller,
) -> Result<IssuedToken, Error> {
    for attempt in 0..ATTEMPTS {
        pause(attempt).await;
        let issued = make(records, clock, new, caller).await?;
        let mut edit = Edit::new(ChangeKind::TokenCreated, issued.token.created_at).by(author(caller));
        edit.create_token(issued.token.clone());
        match records.commit(edit).await {
            Ok(_) => return Ok(issued),
            // Another id, then; or the store was just being tidied.
            Err(CommitError::Conflict { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(Error::Contended { noun: Noun::Token, id: new.name.clone() })
}

/// Who stands behind what a caller writes.
pub(super) fn author(caller: &Caller) -> Author {
    Author {
        actor: caller.actor.to_string(),
        address: caller.address,
        operation: caller.operation.to_string(),
    }
}

async fn make(
    records: &Records,
    clock: &Clock,
    new: &NewToken,
    caller: &Caller,
) -> Result<IssuedToken, Error> {
    let fits = (1..=Token::MAX_NAME).contains(&new.name.len())
        && new.name.chars().all(|c| c.is_ascii_graphic() && c != '/');
    if !fits {
        let message = format!("has 1 to {} visible ASCII characters, without spaces and /", Token::MAX_NAME);
        return Err(Error::invalid("name", message));
    }
    if let ApiLimit::Only(apis) = new.grant.apis() {
        for api in apis.iter() {
            if records.api(*api).await?.is_none() {
                return Err(Error::invalid("api_ids", format!("there is no API {api}")));
            }
        }
    }
    let text = TokenText { id: new_token_id()?, secret: random()? };
    let created_at = clock.now();
    let expires_at = match new.lifetime {
        Some(lifetime) => Some(created_at.checked_add(lifetime).ok_or_else(|| {
            Error::invalid("lifetime", "reaches beyond what can be told as a time: name a shorter one")
        })?),
        None => None,
    };
    let token = Token {
        id: text.id,
        name: new.name.clone(),
        secret_hash: hash_of(&text),
        grant: new.grant.clone(),
        created_at,
        created_by: caller.actor.to_string(),
        expires_at,
    };
    Ok(IssuedToken { token, text })
}

fn hash_of(text: &TokenText) -> Hash {
    Hash(Sha256::digest(text.secret).into())
}
