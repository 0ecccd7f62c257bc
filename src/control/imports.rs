//! OpenAPI documents as drafts, and drafts, deployments and stages as OpenAPI documents.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::Value;

use crate::model::{
    Api, ApiId, Definition, Issue, Issues, KeptKind, ManagedBy, Model, ModelName, ResourcePath, Verb,
};
use crate::openapi::{self, Address, Document, Export, Exported, Extensions, Format, ImportOptions, Refused};

use crate::validation::Models;

use super::check::{
    check_api, check_description, check_gateway_response, check_method, warn_gateway_response, warn_method,
};
use super::clock::{draw_ids, new_api_id, new_resource_id};
use super::diff::differences;
use super::handle::{ATTEMPTS, pause};
use super::{
    ApiState, Control, Difference, DifferenceKind, Error, Limits, Noun, Options, Subject, Version, Written,
};

/// How far an import is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImportStep {
    /// The document is read.
    Read {
        /// How many paths it has.
        paths: usize,
        /// How many operations they have in all.
        operations: usize,
    },
    /// It is put on the draft and checked; what remains is to write it.
    Checked {
        /// How many things differ from the draft before.
        changes: usize,
    },
}

/// What an import made, or under `validate_only` would have made.
#[derive(Clone, Debug, PartialEq)]
pub struct ImportDone {
    /// The API as it is now.
    pub api: ApiState,
    /// Where the draft differs from what it was; from an empty one, if the API is new.
    pub differences: Vec<Difference>,
}

/// How an API is exported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportCall {
    /// Which state of it.
    pub version: Version,
    /// Which specification the document is to follow.
    pub format: Format,
    /// Which extensions it is to have.
    pub extensions: Extensions,
    /// Where the API is called; `None` for the host that API Gateway would give it.
    pub address: Option<Address>,
}

impl Control {
    /// Makes an API of a document (API Gateway: `ImportRestApi`). It has the models of the document and no others.
    ///
    /// # Errors
    /// Everything that is wrong with the document, by place under `document`; with `fail_on_warnings` every warning.
    pub async fn import_api(
        &self,
        text: String,
        how: ImportOptions,
        options: Options,
        tell: &(dyn Fn(ImportStep) + Send + Sync),
    ) -> Result<Written<ImportDone>, Error> {
        self.check_unlimited("a new API")?;
        let document = read(text, tell).await?;
        for attempt in 0..ATTEMPTS {
            pause(attempt).await;
            let mut blank = Definition::new(
                Api::new(new_api_id()?, String::new(), self.inner.clock.now()),
                new_resource_id(|_| false)?,
            );
            blank.models.clear();
            let put = put(&document, &blank, how, &self.inner.limits, self.inner.clock.now())?;
            tell(ImportStep::Checked { changes: put.differences.len() });
            let definition = Arc::new(put.definition);
            let mut differences = put.differences;
            if let Some(own) = differences.iter_mut().find(|difference| difference.subject == Subject::Api) {
                own.kind = DifferenceKind::Added;
            }
            let value = ImportDone { api: self.newborn(&definition), differences };
            let (revision, warnings) = (value.api.revision, put.warnings);
            if options.validate_only {
                return Ok(Written { value, revision, store_revision: None, warnings });
            }
            if let Some(store_revision) = self.bear(definition, None).await? {
                let store_revision = Some(store_revision);
                return Ok(Written { value, revision, store_revision, warnings });
            }
        }
        Err(Error::Contended { noun: Noun::Api, id: "of the document".to_owned() })
    }

