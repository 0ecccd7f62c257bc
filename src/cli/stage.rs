//! `postern stage`: stages and their variables.

use std::collections::BTreeMap;

use super::connect::{Client, PAGE_SIZE, Write};
use super::failure::Stop;
use super::json::to_json;
use super::text::{pair, pairs, time};
use crate::wire::pb;

/// What can be done with stages.
#[derive(Clone, Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Create a stage that serves a deployment
    Create {
        /// The API's id or name
        api: String,
        /// Its name, such as prod
        name: String,
        /// Deployment it serves: its id, or # and its number
        #[arg(long, value_name = "DEPLOYMENT")]
        deployment: String,
        #[command(flatten)]
        fields: Fields,
        /// Check only, write nothing
        #[arg(long)]
        validate_only: bool,
    },
    /// Show one stage
    Get {
        /// The API's id or name
        api: String,
        /// Its name
        name: String,
    },
    /// List the stages of an API
    List {
        /// The API's id or name
        api: String,
    },
    /// Move a stage to another deployment, change its variables or its description
    Update {
        /// The API's id or name
        api: String,
        /// Its name
        name: String,
        /// Deployment it serves from now on: its id, or # and its number
        #[arg(long, value_name = "DEPLOYMENT")]
        deployment: Option<String>,
        #[command(flatten)]
        fields: Fields,
        /// Variable to remove; may be given more than once
        #[arg(long, value_name = "NAME")]
        remove_variable: Vec<String>,
        #[command(flatten)]
        write: Write,
    },
    /// Delete a stage with the domain bindings that lead to it
    Delete {
        /// The API's id or name
        api: String,
        /// Its name
        name: String,
        #[command(flatten)]
        write: Write,
    },
}

/// Settings of a stage.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Fields {
    /// Free text
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
    /// Stage variable; may be given more than once
    #[arg(long = "variable", value_name = "NAME=VALUE", value_parser = pair)]
    variables: Vec<(String, String)>,
    /// Where it invokes Lambda functions, such as http://lambda.internal:9000; empty: where the server's settings say
    #[arg(long, value_name = "URL")]
    lambda_endpoint: Option<String>,
}

/// Runs it.
///
/// # Errors
/// When the server refuses.
pub(super) async fn run(command: Command, client: &mut Client) -> Result<(), Stop> {
    match command {
        Command::Create { api, name, deployment, fields, validate_only } => {
            let stage = pb::Stage {
                name,
                deployment_id: deployment,
                description: fields.description,
                variables: fields.variables.into_iter().collect(),
                lambda_endpoint: fields.lambda_endpoint,
                ..Default::default()
            };
            let api_id = client.api_id(&api).await?;
            let request = pb::CreateStageRequest { api_id, stage: Some(stage), validate_only };
            let response = client.stages().create_stage(request).await?.into_inner();
            client.warn(&response.warnings);
            show(client, &response, response.stage.as_ref())
        }
        Command::Get { api, name } => {
            let request = pb::GetStageRequest { api_id: client.api_id(&api).await?, stage_name: name };
            let response = client.stages().get_stage(request).await?.into_inner();
            show(client, &response, response.stage.as_ref())
        }
        Command::List { api } => {
            let api_id = client.api_id(&api).await?;
            let response = list(client, &api_id).await?;
            if client.output.is_json() {
                return client.output.json(&to_json(&response));
            }
            let rows = response.stages.into_iter().map(|stage| {
                let updated = time(stage.updated_at.as_ref());
                vec![
                    stage.name,
                    stage.deployment_id,
                    stage.revision.to_string(),
                    updated,
                    pairs(&stage.variables),
                ]
            });
            client.output.table(&["NAME", "DEPLOYMENT", "REVISION", "UPDATED", "VARIABLES"], rows)
        }
        Command::Update { api, name, deployment, fields, remove_variable, write } => {
            let api_id = client.api_id(&api).await?;
            let mut paths = Vec::new();
            if deployment.is_some() {
                paths.push("deployment_id".to_owned());
            }
            if fields.description.is_some() {
                paths.push("description".to_owned());
            }
            if fields.lambda_endpoint.is_some() {
                paths.push("lambda_endpoint".to_owned());
            }
            let mut expected_revision = write.expected_revision;
            let mut variables = BTreeMap::new();
            if !fields.variables.is_empty() || !remove_variable.is_empty() {
                // The server takes the map whole, so the others have to be given back, if they are still the same.
                let stage = get(client, &api_id, &name).await?;
                if expected_revision == 0 {
                    expected_revision = stage.revision;
                }
                variables = stage.variables;
                variables.extend(fields.variables);
                variables.retain(|name, _| !remove_variable.contains(name));
                paths.push("variables".to_owned());
            }
            let request = pb::UpdateStageRequest {
                api_id,
                stage_name: name,
                stage: Some(pb::Stage {
                    deployment_id: deployment.unwrap_or_default(),
                    description: fields.description,
                    variables,
                    lambda_endpoint: fields.lambda_endpoint,
                    ..Default::default()
                }),
                update_mask: Some(prost_types::FieldMask { paths }),
                expected_revision,
                validate_only: write.validate_only,
            };
            let response = client.stages().update_stage(request).await?.into_inner();
            client.warn(&response.warnings);
            show(client, &response, response.stage.as_ref())
        }
        Command::Delete { api, name, write } => {
            let request = pb::DeleteStageRequest {
                api_id: client.api_id(&api).await?,
                stage_name: name.clone(),
                expected_revision: write.expected_revision,
                validate_only: write.validate_only,
            };
            let response = client.stages().delete_stage(request).await?.into_inner();
            client.done(&response, &format!("stage {name} is deleted"), write.validate_only)
        }
    }
}

/// One stage.
pub(super) async fn get(client: &Client, api_id: &str, name: &str) -> Result<pb::Stage, Stop> {
    let request = pb::GetStageRequest { api_id: api_id.to_owned(), stage_name: name.to_owned() };
    Ok(client.stages().get_stage(request).await?.into_inner().stage.unwrap_or_default())
}

/// All pages in one.
async fn list(client: &Client, api_id: &str) -> Result<pb::ListStagesResponse, Stop> {
    let mut whole = pb::ListStagesResponse::default();
    loop {
        let request = pb::ListStagesRequest {
            api_id: api_id.to_owned(),
            deployment: String::new(),
            page_size: PAGE_SIZE,
            page_token: std::mem::take(&mut whole.next_page_token),
        };
        let page = client.stages().list_stages(request).await?.into_inner();
        whole.stages.extend(page.stages);
        whole.next_page_token = page.next_page_token;
        if whole.next_page_token.is_empty() {
            return Ok(whole);
        }
    }
}

fn show<M: prost::Message + prost::Name>(
    client: &mut Client,
    response: &M,
    stage: Option<&pb::Stage>,
) -> Result<(), Stop> {
    if client.output.is_json() {
        return client.output.json(&to_json(response));
    }
    let Some(stage) = stage else { return Ok(()) };
    client.output.fields([
        ("name", stage.name.clone()),
        ("deployment", stage.deployment_id.clone()),
        ("description", stage.description.clone().unwrap_or_default()),
        ("revision", stage.revision.to_string()),
        ("variables", pairs(&stage.variables)),
        ("lambda endpoint", stage.lambda_endpoint.clone().unwrap_or_default()),
        ("created", time(stage.created_at.as_ref())),
        ("updated", time(stage.updated_at.as_ref())),
    ])
}
