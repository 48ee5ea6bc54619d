//! Appending to the ledger, in the transaction of the data.

use std::time::Duration;

use sea_orm::{ActiveValue, ConnectionTrait, DatabaseTransaction, DbBackend, EntityTrait};
use tokio::time::timeout;
use uuid::Uuid;

use aumsos_domain::RecordKind;

use super::{
    entity::{change, change_unsealed},
    sealer::seal_at_once,
};
use crate::{Store, StoreError, Work, clock::to_micros};

/// A record before or after a change: the document that is kept, and who may know of it.
#[derive(Debug, Clone)]
pub(crate) struct State {
    /// The unit whose officers see it.
    pub(crate) unit: Option<Uuid>,
    /// Whether everyone may know of it.
    pub(crate) is_public: bool,
    /// The record as JSON, personal fields in their sealed form.
    pub(crate) document: String,
}

/// One changed record.
#[derive(Debug, Clone)]
pub(crate) struct Change {
    pub(crate) kind: RecordKind,
    pub(crate) id: Uuid,
    /// The version the record has from now on.
    pub(crate) version: i64,
    /// What was done, a verb: `created`, `submitted`, `verified`, …
    pub(crate) action: &'static str,
    /// The institution it belongs to, for those who hold a role at one institution.
    pub(crate) institution: Option<Uuid>,
    /// Nothing for a record that was made.
    pub(crate) before: Option<State>,
    /// Nothing for a record that is gone.
    pub(crate) after: Option<State>,
}

impl Work {
    /// Appends a change to the ledger. Whoever writes a record calls this in the same unit of work.
    pub(crate) async fn append(&mut self, change: Change) -> Result<(), StoreError> {
        let inserted = change::Entity::insert(self.row_of(change)).exec(&self.transaction).await?;
        let waiting = change_unsealed::ActiveModel { change_id: ActiveValue::Set(inserted.last_insert_id) };
        change_unsealed::Entity::insert(waiting).exec_without_returning(&self.transaction).await?;
        self.has_changes = true;
        Ok(())
    }

    /// Appends the changes of many records, a few hundred at most.
    pub(crate) async fn append_many(&mut self, changes: Vec<Change>) -> Result<(), StoreError> {
        let rows: Vec<change::ActiveModel> = changes.into_iter().map(|change| self.row_of(change)).collect();
        let ids = change::Entity::insert_many(rows).exec_with_returning_keys(&self.transaction).await?;
        let waiting = ids.into_iter().map(|id| change_unsealed::ActiveModel { change_id: ActiveValue::Set(id) });
        change_unsealed::Entity::insert_many(waiting).exec_without_returning(&self.transaction).await?;
        self.has_changes = true;
        Ok(())
    }

    fn row_of(&self, change: Change) -> change::ActiveModel {
        let (before, after) = (change.before, change.after);
        change::ActiveModel {
            id: ActiveValue::NotSet,
            record_kind: ActiveValue::Set(change.kind.to_string()),
            record_id: ActiveValue::Set(change.id),
            version: ActiveValue::Set(change.version),
            action: ActiveValue::Set(change.action.to_owned()),
            actor_kind: ActiveValue::Set(self.author.actor.kind().to_owned()),
            actor_id: ActiveValue::Set(self.author.actor.id()),
            at: ActiveValue::Set(to_micros(self.at)),
            request_id: ActiveValue::Set(self.author.request_id.clone()),
            institution_id: ActiveValue::Set(change.institution),
            unit_before: ActiveValue::Set(before.as_ref().and_then(|state| state.unit)),
            unit_after: ActiveValue::Set(after.as_ref().and_then(|state| state.unit)),
            public_before: ActiveValue::Set(before.as_ref().is_some_and(|state| state.is_public)),
            public_after: ActiveValue::Set(after.as_ref().is_some_and(|state| state.is_public)),
            before: ActiveValue::Set(before.map(|state| state.document)),
            after: ActiveValue::Set(after.map(|state| state.document)),
        }
    }
}

/// Counts a commit when it is over, also one that failed or that nobody waited for: it may have been done.
struct Counted<'a>(&'a Store);

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.count_commit();
    }
}

/// How long a commit may take on a server. No `statement_timeout` ends a commit that waits for a synchronous standby; it is
/// not done then, and may still be.
const COMMIT: Duration = Duration::from_secs(5);

/// Commits, or gives up waiting for it.
pub(super) async fn commit_in_time(transaction: DatabaseTransaction) -> Result<(), StoreError> {
    if transaction.get_database_backend() == DbBackend::Sqlite {
        return Ok(transaction.commit().await?);
    }
    Ok(timeout(COMMIT, transaction.commit()).await.map_err(|_| StoreError::Unavailable)??)
}

/// Commits what a unit of work has written; on SQLite its changes are sealed with it.
pub(crate) async fn commit(
    transaction: DatabaseTransaction,
    store: &Store,
    has_changes: bool,
) -> Result<(), StoreError> {
    let sealed = if has_changes && store.is_sqlite() { seal_at_once(&transaction).await? } else { None };
    let counted = has_changes.then(|| Counted(store));
    commit_in_time(transaction).await?;
    drop(counted);
    store.begin_wal_checkpoint();
    match sealed {
        Some(position) => store.sealed_to(position),
        None => store.committed.notify_one(),
    }
    Ok(())
}