    /// Puts a document on an API's draft (API Gateway: `PutRestApi`). All of it is one write; under `validate_only`
    /// nothing is written, and the differences say what would be.
    ///
    /// # Errors
    /// When the API is not there; everything that is wrong with the document, by place under `document`.
    pub async fn put_import(
        &self,
        id: ApiId,
        text: String,
        how: ImportOptions,
        options: Options,
        tell: &(dyn Fn(ImportStep) + Send + Sync),
    ) -> Result<Written<ImportDone>, Error> {
        // A mistaken id is told before the document is looked at.
        self.head(id).await?;
        let document = read(text, tell).await?;
        let written = self
            .edit(id, options, |draft| {
                let put = put(&document, &draft.definition, how, draft.limits, self.inner.clock.now())?;
                tell(ImportStep::Checked { changes: put.differences.len() });
                draft.definition = put.definition;
                draft.warnings.extend(put.warnings);
                Ok((draft.definition.api.clone(), draft.definition.root(), put.differences))
            })
            .await?;
        let (partition, revision) = (self.head(id).await?.partition, written.revision);
        Ok(written.map(|(api, root_resource_id, differences)| ImportDone {
            api: ApiState { api, partition, revision, root_resource_id },
            differences,
        }))
    }

    /// Puts the parts of a document's documentation on an API's draft, in one write (API Gateway:
    /// `ImportDocumentationParts`); gives their ids.
    ///
    /// # Errors
    /// When the API is not there; what is wrong with the documentation, by place under `document`.
    pub async fn import_documentation(
        &self,
        id: ApiId,
        text: String,
        how: ImportOptions,
        options: Options,
    ) -> Result<Written<Vec<String>>, Error> {
        self.head(id).await?;
        let document = read(text, &|_| {}).await?;
        self.edit(id, options, |draft| {
            let mut draw = draw_ids()?;
            let imported = openapi::import_documentation(&document, &draft.definition, how, &mut draw);
            let (imported, ids) = imported.map_err(refused)?;
            draft.definition = imported.definition;
            draft.warnings.extend(imported.warnings);
            Ok(ids)
        })
        .await
    }

    /// Writes a state of an API as a document (API Gateway: `GetExport`, which knows stages only).
    ///
    /// # Errors
    /// When the API or the state is not there; what the document's format cannot hold.
    pub async fn export(&self, api: ApiId, call: ExportCall) -> Result<Exported, Error> {
        let head = self.head(api).await?;
        let definition = self.version(api, &call.version).await?;
        let address = call.address.unwrap_or_else(|| Address {
            scheme: "https".to_owned(),
            host: format!("{api}.execute-api.{}.amazonaws.com", head.partition.region),
            base_path: stage_of(&call.version),
        });
        let documentation_version = match &call.version {
            Version::Stage(name) => {
                let stage = self.stage(api, name).await?;
                stage.settings.get("documentationVersion").cloned()
            }
            Version::Draft | Version::Deployment(_) => None,
        };
        let how = Export { format: call.format, extensions: call.extensions, address, documentation_version };
        openapi::export(&definition, &how).map_err(Error::Invalid)
    }
}

fn stage_of(version: &Version) -> String {
    match version {
        Version::Stage(name) => name.to_string(),
        Version::Draft | Version::Deployment(_) => String::new(),
    }
}

/// Reads a document, away from those who wait for answers.
async fn read(text: String, tell: &(dyn Fn(ImportStep) + Send + Sync)) -> Result<Document, Error> {
    let read = tokio::task::spawn_blocking(move || openapi::read(&text)).await;
    let document = match read {
        Ok(read) => read.map_err(|error| Error::invalid("document", error.to_string()))?,
        Err(error) => {
            return Err(Error::Storage { detail: format!("a document was not read to its end: {error}") });
        }
    };
    let (paths, operations) = document.size();
    tell(ImportStep::Read { paths, operations });
    Ok(document)
}

/// A document put on a definition, in order by every rule of the things it holds.
struct Put {
    definition: Definition,
    differences: Vec<Difference>,
    warnings: Vec<Issue>,
}

fn put(
    document: &Document,
    before: &Definition,
    how: ImportOptions,
    limits: &Limits,
    now: SystemTime,
) -> Result<Put, Error> {
    let invalid = |issues: Vec<Issue>| Error::Invalid(issues).at("document");
    let mut draw = draw_ids()?;
    let imported = openapi::import(document, before, how, &mut draw).map_err(refused)?;
    let mut definition = imported.definition;
    date_documentation(&mut definition, now);
    let mut warnings = imported.warnings;
    let issues = check(before, &definition, limits, &mut warnings);
    issues.into_result(()).map_err(invalid)?;
    let most = limits.resources;
    if definition.resource_count() > most {
        let message = format!("an API has at most {most} resources, not {}", definition.resource_count());
        return Err(Error::LimitExceeded(Issue::new("document.paths", message)));
    }
    if how.fail_on_warnings && !warnings.is_empty() {
        return Err(invalid(warnings));
    }
    let differences = differences(before, &definition);
    Ok(Put { definition, differences, warnings })
}

