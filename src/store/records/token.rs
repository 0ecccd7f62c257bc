//! Bearer tokens: reading and writing them.

use super::super::{CommitError, Range, StoreError, keys};
use super::Records;
use super::plan::{Plan, conflict};
use super::steps::About;
use crate::model::{ApiLimit, Token, TokenId};

impl Records {
    /// A token.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn token(&self, id: TokenId) -> Result<Option<Token>, StoreError> {
        self.record(keys::token(id)).await
    }

    /// The tokens in the order of their ids, after `after`, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn tokens(&self, after: Option<TokenId>, limit: usize) -> Result<Vec<Token>, StoreError> {
        let after = after.map(keys::token);
        self.range(Range { after, limit, ..Range::all(keys::TOKENS) }).await
    }
}

impl Plan<'_> {
    pub(super) fn create_token(&mut self, token: Token) -> About {
        let key = keys::token(token.id);
        self.require_absent(key.clone());
        let about = About { changes: said(&token), ..about(&token) };
        self.put(key, token);
        about
    }

    pub(super) async fn revoke_token(&mut self, seen: &Token) -> Result<About, CommitError> {
        let key = keys::token(seen.id);
        let there: Option<Token> = self.read(&key).await?;
        if there.is_none_or(|there| there != *seen) {
            return Err(conflict(key));
        }
        self.remove(key);
        Ok(about(seen))
    }
}

fn about(token: &Token) -> About {
    About { name: Some(format!("token {}/{}", token.name, token.id)), ..About::default() }
}

/// What a token is for, a line each.
fn said(token: &Token) -> Vec<String> {
    let mut lines = vec![format!("role {}", token.grant.role())];
    if let ApiLimit::Only(apis) = token.grant.apis() {
        lines.extend(apis.iter().map(|api| format!("for API {api}")));
    }
    lines
}
