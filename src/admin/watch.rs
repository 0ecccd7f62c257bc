//! `WatchService`.

use std::pin::Pin;

use futures_util::{Stream, StreamExt as _};
use tonic::{Request, Response, Status};

use super::fields::Fields;
use super::{Admin, status};
use crate::control::{Change, ChangeKind};
use crate::model::{ApiId, StoreRevision};
use crate::wire::pb::{self, watch_service_server::WatchService};
use crate::wire::time;

#[tonic::async_trait]
impl WatchService for Admin {
    type WatchStream = Pin<Box<dyn Stream<Item = Result<pb::WatchResponse, Status>> + Send>>;

    async fn watch(&self, request: Request<pb::WatchRequest>) -> Result<Response<Self::WatchStream>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let of = fields.optional::<ApiId>("api_id", &request.api_id);
        let of = fields.finish(of)?;
        let after = Some(request.after_store_revision).filter(|after| *after > 0).map(StoreRevision);
        let changes = self.control().watch(after).filter_map(move |change| {
            std::future::ready(match change {
                Ok(change) if of.is_some() && change.api_id != of => None,
                Ok(change) => into_pb(change).map(Ok),
                Err(error) => Some(Err(status::failure(error))),
            })
        });
        let mut stopping = self.stopping.clone();
        let stopped = async move {
            // The sender is gone only when the server is, which is a stop as well.
            let _ = stopping.wait_for(|stopping| *stopping).await;
        };
        let farewell =
            futures_util::stream::once(std::future::ready(Err(Status::unavailable("the server stops"))));
        Ok(Response::new(Box::pin(changes.take_until(Box::pin(stopped)).chain(farewell))))
    }
}

/// A change as a message has it; `None` for what nobody can see.
fn into_pb(change: Change) -> Option<pb::WatchResponse> {
    let kind = match change.kind {
        ChangeKind::ApiCreated => pb::ChangeKind::ApiCreated,
        ChangeKind::DraftChanged => pb::ChangeKind::DraftChanged,
        ChangeKind::RetentionChanged => pb::ChangeKind::RetentionChanged,
        ChangeKind::ApiDeleted => pb::ChangeKind::ApiDeleted,
        ChangeKind::DeploymentCreated => pb::ChangeKind::DeploymentCreated,
        ChangeKind::DeploymentDescribed => pb::ChangeKind::DeploymentChanged,
        ChangeKind::DeploymentDeleted => pb::ChangeKind::DeploymentDeleted,
        ChangeKind::StageCreated => pb::ChangeKind::StageCreated,
        ChangeKind::StageChanged => pb::ChangeKind::StageChanged,
        ChangeKind::StageDeleted => pb::ChangeKind::StageDeleted,
        ChangeKind::BindingCreated => pb::ChangeKind::DomainCreated,
        ChangeKind::BindingChanged => pb::ChangeKind::DomainChanged,
        ChangeKind::BindingDeleted => pb::ChangeKind::DomainDeleted,
        ChangeKind::KeptWritten => pb::ChangeKind::KeptWritten,
        ChangeKind::KeptDeleted => pb::ChangeKind::KeptDeleted,
        ChangeKind::TokenCreated | ChangeKind::TokenRevoked | ChangeKind::Upkeep => return None,
    };
    let mut message = pb::WatchResponse {
        store_revision: change.store_revision.0,
        kind: kind.into(),
        api_id: change.api_id.map(|id| id.to_string()).unwrap_or_default(),
        changed_at: Some(time::into_pb(change.at)),
        revision: change.revision.unwrap_or_default().0,
        ..pb::WatchResponse::default()
    };
    let name = change.name.unwrap_or_default();
    match kind {
        pb::ChangeKind::DeploymentCreated
        | pb::ChangeKind::DeploymentChanged
        | pb::ChangeKind::DeploymentDeleted => message.deployment_id = name,
        pb::ChangeKind::StageCreated | pb::ChangeKind::StageChanged | pb::ChangeKind::StageDeleted => {
            message.stage_name = name;
        }
        pb::ChangeKind::DomainCreated | pb::ChangeKind::DomainChanged | pb::ChangeKind::DomainDeleted => {
            let (host, base_path) = name.split_once('/').unwrap_or((&name, ""));
            message.host = host.to_owned();
            message.base_path = base_path.to_owned();
        }
        pb::ChangeKind::KeptWritten | pb::ChangeKind::KeptDeleted => {
            let (kind, id) = name.split_once('/').unwrap_or((&name, ""));
            message.kept_kind = kind.to_owned();
            message.kept_id = id.to_owned();
        }
        pb::ChangeKind::Unspecified
        | pb::ChangeKind::ApiCreated
        | pb::ChangeKind::DraftChanged
        | pb::ChangeKind::RetentionChanged
        | pb::ChangeKind::ApiDeleted => {}
    }
    Some(message)
}
