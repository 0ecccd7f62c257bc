//! `BackupService`.

use std::io::BufWriter;
use std::pin::Pin;

use futures_util::Stream;
use futures_util::stream::unfold;
use tokio::io::AsyncReadExt as _;
use tokio::net::unix::pipe;
use tokio::runtime::Handle;
use tokio::task::JoinHandle;
use tonic::{Request, Response, Status};

use super::{Admin, status};
use crate::control::{BackupSummary, Error};
use crate::wire::pb::{self, backup_service_server::BackupService};

/// How much of an archive an answer carries, at most.
const CHUNK_BYTES: usize = 64 * 1024;

#[tonic::async_trait]
impl BackupService for Admin {
    type CreateBackupStream = Pin<Box<dyn Stream<Item = Result<pb::CreateBackupResponse, Status>> + Send>>;

    async fn create_backup(
        &self,
        _: Request<pb::CreateBackupRequest>,
    ) -> Result<Response<Self::CreateBackupStream>, Status> {
        // An archive is written by blocking calls. A pipe between them and the answers holds back whoever is faster,
        // and breaks when the caller goes.
        let piped = std::io::pipe()
            .and_then(|(reader, writer)| Ok((pipe::Receiver::from_owned_fd(reader.into())?, writer)));
        let (reader, writer) = piped.map_err(|error| {
            tracing::error!(%error, "no pipe for a backup");
            Status::resource_exhausted("the server has no descriptor left for a backup")
        })?;
        let (control, runtime) = (self.control(), Handle::current());
        let written = tokio::task::spawn_blocking(move || {
            runtime.block_on(control.backup(BufWriter::with_capacity(CHUNK_BYTES, writer)))
        });
        Ok(Response::new(Box::pin(unfold(Some((reader, written)), next))))
    }
}

type Written = JoinHandle<Result<BackupSummary, Error>>;
type State = (pipe::Receiver, Written);

/// The next piece of the archive, then its summary, then nothing.
async fn next(state: Option<State>) -> Option<(Result<pb::CreateBackupResponse, Status>, Option<State>)> {
    let (mut reader, written) = state?;
    let mut chunk = Vec::with_capacity(CHUNK_BYTES);
    match reader.read_buf(&mut chunk).await {
        Ok(0) => Some((summary(written).await, None)),
        Ok(_) => Some((Ok(pb::CreateBackupResponse { chunk, summary: None }), Some((reader, written)))),
        Err(error) => {
            tracing::error!(%error, "a backup cannot be read from its pipe");
            Some((Err(Status::internal("the backup was cut; the server's log says why")), None))
        }
    }
}

async fn summary(written: Written) -> Result<pb::CreateBackupResponse, Status> {
    let summary = match written.await {
        Ok(result) => result.map_err(status::failure)?,
        Err(error) => {
            tracing::error!(%error, "a backup did not end");
            return Err(Status::internal("the backup was cut; the server's log says why"));
        }
    };
    let summary = pb::BackupSummary {
        store_revision: summary.revision.0,
        record_count: summary.record_count as u64,
        blob_count: summary.blob_count as u64,
    };
    Ok(pb::CreateBackupResponse { chunk: Vec::new(), summary: Some(summary) })
}
