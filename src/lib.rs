//! Postern, a self-hosted API gateway that speaks the terms of Amazon API Gateway's REST APIs.

pub mod model;
pub mod ops;

pub mod cors;
pub mod mapping;
pub mod route;
pub mod template;

pub mod store;
pub mod wire;

pub mod compile;

pub mod control;
pub mod gateway;

pub mod admin;

pub mod app;
pub mod cli;
pub mod settings;
