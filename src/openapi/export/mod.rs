//! A definition as a document: what API Gateway's `GetExport` gives.

mod documentation;
mod integration;
mod method;
mod root;
mod security;

use serde_json::{Map, Value};

pub(super) use root::version;
pub(super) use security::{OF_HEADER, UNUSED};

use super::{Format, Notation};
use crate::model::{Definition, Issue, Issues};

/// How a definition is exported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Export {
    /// Which specification the document is to follow.
    pub format: Format,
    /// Which extensions it is to have.
    pub extensions: Extensions,
    /// Where the API is called.
    pub address: Address,
    /// Which version of the documentation it is to name; `None` for the newest.
    pub documentation_version: Option<String>,
}

/// Where an API is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// `https` or `http`.
    pub scheme: String,
    /// The host, with a port if there is one.
    pub host: String,
    /// The base path without slashes around it: the stage's name; empty for none.
    pub base_path: String,
}

/// Which extensions a document has (API Gateway: `extensions`). Without any, validators, integrations, gateway
/// responses and binary types are lost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Extensions {
    /// Everything: what a document must have to be imported again.
    pub all: bool,
    /// `x-amazon-apigateway-integration`.
    pub integrations: bool,
    /// `x-amazon-apigateway-auth` and `…-authorizer`.
    pub authorizers: bool,
    /// `x-amazon-apigateway-documentation`.
    pub documentation: bool,
    /// `x-amazon-apigateway-request-validator` and `…-validators`.
    pub validators: bool,
}

impl Extensions {
    /// Everything.
    pub const ALL: Self =
        Self { all: true, integrations: true, authorizers: true, documentation: true, validators: true };

    /// Reads a list such as `integrations,authorizers`; an empty one means none. `apigateway` means all; `postman` is
    /// taken and says nothing, since there is nothing of its own to export.
    ///
    /// # Errors
    /// Each name that is none of these.
    pub fn parse<'a>(names: impl IntoIterator<Item = &'a str>) -> Result<Self, Vec<Issue>> {
        let mut issues = Issues::new();
        let mut found = Self::default();
        for name in names.into_iter().flat_map(|names| names.split(',')).map(str::trim) {
            match name {
                "apigateway" => found = Self::ALL,
                "integrations" => found.integrations = true,
                "authorizers" => found.authorizers = true,
                "validators" => found.validators = true,
                "documentation" => found.documentation = true,
                "postman" | "" => {}
                _ => issues.push(
                    "extensions",
                    format!(
                        "{name:?} is no kind of extension: there are apigateway, integrations, authorizers, \
                         validators, documentation and postman"
                    ),
                ),
            }
        }
        issues.into_result(found)
    }
}

/// A document and what it could not say.
#[derive(Clone, Debug, PartialEq)]
pub struct Exported {
    /// The document.
    pub document: Value,
    /// Its version, by which its file is named.
    pub version: String,
    /// What was left out, by its place in the API.
    pub warnings: Vec<Issue>,
}

/// Writes a definition as a document. With all extensions, importing it gives the same definition again.
///
/// # Errors
/// What the document's format cannot hold, by its place in the API.
pub fn export(definition: &Definition, how: &Export) -> Result<Exported, Vec<Issue>> {
    let mut work = Work { definition, how, errors: Vec::new(), warnings: Vec::new() };
    let document = root::write(&mut work);
    if work.errors.is_empty() {
        Ok(Exported { document, version: version(&definition.api), warnings: work.warnings })
    } else {
        Err(work.errors)
    }
}

/// What an export carries from step to step.
struct Work<'a> {
    definition: &'a Definition,
    how: &'a Export,
    errors: Vec<Issue>,
    warnings: Vec<Issue>,
}

impl Work<'_> {
    fn format(&self) -> Format {
        self.how.format
    }

    fn extensions(&self) -> Extensions {
        self.how.extensions
    }
}

impl Format {
    /// The name of the file that a document of this version is to be saved as: `oas30_1.0.json`.
    #[must_use]
    pub fn file_name(self, version: &str, notation: Notation) -> String {
        let kind = match self {
            Format::OpenApi3 => "oas30",
            Format::Swagger2 => "swagger",
        };
        let ending = match notation {
            Notation::Json => "json",
            Notation::Yaml => "yaml",
        };
        // It stands in a header and becomes a file.
        let plain = |c: char| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '_' };
        format!("{kind}_{}.{ending}", version.chars().map(plain).collect::<String>())
    }
}

/// An object built member by member, in the order they are written.
#[derive(Default)]
struct Object(Map<String, Value>);

impl Object {
    fn put(&mut self, key: impl Into<String>, value: impl Into<Value>) {
        self.0.insert(key.into(), value.into());
    }

    fn put_some(&mut self, key: &str, value: Option<impl Into<Value>>) {
        if let Some(value) = value {
            self.put(key, value);
        }
    }

    /// Puts an object that has members.
    fn put_filled(&mut self, key: &str, object: Self) {
        if !object.0.is_empty() {
            self.put(key, object);
        }
    }
}

impl From<Object> for Value {
    fn from(object: Object) -> Self {
        Self::Object(object.0)
    }
}

/// Named texts as an object, in order.
fn texts<'a>(entries: impl IntoIterator<Item = (String, &'a String)>) -> Object {
    let mut object = Object::default();
    for (key, value) in entries {
        object.put(key, value.as_str());
    }
    object
}
