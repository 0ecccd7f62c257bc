//! Behaviour tests: a real server on port 0, spoken to through its real faces. A module per behaviour.
#![expect(clippy::unwrap_used, reason = "in tests a panic is the report")]
#![allow(missing_docs, unreachable_pub, reason = "a test binary has no users")]

mod support;

mod admin_contract;
mod cli_echo;
mod deploy;
mod harness;
