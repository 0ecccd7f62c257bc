//! `postern rollback`: a stage back to an earlier deployment.

use super::connect::{Client, Write};
use super::failure::Stop;
use super::json::to_json;
use crate::wire::pb;

/// What was typed after `postern rollback`.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Args {
    /// The API's id or name
    api: String,
    /// The stage's name
    stage: String,
    /// Deployment to go back to: its id, or # and its number; the one before the one now served unless given
    #[arg(long = "to", value_name = "DEPLOYMENT")]
    deployment: Option<String>,
    #[command(flatten)]
    write: Write,
}

/// Runs it.
///
/// # Errors
/// When the server refuses.
pub(super) async fn run(args: Args, client: &mut Client) -> Result<(), Stop> {
    let request = pb::RollbackStageRequest {
        api_id: client.api_id(&args.api).await?,
        stage_name: args.stage,
        deployment: args.deployment.unwrap_or_default(),
        expected_revision: args.write.expected_revision,
        validate_only: args.write.validate_only,
    };
    let response = client.stages().rollback_stage(request).await?.into_inner();
    client.warn(&response.warnings);
    if client.output.is_json() {
        return client.output.json(&to_json(&response));
    }
    let stage = response.stage.unwrap_or_default();
    let note = if args.write.validate_only { " (checked only; nothing was moved)" } else { "" };
    client.output.line(format!(
        "stage {} serves deployment {}, before it {}{note}",
        stage.name, stage.deployment_id, response.previous_deployment_id
    ))
}
