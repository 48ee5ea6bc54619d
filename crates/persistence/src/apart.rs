//! Work that takes milliseconds and more, apart from the threads that answer requests.

use crate::StoreError;

/// Begins to work at once, on a thread of its own; the result is waited for when it is needed. `of` says what cannot be
/// told of when the work breaks off.
pub(crate) fn apart<T: Send + 'static>(
    of: &'static str,
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> impl Future<Output = Result<T, StoreError>> + Send + 'static {
    let working = tokio::task::spawn_blocking(work);
    async move { working.await.map_err(|_| StoreError::Unreadable(of))? }
}
