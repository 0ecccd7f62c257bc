//! Behaviour tests: a real server on port 0, spoken to through its real faces. A module per behaviour.
#![expect(clippy::unwrap_used, reason = "in tests a panic is the report")]
#![allow(missing_docs, unreachable_pub, reason = "a test binary has no users")]

mod support;

mod admin_apis;
mod admin_contract;
mod admin_cors;
mod admin_deployments;
mod admin_door;
mod admin_gateway_responses;
mod admin_methods;
mod admin_models;
mod admin_reflection;
mod admin_resources;
mod admin_test_method;
mod admin_watch;
mod cases;
mod cli_backup;
mod cli_clients;
mod cli_echo;
mod cli_serve;
mod cli_store_fault;
mod cli_usage;
mod cors_enable;
mod cors_errors;
mod cors_policy;
mod cors_settings;
mod cors_static;
mod crash;
mod deploy;
mod deployments;
mod domains;
mod drain;
mod examples;
mod explain;
mod framing;
mod fuzz_corpus;
mod harness;
mod headers;
mod http2;
mod http_integration;
mod invoke;
mod limits;
mod old_records;
mod outermost;
mod plane;
mod proxy;
mod proxy_tls;
mod quickstart;
mod restart;
mod rollback;
mod routing;
mod stages;
mod store_faults;
mod strict;
mod swap;
