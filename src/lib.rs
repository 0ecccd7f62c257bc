//! Postern, a self-hosted API gateway in the terms of Amazon API Gateway's REST APIs: one process, one binary, an
//! embedded store.
//!
//! # Faces
//! The *data plane* answers API callers and browsers over HTTP/1.1 and HTTP/2. The *admin API* (gRPC,
//! `postern.admin.v1`) is where everything is configured, by the `postern` command, by generated clients, by grpcurl.
//! *Ops* answers probes and Prometheus. Each has a listener of its own, and load on one does not reach the others.
//!
//! # The life of a change
//! A call of the admin API is read into [`model`] types by [`wire`]; what is wrong is answered with the path of its
//! field. [`admin`] then calls one use case of [`control`], which reads, decides, checks, and makes one atomic commit
//! to the [`store`]. The commit is on disk before the call is answered.
//!
//! What is edited is the *draft* of an API, and a draft is never served. A *deployment* freezes it under a number and
//! a hash of its content, after [`compile`] has made *plans* of it: a draft that does not compile, or that asks for
//! what is not built yet, is refused with every reason. A *stage* points at a deployment. When a stage, its variables
//! or a domain binding change, the plans are bound anew and a new [`compile::Snapshot`] of everything that is served
//! is published, before the call returns: the next request is answered by it. A roll-back is the same move.
//!
//! # The life of a request
//! [`gateway`] has a worker per core: a thread with its own listening socket, its own connections to back ends, and its
//! own reader of the snapshot. A request is led by host and base path to a stage, by path and verb to a method
//! ([`route`]); its plan then maps it ([`mapping`]), asks the back end or answers by itself, and maps the answer. What
//! fails becomes a gateway response. Policies of CORS ([`cors`]) run outermost, so that no answer slips out without
//! its headers. On this path no lock is taken, no store is read, no configuration is parsed: all of that happened at
//! deployment. A request holds the snapshot it was routed with until its last byte, so it never sees two versions.
//!
//! # The floors
//! The modules below stand in reading order, from the ground up. Imports run downwards only, and a test checks it.
//!
//! | module | what it decides |
//! |---|---|
//! | [`model`] | the words as types: what an API, a method, a stage *is* |
//! | [`ops`] | what is counted and logged, whether the process can serve |
//! | [`route`], [`mapping`], [`template`], [`validation`], [`cors`] | rules without I/O, clock or randomness: paths, expressions, templates, models, origins |
//! | [`wire`] | protobuf messages to and from the model |
//! | [`openapi`] | what an OpenAPI document says about an API, and how an API is said by one |
//! | [`store`] | what is durable, and what to do when it is not |
//! | [`compile`] | definitions to plans, plans and stages to a snapshot |
//! | [`control`] | the use cases, one operation each |
//! | [`gateway`] | what callers are answered |
//! | [`admin`] | gRPC to use cases and back |
//! | [`aws`] | API Gateway's own control plane to use cases and back |
//! | [`settings`] | what a server is told at start |
//! | [`app`] | all parts joined, started and drained |
//! | [`cli`] | what a person types |

pub mod model;
pub mod ops;

pub mod cors;
pub mod mapping;
pub mod route;
pub mod template;
pub mod validation;

pub mod wire;

pub mod openapi;
pub mod store;

pub mod compile;

pub mod control;
pub mod gateway;

pub mod admin;
pub mod aws;

pub mod settings;

pub mod app;

pub mod cli;
