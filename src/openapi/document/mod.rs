//! A document in one form, whichever version of the specification it follows.

mod documentation;
mod integration;
mod operation;
mod parameters;
mod path;
mod responses;
mod root;
mod security;
mod servers;

use serde_json::{Map, Value};

use super::cors::CorsWish;
use super::node::{Findings, Source};
use super::text::parse;
use super::{Format, InvalidDocument};
use crate::model::{ApiKeySource, GatewayResponse, GatewayResponseType, MediaType, Method, PathPart, Verb};

pub(super) use documentation::Documentation;
pub(super) use path::OPERATIONS;
pub(super) use servers::{GATEWAY, SERVER, is_default_host, strip_base};

/// A document that was read. What it says wrongly, or in vain, comes out when it is imported.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    pub(super) format: Format,
    pub(super) title: Option<String>,
    pub(super) description: Option<String>,
    pub(super) version: Option<String>,
    /// The base path, part by part.
    pub(super) base_path: Vec<PathPart>,
    /// Where the servers of operations without their own are, without a slash at the end; `None` when none is given
    /// that could be a back end.
    pub(super) back_end: Option<String>,
    /// Whether any extension of API Gateway's stands in it; one without is nobody's but ours to read.
    pub(super) is_plain: bool,
    pub(super) paths: Vec<PathItem>,
    pub(super) schemas: Vec<(String, Value)>,
    pub(super) gateway_responses: Vec<(GatewayResponseType, GatewayResponse)>,
    pub(super) validators: Vec<Validator>,
    /// The validator of operations that name none.
    pub(super) validator: Option<String>,
    pub(super) binary_media_types: Option<Vec<MediaType>>,
    pub(super) api_key_source: Option<ApiKeySource>,
    pub(super) minimum_compression_size: Option<u32>,
    pub(super) policy: Option<String>,
    pub(super) disable_execute_api_endpoint: Option<bool>,
    pub(super) vpc_endpoint_ids: Option<Vec<String>>,
    pub(super) dualstack: Option<bool>,
    /// As API Gateway's control plane shows them, but for their ids.
    pub(super) authorizers: Vec<Map<String, Value>>,
    pub(super) documentation: Documentation,
    pub(super) cors: Option<CorsWish>,
    pub(super) findings: Findings,
}

impl Document {
    /// How many paths it has, and how many operations they have in all.
    #[must_use]
    pub fn size(&self) -> (usize, usize) {
        (self.paths.len(), self.paths.iter().map(|item| item.operations.len()).sum())
    }
}

/// A path and what stands under it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct PathItem {
    pub(super) place: String,
    pub(super) parts: Vec<PathPart>,
    pub(super) operations: Vec<(Verb, Operation)>,
    pub(super) cors: Option<CorsWish>,
}

/// A method, with names where the model has ids: its validator's and its authorizer's.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Operation {
    pub(super) place: String,
    pub(super) method: Method,
    pub(super) validator: Option<String>,
    /// Keys and values of request parameters that are no texts.
    pub(super) untexted: Vec<(String, String)>,
    /// Where its own servers are.
    pub(super) back_end: Option<String>,
    pub(super) cors: Option<CorsWish>,
}

/// A request validator.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Validator {
    pub(super) name: String,
    pub(super) body: bool,
    pub(super) parameters: bool,
}

/// Reads a document.
///
/// ```
/// let document = postern::openapi::read("{openapi: 3.0.1, info: {title: pets, version: '1'}, paths: {}}");
/// assert!(document.is_ok());
/// assert!(postern::openapi::read("swagger: 1.2").is_err());
/// ```
///
/// # Errors
/// When the text is neither JSON nor YAML, too long, or does not say that it follows OpenAPI 3.0 or Swagger 2.0.
pub fn read(text: &str) -> Result<Document, InvalidDocument> {
    let value = parse(text)?;
    let format = format_of(&value)?;
    let source = Source::new(&value, format);
    let mut document = root::read(&source.node());
    document.findings = source.into_findings();
    Ok(document)
}

fn format_of(value: &Value) -> Result<Format, InvalidDocument> {
    let refuse = |message: String| Err(InvalidDocument(message));
    let text = |key: &str| match value.get(key) {
        Some(Value::String(text)) => Some(text.clone()),
        Some(Value::Number(number)) => Some(number.to_string()),
        _ => None,
    };
    if !value.is_object() {
        return refuse("A document is an object with the key \"openapi\" or \"swagger\"".to_owned());
    }
    match (text("openapi"), text("swagger")) {
        (Some(version), None) if version.starts_with("3.0") => Ok(Format::OpenApi3),
        (None, Some(version)) if version == "2.0" || version == "2" => Ok(Format::Swagger2),
        (Some(version), None) => refuse(format!("openapi: {version:?} is not supported, 3.0 is")),
        (None, Some(version)) => refuse(format!("swagger: {version:?} is not supported, 2.0 is")),
        (Some(_), Some(_)) => refuse("It says both \"openapi\" and \"swagger\"".to_owned()),
        (None, None) => refuse("The key \"openapi\" or \"swagger\" is missing".to_owned()),
    }
}
