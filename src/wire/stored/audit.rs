//! What was written, by whom. An event's place and the store's revision are not in its message.

use super::field::{self, InvalidRecord};
use super::pb;
use crate::model::{AuditEvent, AuditId, Revision, StoreRevision};

impl From<&AuditEvent> for pb::AuditEvent {
    fn from(event: &AuditEvent) -> Self {
        Self {
            actor: event.actor.clone(),
            address: event.address.map(|address| address.to_string()).unwrap_or_default(),
            operation: event.operation.clone(),
            kind: event.kind.clone(),
            api_id: event.api_id.map(|id| id.to_string()).unwrap_or_default(),
            object: event.object.clone().unwrap_or_default(),
            revision: event.revision.unwrap_or_default().0,
            changes: event.changes.clone(),
        }
    }
}

/// The event that stands at `id` and was written by `store_revision`.
pub(crate) fn read_audit_event(
    id: AuditId,
    store_revision: StoreRevision,
    stored: pb::AuditEvent,
) -> Result<AuditEvent, InvalidRecord> {
    let some = |text: String| (!text.is_empty()).then_some(text);
    let at_ms = i64::try_from(id.at_ms).map_err(|error| InvalidRecord::new("key", error))?;
    Ok(AuditEvent {
        id,
        at: field::time("key", at_ms)?,
        actor: stored.actor,
        address: some(stored.address).map(|text| field::parse("address", &text)).transpose()?,
        operation: stored.operation,
        kind: stored.kind,
        api_id: some(stored.api_id).map(|text| field::parse("api_id", &text)).transpose()?,
        object: some(stored.object),
        revision: (stored.revision > 0).then_some(Revision(stored.revision)),
        store_revision,
        changes: stored.changes,
    })
}
