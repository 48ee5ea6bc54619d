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
    key: impl Fn(&T) -> Result<Vec<KeyValue>, StoreError> + Send + 'static,
) -> impl Stream<Item = Batch<T>> + Send + 'static {
    // Nothing is read before somebody listens.
    enum At<T> {
        Start,
        Reading(Reading<T>),
        End,
    }
    stream::unfold((At::Start, fetch, key), move |(at, fetch, key)| async move {
        let reading = match at {
            At::Start => Reading::start(&fetch, None),
            At::Reading(reading) => reading,
            At::End => return None,
        };
        let batch = match reading.finish().await {
            Ok(batch) if batch.is_empty() => return None,
            Ok(batch) => batch,
            Err(error) => return Some((Err(error), (At::End, fetch, key))),
        };
        let is_full = u64::try_from(batch.len()).is_ok_and(|length| length >= BATCH);
        let next = match batch.last().filter(|_| is_full).map(&key) {
            Some(Ok(last)) => At::Reading(Reading::start(&fetch, Some(last))),
            Some(Err(error)) => return Some((Err(error), (At::End, fetch, key))),
            None => At::End,
        };
        Some((Ok(batch), (next, fetch, key)))
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use std::{
        sync::{
            Arc,
            atomic::{AtomicUsize, Ordering},
        },
        time::Duration,
    };

    use futures_util::{StreamExt, TryStreamExt};

    use super::*;

    /// The numbers below `count`, and how often they were asked for.
    fn numbers(count: i64) -> (impl Fn(Page) -> BoxFuture<'static, Batch<i64>>, Arc<AtomicUsize>) {
        let asked = Arc::new(AtomicUsize::new(0));
        let counter = asked.clone();
        let fetch = move |page: Page| {
            counter.fetch_add(1, Ordering::SeqCst);
            let first = match page.after.as_deref() {
                Some([KeyValue::Whole(last)]) => last + 1,
                _ => 0,
            };
            let last = (first + i64::try_from(page.limit).unwrap()).min(count);
            Box::pin(async move { Ok((first..last).collect()) }) as BoxFuture<'static, _>
        };
        (fetch, asked)
    }

    #[expect(clippy::trivially_copy_pass_by_ref, clippy::unnecessary_wraps, reason = "the shape that batches asks for")]
    fn key(number: &i64) -> Result<Vec<KeyValue>, StoreError> {
        Ok(vec![KeyValue::Whole(*number)])
    }

    #[tokio::test]
    async fn every_record_comes_once_and_in_order() {
        for count in [0, 1, 999, 1000, 1001, 2000, 3500] {
            let read: Vec<Vec<i64>> = batches(numbers(count).0, key).try_collect().await.unwrap();
            assert!(read.concat().into_iter().eq(0..count), "{count}");
            assert!(read.iter().all(|batch| !batch.is_empty()), "{count}");
        }
    }

    #[tokio::test]
    async fn one_batch_is_read_ahead_and_none_beyond_it() {
        let (fetch, asked) = numbers(10_000);
        let mut stream = std::pin::pin!(batches(fetch, key));
        assert_eq!(asked.load(Ordering::SeqCst), 0);
        for read in 1..=3 {
            stream.next().await.unwrap().unwrap();
            tokio::time::sleep(Duration::from_millis(5)).await;
            assert_eq!(asked.load(Ordering::SeqCst), read + 1);
        }
    }

    #[tokio::test]
    async fn an_error_ends_the_list() {
        let fetch = |page: Page| {
            Box::pin(async move {
                match page.after {
                    None => Ok((0..1000_i64).collect()),
                    Some(_) => Err(StoreError::Unavailable),
                }
            }) as BoxFuture<'static, Batch<i64>>
        };
        let read: Vec<_> = batches(fetch, key).collect().await;
        assert!(matches!(read.as_slice(), [Ok(_), Err(StoreError::Unavailable)]));
    }
}
