//! Group commits for the one writer of SQLite: commands that wait for it one behind the other share one transaction, each in
//! a savepoint of its own, and so its one sync to the disk. Each is told that it is done when the transaction is.

use std::{sync::Arc, time::Duration};

use sea_orm::{DatabaseTransaction, SqliteTransactionMode, TransactionOptions, TransactionTrait};
use tokio::sync::{Mutex, OwnedMutexGuard, watch};

use crate::{Store, StoreError, ledger::append};

/// How long a command waits for its turn, as long as for a connection.
const PATIENCE: Duration = Duration::from_secs(3);

/// Those who wait for the writer, first come first served, and the transaction that the last of them left open.
#[derive(Clone, Default)]
pub(crate) struct Line(Arc<Mutex<Option<Group>>>);

/// A transaction that commands share.
struct Group {
    transaction: DatabaseTransaction,
    /// Whether any of them appended to the ledger.
    has_changes: bool,
    /// Whether any of them is done and waits for the commit, which is on its way then.
    is_closing: bool,
    outcome: watch::Sender<Option<Result<(), StoreError>>>,
}

/// One command's turn at the writer. Its own savepoint must be over before the turn is.
pub(crate) struct Turn(OwnedMutexGuard<Option<Group>>);

impl Line {
    /// Waits for its turn and begins a savepoint in the open transaction, or in a new one.
    pub(crate) async fn step_up(&self, store: &Store) -> Result<(DatabaseTransaction, Turn), StoreError> {
        let place = tokio::time::timeout(PATIENCE, Arc::clone(&self.0).lock_owned()).await;
        let mut place = place.map_err(|_| StoreError::Unavailable)?;
        let group = match &mut *place {
            Some(group) => group,
            empty => empty.insert(Group::open(store).await?),
        };
        let savepoint = group.transaction.begin().await?;
        Ok((savepoint, Turn(place)))
    }

    /// Ends the turn of a command that is done, and waits until its changes last. The commit itself stands in line behind
    /// the commands that wait now, which all join the group.
    pub(crate) async fn commit(
        &self,
        savepoint: DatabaseTransaction,
        mut turn: Turn,
        has_changes: bool,
        store: &Store,
    ) -> Result<(), StoreError> {
        savepoint.commit().await?;
        let Some(group) = &mut *turn.0 else { return Err(StoreError::Unavailable) };
        group.has_changes |= has_changes;
        let mut outcome = group.outcome.subscribe();
        if !std::mem::replace(&mut group.is_closing, true) {
            tokio::spawn(close(self.clone(), store.clone()));
        }
        drop(turn);
        let told = outcome.wait_for(Option::is_some).await.map_err(|_| StoreError::Unavailable)?;
        told.clone().unwrap_or(Err(StoreError::Unavailable))
    }
}

impl Group {
    async fn open(store: &Store) -> Result<Self, StoreError> {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        let transaction = store.write.begin_with_options(options).await?;
        Ok(Self { transaction, has_changes: false, is_closing: false, outcome: watch::Sender::new(None) })
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        // Nobody is done in it and nobody will close it: the writer must not stay taken.
        if self.0.as_ref().is_some_and(|group| !group.is_closing) {
            self.0.take();
        }
    }
}

async fn close(line: Line, store: Store) {
    let mut place = line.0.lock().await;
    let Some(group) = place.take() else { return };
    let outcome = append::commit(group.transaction, &store, group.has_changes).await;
    group.outcome.send_replace(Some(outcome));
}
