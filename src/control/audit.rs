//! Reading the audit. It is written by every commit that a caller asked for; nothing here alters it.

use std::time::SystemTime;

use crate::model::{ApiId, AuditEvent, AuditId};
use crate::store::AuditOrder;

use super::{Control, Error};

/// How many events are looked at for one page: a filter that hits nothing must not read a whole store in one call.
const LOOKED_AT: usize = 20_000;
/// How many are read at once.
const AT_ONCE: usize = 500;

/// Which events are asked for. What is not said is not asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// Not before.
    pub since: Option<SystemTime>,
    /// Before.
    pub until: Option<SystemTime>,
    /// By this actor, or by any whose name starts so if it ends in `*`.
    pub actor: Option<String>,
    /// To this API.
    pub api: Option<ApiId>,
    /// By this operation, such as `StageService/UpdateStage` or `UpdateStage` alone.
    pub operation: Option<String>,
}

/// Some events.
#[derive(Clone, Debug, Default)]
pub struct AuditPage {
    /// The events.
    pub events: Vec<AuditEvent>,
    /// After which one the next page begins; `None` when there are no more. A page may be short, even empty, and yet
    /// have a next one.
    pub next: Option<AuditId>,
}

impl AuditFilter {
    fn admits(&self, event: &AuditEvent) -> bool {
        self.since.is_none_or(|since| event.at >= since)
            && self.until.is_none_or(|until| event.at < until)
            && self.api.is_none_or(|api| event.api_id == Some(api))
            && self.actor.as_deref().is_none_or(|actor| match actor.strip_suffix('*') {
                Some(start) => event.actor.starts_with(start),
                None => event.actor == actor,
            })
            && self.operation.as_deref().is_none_or(|operation| {
                let short = event.operation.rsplit(['/', ':']).next();
                event.operation == operation || short == Some(operation)
            })
    }

    /// The place before the first event of a list, where the time alone tells it.
    fn begin(&self, order: AuditOrder) -> Option<AuditId> {
        let millis = |time: SystemTime| {
            let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
            u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
        };
        match order {
            AuditOrder::NewestFirst => self.until.map(|until| AuditId { at_ms: millis(until), random: 0 }),
            AuditOrder::OldestFirst => {
                let before = self.since.and_then(|since| millis(since).checked_sub(1))?;
                Some(AuditId { at_ms: before, random: u64::MAX })
            }
        }
    }

    /// Whether no event from this one on can be asked for.
    fn ends(&self, order: AuditOrder, event: &AuditEvent) -> bool {
        match order {
            AuditOrder::NewestFirst => self.since.is_some_and(|since| event.at < since),
            AuditOrder::OldestFirst => self.until.is_some_and(|until| event.at >= until),
        }
    }
}

impl Control {
    /// Events of the audit, at most `limit`.
    ///
    /// # Errors
    /// When the caller is limited to some APIs, or the store fails.
    pub async fn audit(
        &self,
        filter: &AuditFilter,
        order: AuditOrder,
        after: Option<AuditId>,
        limit: usize,
    ) -> Result<AuditPage, Error> {
        self.check_unlimited("the audit")?;
        let mut page = AuditPage::default();
        let mut from = after.or_else(|| filter.begin(order));
        for _ in 0..LOOKED_AT / AT_ONCE {
            let events = self.inner.records.audit(order, from, AT_ONCE).await?;
            let is_last = events.len() < AT_ONCE;
            for event in events {
                if filter.ends(order, &event) {
                    return Ok(page);
                }
                if page.events.len() == limit {
                    page.next = from;
                    return Ok(page);
                }
                from = Some(event.id);
                if filter.admits(&event) {
                    page.events.push(event);
                }
            }
            if is_last {
                return Ok(page);
            }
        }
        page.next = from;
        Ok(page)
    }
}
