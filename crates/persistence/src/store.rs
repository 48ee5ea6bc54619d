//! The store: how the service reaches its database, on SQLite and on `PostgreSQL`.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, DbErr};
use tokio::sync::{Notify, watch};

use crate::{
    StoreError,
    group_commit::Line,
    primary,
    reads::Reads,
    replica::{Replica, ReplicaSettings},
    vault::Vault,
    wal_checkpoints::WalCheckpoints,
};

/// How to reach the database.
#[derive(Debug, Clone)]
pub struct StoreSettings {
    /// `sqlite://path` or `postgres://…`.
    pub database_url: String,
    /// Connections: readers on SQLite (there is always one writer), all that requests have on `PostgreSQL`.
    pub connections: u32,
    /// Threads that answer requests. Each has its share of the connections to `PostgreSQL` ([`Store::of_worker`]).
    pub workers: u32,
    /// A hot standby that reads may follow, on `PostgreSQL`.
    pub replica: Option<ReplicaSettings>,
}

impl StoreSettings {
    /// How to reach one database, without a replica, and from no thread but the one that opens it.
    pub fn new(database_url: impl Into<String>, connections: u32) -> Self {
        Self { database_url: database_url.into(), connections, workers: 0, replica: None }
    }

    /// Connections to `PostgreSQL` that are no worker's: all of them where there are no workers.
    fn beside_workers(&self) -> u32 {
        if self.workers == 0 { self.connections.max(2) } else { BESIDE_WORKERS }
    }

    /// Whether the database is a file of this machine.
    pub fn is_sqlite(&self) -> bool {
        self.database_url.starts_with("sqlite:")
    }

    /// The database file, on SQLite.
    pub fn sqlite_file(&self) -> Option<&Path> {
        let path = self.database_url.strip_prefix("sqlite:")?.trim_start_matches("//");
        Some(Path::new(path.split('?').next().unwrap_or(path)))
    }
}

/// A handle on the database; cheap to clone.
#[derive(Clone)]
pub struct Store {
    /// Reads go here: on SQLite a pool of connections that cannot write, on `PostgreSQL` perhaps a replica
    /// ([`Store::following`]).
    pub(crate) read: Reads,
    /// Writes go here: on SQLite the one writer.
    pub(crate) write: DatabaseConnection,
    /// What seals, follows, leases and copies SQLite's log must not stand in line behind requests: connections of their own,
    /// which on SQLite cannot change anything.
    pub(crate) aside: DatabaseConnection,
    /// What each worker reads and writes by, on `PostgreSQL`.
    workers: Arc<[Worker]>,
    pub(crate) replica: Option<Arc<Replica>>,
    pub(crate) vault: Arc<Vault>,
    /// Rung after each commit; wakes the sealer of this process.
    pub(crate) committed: Arc<Notify>,
    /// Rung after each commit that leaves work in the queue; wakes the worker of this process.
    pub(crate) queued: Arc<Notify>,
    /// Those who wait for the one writer of SQLite.
    pub(crate) line: Line,
    /// What copies the log of SQLite.
    wal_checkpoints: WalCheckpoints,
    /// How many changes this process has committed, or may have.
    commits: Arc<AtomicU64>,
    /// The last sealed position this process knows of.
    sealed: Arc<watch::Sender<i64>>,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").field("backend", &self.backend()).finish_non_exhaustive()
    }
}

impl Store {
    /// Opens the database; on SQLite the file is made when it is missing, and the settings that make it durable are
    /// asserted on a connection of each pool.
    pub async fn open(settings: &StoreSettings, vault: Vault) -> Result<Self, StoreError> {
        let (read, write, aside) = if settings.is_sqlite() {
            let write = Database::connect(sqlite_options(settings, Access::Writer)).await?;
            let read = Database::connect(sqlite_options(settings, Access::Reader)).await?;
            let aside = Database::connect(sqlite_options(settings, Access::Aside)).await?;
            for pool in [&write, &read, &aside] {
                assert_durable(pool).await?;
            }
            (read, write, aside)
        } else {
            let connect = |connections| Database::connect(primary_options(settings, connections));
            let pool = connect(settings.beside_workers()).await?;
            (pool.clone(), pool, connect(ASIDE).await?)
        };
        let replica = open_replica(settings).await?.map(Arc::new);
        let mut workers = Vec::new();
        if !settings.is_sqlite() {
            for _ in 0..settings.workers {
                workers.push(Worker::of(settings, replica.as_ref()).await?);
            }
        }
        let store = Self {
            read: Reads::of_primary(read),
            write,
            aside,
            workers: workers.into(),
            replica,
            vault: Arc::new(vault),
            committed: Arc::new(Notify::new()),
            queued: Arc::new(Notify::new()),
            line: Line::default(),
            wal_checkpoints: WalCheckpoints::default(),
            commits: Arc::new(AtomicU64::new(0)),
            sealed: Arc::new(watch::Sender::new(0)),
        };
        store.adopt_own_secret().await?;
        Ok(store)
    }

