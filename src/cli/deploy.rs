//! `postern deploy` and `postern deployment`: from draft to what is served.

use super::connect::{Client, PAGE_SIZE, Write};
use super::failure::Stop;
use super::json::to_json;
use super::text::{pair, time};
use crate::wire::pb;

/// What was typed after `postern deploy`.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Args {
    /// The API's id or name
    api: String,
    /// Stage that serves it from now on; made if there is none of this name
    #[arg(long, value_name = "NAME")]
    stage: Option<String>,
    /// Free text
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
    /// Stage variable; those given replace all that the stage has
    #[arg(long = "variable", value_name = "NAME=VALUE", value_parser = pair)]
    variables: Vec<(String, String)>,
    #[command(flatten)]
    write: Write,
}

/// What can be done with deployments.
#[derive(Clone, Debug, clap::Subcommand)]
pub(super) enum Command {
    /// List deployments, the newest first
    List {
        /// The API's id or name
        api: String,
    },
    /// Show a deployment with its methods
    Get {
        /// The API's id or name
        api: String,
        /// Its id, or # and its number
        deployment: String,
    },
    /// Delete a deployment's content; its number and hashes stay
    Delete {
        /// The API's id or name
        api: String,
        /// Its id, or # and its number
        deployment: String,
        /// Check only, delete nothing
        #[arg(long)]
        validate_only: bool,
    },
}

/// Deploys.
///
/// # Errors
/// When the server refuses; every reason is a line.
pub(super) async fn run(args: Args, client: &mut Client) -> Result<(), Stop> {
    let request = pb::CreateDeploymentRequest {
        api_id: client.api_id(&args.api).await?,
        description: args.description,
        stage_name: args.stage.unwrap_or_default(),
        stage_description: None,
        variables: args.variables.into_iter().collect(),
        expected_revision: args.write.expected_revision,
        validate_only: args.write.validate_only,
    };
    let response = client.deployments().create_deployment(request).await?.into_inner();
    client.warn(&response.warnings);
    if client.output.is_json() {
        return client.output.json(&to_json(&response));
    }
    if args.write.validate_only {
        return client.output.line("the draft can be deployed (checked only; nothing was written)");
    }
    let deployment = response.deployment.unwrap_or_default();
    let served = response.stage.map_or_else(
        || ", served by no stage yet".to_owned(),
        |stage| format!(", served by stage {}", stage.name),
    );
    client.output.line(format!(
        "deployment #{} ({}) of draft revision {}{served}",
        deployment.number, deployment.id, deployment.draft_revision
    ))
}

/// Runs `postern deployment`.
///
/// # Errors
/// When the server refuses.
pub(super) async fn manage(command: Command, client: &mut Client) -> Result<(), Stop> {
    match command {
        Command::List { api } => {
            let api_id = client.api_id(&api).await?;
            let response = list(client, &api_id).await?;
            if client.output.is_json() {
                return client.output.json(&to_json(&response));
            }
            let rows = response.deployments.into_iter().map(|deployment| {
                vec![
                    format!("#{}", deployment.number),
                    deployment.id,
                    deployment.draft_revision.to_string(),
                    time(deployment.created_at.as_ref()),
                    deployment.content_hash.chars().take(12).collect(),
                    if deployment.deleted {
                        "deleted".to_owned()
                    } else {
                        deployment.description.unwrap_or_default()
                    },
                ]
            });
            client.output.table(&["NUMBER", "ID", "DRAFT", "CREATED", "CONTENT", "DESCRIPTION"], rows)
        }
        Command::Get { api, deployment } => {
            let request = pb::GetDeploymentRequest { api_id: client.api_id(&api).await?, deployment };
            let response = client.deployments().get_deployment(request).await?.into_inner();
            if client.output.is_json() {
                return client.output.json(&to_json(&response));
            }
            let deployment = response.deployment.unwrap_or_default();
            client.output.fields([
                ("number", deployment.number.to_string()),
                ("id", deployment.id),
                ("draft revision", deployment.draft_revision.to_string()),
                ("created", time(deployment.created_at.as_ref())),
                ("description", deployment.description.unwrap_or_default()),
                ("content hash", deployment.content_hash),
                ("chain hash", deployment.chain_hash),
            ])?;
            let rows = response.paths.into_iter().map(|path| vec![path.path, path.http_methods.join(" ")]);
            client.output.table(&["PATH", "METHODS"], rows)
        }
        Command::Delete { api, deployment, validate_only } => {
            let request = pb::DeleteDeploymentRequest {
                api_id: client.api_id(&api).await?,
                deployment: deployment.clone(),
                validate_only,
            };
            let response = client.deployments().delete_deployment(request).await?.into_inner();
            client.done(
                &response,
                &format!("the content of deployment {deployment} is deleted"),
                validate_only,
            )
        }
    }
}

/// All pages in one.
async fn list(client: &Client, api_id: &str) -> Result<pb::ListDeploymentsResponse, Stop> {
    let mut whole = pb::ListDeploymentsResponse::default();
    loop {
        let request = pb::ListDeploymentsRequest {
            api_id: api_id.to_owned(),
            page_size: PAGE_SIZE,
            page_token: std::mem::take(&mut whole.next_page_token),
        };
        let page = client.deployments().list_deployments(request).await?.into_inner();
        whole.deployments.extend(page.deployments);
        whole.next_page_token = page.next_page_token;
        if whole.next_page_token.is_empty() {
            return Ok(whole);
        }
    }
}
