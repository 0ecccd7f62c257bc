//! OpenAPI 3.0 and Swagger 2.0 documents: what they say about an API, and how an API is said by them.
//!
//! [`read`] makes a [`Document`] of a text: JSON or YAML, either version, brought to one form with API Gateway's own
//! `x-amazon-apigateway-*` extensions and ours. [`import`] puts a document on a definition, and [`export()`] writes a
//! definition as a document. All of it is pure: ids are drawn by a function that the caller brings, and nothing is
//! stored.
//!
//! Sources: API Gateway, *Configuring a REST API using OpenAPI*, *OpenAPI extensions for API Gateway*, *Export a REST
//! API*; the OpenAPI Specification 3.0.3; the Swagger Specification 2.0.

mod node;
mod text;

mod diff;
mod document;
mod export;
mod import;

mod cors;
mod date;
mod kept;
mod schema;

#[cfg(test)]
mod tests;

pub use diff::{DocumentDifference, FieldDifference, compare};
pub use document::{Document, read};
pub use export::{Address, Export, Exported, Extensions, export};
pub use import::{BasePath, ImportOptions, Imported, Mode, Refused, Servers, import, import_documentation};
pub use text::{InvalidDocument, MAX_DOCUMENT_BYTES, write};

/// Which specification a document follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// OpenAPI 3.0.
    OpenApi3,
    /// Swagger 2.0, as OpenAPI was called before.
    Swagger2,
}

/// How a document is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Notation {
    /// JSON.
    #[default]
    Json,
    /// YAML.
    Yaml,
}
