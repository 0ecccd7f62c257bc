//! `postern backup` and `postern restore`: everything that is stored, in a portable archive and back.

use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use super::connect::{Client, tell};
use super::failure::{Exit, Failure, Stop};
use crate::app::offline::{RestoreError, restore};
use crate::wire::pb;

/// What was typed after `postern backup`.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Args {
    /// File that becomes the archive; - for standard output
    file: PathBuf,
}

/// What was typed after `postern restore`.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct RestoreArgs {
    /// The archive; - for standard input
    file: PathBuf,
    /// Directory that becomes the store; empty, or not there yet
    #[arg(long, value_name = "DIR", env = "POSTERN_DATA_DIR", default_value = "./postern-data")]
    data_dir: PathBuf,
}

/// Writes an archive of a running server's store. The file is there only once the archive is whole.
///
/// # Errors
/// When the server refuses, or the file cannot be written.
pub(super) async fn run(args: Args, client: &mut Client) -> Result<(), Stop> {
    if args.file == Path::new("-") {
        let summary = receive(client, &mut io::stdout().lock()).await?;
        tell(&said(&summary));
        return Ok(());
    }
    let failed = |error: io::Error| {
        Failure::new(Exit::Refused, format!("{} cannot be written: {error}", args.file.display()))
            .right("a path in a directory that can be written, with room for the archive")
    };
    let folder = args.file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let part = folder.join(format!(".postern-backup-{}-{:x}", std::process::id(), fastrand::u64(..)));
    let _remove = RemoveFile(part.clone());
    let mut file = BufWriter::new(std::fs::File::create_new(&part).map_err(failed)?);
    let summary = receive(client, &mut file).await?;
    let file = file.into_inner().map_err(|error| failed(error.into_error()))?;
    file.sync_all().map_err(failed)?;
    std::fs::rename(&part, &args.file).map_err(failed)?;
    std::fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)?;
    client.done(&summary, &said(&summary), false)
}

fn said(summary: &pb::BackupSummary) -> String {
    format!(
        "the archive holds store revision {}: {} records, {} pieces of content",
        summary.store_revision, summary.record_count, summary.blob_count
    )
}

/// Writes what the server sends, and gives what it says of it.
async fn receive(client: &Client, output: &mut impl Write) -> Result<pb::BackupSummary, Stop> {
    let mut stream = client.backups().create_backup(pb::CreateBackupRequest {}).await?.into_inner();
    let mut summary = None;
    while let Some(answer) = stream.message().await? {
        output.write_all(&answer.chunk)?;
        summary = answer.summary.or(summary);
    }
    output.flush()?;
    summary.ok_or_else(|| {
        Failure::new(Exit::Unavailable, "the server ended before the archive was whole").into()
    })
}

/// Removes a file that has not become what it was to be.
struct RemoveFile(PathBuf);

impl Drop for RemoveFile {
    fn drop(&mut self) {
        // Most often it has been renamed.
        drop(std::fs::remove_file(&self.0));
    }
}

/// Makes a data directory of an archive.
///
/// # Errors
/// When the archive is not whole, or the directory not empty; the directory is then as it was.
pub(super) fn run_restore(args: &RestoreArgs) -> Result<(), Stop> {
    let input: Box<dyn Read> = if args.file == Path::new("-") {
        Box::new(io::stdin().lock())
    } else {
        Box::new(std::fs::File::open(&args.file).map_err(|error| {
            Failure::usage(
                format!("{} cannot be read: {error}", args.file.display()),
                "the path of an archive, or - for standard input",
            )
        })?)
    };
    let summary = restore(&args.data_dir, BufReader::new(input)).map_err(|error| refused(args, &error))?;
    tell(&format!(
        "{} holds store revision {}: {} records, {} pieces of content",
        args.data_dir.display(),
        summary.revision,
        summary.record_count,
        summary.blob_count
    ));
    Ok(())
}

fn refused(args: &RestoreArgs, error: &RestoreError) -> Failure {
    match error {
        RestoreError::Archive(error) => Failure::refused(format!("{}: {error}", args.file.display()))
            .right("a whole archive that `postern backup` wrote"),
        RestoreError::Open(error) => {
            Failure::new(Exit::Store, format!("{}: {}", error.path.display(), error.reason))
                .right(error.fault.cure())
        }
        RestoreError::Storage(error) => {
            Failure::new(Exit::Store, format!("{} cannot be written: {error}", args.data_dir.display()))
                .right("a directory that can be written, with room for the store")
        }
    }
}
