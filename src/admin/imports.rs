//! `ImportService`.

use std::pin::Pin;
use std::sync::{Mutex, PoisonError};

use futures_util::Stream;
use futures_util::stream::unfold;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tonic::{Request, Response, Status};

use super::fields::{Fields, options};
use super::{Admin, apis, status};
use crate::control::{Difference, DifferenceKind, ImportDone, ImportStep, Written};
use crate::model::ApiId;
use crate::openapi::{BasePath, ImportOptions, Mode, Servers};
use crate::wire::issue;
use crate::wire::pb::{self, import_response::Event, import_service_server::ImportService};

#[tonic::async_trait]
impl ImportService for Admin {
    type ImportStream = Pin<Box<dyn Stream<Item = Result<pb::ImportResponse, Status>> + Send>>;

    async fn import(
        &self,
        request: Request<pb::ImportRequest>,
    ) -> Result<Response<Self::ImportStream>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let api = fields.optional::<ApiId>("api_id", &request.api_id);
        let how = read_options(&mut fields, &request);
        let partition = self.partition(&mut fields, &request.region);
        let (api, how, partition) = fields.finish((api, how, partition))?;
        let options = options(request.expected_revision, request.validate_only);
        let (control, of_region) = (self.control(), self.control().in_partition(partition));
        let (sender, events) = unbounded_channel();
        // It runs on its own: a caller who goes away neither stops it halfway nor learns that it went through.
        tokio::spawn(async move {
            let progress = sender.clone();
            let counts = Mutex::new(pb::ImportProgress::default());
            let tell = move |step| {
                let progressed = advance(&counts, step);
                drop(progress.send(Ok(event(Event::Progress(progressed)))));
            };
            let done = match api {
                Some(api) => control.put_import(api, request.document, how, options, &tell).await,
                None => of_region.import_api(request.document, how, options, &tell).await,
            };
            drop(sender.send(done.map(|done| event(Event::Result(result(&done)))).map_err(status::failure)));
        });
        Ok(Response::new(Box::pin(unfold(events, next))))
    }
}

type Events = UnboundedReceiver<Result<pb::ImportResponse, Status>>;

async fn next(mut events: Events) -> Option<(Result<pb::ImportResponse, Status>, Events)> {
    let event = events.recv().await?;
    Some((event, events))
}

fn event(event: Event) -> pb::ImportResponse {
    pb::ImportResponse { event: Some(event) }
}

fn read_options(fields: &mut Fields, request: &pb::ImportRequest) -> Option<ImportOptions> {
    let mode = fields.enumeration::<pb::ImportMode>("mode", request.mode);
    let base_path = fields.enumeration::<pb::BasePathMode>("base_path", request.base_path);
    if request.document.is_empty() {
        fields.fault("document", "is required: an OpenAPI 3.0 or Swagger 2.0 document, as JSON or YAML");
    }
    Some(ImportOptions {
        mode: match mode? {
            pb::ImportMode::Unspecified | pb::ImportMode::Merge => Mode::Merge,
            pb::ImportMode::Overwrite => Mode::Overwrite,
        },
        base_path: match base_path? {
            pb::BasePathMode::Unspecified | pb::BasePathMode::Ignore => BasePath::Ignore,
            pb::BasePathMode::Prepend => BasePath::Prepend,
            pb::BasePathMode::Split => BasePath::Split,
        },
        fail_on_warnings: request.fail_on_warnings,
        servers: if request.ignore_servers { Servers::SayNothing } else { Servers::AreBackEnds },
        endpoint_type: None,
    })
}

/// What is known after a step: what was known before it, and more.
fn advance(counts: &Mutex<pb::ImportProgress>, step: ImportStep) -> pb::ImportProgress {
    let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let mut known = counts.lock().unwrap_or_else(PoisonError::into_inner);
    match step {
        ImportStep::Read { paths, operations } => {
            known.set_step(pb::ImportStep::Read);
            known.path_count = count(paths);
            known.operation_count = count(operations);
        }
        ImportStep::Checked { changes } => {
            known.set_step(pb::ImportStep::Checked);
            known.change_count = count(changes);
        }
    }
    *known
}

fn result(done: &Written<ImportDone>) -> pb::ImportResult {
    let change = |difference: &Difference| pb::ImportChange {
        kind: match difference.kind {
            DifferenceKind::Added => pb::ImportChangeKind::Added,
            DifferenceKind::Removed => pb::ImportChangeKind::Removed,
            DifferenceKind::Changed => pb::ImportChangeKind::Changed,
        }
        .into(),
        subject: difference.subject.to_string(),
    };
    pb::ImportResult {
        api: Some(apis::into_pb(&done.value.api)),
        warnings: done.warnings.iter().cloned().map(issue::into_pb).collect(),
        changes: done.value.differences.iter().map(change).collect(),
    }
}
