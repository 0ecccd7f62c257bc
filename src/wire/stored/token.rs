//! Bearer tokens of the admin API.

use super::field::{self, InvalidRecord};
use super::pb;
use crate::model::{ApiLimit, Grant, Token};

impl From<&Token> for pb::Token {
    fn from(token: &Token) -> Self {
        let api_ids = match token.grant.apis() {
            ApiLimit::All => Vec::new(),
            ApiLimit::Only(apis) => apis.iter().map(ToString::to_string).collect(),
        };
        Self {
            id: token.id.to_string(),
            name: token.name.clone(),
            secret_sha256: token.secret_hash.0.to_vec(),
            role: token.grant.role().to_string(),
            api_ids,
            created_at_ms: field::millis(token.created_at),
            created_by: token.created_by.clone(),
            expires_at_ms: token.expires_at.map(field::millis),
        }
    }
}

impl TryFrom<pb::Token> for Token {
    type Error = InvalidRecord;

    fn try_from(stored: pb::Token) -> Result<Self, InvalidRecord> {
        let apis = stored.api_ids.iter().map(|id| field::parse("api_ids", id));
        let apis = apis.collect::<Result<Vec<_>, _>>()?;
        let expires_at = stored.expires_at_ms.map(|at| field::time("expires_at_ms", at)).transpose()?;
        Ok(Self {
            id: field::parse("id", &stored.id)?,
            name: stored.name,
            secret_hash: field::hash("secret_sha256", &stored.secret_sha256)?,
            grant: Grant::limited(field::parse("role", &stored.role)?, apis)
                .map_err(|error| InvalidRecord::new("api_ids", error))?,
            created_at: field::time("created_at_ms", stored.created_at_ms)?,
            created_by: stored.created_by,
            expires_at,
        })
    }
}
