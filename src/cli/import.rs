//! `postern import`: an OpenAPI document as an API.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use serde_json::Value;

use super::connect::{Client, tell};
use super::failure::{Failure, Stop};
use super::json::to_json;
use super::output::{Output, Tone};
use crate::wire::pb::{self, import_response::Event};

/// What was typed after `postern import`.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Args {
    /// OpenAPI 3.0 or Swagger 2.0, JSON or YAML; - for standard input
    file: PathBuf,
    /// API whose draft is changed, by id or name; a new one is made unless given
    #[arg(long, value_name = "API")]
    api: Option<String>,
    /// What becomes of what the API has and the document does not
    #[arg(long, value_enum, value_name = "MODE", default_value = "merge")]
    mode: Mode,
    /// What becomes of the document's base path
    #[arg(long, value_enum, value_name = "HOW", default_value = "ignore")]
    base_path: BasePath,
    /// Refuse a document with a single warning
    #[arg(long)]
    fail_on_warnings: bool,
    /// Leave operations without an integration as they are, rather than to have them call the document's servers
    #[arg(long)]
    ignore_servers: bool,
    /// Deploy to this stage afterwards; made if there is none of this name
    #[arg(long, value_name = "STAGE", conflicts_with = "preview")]
    deploy: Option<String>,
    /// Show what would change and write nothing
    #[arg(long)]
    preview: bool,
    /// Revision the change is based on; refused when it is another by now
    #[arg(long, value_name = "REVISION", default_value = "0", hide_default_value = true)]
    expected_revision: u64,
}

/// What becomes of what the API has and the document does not.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Mode {
    /// It stays
    Merge,
    /// It goes
    Overwrite,
}

/// What becomes of the document's base path.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum BasePath {
    /// It says nothing about resources
    Ignore,
    /// Every path begins with it
    Prepend,
    /// Its first part is the stage's; every path begins with the rest
    Split,
}

/// Imports.
///
/// # Errors
/// When the file cannot be read or the server refuses; every fault is a line.
pub(super) async fn run(args: Args, client: &mut Client) -> Result<(), Stop> {
    let api_id = match &args.api {
        Some(api) => client.api_id(api).await?,
        None => String::new(),
    };
    let request = pb::ImportRequest {
        api_id,
        document: read(&args.file)?,
        mode: match args.mode {
            Mode::Merge => pb::ImportMode::Merge,
            Mode::Overwrite => pb::ImportMode::Overwrite,
        }
        .into(),
        base_path: match args.base_path {
            BasePath::Ignore => pb::BasePathMode::Ignore,
            BasePath::Prepend => pb::BasePathMode::Prepend,
            BasePath::Split => pb::BasePathMode::Split,
        }
        .into(),
        fail_on_warnings: args.fail_on_warnings,
        region: client.region.clone(),
        expected_revision: args.expected_revision,
        validate_only: args.preview,
        ignore_servers: args.ignore_servers,
    };
    let result = import(client, request).await?;
    let api = result.api.clone().unwrap_or_default();
    let count = result.changes.len();
    let imported = format!("API {} ({}) is imported: {count} changes", api.name, api.id);
    if client.output.is_json() {
        let mut answer = to_json(&result);
        if let Some(stage) = &args.deploy {
            let deployed = deploy(client, &api.id, stage).await.inspect_err(|_| tell(&imported))?;
            if let Value::Object(answer) = &mut answer {
                answer.insert("deployment".to_owned(), to_json(&deployed));
            }
        }
        return client.output.json(&answer);
    }
    client.warn(&result.warnings);
    if args.preview || args.api.is_some() {
        print_changes(&mut client.output, &result.changes)?;
    }
    if args.preview {
        return client.output.line(format!("{count} changes (checked only; nothing was written)"));
    }
    // Told before it is deployed: that can fail, and the API is there all the same.
    client.output.line(imported)?;
    if let Some(stage) = &args.deploy {
        let deployed = deploy(client, &api.id, stage).await?;
        client.warn(&deployed.warnings);
        let number = deployed.deployment.unwrap_or_default().number;
        let stage = deployed.stage.unwrap_or_default().name;
        client.output.line(format!("deployment #{number} is served by stage {stage}"))?;
    }
    Ok(())
}

/// The text of a file, or of standard input.
pub(super) fn read(file: &Path) -> Result<String, Failure> {
    let mut text = String::new();
    let read = if file == Path::new("-") {
        std::io::stdin().lock().read_to_string(&mut text).map(|_| ())
    } else {
        std::fs::read_to_string(file).map(|found| text = found)
    };
    read.map(|()| text).map_err(|error| {
        Failure::usage(
            format!("{} cannot be read: {error}", file.display()),
            "the path of an OpenAPI document, or - for standard input",
        )
    })
}

/// Imports and waits for the result; says on the way how far it is, if that takes a while.
pub(super) async fn import(client: &Client, request: pb::ImportRequest) -> Result<pb::ImportResult, Stop> {
    /// A document of so many operations takes long enough to say how far it is.
    const LONG: u32 = 1_000;
    let mut events = client.imports().import(request).await?.into_inner();
    while let Some(response) = events.message().await? {
        match response.event {
            Some(Event::Result(result)) => return Ok(result),
            Some(Event::Progress(progress)) if progress.operation_count >= LONG => {
                let step = match progress.step() {
                    pb::ImportStep::Checked => format!("checked, {} changes to write", progress.change_count),
                    pb::ImportStep::Read | pb::ImportStep::Unspecified => "read".to_owned(),
                };
                let (paths, operations) = (progress.path_count, progress.operation_count);
                tell(&format!("{paths} paths, {operations} operations: {step}"));
            }
            Some(Event::Progress(_)) | None => {}
        }
    }
    Err(Failure::refused("the server ended the import without a result").into())
}

/// Deploys the draft to a stage.
pub(super) async fn deploy(
    client: &Client,
    api_id: &str,
    stage: &str,
) -> Result<pb::CreateDeploymentResponse, Stop> {
    let request = pb::CreateDeploymentRequest {
        api_id: api_id.to_owned(),
        stage_name: stage.to_owned(),
        ..pb::CreateDeploymentRequest::default()
    };
    Ok(client.deployments().create_deployment(request).await?.into_inner())
}

fn print_changes(output: &mut Output, changes: &[pb::ImportChange]) -> Result<(), Stop> {
    for change in changes {
        let (sign, tone) = match change.kind() {
            pb::ImportChangeKind::Added => ("+", Tone::Good),
            pb::ImportChangeKind::Removed => ("-", Tone::Bad),
            pb::ImportChangeKind::Changed | pb::ImportChangeKind::Unspecified => ("~", Tone::Warn),
        };
        let line = output.paint(tone, &format!("{sign} {}", change.subject));
        output.line(line)?;
    }
    Ok(())
}