    /// The same store for one of the threads that answer requests. Its connections to `PostgreSQL` are nobody else's: an
    /// answer wakes the thread that opened the connection, which would have to wake the one that waits for it.
    pub fn of_worker(&self, number: usize) -> Self {
        let mut store = self.clone();
        if let Some(worker) = self.workers.iter().cycle().nth(number) {
            store.read = Reads::of_primary(worker.primary.clone());
            store.write = worker.primary.clone();
            store.replica.clone_from(&worker.replica);
        }
        store
    }

    /// Which of the two databases it is.
    pub fn backend(&self) -> DbBackend {
        self.write.get_database_backend()
    }

    /// Whether it is the embedded database.
    pub fn is_sqlite(&self) -> bool {
        self.backend() == DbBackend::Sqlite
    }

    /// A number that grows whenever this process commits a change of a record: what was read before it grew may be old.
    pub fn commits(&self) -> u64 {
        self.commits.load(Ordering::Acquire)
    }

    pub(crate) fn count_commit(&self) {
        self.commits.fetch_add(1, Ordering::Release);
    }

    /// What personal data is sealed with.
    pub fn vault(&self) -> &Vault {
        &self.vault
    }

    /// Hears of sealed positions as this process learns of them.
    pub fn sealed_positions(&self) -> watch::Receiver<i64> {
        self.sealed.subscribe()
    }

    /// The last sealed position that this process knows of and that is there wherever this store reads; others may have
    /// sealed more.
    pub fn known_position(&self) -> i64 {
        self.read.proven().map_or_else(|| *self.sealed.borrow(), |proven| proven.position)
    }

    pub(crate) fn sealed_to(&self, position: i64) {
        self.sealed.send_if_modified(|known| {
            let is_news = position > *known;
            *known = position.max(*known);
            is_news
        });
    }

    /// Where the service itself writes, apart from any request.
    pub(crate) fn own_write(&self) -> &DatabaseConnection {
        if self.is_sqlite() { &self.write } else { &self.aside }
    }

    /// Has SQLite's log copied into its file before long.
    pub(crate) fn begin_wal_checkpoint(&self) {
        if self.is_sqlite() {
            self.wal_checkpoints.begin(&self.aside);
        }
    }

    /// Lets SQLite look at tables that have grown, so that it knows which index serves a question. `PostgreSQL` does so by
    /// itself.
    pub async fn refresh_planner(&self) -> Result<(), StoreError> {
        if self.is_sqlite() {
            self.write.execute_unprepared("PRAGMA optimize=0x10002").await?;
        }
        Ok(())
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<(), StoreError> {
        Ok(self.read.primary().ping().await?)
    }

    /// Closes all connections; on SQLite this folds the write-ahead log into the file.
    pub async fn close(self) -> Result<(), StoreError> {
        for worker in self.workers.iter() {
            worker.close().await?;
        }
        if let Some(replica) = &self.replica {
            replica.close().await?;
        }
        self.aside.close().await?;
        self.read.primary().close_by_ref().await?;
        Ok(self.write.close().await?)
    }
}

/// Connections apart from those for requests.
const ASIDE: u32 = 3;

/// Connections of a service that are no worker's: for its jobs.
const BESIDE_WORKERS: u32 = 4;

/// The connections of a thread that answers requests. They are opened when they are first needed, by the thread itself.
struct Worker {
    primary: DatabaseConnection,
    replica: Option<Arc<Replica>>,
}

impl Worker {
    async fn of(settings: &StoreSettings, replica: Option<&Arc<Replica>>) -> Result<Self, StoreError> {
        let share = settings.connections.div_ceil(settings.workers).max(2);
        let mut options = primary_options(settings, share);
        let primary = Database::connect(options.connect_lazy(true).to_owned()).await?;
        let replica = match (replica, &settings.replica) {
            (Some(replica), Some(at)) => Some(Arc::new(replica.reached_by(connect_replica(at, share).await?))),
            _ => None,
        };
        Ok(Self { primary, replica })
    }