/// A document that was not imported.
fn refused(why: Refused) -> Error {
    let (Refused::Errors(issues) | Refused::Warnings(issues)) = why;
    Error::Invalid(issues).at("document")
}

/// Gives versions of the documentation that came without a date the present one.
fn date_documentation(definition: &mut Definition, now: SystemTime) {
    let versions =
        definition.kept.iter_mut().filter(|((kind, _), _)| *kind == KeptKind::DocumentationVersion);
    for (_, text) in versions {
        let Ok(Value::Object(mut version)) = serde_json::from_str(text) else { continue };
        if !version.contains_key("createdDate") {
            let seconds = now.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
            version.insert("createdDate".to_owned(), seconds.into());
            *text = Value::Object(version).to_string().into();
        }
    }
}

/// Checks what the document changed by the rules that hold for single calls.
fn check(before: &Definition, after: &Definition, limits: &Limits, warnings: &mut Vec<Issue>) -> Issues {
    let mut issues = Issues::new();
    if before.api != after.api {
        issues.extend_at("info", check_api(&after.api, limits));
    }
    for (kind, response) in &after.gateway_responses {
        if before.gateway_responses.get(kind) != Some(response) {
            let place = format!("x-amazon-apigateway-gateway-responses.{kind}");
            issues.extend_at(&place, check_gateway_response(response, limits));
            warnings.extend(warn_gateway_response(response).into_iter().map(|issue| issue.at(&place)));
        }
    }
    check_models(before, after, limits, &mut issues, warnings);
    let mut has_policy = after.api.cors_policy.is_some() && before.api.cors_policy != after.api.cors_policy;
    for (path, resource) in after.walk() {
        let former = before.resource(resource.id);
        if former.is_some_and(|former| Arc::ptr_eq(former, resource)) {
            continue;
        }
        has_policy |= resource.cors_policy.is_some();
        for (verb, method) in &resource.methods {
            let same = former.is_some_and(|former| former.methods.get(verb) == Some(method));
            if same || method.managed_by != ManagedBy::Nobody {
                continue;
            }
            let place = place(&path, *verb);
            issues.extend_at(&place, check_method(method, limits));
            warnings.extend(warn_method(*verb, method).into_iter().map(|issue| issue.at(&place)));
        }
    }
    if has_policy && limits.is_strict() {
        issues.push("x-postern-cors", "Amazon has nothing like the policy form, which strict parity refuses");
    }
    issues
}

/// A schema that is none of draft 4 is kept, as documents have them: what it is not fit for is told.
fn check_models(
    before: &Definition,
    after: &Definition,
    limits: &Limits,
    issues: &mut Issues,
    warnings: &mut Vec<Issue>,
) {
    let new = |name: &ModelName, model: &Arc<Model>| before.models.get(name) != Some(model);
    let changed: Vec<_> = after.models.iter().filter(|(name, model)| new(name, model)).collect();
    if changed.is_empty() {
        return;
    }
    let models = Models::read(after.api.id, after.models.values().map(|model| &**model));
    for (name, model) in changed {
        let place = format!("model {name}");
        let mut found = Issues::new();
        check_description(model.description.as_deref(), &mut found);
        let (most, length) = (limits.schema_bytes, model.schema.len());
        if length > most {
            found.push("schema", format!("at most {most} bytes, not {length}"));
        }
        issues.extend_at(&place, found);
        if let Err(faults) = models.compile(name) {
            warnings.extend(faults.into_iter().map(|fault| {
                Issue::new(place.clone(), format!("it cannot validate bodies: {}", fault.message))
            }));
        }
    }
}

fn place(path: &ResourcePath, verb: Verb) -> String {
    format!("paths[{path}].{}", verb.as_str().to_ascii_lowercase())
}
