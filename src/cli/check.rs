//! `postern check`: whether a data directory is sound, and what is in it.

use std::path::PathBuf;

use serde_json::json;

use super::failure::{Exit, Failure, Stop};
use super::output::{Format, Output, Tone};
use crate::app::offline::{CheckReport, OpenError, accept, check};

/// What was typed after `postern check`.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Args {
    /// Directory of the store; no server may run on it
    #[arg(long, value_name = "DIR", env = "POSTERN_DATA_DIR", default_value = "./postern-data")]
    data_dir: PathBuf,
    /// Go on with what is there, although acknowledged writes are missing or nobody can tell whether they are
    #[arg(long)]
    accept: bool,
    /// How the report is printed
    #[arg(short = 'o', long, value_enum, value_name = "FORMAT", default_value = "table")]
    output: Format,
}

/// Runs it.
///
/// # Errors
/// When the store cannot be opened, or something in it is wrong.
pub(super) async fn run(args: Args) -> Result<(), Stop> {
    let mut output = Output::stdout(args.output);
    if !args.data_dir.exists() {
        return Err(Failure::new(Exit::Store, format!("there is no {}", args.data_dir.display()))
            .right("the directory of a store, by --data-dir")
            .into());
    }
    if args.accept {
        let directory = args.data_dir.clone();
        let accepted = tokio::task::spawn_blocking(move || accept(&directory)).await;
        let revision = accepted.map_err(std::io::Error::other)?.map_err(|error| refused(&error))?;
        if !output.is_json() {
            output.line(format!("store revision {revision} is taken as it is"))?;
        }
    }
    let report = check(&args.data_dir).await.map_err(|error| refused(&error))?;
    show(&mut output, &report)?;
    match report.findings.len() {
        0 => Ok(()),
        count => Err(Failure::new(Exit::Store, format!("the store is not sound: {count} findings"))
            .right("a backup, by `postern restore` into an empty directory")
            .into()),
    }
}

fn refused(error: &OpenError) -> Failure {
    Failure::new(Exit::Store, format!("{}: {}", error.path.display(), error.reason)).right(error.fault.cure())
}

fn show(output: &mut Output, report: &CheckReport) -> Result<(), Stop> {
    if output.is_json() {
        return output.json(&json!({
            "revision": report.revision.0,
            "records": report.record_count,
            "apis": report.api_count,
            "stages": report.stage_count,
            "deployments": report.deployment_count,
            "blobs": report.blob_count,
            "unnamed_blobs": report.unnamed_blob_count,
            "size_bytes": report.size_bytes,
            "serving_revision": report.serving_revision.map(|revision| revision.0),
            "findings": report.findings,
        }));
    }
    output.fields([
        ("revision", report.revision.to_string()),
        ("records", report.record_count.to_string()),
        ("APIs", report.api_count.to_string()),
        ("stages", report.stage_count.to_string()),
        ("deployments", report.deployment_count.to_string()),
        ("pieces of content", report.blob_count.to_string()),
        ("unnamed ones", report.unnamed_blob_count.to_string()),
        ("bytes on disk", report.size_bytes.to_string()),
        (
            "exported for serving",
            report
                .serving_revision
                .map_or_else(|| "nothing".to_owned(), |revision| format!("revision {revision}")),
        ),
    ])?;
    for finding in &report.findings {
        let finding = output.paint(Tone::Bad, finding);
        output.line(finding)?;
    }
    if report.findings.is_empty() {
        let sound = output.paint(Tone::Good, "sound");
        output.line(sound)?;
    }
    Ok(())
}
