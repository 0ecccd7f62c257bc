//! What a server is told at start: flag over environment variable over file over default, merged once.
//!
//! [`TABLE`] names every setting with its default and its help; the flags of `postern serve`, the environment
//! variables (`--data-dir` is `POSTERN_DATA_DIR`) and the keys of the TOML file (`data-dir`) all come from it.
//! [`Settings::merge`] turns the texts into types that cannot be wrong and reports *every* problem at once;
//! nothing asks the texts again.

mod admin;
mod aws;
mod aws_face;
mod file;
mod flags;
mod merge;
mod table;
mod types;
mod value;

pub use admin::{AdminAuth, AdminSettings, AdminTlsSettings};
pub use aws::{AwsCredentials, AwsSettings, Secret};
pub use aws_face::{AwsCallerKey, AwsFaceSettings};
pub use flags::Flags;
pub use merge::Problem;
pub use table::{Setting, TABLE};
pub use types::{
    DefaultEndpoints, Limits, LogFormat, LogSettings, OnStoreFault, Parity, Settings, Timeouts, UpstreamHost,
    UpstreamRule,
};
pub use value::{ByteSize, InvalidValue};
