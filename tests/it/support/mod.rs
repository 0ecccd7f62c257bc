//! What behaviour tests stand on: a server, scripted back ends, raw clients.

#![allow(dead_code, unused_imports, reason = "each behaviour takes what it needs")]

pub mod admin;
mod browser;
mod command;
pub mod cors;
mod methods;
mod postern;
mod raw;
pub mod store;
mod upstream;

pub use browser::{Browser, Fetched, Outcome, Script};
pub use command::{Ended, Server, postern, run};
pub use methods::{declare, http, map, mock, proxy};
pub use postern::Postern;
pub use raw::{RawClient, Request, Response};
pub use upstream::{Received, Upstream, Wire};

use std::time::Duration;

/// How long a test waits for what must happen. No test waits for nothing to happen.
pub const PATIENCE: Duration = Duration::from_secs(20);
