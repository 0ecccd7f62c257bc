//! What can be done with a data directory that no server runs on.

use std::path::Path;

use crate::control::{Clock, Error, issue_token};
use crate::model::{Caller, Grant, Role};
use crate::store::{OnFault, SledStore};

pub use crate::control::{DEFAULT_LIFETIME, IssuedToken, NewToken};
pub use crate::store::{CheckReport, OpenError, RestoreError, accept, check, restore};

/// Why a token was not made in a data directory.
#[derive(Debug)]
pub enum TokenError {
    /// The store cannot be opened: a server runs on it, say.
    Open(OpenError),
    /// The token is none, or cannot be written.
    Refused(Error),
}

/// Makes a token in a data directory; the directory is made if it is not there. This is how a first token comes to be:
/// whoever may write the server's files may do everything anyway.
///
/// # Errors
/// When the store cannot be opened or written, or the token is none.
pub async fn create_token(directory: &Path, new: NewToken) -> Result<IssuedToken, TokenError> {
    let directory = directory.to_owned();
    let opened = tokio::task::spawn_blocking(move || SledStore::open(&directory, OnFault::Refuse)).await;
    let opened = match opened {
        Ok(opened) => opened.map_err(TokenError::Open)?,
        Err(panicked) => std::panic::resume_unwind(panicked.into_panic()),
    };
    let caller = Caller {
        actor: "data directory".into(),
        address: None,
        operation: "token create --data-dir".into(),
        grant: Grant::of(Role::Admin),
    };
    issue_token(&opened.records, &Clock::system(), &new, &caller).await.map_err(TokenError::Refused)
}
