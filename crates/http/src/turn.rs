//! Turns: of many who want the same made at once, one makes it, and the others wait for that.

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::{Mutex, OwnedMutexGuard},
    time::timeout,
};

/// How long somebody waits for another one's turn to end.
const PATIENCE: Duration = Duration::from_millis(500);

/// The turns at one thing. Copies are at the same thing.
#[derive(Clone, Default)]
pub(crate) struct Turns(Arc<Mutex<()>>);

/// The turn of one; over when it is dropped.
pub(crate) type Turn = OwnedMutexGuard<()>;

impl Turns {
    /// The turn, if nobody has it.
    pub(crate) fn try_take(&self) -> Option<Turn> {
        Arc::clone(&self.0).try_lock_owned().ok()
    }

    /// The turn. Nothing when somebody else had it, and is done or takes long: who waited in vain goes on without it.
    pub(crate) async fn take(&self) -> Option<Turn> {
        let turn = self.try_take();
        if turn.is_none() {
            let _ = timeout(PATIENCE, self.0.lock()).await;
        }
        turn
    }
}
