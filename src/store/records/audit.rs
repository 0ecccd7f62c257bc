//! The audit: an event for each commit that somebody asked for, written in the same commit, never altered or removed.

use std::net::IpAddr;
use std::time::SystemTime;

use super::super::{Entry, Order, Range, StoreError, keys};
use super::Records;
use super::change::ChangeKind;
use super::plan::Plan;
use super::record::{Stored, stored};
use super::steps::About;
use crate::model::{AuditEvent, AuditId, StoreRevision};
use crate::wire::stored::{InvalidRecord, millis, pb, read_audit_event};

use pb::record::Kind;

/// Who asked for an edit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Author {
    /// Who.
    pub actor: String,
    /// From which address; `None` within the process.
    pub address: Option<IpAddr>,
    /// What was called.
    pub operation: String,
}

/// Which way a list of events runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AuditOrder {
    /// What was written last comes first.
    #[default]
    NewestFirst,
    /// What was written first comes first.
    OldestFirst,
}

impl Stored for pb::AuditEvent {
    fn into_kind(self) -> Kind {
        Kind::AuditEventV1(self)
    }

    fn from_kind(kind: Kind) -> Option<Result<Self, InvalidRecord>> {
        if let Kind::AuditEventV1(record) = kind { Some(Ok(record)) } else { None }
    }
}

impl Records {
    /// Events after a place, in an order, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn audit(
        &self,
        order: AuditOrder,
        after: Option<AuditId>,
        limit: usize,
    ) -> Result<Vec<AuditEvent>, StoreError> {
        let order = match order {
            AuditOrder::NewestFirst => Order::Descending,
            AuditOrder::OldestFirst => Order::Ascending,
        };
        let range = Range { after: after.map(keys::audit), limit, order, ..Range::all(keys::AUDIT) };
        let entries = self.store.list(vec![range]).await?.value.remove(0);
        let mut events = Vec::with_capacity(entries.len());
        for entry in &entries {
            let event = stored(&*self.store, entry).await?;
            events.push(read(entry, event)?);
        }
        Ok(events)
    }
}

fn read(entry: &Entry, event: pb::AuditEvent) -> Result<AuditEvent, StoreError> {
    let id = keys::audit_id(&entry.key);
    let id = id.ok_or_else(|| StoreError::damaged(&entry.key, "its key names no time"))?;
    read_audit_event(id, entry.written_at, event).map_err(|error| StoreError::damaged(&entry.key, error))
}

impl Plan<'_> {
    /// Adds the event of an edit to the commit.
    pub(super) fn audit(
        &mut self,
        author: Author,
        kind: ChangeKind,
        at: SystemTime,
        about: &About,
        changes: Vec<String>,
    ) {
        let id = AuditId { at_ms: millis(at).unsigned_abs(), random: fastrand::u64(..) };
        let key = keys::audit(id);
        self.require_absent(key.clone());
        let event = AuditEvent {
            id,
            at,
            actor: author.actor,
            address: author.address,
            operation: author.operation,
            kind: kind.as_str().to_owned(),
            api_id: about.api_id,
            object: about.name.clone(),
            revision: about.revision,
            store_revision: StoreRevision::default(),
            changes: AuditEvent::cut(changes),
        };
        self.put(key, pb::AuditEvent::from(&event));
    }
}
