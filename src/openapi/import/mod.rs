//! A document put on a definition: what API Gateway's `ImportRestApi` and `PutRestApi` do.

mod api;
mod back_end;
mod cors;
mod ids;
mod kept;
mod models;
mod paths;

use std::sync::Arc;

use super::{Document, Format};
use crate::model::{Definition, EndpointType, Issue};

use ids::Ids;

/// What becomes of what the API has and the document does not (API Gateway: `mode`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// It stays: an operation of the document replaces the method of its path and verb, and nothing else.
    #[default]
    Merge,
    /// It goes. Resources, models and validators that stay keep their ids.
    Overwrite,
}

/// What becomes of the document's base path (API Gateway: `basepath`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BasePath {
    /// It says nothing about resources.
    #[default]
    Ignore,
    /// Every path begins with it.
    Prepend,
    /// Its first part is taken for the stage and dropped; every path begins with the rest.
    Split,
}

/// Whether the servers of a document without extensions are back ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Servers {
    /// Operations without an integration call the server: Postern's own reading.
    #[default]
    AreBackEnds,
    /// They are left without an integration, as API Gateway leaves them.
    SayNothing,
}

/// How a document is imported.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ImportOptions {
    /// What becomes of what is there.
    pub mode: Mode,
    /// What becomes of the base path.
    pub base_path: BasePath,
    /// Whether one warning is enough to refuse the document (API Gateway: `failonwarnings`).
    pub fail_on_warnings: bool,
    /// What the servers of a plain document are.
    pub servers: Servers,
    /// How Amazon would expose the API, which no document says (API Gateway: `endpointConfigurationTypes`). `None`
    /// leaves it as it is.
    pub endpoint_type: Option<EndpointType>,
}

/// A definition with a document put on it.
#[derive(Clone, Debug, PartialEq)]
pub struct Imported {
    /// The definition afterwards.
    pub definition: Definition,
    /// What was left out, or done otherwise than written, each with its place in the document.
    pub warnings: Vec<Issue>,
}

/// Why a document was not imported: everything that is wrong with it, by its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// It says something that cannot be.
    Errors(Vec<Issue>),
    /// It has warnings, and they were to be errors.
    Warnings(Vec<Issue>),
}

/// What an import carries from step to step.
struct Work<'a> {
    document: &'a Document,
    options: ImportOptions,
    before: &'a Definition,
    definition: Definition,
    ids: Ids<'a>,
    errors: Vec<Issue>,
    warnings: Vec<Issue>,
}

/// Puts a document on `definition`. `draw` gives the random bytes of new ids; those that are taken are drawn again.
///
/// Settings that a document cannot say stay: endpoint type, labels, the ids of what stays.
///
/// # Errors
/// Everything that makes it impossible, or with `fail_on_warnings` every warning; nothing is half done.
pub fn import(
    document: &Document,
    definition: &Definition,
    options: ImportOptions,
    draw: &mut dyn FnMut() -> [u8; 6],
) -> Result<Imported, Refused> {
    let mut work = Work {
        document,
        options,
        before: definition,
        definition: definition.clone(),
        ids: Ids::new(definition, draw),
        errors: document.findings.errors.clone(),
        warnings: document.findings.warnings.clone(),
    };
    api::put(&mut work);
    if let Some(endpoint_type) = options.endpoint_type {
        Arc::make_mut(&mut work.definition.api).endpoint_type = endpoint_type;
    }
    models::put(&mut work);
    let validators = api::put_validators(&mut work);
    let authorizers = kept::put_authorizers(&mut work);
    kept::put_documentation(&mut work);
    paths::put(&mut work, &paths::Named { validators, authorizers });
    cors::put(&mut work);
    let Work { definition, errors, warnings, .. } = work;
    match (errors.is_empty(), warnings.is_empty() || !options.fail_on_warnings) {
        (true, true) => Ok(Imported { definition, warnings }),
        (true, false) => Err(Refused::Warnings(warnings)),
        (false, _) => Err(Refused::Errors(errors)),
    }
}

/// Puts the parts of a document's documentation on `definition`, and nothing else of the document (API Gateway:
/// `ImportDocumentationParts`); gives the ids of the parts as well. Only what is said of the documentation counts.
///
/// # Errors
/// As [`import`].
pub fn import_documentation(
    document: &Document,
    definition: &Definition,
    options: ImportOptions,
    draw: &mut dyn FnMut() -> [u8; 6],
) -> Result<(Imported, Vec<String>), Refused> {
    let about = |issues: &[Issue]| -> Vec<Issue> {
        let is_about = |issue: &&Issue| issue.field.starts_with("x-amazon-apigateway-documentation");
        issues.iter().filter(is_about).cloned().collect()
    };
    let mut work = Work {
        document,
        options,
        before: definition,
        definition: definition.clone(),
        ids: Ids::new(definition, draw),
        errors: about(&document.findings.errors),
        warnings: about(&document.findings.warnings),
    };
    let ids = kept::put_parts(&mut work);
    let Work { definition, errors, warnings, .. } = work;
    match (errors.is_empty(), warnings.is_empty() || !options.fail_on_warnings) {
        (true, true) => Ok((Imported { definition, warnings }, ids)),
        (true, false) => Err(Refused::Warnings(warnings)),
        (false, _) => Err(Refused::Errors(errors)),
    }
}

impl Work<'_> {
    fn error(&mut self, place: &str, message: impl Into<String>) {
        self.errors.push(Issue::new(place, message));
    }

    fn warn(&mut self, place: &str, message: impl Into<String>) {
        self.warnings.push(Issue::new(place, message));
    }

    fn overwrites(&self) -> bool {
        self.options.mode == Mode::Overwrite
    }

    fn format(&self) -> Format {
        self.document.format
    }
}
