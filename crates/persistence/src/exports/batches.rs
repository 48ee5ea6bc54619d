//! A list in batches by keyset, one of them read ahead.

use futures_util::{Stream, future::BoxFuture, stream};
use tokio::task::JoinHandle;

use crate::{
    StoreError,
    page::{KeyValue, Page},
};

/// How many records are read at once.
const BATCH: u64 = 1000;

type Batch<T> = Result<Vec<T>, StoreError>;

/// A batch that is being read. Whoever stops listening stops the reading.
struct Reading<T>(JoinHandle<Batch<T>>);

impl<T> Drop for Reading<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl<T: Send + 'static> Reading<T> {
    fn start(fetch: &impl Fn(Page) -> BoxFuture<'static, Batch<T>>, after: Option<Vec<KeyValue>>) -> Self {
        Self(tokio::spawn(fetch(Page { limit: BATCH, after })))
    }

    async fn finish(mut self) -> Batch<T> {
        (&mut self.0).await.map_err(|_| StoreError::Unreadable("a batch of records"))?
    }
}

/// Reads a list to its end. While a batch is being worked on, the next one is read, and none beyond it; no connection
/// is held in between. Like pages, the batches are stable under writes: no record comes twice or is passed over
/// unless the very key that the list is sorted by changed meanwhile.
pub(crate) fn batches<T: Send + 'static>(
    fetch: impl Fn(Page) -> BoxFuture<'static, Batch<T>> + Send + 'static,
    key: fn(&T) -> Vec<KeyValue>,
) -> impl Stream<Item = Batch<T>> + Send + 'static {
    // Nothing is read before somebody listens.
    enum At<T> {
        Start,
        Reading(Reading<T>),
        End,
    }
    stream::unfold((At::Start, fetch), move |(at, fetch)| async move {
        let reading = match at {
            At::Start => Reading::start(&fetch, None),
            At::Reading(reading) => reading,
            At::End => return None,
        };
        let batch = match reading.finish().await {
            Ok(batch) if batch.is_empty() => return None,
            Ok(batch) => batch,
            Err(error) => return Some((Err(error), (At::End, fetch))),
        };
        let is_full = u64::try_from(batch.len()).is_ok_and(|length| length >= BATCH);
        let next = match batch.last() {
            Some(last) if is_full => At::Reading(Reading::start(&fetch, Some(key(last)))),
            _ => At::End,
        };
        Some((Ok(batch), (next, fetch)))
    })
}
