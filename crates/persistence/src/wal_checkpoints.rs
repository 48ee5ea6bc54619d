//! Copying SQLite's write-ahead log into its file, which SQLite calls a checkpoint, on a connection that nobody waits for:
//! a writer that did so would have all who stand behind it wait for the disk.

use std::{sync::Arc, time::Duration};

use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, Statement};
use tokio::sync::Mutex;

/// After a commit the next ones are waited for: a page that several of them change is copied once.
const PAUSE: Duration = Duration::from_millis(200);

/// The log of one file; whoever copies it holds the lock.
#[derive(Clone, Default)]
pub(crate) struct WalCheckpoints(Arc<Mutex<()>>);

impl WalCheckpoints {
    /// Has what was committed copied soon, with what is committed meanwhile.
    pub(crate) fn begin(&self, connection: &DatabaseConnection) {
        let Ok(copying) = Arc::clone(&self.0).try_lock_owned() else { return };
        let connection = connection.clone();
        tokio::spawn(async move {
            let _copying = copying;
            loop {
                tokio::time::sleep(PAUSE).await;
                match copy(&connection).await {
                    Ok(true) => return,
                    Ok(false) => {}
                    // Nothing is lost: the log stays, and the next commit begins anew.
                    Err(error) => return tracing::debug!(%error, "the write-ahead log was not copied"),
                }
            }
        });
    }
}

/// Copies what no reader stands in the way of, unless somebody else is copying. Says whether that was all, so that the next
/// writer begins the log anew.
async fn copy(connection: &DatabaseConnection) -> Result<bool, DbErr> {
    let statement = Statement::from_string(DbBackend::Sqlite, "PRAGMA wal_checkpoint(PASSIVE)");
    let Some(row) = connection.query_one_raw(statement).await? else { return Ok(true) };
    let is_busy: bool = row.try_get_by_index(0)?;
    let (pages, copied): (i64, i64) = (row.try_get_by_index(1)?, row.try_get_by_index(2)?);
    Ok(!is_busy && pages == copied)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use std::{fs, path::Path};

    use uuid::Uuid;

    use super::*;
    use crate::{Author, Store, StoreSettings, Vault, Work, test_store::TestStore};

    /// How many people the file alone knows, without its log.
    async fn people_in(file: &Path) -> u64 {
        use sea_orm::{EntityTrait, PaginatorTrait};
        let folder = tempfile::tempdir().unwrap();
        let copy = folder.path().join("copy.db");
        fs::copy(file, &copy).unwrap();
        let settings = StoreSettings::new(format!("sqlite://{}", copy.display()), 1);
        let Ok(store) = Store::open(&settings, Vault::new(&[7; 32]).unwrap()).await else { return 0 };
        crate::access::entity::person::Entity::find().count(&store.read).await.unwrap_or(0)
    }

    #[tokio::test]
    async fn what_is_committed_is_in_the_file_before_long() {
        let store = TestStore::open().await;
        let file = store.folder.path().join("test.db");
        for name in ["Siti", "Budi"] {
            let make = async |work: &mut Work| {
                work.create_person(Uuid::now_v7(), &format!("{name}@contoh.or.id"), name, &[]).await
            };
            store.write(&Author::system(), make).await.unwrap();
        }
        let arrives = async {
            while people_in(&file).await < 2 {
                tokio::time::sleep(PAUSE).await;
            }
        };
        tokio::time::timeout(50 * PAUSE, arrives).await.unwrap();
    }

    #[tokio::test]
    async fn a_reader_in_the_way_is_waited_for() {
        let store = TestStore::open().await;
        let make = async |work: &mut Work| work.create_person(Uuid::now_v7(), "siti@contoh.or.id", "Siti", &[]).await;
        let old = sea_orm::TransactionTrait::begin(store.read.primary()).await.unwrap();
        old.execute_unprepared("SELECT count(*) FROM person").await.unwrap();
        store.write(&Author::system(), make).await.unwrap();
        assert!(!copy(&store.aside).await.unwrap());
        old.rollback().await.unwrap();
        assert!(copy(&store.aside).await.unwrap());
    }
}
