//! Keeping the store from growing: what nothing names any more is removed now and then.

use std::sync::Arc;
use std::time::Duration;

use crate::store::Swept;

use super::{Control, Error};

/// How long to wait between two sweeps: each looks at everything stored, and each edit leaves a few kilobytes.
pub const SWEEP_INTERVAL: Duration = Duration::from_secs(10 * 60);

impl Control {
    /// Removes content that nothing names any more, and what belonged to deleted APIs. Nobody sees a difference.
    ///
    /// # Errors
    /// When the store fails or can only be read; what was removed by then stays removed.
    pub async fn sweep(&self) -> Result<Swept, Error> {
        Ok(self.inner.records.sweep(self.inner.clock.now()).await?)
    }

    /// Sweeps every so often, for as long as anybody else holds the use cases. Failures are logged, and tried again
    /// next time.
    pub fn keep_swept(&self, every: Duration) -> impl Future<Output = ()> + Send + use<> {
        let held = Arc::downgrade(&self.inner);
        async move {
            loop {
                tokio::time::sleep(every).await;
                let Some(inner) = held.upgrade() else { return };
                match inner.records.sweep(inner.clock.now()).await {
                    Ok(Swept { blobs, records }) => tracing::debug!(blobs, records, "store swept"),
                    Err(error) => tracing::warn!(%error, "the store could not be swept"),
                }
            }
        }
    }
}
