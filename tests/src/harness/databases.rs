//! Databases of their own for tests, made in milliseconds from a migrated template.

use std::{
    fs,
    path::{Path, PathBuf},
    pin::Pin,
    sync::{
        OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use aumsos_persistence::{Store, StoreSettings, Vault};
use aumsos_server::config::{Config, ServeFlags};
use sea_orm::{ConnectionTrait, Database, DatabaseConnection, Statement};

use super::cluster::Cluster;

/// The master key of every test, and how a variable gives it.
const MASTER_KEY: [u8; 32] = [7; 32];
const MASTER_KEY_TEXT: &str = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=";

/// The address that clients use of every service under test: the same for all processes on one database, whatever
/// ports they listen on, as behind a proxy.
pub(super) const PUBLIC_URL: &str = "http://aumsos.test";

/// The two database systems.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum System {
    /// Embedded.
    Sqlite,
    /// A server.
    Postgres,
}

/// What a story can be told on.
pub(crate) trait OnDatabase: Sized {
    /// Makes it on a database of its own.
    async fn on(system: System) -> Self;
}

/// A database with a folder beside it, both gone when this is dropped.
#[derive(Debug)]
pub(crate) struct TestDatabase {
    system: System,
    url: String,
    folder: tempfile::TempDir,
    /// The name under which it is dropped from the server.
    name: Option<String>,
}

impl OnDatabase for TestDatabase {
    async fn on(system: System) -> Self {
        Self::migrated(system)
    }
}

impl TestDatabase {
    /// A database with nothing in it, not even a schema.
    pub(crate) fn empty(system: System) -> Self {
        let folder = tempfile::tempdir().unwrap();
        match system {
            System::Sqlite => {
                fs::create_dir(folder.path().join("data")).unwrap();
                let url = format!("sqlite://{}", folder.path().join("data/aumsos.db").display());
                Self { system, url, folder, name: None }
            }
            System::Postgres => {
                let (name, url) = in_thread(|| create(None));
                Self { system, url, folder, name: Some(name) }
            }
        }
    }

    /// A database with the newest schema and the two central units.
    pub(crate) fn migrated(system: System) -> Self {
        static MIGRATED: Template = Template::of(|database| Box::pin(migrate(database.url())));
        MIGRATED.copy(system)
    }

    /// The empty database behind a URL, brought to the newest schema.
    pub(super) fn behind(url: String) -> Self {
        let to_migrate = url.clone();
        in_thread(|| async move { migrate(&to_migrate).await });
        Self { system: System::Postgres, url, folder: tempfile::tempdir().unwrap(), name: None }
    }

    /// Which system it is on.
    pub(crate) fn system(&self) -> System {
        self.system
    }

    /// The folder of the test, which is also the working directory of commands.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The database file, on SQLite.
    pub(crate) fn file(&self) -> PathBuf {
        self.folder().join("data/aumsos.db")
    }

    /// How the database is reached.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// A store of its own on the database.
    pub(crate) async fn store(&self) -> Store {
        let settings = StoreSettings::new(&self.url, 4);
        Store::open(&settings, Vault::new(&MASTER_KEY).unwrap()).await.unwrap()
    }

    /// A connection beside the service: what somebody does who has the database in their hands.
    pub(crate) async fn connection(&self) -> DatabaseConnection {
        Database::connect(self.url.as_str()).await.unwrap()
    }

    /// A number that the database counts.
    pub(crate) async fn count(&self, sql: &str) -> i64 {
        let connection = self.connection().await;
        let statement = Statement::from_string(connection.get_database_backend(), sql);
        let row = connection.query_one_raw(statement).await.unwrap().unwrap();
        let count = match row.try_get_by_index::<i64>(0) {
            Ok(count) => count,
            Err(_) => i64::from(row.try_get_by_index::<i32>(0).unwrap()),
        };
        connection.close().await.unwrap();
        count
    }

    /// Runs SQL beside the service.
    pub(crate) async fn tamper(&self, sql: &str) {
        let connection = self.connection().await;
        connection.execute_unprepared(sql).await.unwrap();
        connection.close().await.unwrap();
    }

    /// The variables by which a service on this database is configured. Nobody's rate is limited.
    pub(crate) fn variables(&self) -> Vec<(&'static str, String)> {
        vec![
            ("AUMSOS_DATABASE_URL", self.url.clone()),
            ("AUMSOS_DATABASE_POOL", "4".to_owned()),
            ("AUMSOS_DATA_DIR", self.folder().join("data").display().to_string()),
            ("AUMSOS_SECRETS__MASTER_KEY", MASTER_KEY_TEXT.to_owned()),
            ("AUMSOS_HTTP__LISTEN", "127.0.0.1:0".to_owned()),
            ("AUMSOS_HTTP__PUBLIC_URL", PUBLIC_URL.to_owned()),
            ("AUMSOS_HTTP__WORKERS", "2".to_owned()),
            ("AUMSOS_RATE_LIMIT__REQUESTS_PER_MINUTE", "0".to_owned()),
            ("AUMSOS_RATE_LIMIT__ANONYMOUS_REQUESTS_PER_MINUTE", "0".to_owned()),
            ("AUMSOS_RATE_LIMIT__LIMIT_SIGN_INS", "false".to_owned()),
        ]
    }

    /// The configuration of a service on this database, with some settings changed.
    pub(crate) fn config(&self, changed: &[(&'static str, &str)], flags: &ServeFlags) -> Config {
        let changed = changed.iter().map(|(name, value)| (*name, (*value).to_owned()));
        let mut variables = self.variables();
        variables.retain(|(name, _)| changed.clone().all(|(changed, _)| changed != *name));
        let variables = variables.into_iter().chain(changed);
        let variables = variables.map(|(name, value)| (name.into(), value.into()));
        Config::load_within(self.folder(), variables, flags).unwrap().0
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        if let Some(name) = self.name.take() {
            let drop = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
            // It is gone with the cluster anyway, or can be dropped by hand: no reason to fail.
            let _ = in_thread(move || async move { on_maintenance(&drop).await });
        }
    }
}

/// Makes a database on the server; gives its name and URL.
async fn create(template: Option<&str>) -> (String, String) {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let name = format!("aumsos_test_{}_{number}", std::process::id());
    let template = template.map_or(String::new(), |template| format!(" TEMPLATE {template}"));
    on_maintenance(&format!("CREATE DATABASE {name}{template}")).await.unwrap();
    let url = Cluster::get().url_of(&name);
    (name, url)
}

async fn on_maintenance(sql: &str) -> Result<(), sea_orm::DbErr> {
    let connection = Database::connect(Cluster::get().maintenance_url()).await?;
    let done = connection.execute_unprepared(sql).await.map(drop);
    connection.close().await?;
    done
}

async fn migrate(url: &str) {
    let settings = StoreSettings::new(url, 2);
    let store = Store::open(&settings, Vault::new(&MASTER_KEY).unwrap()).await.unwrap();
    store.migrate_up().await.unwrap();
    store.plant_roots().await.unwrap();
    store.close().await.unwrap();
}

/// A database that is made once in a test run and copied for each test.
pub(crate) struct Template {
    fill: Fill,
    /// The file.
    sqlite: OnceLock<Vec<u8>>,
    /// The name of the database.
    postgres: OnceLock<String>,
}

/// Fills an empty database.
type Fill = for<'a> fn(&'a TestDatabase) -> Pin<Box<dyn Future<Output = ()> + 'a>>;

impl Template {
    /// What is made by filling an empty database, and leaving it closed.
    pub(crate) const fn of(fill: Fill) -> Self {
        Self { fill, sqlite: OnceLock::new(), postgres: OnceLock::new() }
    }

    /// A copy of it.
    pub(crate) fn copy(&'static self, system: System) -> TestDatabase {
        match system {
            System::Sqlite => {
                let database = TestDatabase::empty(system);
                let bytes = self.sqlite.get_or_init(|| fs::read(self.made(system).file()).unwrap());
                fs::write(database.file(), bytes).unwrap();
                database
            }
            System::Postgres if Cluster::get().is_own => {
                let template = self.postgres.get_or_init(|| self.made(system).name.take().unwrap());
                let (name, url) = in_thread(|| create(Some(template)));
                TestDatabase { system, url, folder: tempfile::tempdir().unwrap(), name: Some(name) }
            }
            // A template would be left behind on a server that stays.
            System::Postgres => self.made(system),
        }
    }

    fn made(&'static self, system: System) -> TestDatabase {
        in_thread(move || async move {
            let database = TestDatabase::empty(system);
            (self.fill)(&database).await;
            database
        })
    }
}

/// Runs something to its end apart from the test's own runtime: several tests may wait for the same template.
fn in_thread<T: Send + 'static, W: Future<Output = T>>(work: impl FnOnce() -> W + Send + 'static) -> T {
    let run = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work());
    thread::spawn(run).join().unwrap()
}
