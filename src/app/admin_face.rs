//! What the admin listener asks of its callers, by the settings.

use std::sync::Arc;

use super::StartError;
use crate::admin::{AccessConfig, AdminTls, InvalidTls, TlsFiles};
use crate::control::Control;
use crate::settings::Settings;

/// The certificates, if there are to be any.
pub(super) async fn tls(settings: &Settings) -> Result<Option<Arc<AdminTls>>, InvalidTls> {
    let Some(files) = settings.admin.tls.clone() else { return Ok(None) };
    let files = TlsFiles { certificate: files.certificate, key: files.key, client_ca: files.client_ca };
    Ok(Some(Arc::new(AdminTls::load(files).await?)))
}

/// How callers prove who they are.
///
/// # Errors
/// When others reach the listener and nobody could: there is no way to mend that from without.
pub(super) async fn access(settings: &Settings, control: &Control) -> Result<AccessConfig, StartError> {
    let access = AccessConfig {
        required: settings.admin.asks_for_credentials(),
        certificates: settings.admin.client_roles.clone(),
    };
    if !settings.admin.listen.ip().is_loopback()
        && access.certificates.is_empty()
        && !control.has_usable_token().await.map_err(StartError::Records)?
    {
        return Err(StartError::NoCredentials { address: settings.admin.listen });
    }
    Ok(access)
}
