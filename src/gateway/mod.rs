//! The data plane: listens, routes, executes plans, calls back ends.
//!
//! # The life of a request
//! `worker` accepts on its own socket; `connection` sees what is spoken and how long it may be silent;
//! `service` is what hyper calls; `exchange` routes and is the outermost layer of every answer; `mock`,
//! `http` and `passthrough` are the integrations; `upstream` calls back ends; `respond` names every answer
//! that the gateway makes itself and `fault` applies what an owner customised.
//!
//! # What holds
//! - A worker is one thread with its own runtime, listener and pool. Requests share nothing between workers: no
//!   lock, no counter, no reference count.
//! - The request path reads no configuration and no store, and compiles nothing: that happened at deployment.
//! - A request keeps the stage it was routed to until its last byte.
//! - No answer leaves without having passed `exchange::Exchange::finish`, but for what hyper itself answers to
//!   heads that it cannot parse, and for `ready`, whose answers are what `finish` would have made of them.
//! - A panic costs the request that met it.

mod answer;
mod aws;
mod body;
mod caller;
mod clock;
mod compression;
mod config;
mod connection;
mod content;
mod exchange;
mod facts;
mod fault;
mod headers;
mod http;
mod ids;
mod invoke;
mod io;
mod lambda;
mod listener;
mod mock;
mod passthrough;
mod payload;
mod ready;
mod respond;
mod routing;
mod service;
mod snapshot;
mod spelling;
mod start;
mod transform;
mod upstream;
mod validate;
mod worker;

pub use aws::AwsCredentials;
pub use config::{GatewayConfig, Limits, Timeouts};
pub use invoke::{BackEndCall, Invocation, Invoked, Invoker, NotRunning, Target};
pub use listener::BindError;
pub use start::{Door, Gateway, Running, StartError};
pub use upstream::{InvalidRoots, InvalidUpstreamRule, TlsRoots, UpstreamPolicy, UpstreamRule};
