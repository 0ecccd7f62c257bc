//! Which host and base path lead to which stage.

use super::field::{self, InvalidRecord};
use super::pb;
use crate::model::{AccountId, DomainBinding, Partition, Region, Revision};

impl From<&DomainBinding> for pb::DomainBinding {
    fn from(binding: &DomainBinding) -> Self {
        Self {
            host: binding.host.to_string(),
            base_path: binding.base_path.as_str().to_owned(),
            api_id: binding.api_id.to_string(),
            stage: binding.stage.to_string(),
            revision: binding.revision.0,
        }
    }
}

impl TryFrom<pb::DomainBinding> for DomainBinding {
    type Error = InvalidRecord;

    fn try_from(stored: pb::DomainBinding) -> Result<Self, InvalidRecord> {
        Ok(Self {
            host: field::parse("host", &stored.host)?,
            base_path: field::parse("base_path", &stored.base_path)?,
            api_id: field::parse("api_id", &stored.api_id)?,
            stage: field::parse("stage", &stored.stage)?,
            revision: Revision(stored.revision),
        })
    }
}

impl From<&Partition> for pb::Partition {
    fn from(partition: &Partition) -> Self {
        Self { account: partition.account.to_string(), region: partition.region.to_string() }
    }
}

impl TryFrom<pb::Partition> for Partition {
    type Error = InvalidRecord;

    fn try_from(stored: pb::Partition) -> Result<Self, InvalidRecord> {
        let account: AccountId = field::parse("account", &stored.account)?;
        let region: Region = field::parse("region", &stored.region)?;
        Ok(Self { account, region })
    }
}
