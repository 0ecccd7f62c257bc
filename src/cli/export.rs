//! `postern export`: an API as an OpenAPI document.

use std::path::PathBuf;

use clap::ValueEnum;

use super::connect::Client;
use super::failure::{Exit, Failure, Stop};
use super::json::to_json;
use crate::wire::pb;

/// What was typed after `postern export`.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Args {
    /// The API's id or name
    api: String,
    /// Export what this stage serves; the draft unless given
    #[arg(long, value_name = "NAME", conflicts_with = "deployment")]
    stage: Option<String>,
    /// Export this deployment: its id, or # and its number
    #[arg(long, value_name = "DEPLOYMENT")]
    deployment: Option<String>,
    /// Specification that the document follows
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "oas30")]
    format: Format,
    /// Write YAML rather than JSON
    #[arg(long)]
    yaml: bool,
    /// Extensions: apigateway for all, none, or some of integrations, authorizers, documentation, validators
    #[arg(long, value_name = "LIST", default_value = "apigateway")]
    extensions: String,
    /// Where the API is called, such as https://api.example.com/v1
    #[arg(long, value_name = "URL", default_value = "", hide_default_value = true)]
    base_url: String,
    /// File to write; standard output unless given
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
}

/// Specifications.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// OpenAPI 3.0.1
    Oas30,
    /// Swagger 2.0
    Swagger,
}

/// Exports.
///
/// # Errors
/// When the server refuses, or the file cannot be written.
pub(super) async fn run(args: Args, client: &mut Client) -> Result<(), Stop> {
    let extensions = if args.extensions == "none" { String::new() } else { args.extensions };
    let request = pb::ExportRequest {
        api_id: client.api_id(&args.api).await?,
        stage_name: args.stage.unwrap_or_default(),
        deployment: args.deployment.unwrap_or_default(),
        format: match args.format {
            Format::Oas30 => pb::ExportFormat::Oas30,
            Format::Swagger => pb::ExportFormat::Swagger,
        }
        .into(),
        notation: if args.yaml { pb::ExportNotation::Yaml } else { pb::ExportNotation::Json }.into(),
        extensions: vec![extensions],
        base_url: args.base_url,
    };
    let response = client.exports().export(request).await?.into_inner();
    client.warn(&response.warnings);
    if let Some(file) = &args.file {
        std::fs::write(file, &response.document).map_err(|error| {
            Failure::new(Exit::Refused, format!("{} cannot be written: {error}", file.display()))
        })?;
        return client.output.line(format!("{} is written", file.display()));
    }
    if client.output.is_json() {
        return client.output.json(&to_json(&response));
    }
    client.output.line(response.document.trim_end_matches('\n'))
}
