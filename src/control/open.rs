//! Putting the use cases together with a store and with what is served.

use std::sync::Arc;

use crate::compile::cell::Publisher;
use crate::model::{AwsEndpoints, Partition};
use crate::ops::Metrics;
use crate::store::Records;

use super::handle::Inner;
use super::serving::Serving;
use super::{Clock, Control, Error, Limits};

/// What the use cases go by.
#[derive(Clone, Debug)]
pub struct Setup {
    /// How much there may be of each thing.
    pub limits: Limits,
    /// Where the time is read.
    pub clock: Clock,
    /// Where things are made when the caller names no partition.
    pub partition: Partition,
    /// Where AWS services are called.
    pub aws: Arc<AwsEndpoints>,
    /// Where each publication is counted.
    pub metrics: Metrics,
}

impl Control {
    /// Opens the use cases on a store and serves what its stages point at: compiles that and nothing else, and
    /// publishes the first snapshot. A stage that cannot be served does not stop the others; see
    /// [`Control::unserved`].
    ///
    /// A store that can only be read makes every write [`Error::ReadOnly`], and serves just the same.
    ///
    /// # Errors
    /// When the records cannot be read.
    pub async fn open(records: Records, publisher: Arc<Publisher>, setup: Setup) -> Result<Self, Error> {
        let Setup { limits, clock, partition, aws, metrics } = setup;
        let serving = Serving::new(publisher, metrics, aws);
        let control = Self::of(Inner::new(records, serving, limits, clock, partition));
        control.serve_all().await?;
        Ok(control)
    }
}
