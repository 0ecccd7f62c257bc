//! Following what changes.

use futures_util::{Stream, StreamExt as _};

use crate::model::{ApiLimit, StoreRevision};
use crate::store::{Change, Watch, WatchError};

use super::{Control, Error};

impl Control {
    /// Every change after a store revision, in order and without gaps, as it becomes durable; from now on if none
    /// is named. A caller that is limited to some APIs is told of theirs alone. The stream ends after its
    /// first error.
    pub fn watch(
        &self,
        after: Option<StoreRevision>,
    ) -> impl Stream<Item = Result<Change, Error>> + Send + use<> {
        let records = &self.inner.records;
        let watch = records.watch(after.unwrap_or_else(|| records.latest()));
        let limit = self.api_limit().clone();
        futures_util::stream::unfold(Some((watch, Vec::new().into_iter())), next).filter(move |change| {
            let told = match (&limit, change) {
                (ApiLimit::All, _) | (_, Err(_)) => true,
                (ApiLimit::Only(apis), Ok(change)) => change.api_id.is_some_and(|id| apis.contains(&id)),
            };
            std::future::ready(told)
        })
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
