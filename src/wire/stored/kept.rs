//! Things that are kept without effect.

use super::field::{self, InvalidRecord};
use super::pb;
use crate::model::{Kept, KeptKind, KeptScope, Revision};

impl From<&Kept> for pb::Kept {
    fn from(kept: &Kept) -> Self {
        let (partition, api_id) = match &kept.scope {
            KeptScope::Partition(partition) => (Some(partition.into()), String::new()),
            KeptScope::Api(api) => (None, api.to_string()),
        };
        Self {
            partition,
            api_id,
            kind: kept.kind.as_str().to_owned(),
            id: kept.id.clone(),
            revision: kept.revision.0,
            text: kept.text.clone(),
        }
    }
}

impl TryFrom<pb::Kept> for Kept {
    type Error = InvalidRecord;

    fn try_from(stored: pb::Kept) -> Result<Self, InvalidRecord> {
        let kind = KeptKind::ALL.into_iter().find(|kind| kind.as_str() == stored.kind);
        let scope = match stored.partition {
            Some(partition) => KeptScope::Partition(partition.try_into()?),
            None => KeptScope::Api(field::parse("api_id", &stored.api_id)?),
        };
        Ok(Self {
            scope,
            kind: field::present("kind", kind)?,
            id: stored.id,
            revision: Revision(stored.revision),
            text: stored.text,
        })
    }
}
