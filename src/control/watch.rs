//! Following what changes.

use futures_util::Stream;

use crate::model::StoreRevision;
use crate::store::{Change, Watch, WatchError};

use super::{Control, Error};

impl Control {
    /// Every change after a store revision, in order and without gaps, as it becomes durable; from now on if none
    /// is named. The stream ends after its first error.
    pub fn watch(
        &self,
        after: Option<StoreRevision>,
    ) -> impl Stream<Item = Result<Change, Error>> + Send + use<> {
        let records = &self.inner.records;
        let watch = records.watch(after.unwrap_or_else(|| records.latest()));
        futures_util::stream::unfold(Some((watch, Vec::new().into_iter())), next)
    }
}

type State = (Watch, std::vec::IntoIter<Change>);

async fn next(state: Option<State>) -> Option<(Result<Change, Error>, Option<State>)> {
    let (mut watch, mut read) = state?;
    loop {
        if let Some(change) = read.next() {
            return Some((Ok(change), Some((watch, read))));
        }
        match watch.next().await {
            Ok(more) => read = more.into_iter(),
            Err(error) => return Some((Err(error.into()), None)),
        }
    }
}

impl From<WatchError> for Error {
    fn from(error: WatchError) -> Self {
        match error {
            WatchError::TooOld { .. } | WatchError::Ahead { .. } => Self::precondition(error.to_string()),
            WatchError::Storage(error) => error.into(),
        }
    }
}
