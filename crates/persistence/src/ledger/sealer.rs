//! The sealer: gives committed changes their gapless position, in order, each chained to the one before it.
//!
//! Two concurrent transactions may commit in another order than their ids were drawn in, so a reader of raw ids would
//! skip the late one. Readers read positions, which one sealer at a time hands out after the commit.

use std::time::{Duration, Instant};

use aws_lc_rs::digest;
use data_encoding::HEXLOWER;
use sea_orm::{ActiveValue, ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::{
    append::commit_in_time,
    entity::{change, change_seal, change_unsealed},
    follow::News,
};
use crate::{
    Store, StoreError, clock,
    clock::to_micros,
    dialect::begin_to_write,
    institutions::add_up_figures,
    lease::{self, Lease},
};

/// The name of the sealer's lease.
const LEASE: &str = "sealer";
/// For how long it is taken at a time.
const TERM: Duration = Duration::from_secs(5);
/// How many changes are sealed in one transaction.
const BATCH: u64 = 500;
/// How far apart batches begin: a burst of commits is sealed together, each batch costs as much as several commits.
const BETWEEN_BATCHES: Duration = Duration::from_millis(20);
/// How long a process that may not seal waits before it tells again that something waits.
const BETWEEN_TELLING: Duration = Duration::from_millis(5);
/// The hash before the first row.
pub(super) const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// The hash of a row at its position: SHA-256 over the hash before it, the position, and every field with its length,
/// so that no two different rows give the same bytes.
pub(super) fn chain_hash(previous: &str, position: i64, row: &change::Model) -> String {
    let mut context = digest::Context::new(&digest::SHA256);
    let mut feed = |field: Option<&[u8]>| match field {
        None => context.update(&u64::MAX.to_be_bytes()),
        Some(bytes) => {
            context.update(&(bytes.len() as u64).to_be_bytes());
            context.update(bytes);
        }
    };
    feed(Some(previous.as_bytes()));
    for number in [position, row.id, row.version, row.at] {
        feed(Some(&number.to_be_bytes()));
    }
    feed(Some(row.record_id.as_bytes()));
    for id in [row.actor_id, row.institution_id, row.unit_before, row.unit_after] {
        feed(id.as_ref().map(|id| id.as_bytes().as_slice()));
    }
    for text in [&row.record_kind, &row.action, &row.actor_kind] {
        feed(Some(text.as_bytes()));
    }
    for text in [&row.request_id, &row.before, &row.after] {
        feed(text.as_deref().map(str::as_bytes));
    }
    feed(Some(&[u8::from(row.public_before), u8::from(row.public_after)]));
    HEXLOWER.encode(context.finish().as_ref())
}

/// The lease as a sealer last took it.
type Held = Option<(Lease, Instant)>;

impl Store {
    /// Seals until stopped: wakes at each commit of this process and at those of others, and looks for what it was not
    /// told of every `poll`.
    pub async fn run_sealer(&self, holder: Uuid, poll: Duration) {
        let mut held = None;
        loop {
            let begun = Instant::now();
            match self.seal_waiting(holder, &mut held).await {
                Ok(_) => {}
                Err(error) => tracing::warn!(%error, "sealing waits"),
            }
            let _ = tokio::time::timeout(poll, self.committed.notified()).await;
            tokio::time::sleep(BETWEEN_BATCHES.saturating_sub(begun.elapsed())).await;
        }
    }

    /// Seals everything that waits, if this process may; gives how many rows it sealed.
    pub async fn seal_all(&self, holder: Uuid) -> Result<u64, StoreError> {
        self.seal_waiting(holder, &mut None).await
    }

    async fn seal_waiting(&self, holder: Uuid, held: &mut Held) -> Result<u64, StoreError> {
        if !self.has_unsealed().await? {
            return Ok(0);
        }
        let mut sealed = 0;
        while let Some(lease) = self.sealers_lease(holder, held).await? {
            match self.seal_batch(lease).await? {
                // Somebody else has it by now: it is asked for anew.
                None => *held = None,
                Some(batch) => {
                    sealed += batch;
                    if batch < BATCH {
                        break;
                    }
                }
            }
        }
        Ok(sealed)
    }

    /// The lease, if this process may have it. It is taken anew at half its term: each time is a write.
    async fn sealers_lease(&self, holder: Uuid, held: &mut Held) -> Result<Option<Lease>, StoreError> {
        if let Some((lease, since)) = held
            && since.elapsed() < TERM / 2
        {
            return Ok(Some(*lease));
        }
        *held = None;
        let since = Instant::now();
        if self.is_lease_of_another(LEASE, holder).await? {
            self.tell(News::Committed).await;
            // A burst of commits is told once.
            tokio::time::sleep(BETWEEN_TELLING).await;
            return Ok(None);
        }
        let lease = self.take_lease(LEASE, holder, TERM).await?;
        *held = lease.map(|lease| (lease, since));
        Ok(lease)
    }

    /// Gives the sealer's lease back at a graceful stop.
    pub async fn retire_sealer(&self, holder: Uuid) -> Result<(), StoreError> {
        if self.is_lease_of_another(LEASE, holder).await? {
            return Ok(());
        }
        match self.take_lease(LEASE, holder, TERM).await? {
            Some(lease) => self.release_lease(LEASE, lease).await,
            None => Ok(()),
        }
    }

    async fn has_unsealed(&self) -> Result<bool, StoreError> {
        Ok(change_unsealed::Entity::find().one(&self.aside).await?.is_some())
    }

    /// Seals what waits, at most a batch, as the holder of a lease; nothing when the lease was taken over meanwhile, by
    /// which a sealer that was paused finds out that it is late.
    async fn seal_batch(&self, held: Lease) -> Result<Option<u64>, StoreError> {
        let transaction = begin_to_write(self.own_write()).await?;
        if !lease::holds(&transaction, LEASE, held).await? {
            return Ok(None);
        }
        let Some(sealed) = seal_some(&transaction).await? else { return Ok(Some(0)) };
        commit_in_time(transaction).await?;
        self.sealed_to(sealed.position);
        self.tell(News::Sealed).await;
        Ok(Some(sealed.count))
    }
}

/// What was sealed in a transaction.
struct Sealed {
    count: u64,
    /// The last position.
    position: i64,
}

/// Seals all that waits within the transaction that wrote it, where transactions that write follow each other: on SQLite
/// nothing else can be committed in between, so that a change has its place in the feed from the moment it is there.
/// Gives the last position.
pub(super) async fn seal_at_once(transaction: &DatabaseTransaction) -> Result<Option<i64>, StoreError> {
    let mut last = None;
    while let Some(sealed) = seal_some(transaction).await? {
        last = Some(sealed.position);
        if sealed.count < BATCH {
            break;
        }
    }
    Ok(last)
}

/// Gives the rows that wait, at most a batch, their positions behind the last one.
async fn seal_some(transaction: &DatabaseTransaction) -> Result<Option<Sealed>, StoreError> {
    let waiting: Vec<i64> = change_unsealed::Entity::find()
        .order_by_asc(change_unsealed::Column::ChangeId)
        .limit(BATCH)
        .all(transaction)
        .await?
        .into_iter()
        .map(|row| row.change_id)
        .collect();
    if waiting.is_empty() {
        return Ok(None);
    }
    let last = change_seal::Entity::find().order_by_desc(change_seal::Column::Position).one(transaction).await?;
    let (mut position, mut hash) = last.map_or((0, GENESIS.to_owned()), |seal| (seal.position, seal.hash));
    let rows = change::Entity::find()
        .filter(change::Column::Id.is_in(waiting.iter().copied()))
        .order_by_asc(change::Column::Id)
        .all(transaction)
        .await?;
    let sealed_at = to_micros(clock::now());
    let seals: Vec<_> = rows
        .iter()
        .map(|row| {
            position += 1;
            hash = chain_hash(&hash, position, row);
            change_seal::ActiveModel {
                position: ActiveValue::Set(position),
                change_id: ActiveValue::Set(row.id),
                hash: ActiveValue::Set(hash.clone()),
                sealed_at: ActiveValue::Set(sealed_at),
            }
        })
        .collect();
    let count = seals.len() as u64;
    change_seal::Entity::insert_many(seals).exec_without_returning(transaction).await?;
    change_unsealed::Entity::delete_many()
        .filter(change_unsealed::Column::ChangeId.is_in(waiting))
        .exec(transaction)
        .await?;
    if rows.iter().any(|row| row.institution_id.is_some()) {
        add_up_figures(transaction).await?;
    }
    Ok(Some(Sealed { count, position }))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use crate::{Author, Work, test_store::TestStore};

    /// A person whose row waits for the sealer, as on a database where it is not sealed with its commit.
    async fn waiting_person(store: &Store) {
        let id = Uuid::now_v7();
        let author = Author::system();
        let made = store.write(&author, async |work: &mut Work| {
            work.create_person(id, &format!("{id}@contoh.or.id"), "Siti", &[]).await?;
            work.has_changes = false;
            Ok::<_, StoreError>(())
        });
        made.await.unwrap();
    }

    #[tokio::test]
    async fn a_holder_that_comes_late_writes_nothing_and_the_next_one_goes_on_where_it_stopped() {
        let store = TestStore::open().await;
        let (early, late) = (Uuid::now_v7(), Uuid::now_v7());
        let start = store.last_position().await.unwrap();
        let held = store.take_lease(LEASE, early, Duration::ZERO).await.unwrap().unwrap();
        waiting_person(&store).await;
        assert_eq!(store.seal_batch(held).await.unwrap(), Some(1));

        // It sleeps; its term ends, and another seals.
        tokio::time::sleep(Duration::from_millis(5)).await;
        let taken_over = store.take_lease(LEASE, late, TERM).await.unwrap().unwrap();
        assert!(store.take_lease(LEASE, early, TERM).await.unwrap().is_none());
        waiting_person(&store).await;
        waiting_person(&store).await;
        assert_eq!(store.seal_batch(held).await.unwrap(), None, "the early one is late now");
        assert_eq!(store.last_position().await.unwrap(), start + 1);
        assert_eq!(store.seal_batch(taken_over).await.unwrap(), Some(2));
        assert_eq!(store.seal_batch(taken_over).await.unwrap(), Some(0));

        let verdict = store.verify_ledger(&[], |_| {}).await.unwrap();
        assert_eq!((verdict.faults, verdict.waiting, verdict.last_position), (Vec::new(), 0, start + 3));
    }
}
