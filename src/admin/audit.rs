//! `AuditService`.

use std::time::SystemTime;

use tonic::{Request, Response, Status};

use super::fields::Fields;
use super::{Admin, page, status};
use crate::control::{AuditFilter, AuditOrder};
use crate::model::{ApiId, AuditEvent};
use crate::wire::pb::{self, audit_service_server::AuditService};
use crate::wire::time;

/// The name of the list in page tokens.
const LIST: &str = "audit";

#[tonic::async_trait]
impl AuditService for Admin {
    async fn list_audit_events(
        &self,
        request: Request<pb::ListAuditEventsRequest>,
    ) -> Result<Response<pb::ListAuditEventsResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let since = read_time(&mut fields, "start_time", request.start_time);
        let until = read_time(&mut fields, "end_time", request.end_time);
        let api = fields.optional::<ApiId>("api_id", &request.api_id);
        let after = fields.after(LIST, &request.page_token);
        let (since, until, api, after) = fields.finish((since, until, api, after))?;
        let some = |text: String| (!text.is_empty()).then_some(text);
        let filter =
            AuditFilter { since, until, actor: some(request.actor), api, operation: some(request.operation) };
        let order = if request.oldest_first { AuditOrder::OldestFirst } else { AuditOrder::NewestFirst };
        let found = self.control().audit(&filter, order, after, page::size(request.page_size)).await;
        let found = found.map_err(status::failure)?;
        Ok(Response::new(pb::ListAuditEventsResponse {
            audit_events: found.events.into_iter().map(into_pb).collect(),
            next_page_token: page::token(LIST, found.next.as_ref()),
        }))
    }
}

#[expect(clippy::option_option, reason = "the outer one says whether the field is in order")]
fn read_time(
    fields: &mut Fields,
    field: &str,
    time: Option<prost_types::Timestamp>,
) -> Option<Option<SystemTime>> {
    let Some(time) = time else { return Some(None) };
    fields.take(field, SystemTime::try_from(time)).map(Some)
}

fn into_pb(event: AuditEvent) -> pb::AuditEvent {
    pb::AuditEvent {
        id: event.id.to_string(),
        occurred_at: Some(time::into_pb(event.at)),
        actor: event.actor,
        address: event.address.map(|address| address.to_string()).unwrap_or_default(),
        operation: event.operation,
        kind: event.kind,
        api_id: event.api_id.map(|id| id.to_string()).unwrap_or_default(),
        object: event.object.unwrap_or_default(),
        revision: event.revision.unwrap_or_default().0,
        store_revision: event.store_revision.0,
        changes: event.changes,
    }
}
