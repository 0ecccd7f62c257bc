//! Writing everything that is stored into a portable archive.

use std::io::Write;

use crate::store::BackupSummary;

use super::{Control, Error};

impl Control {
    /// Writes everything that is stored at one moment into `output`, of every partition, while others read and write.
    /// `output` may block: not for an async task that others wait for.
    ///
    /// # Errors
    /// When the store cannot be read or `output` not written; what was written by then is no archive.
    pub async fn backup(&self, output: impl Write + Send) -> Result<BackupSummary, Error> {
        self.check_unlimited("a backup")?;
        Ok(self.inner.records.backup(output).await?)
    }
}
