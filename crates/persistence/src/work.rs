//! The unit of work: everything one command changes, with its rows in the ledger and its idempotency record, in one
//! transaction.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DatabaseTransaction};
use uuid::Uuid;

use aumsos_domain::access::ActorId;

use crate::{
    Store, StoreError, clock,
    dialect::begin_to_write,
    group_commit::Turn,
    idempotency::{Answer, Claim, IdempotencyKey},
    ledger::append,
    sensitive_reads::SensitiveRead,
};

/// Who writes, and in which request.
#[derive(Debug, Clone)]
pub struct Author {
    /// Stands in the ledger.
    pub actor: ActorId,
    /// Stands in the ledger beside it.
    pub request_id: Option<String>,
}

impl Author {
    /// The service itself.
    pub const fn system() -> Self {
        Self { actor: ActorId::System, request_id: None }
    }
}

/// How much a command writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// A few records: on SQLite it may share a commit with those who wait beside it, each in a savepoint.
    Small,
    /// Thousands of rows: it has a transaction of its own, for SQLite keeps in memory what each savepoint has changed.
    Large,
}

/// A transaction that writes. Dropped without [`Work::commit`], it has changed nothing.
pub struct Work {
    pub(crate) transaction: DatabaseTransaction,
    pub(crate) author: Author,
    pub(crate) at: DateTime<Utc>,
    pub(crate) store: Store,
    /// Whether something was appended to the ledger.
    pub(crate) has_changes: bool,
    /// Whether it leaves work in the queue.
    pub(crate) has_queued: bool,
    /// The people under whose keys it sealed something: what it answers may speak of them.
    pub(crate) sealed_for: BTreeSet<Uuid>,
    /// The personal data that its answer shows.
    pub(crate) noted: Vec<SensitiveRead>,
    /// Its turn at the writer that commands share, where the transaction is a savepoint; over after the transaction.
    turn: Option<Turn>,
}

impl std::fmt::Debug for Work {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Work").field("author", &self.author).field("at", &self.at).finish_non_exhaustive()
    }
}

impl Work {
    /// The time of everything written in this unit of work.
    pub const fn at(&self) -> DateTime<Utc> {
        self.at
    }

    /// Who writes.
    pub const fn author(&self) -> &Author {
        &self.author
    }

    /// Makes all of it last, or none of it.
    pub async fn commit(self) -> Result<(), StoreError> {
        match self.turn {
            Some(turn) => self.store.line.commit(self.transaction, turn, self.has_changes, &self.store).await?,
            None => append::commit(self.transaction, &self.store, self.has_changes).await?,
        }
        if self.has_queued {
            self.store.queued.notify_one();
        }
        Ok(())
    }
}

/// How often a unit of work is tried when another transaction is in the way.
const ATTEMPTS: u32 = 4;

impl Store {
    /// Begins a unit of work.
    pub async fn begin(&self, author: &Author) -> Result<Work, StoreError> {
        Ok(self.work_in(begin_to_write(&self.write).await?, None, author))
    }

    /// Begins a unit of work that is over in a moment: on SQLite it shares a commit with those who wait beside it.
    async fn begin_in_group(&self, author: &Author) -> Result<Work, StoreError> {
        if !self.is_sqlite() {
            return self.begin(author).await;
        }
        let (savepoint, turn) = self.line.step_up(self).await?;
        Ok(self.work_in(savepoint, Some(turn), author))
    }

    fn work_in(&self, transaction: DatabaseTransaction, turn: Option<Turn>, author: &Author) -> Work {
        let (author, at, store) = (author.clone(), clock::now(), self.clone());
        Work {
            transaction,
            author,
            at,
            store,
            has_changes: false,
            has_queued: false,
            sealed_for: BTreeSet::new(),
            noted: Vec::new(),
            turn,
        }
    }

    /// Runs a command as one unit of work and commits it; tried again, at most three times, when another
    /// transaction was in the way (SQLSTATE 40001, 40P01).
    pub async fn write<T, E>(&self, author: &Author, command: impl AsyncFn(&mut Work) -> Result<T, E>) -> Result<T, E>
    where
        E: From<StoreError> + IsContended,
    {
        attempt(async || {
            let mut work = self.begin(author).await?;
            let done = command(&mut work).await?;
            work.commit().await?;
            Ok(done)
        })
        .await
    }

    /// Runs a command at most once for each of its idempotency keys: the answer is kept in the same transaction as the
    /// effect, and any of the keys with the same request gives it again, also after a crash or from another process. What
    /// an answer that is given again shows of people is in it, to be noted once more.
    pub async fn write_once<E>(
        &self,
        author: &Author,
        keys: &[IdempotencyKey],
        size: Size,
        command: impl AsyncFn(&mut Work) -> Result<Answer, E>,
    ) -> Result<Answer, E>
    where
        E: From<StoreError> + IsContended,
    {
        attempt(async || {
            let mut work = match size {
                Size::Small => self.begin_in_group(author).await?,
                Size::Large => self.begin(author).await?,
            };
            let (mut fresh, mut kept) = (Vec::new(), None);
            for key in keys {
                match work.claim(key).await? {
                    Claim::Answered(answer) => kept = Some(answer),
                    Claim::Ours => fresh.push(key),
                }
            }
            let answer = match kept {
                Some(answer) => answer,
                None => command(&mut work).await?,
            };
            if !fresh.is_empty() {
                work.keep_answer(&fresh, &answer).await?;
            }
            work.commit().await?;
            Ok(answer)
        })
        .await
    }

    /// Runs one statement that belongs to no record (leases, sessions, housekeeping).
    pub(crate) async fn housekeep<S: sea_orm::StatementBuilder>(&self, statement: &S) -> Result<u64, StoreError> {
        Ok(self.write.execute(statement).await?.rows_affected())
    }
}

/// Tries a unit of work again when another transaction was in the way.
async fn attempt<T, E: IsContended>(unit: impl AsyncFn() -> Result<T, E>) -> Result<T, E> {
    let mut attempt = 1;
    loop {
        match unit().await {
            Err(error) if attempt < ATTEMPTS && error.is_contended() => {
                tokio::time::sleep(std::time::Duration::from_millis(u64::from(5 * attempt * attempt))).await;
                attempt += 1;
            }
            outcome => return outcome,
        }
    }
}

/// Whether an error means that the whole unit of work may be tried again.
pub trait IsContended {
    /// See [`StoreError::Contended`].
    fn is_contended(&self) -> bool;
}

impl IsContended for StoreError {
    fn is_contended(&self) -> bool {
        Self::is_contended(self)
    }
}