    async fn close(&self) -> Result<(), StoreError> {
        if let Some(replica) = &self.replica {
            replica.connection().close_by_ref().await?;
        }
        Ok(self.primary.close_by_ref().await?)
    }
}

/// Rows that SQLite's thread reads ahead of who asked for them.
const ROWS_AHEAD: usize = 256;

/// Prepared statements that a connection to SQLite keeps. Those of an import have thousands of values and are hundreds of
/// kilobytes large, each of another length.
const STATEMENTS: usize = 40;

#[derive(Clone, Copy)]
enum Access {
    Reader,
    Writer,
    Aside,
}

fn sqlite_options(settings: &StoreSettings, access: Access) -> ConnectOptions {
    let url = if settings.database_url.contains('?') {
        settings.database_url.clone()
    } else {
        format!("{}?mode=rwc", settings.database_url)
    };
    let mut options = ConnectOptions::new(url);
    let most = match access {
        Access::Reader => settings.connections.max(1),
        Access::Writer => 1,
        Access::Aside => ASIDE,
    };
    options
        .max_connections(most)
        .min_connections(1)
        .acquire_timeout(Duration::from_secs(3))
        // A file does not go away.
        .test_before_acquire(false)
        .sqlx_logging(false)
        .map_sqlx_sqlite_opts(move |sqlite| {
            let sqlite = sqlite
                .pragma("journal_mode", "WAL")
                .pragma("synchronous", "FULL")
                .pragma("foreign_keys", "ON")
                .pragma("busy_timeout", "5000")
                .pragma("temp_store", "MEMORY")
                // The thread that reads hands over its rows without waiting for each handful to be taken.
                .row_buffer_size(ROWS_AHEAD)
                .statement_cache_capacity(STATEMENTS);
            match access {
                // In KiB: room for what a batch of a large import changes, and for what it reads beside, which SQLite lets go of
                // first. The log is copied by another connection (`wal_checkpoints`); where that comes after too slowly, the
                // writer does so itself at so many pages, 128 MiB.
                Access::Writer => sqlite.pragma("cache_size", "-24576").pragma("wal_autocheckpoint", "32000"),
                Access::Reader => sqlite.pragma("query_only", "ON"),
                // What seals, follows and copies comes back to few pages.
                Access::Aside => sqlite.pragma("query_only", "ON").pragma("cache_size", "-512"),
            }
        });
    options
}

/// Opened when it is first needed: the service starts without its replica.
async fn open_replica(settings: &StoreSettings) -> Result<Option<Replica>, StoreError> {
    let Some(replica) = &settings.replica else { return Ok(None) };
    let connection = connect_replica(replica, settings.beside_workers()).await?;
    let aside = connect_replica(replica, 1).await?;
    Ok(Some(Replica::new(connection, aside, replica.lag)))
}

async fn connect_replica(replica: &ReplicaSettings, connections: u32) -> Result<DatabaseConnection, DbErr> {
    let mut options = postgres_options(&replica.url, connections);
    options.connect_lazy(true).acquire_timeout(Duration::from_secs(1));
    Database::connect(options).await
}

fn primary_options(settings: &StoreSettings, connections: u32) -> ConnectOptions {
    primary::alone(postgres_options(&settings.database_url, connections))
}

fn postgres_options(url: &str, connections: u32) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(connections)
        .acquire_timeout(Duration::from_secs(3))
        // One that was used a moment ago is there; asking it first would cost each statement a second way there and back.
        .test_before_acquire_if_idle_for(primary::A_MOMENT)
        .sqlx_logging(false)
        .set_application_name("aumsos")
        .map_sqlx_postgres_opts(|postgres| {
            postgres.options([
                ("statement_timeout", "5000"),
                ("lock_timeout", "2000"),
                ("idle_in_transaction_session_timeout", "10000"),
            ])
        });
    options
}

/// A durable SQLite or none: WAL with `synchronous=FULL` lost nothing in simulated power cuts where the
/// defaults lost acknowledged rows.
async fn assert_durable(connection: &DatabaseConnection) -> Result<(), StoreError> {
    for (pragma, wanted) in [("journal_mode", "wal"), ("synchronous", "2"), ("foreign_keys", "1")] {
        let statement = match pragma {
            "journal_mode" => "PRAGMA journal_mode",
            "synchronous" => "PRAGMA synchronous",
            _ => "PRAGMA foreign_keys",
        };
        let statement = sea_orm::Statement::from_sql_and_values(DbBackend::Sqlite, statement, []);
        let row = connection.query_one_raw(statement).await?;
        let row = row.ok_or_else(|| StoreError::Database(DbErr::Custom(format!("no answer to PRAGMA {pragma}"))))?;
        let found = match row.try_get_by_index::<String>(0) {
            Ok(text) => text,
            Err(_) => row.try_get_by_index::<i64>(0)?.to_string(),
        };
        if found != wanted {
            return Err(StoreError::Database(DbErr::Custom(format!("{pragma} is {found}, not {wanted}"))));
        }
    }
    Ok(())
}
