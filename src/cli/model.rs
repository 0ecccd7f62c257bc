//! `postern model`: the shapes that bodies are declared to have.

use std::path::PathBuf;

use super::connect::{Client, PAGE_SIZE, Write};
use super::failure::Stop;
use super::json::to_json;
use super::text::read;
use crate::wire::pb;

/// What can be done with models.
#[derive(Clone, Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Create a model
    #[command(after_help = EXAMPLES)]
    Create {
        /// The API's id or name
        api: String,
        /// The model's name: letters and digits
        name: String,
        #[command(flatten)]
        schema: Schema,
        /// Free text
        #[arg(long, value_name = "TEXT")]
        description: Option<String>,
        /// Media type of the bodies it is for
        #[arg(long, value_name = "TYPE", default_value = "application/json")]
        content_type: String,
        #[command(flatten)]
        write: Write,
    },
    /// Show a model with its schema
    Get {
        /// The API's id or name
        api: String,
        /// The model's name
        name: String,
    },
    /// List models
    List {
        /// The API's id or name
        api: String,
    },
    /// Change a model's schema or description
    Update {
        /// The API's id or name
        api: String,
        /// The model's name
        name: String,
        #[command(flatten)]
        schema: NewSchema,
        /// Free text
        #[arg(long, value_name = "TEXT")]
        description: Option<String>,
        #[command(flatten)]
        write: Write,
    },
    /// Delete a model that nothing refers to
    Delete {
        /// The API's id or name
        api: String,
        /// The model's name
        name: String,
        #[command(flatten)]
        write: Write,
    },
}

const EXAMPLES: &str = "\
Examples:
  postern model create pets Pet --schema '{\"type\": \"object\", \"required\": [\"name\"]}'
  postern model create pets Pet --file pet.schema.json";

/// A schema that must be given.
#[derive(Clone, Debug, clap::Args)]
#[group(required = true, multiple = false)]
pub(super) struct Schema {
    /// JSON Schema of draft 4
    #[arg(long, value_name = "JSON")]
    schema: Option<String>,
    /// File with the JSON Schema; - for standard input
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
}

/// A schema that may be given.
#[derive(Clone, Debug, clap::Args)]
#[group(multiple = false)]
pub(super) struct NewSchema {
    /// JSON Schema of draft 4
    #[arg(long, value_name = "JSON")]
    schema: Option<String>,
    /// File with the JSON Schema; - for standard input
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
}

/// Runs it.
///
/// # Errors
/// When the server refuses.
pub(super) async fn run(command: Command, client: &mut Client) -> Result<(), Stop> {
    match command {
        Command::Create { api, name, schema, description, content_type, write } => {
            let schema = text(schema.schema, schema.file)?.unwrap_or_default();
            let request = pb::CreateModelRequest {
                api_id: client.api_id(&api).await?,
                model: Some(pb::Model { id: String::new(), name, content_type, description, schema }),
                expected_revision: write.expected_revision,
                validate_only: write.validate_only,
            };
            let response = client.models().create_model(request).await?.into_inner();
            if client.output.is_json() {
                return client.output.json(&to_json(&response));
            }
            table(client, response.model)
        }
        Command::Get { api, name } => {
            let request = pb::GetModelRequest { api_id: client.api_id(&api).await?, model_name: name };
            let response = client.models().get_model(request).await?.into_inner();
            if client.output.is_json() {
                return client.output.json(&to_json(&response));
            }
            let model = response.model.unwrap_or_default();
            let schema = model.schema.clone();
            table(client, [model])?;
            client.output.line(schema)
        }
        Command::List { api } => {
            let api_id = client.api_id(&api).await?;
            let response = list(client, &api_id).await?;
            if client.output.is_json() {
                return client.output.json(&to_json(&response));
            }
            table(client, response.models)
        }
        Command::Update { api, name, schema, description, write } => {
            let schema = text(schema.schema, schema.file)?;
            let mut paths = Vec::new();
            paths.extend(schema.is_some().then(|| "schema".to_owned()));
            paths.extend(description.is_some().then(|| "description".to_owned()));
            let model = pb::Model { description, schema: schema.unwrap_or_default(), ..Default::default() };
            let request = pb::UpdateModelRequest {
                api_id: client.api_id(&api).await?,
                model_name: name,
                model: Some(model),
                update_mask: Some(prost_types::FieldMask { paths }),
                expected_revision: write.expected_revision,
                validate_only: write.validate_only,
            };
            let response = client.models().update_model(request).await?.into_inner();
            if client.output.is_json() {
                return client.output.json(&to_json(&response));
            }
            table(client, response.model)
        }
        Command::Delete { api, name, write } => {
            let done = format!("model {name} is deleted");
            let request = pb::DeleteModelRequest {
                api_id: client.api_id(&api).await?,
                model_name: name,
                expected_revision: write.expected_revision,
                validate_only: write.validate_only,
            };
            let response = client.models().delete_model(request).await?.into_inner();
            client.done(&response, &done, write.validate_only)
        }
    }
}

fn text(schema: Option<String>, file: Option<PathBuf>) -> Result<Option<String>, Stop> {
    match file {
        Some(path) => read(&path).map(Some),
        None => Ok(schema),
    }
}

/// All pages in one.
async fn list(client: &Client, api_id: &str) -> Result<pb::ListModelsResponse, Stop> {
    let mut whole = pb::ListModelsResponse::default();
    loop {
        let request = pb::ListModelsRequest {
            api_id: api_id.to_owned(),
            page_size: PAGE_SIZE,
            page_token: std::mem::take(&mut whole.next_page_token),
        };
        let page = client.models().list_models(request).await?.into_inner();
        whole.models.extend(page.models);
        whole.revision = page.revision;
        whole.next_page_token = page.next_page_token;
        if whole.next_page_token.is_empty() {
            return Ok(whole);
        }
    }
}

fn table(client: &mut Client, models: impl IntoIterator<Item = pb::Model>) -> Result<(), Stop> {
    let rows = models
        .into_iter()
        .map(|model| vec![model.id, model.name, model.content_type, model.description.unwrap_or_default()]);
    client.output.table(&["ID", "NAME", "CONTENT TYPE", "DESCRIPTION"], rows)
}
