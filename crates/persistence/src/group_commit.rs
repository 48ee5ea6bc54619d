//! Group commits for the one writer of SQLite: commands that wait for it one behind the other share one transaction, each in
//! a savepoint of its own, and so its one sync to the disk. Each is told that it is done when the transaction is.

use std::{sync::Arc, time::Duration};

use sea_orm::{DatabaseTransaction, TransactionTrait};
use tokio::sync::{Mutex, OwnedMutexGuard, watch};

use crate::{Store, StoreError, dialect::begin_to_write, ledger::append};

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
        // A turn from here on: whoever goes away before it is used gives the writer back.
        let mut turn = Turn(place.map_err(|_| StoreError::Unavailable)?);
        let group = match &mut *turn.0 {
            Some(group) => group,
            empty => empty.insert(Group::open(store).await?),
        };
        let savepoint = group.transaction.begin().await?;
        Ok((savepoint, turn))
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
        let transaction = begin_to_write(&store.write).await?;
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

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use futures_util::future::join_all;
    use uuid::Uuid;

    use super::*;
    use crate::{Author, Size, Work, idempotency::Answer, test_store::TestStore};

    /// A command that makes a person.
    async fn make(store: &Store, name: &str, refused: bool) -> Result<Answer, StoreError> {
        let id = Uuid::now_v7();
        store
            .write_once(&Author::system(), &[], Size::Small, async |work: &mut Work| {
                work.create_person(id, &format!("{name}@contoh.or.id"), name, &[]).await?;
                if refused {
                    Err(StoreError::KeyReused)
                } else {
                    Ok(Answer { status: 201, headers: Vec::new(), body: String::new(), reads: Vec::new() })
                }
            })
            .await
    }

    async fn people(store: &Store) -> u64 {
        use sea_orm::{EntityTrait, PaginatorTrait};
        crate::access::entity::person::Entity::find().count(&store.read).await.unwrap()
    }

    #[tokio::test]
    async fn those_who_wait_share_a_commit_and_one_that_is_refused_undoes_only_itself() {
        let store = TestStore::open().await;
        let (commits, there) = (store.commits(), people(&store).await);
        let names: Vec<String> = (0..20).map(|at| format!("siti{at}")).collect();
        let done = join_all(names.iter().enumerate().map(|(at, name)| make(&store, name, at % 4 == 3))).await;
        for (at, outcome) in done.iter().enumerate() {
            assert_eq!(outcome.is_ok(), at % 4 != 3, "{outcome:?}");
        }
        assert_eq!(people(&store).await, there + 15);
        assert!(store.commits() - commits < 15, "{} commits for 15 commands", store.commits() - commits);
        assert_eq!(store.verify_ledger(&[], |_| {}).await.unwrap().faults, Vec::new());
    }

    #[tokio::test]
    async fn what_is_told_to_be_done_is_seen_by_others() {
        let store = TestStore::open().await;
        let there = people(&store).await;
        let seen = join_all((0..10).map(async |at| {
            make(&store, &format!("budi{at}"), false).await.unwrap();
            people(&store).await
        }));
        assert!(seen.await.iter().all(|seen| *seen > there));
        assert_eq!(people(&store).await, there + 10);
    }

    #[tokio::test]
    async fn one_that_goes_away_at_any_moment_leaves_the_writer_free() {
        let (store, author) = (TestStore::open().await, Author::system());
        for steps in 0..20 {
            let mut leaving = Box::pin(make(&store, "siti", false));
            for _ in 0..steps {
                if futures_util::poll!(&mut leaving).is_ready() {
                    return;
                }
                // The thread of the database goes on meanwhile.
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
            drop(leaving);
            let alone = store.write(&author, async |_: &mut Work| Ok::<_, StoreError>(()));
            tokio::time::timeout(Duration::from_secs(2), alone).await.unwrap().unwrap();
        }
    }

    #[tokio::test]
    async fn one_that_is_refused_alone_or_goes_away_leaves_the_writer_free() {
        let store = TestStore::open().await;
        assert!(make(&store, "ahmad", true).await.is_err());
        let begun = store.line.step_up(&store).await.unwrap();
        let waiting = tokio::time::timeout(Duration::from_millis(50), make(&store, "umar", false));
        assert!(waiting.await.is_err(), "somebody else has the turn");
        drop(begun);
        make(&store, "ali", false).await.unwrap();
        store
            .write(&Author::system(), async |work: &mut Work| {
                work.create_person(Uuid::now_v7(), "usman@contoh.or.id", "Usman", &[]).await
            })
            .await
            .unwrap();
    }
}
