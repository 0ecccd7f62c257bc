//! Why a server did not start, and what an operator can do about it.

use std::io;
use std::net::SocketAddr;

use crate::admin::InvalidTls;
use crate::control;
use crate::gateway::{InvalidRoots, StartError as GatewayError};
use crate::store::OpenError;

/// Why a server did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The store cannot be used.
    #[error("cannot open the store in {}: {}", .0.path.display(), .0.reason)]
    Store(OpenError),
    /// What is stored cannot be read.
    #[error("cannot read what is stored: {0}")]
    Records(control::Error),
    /// An address cannot be listened on.
    #[error("{flag}: cannot listen on {address}: {source}")]
    Listen {
        /// The setting that names it.
        flag: &'static str,
        /// The address.
        address: SocketAddr,
        /// What the system says.
        source: io::Error,
    },
    /// Certificates to trust cannot be read.
    #[error("--upstream-ca: {0}")]
    Roots(InvalidRoots),
    /// The admin API's certificates cannot be used.
    #[error("the admin API's certificates: {0}")]
    AdminTls(#[from] InvalidTls),
    /// The admin API is to listen where others reach it, and nobody could prove who they are.
    #[error("--admin-listen: on {address} the admin API asks for credentials, and nobody has any")]
    NoCredentials {
        /// Where it was to listen.
        address: SocketAddr,
    },
    /// The data plane did not start.
    #[error(transparent)]
    Gateway(GatewayError),
    /// The system gives no threads.
    #[error("cannot start threads: {0}")]
    Threads(#[from] io::Error),
}

impl StartError {
    /// What an operator can do about it, if there is anything to say.
    #[must_use]
    pub fn cure(&self) -> Option<&str> {
        match self {
            Self::Store(error) => Some(error.fault.cure()),
            Self::Records(_) => Some("a backup, by `postern restore` into an empty directory"),
            Self::Listen { .. } => {
                Some("an address of this machine that nobody listens on; port 0 takes a free port")
            }
            Self::Roots(_) => Some("a PEM file with at least one certificate"),
            Self::AdminTls(_) => Some(
                "PEM files: --admin-tls-cert a certificate, --admin-tls-key its key, --admin-client-ca who vouches for clients",
            ),
            Self::NoCredentials { .. } => Some(
                "a first token, by `postern token create --role admin --name NAME --data-dir DIR` while no server runs on DIR; or --admin-client-ca with --admin-client-role",
            ),
            Self::Gateway(_) | Self::Threads(_) => None,
        }
    }
}
