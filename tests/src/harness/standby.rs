//! A PostgreSQL primary with a hot standby, and an address before them that can be moved, as Patroni, a virtual address or
//! a proxy move it. It needs PostgreSQL's programs, also where other tests run on a server that is named.

use std::{
    net::{Ipv4Addr, SocketAddr, TcpListener},
    process::Child,
    sync::{
        Arc,
        atomic::{AtomicU16, Ordering},
    },
};

use sea_orm::{ConnectionTrait, Database, DbBackend, Statement};
use tokio::{
    net::{TcpListener as Listener, TcpStream},
    task::JoinSet,
};

use super::{TestDatabase, cluster::Runner};

const SETTINGS: &str = "-c fsync=off -c full_page_writes=off -c shared_buffers=32MB -c jit=off -c log_min_messages=fatal \
                        -c listen_addresses=127.0.0.1 -c wal_receiver_status_interval=1s";

/// One of the two servers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Node {
    data: &'static str,
    port: u16,
}

impl Node {
    /// How it is reached, whichever part it plays.
    pub(crate) fn url(self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    /// Asks it for a text, beside the service.
    pub(crate) async fn ask(self, sql: &str) -> String {
        let connection = Database::connect(self.url()).await.unwrap();
        let statement = Statement::from_string(DbBackend::Postgres, sql);
        let row = connection.query_one_raw(statement).await.unwrap().unwrap();
        let said = row.try_get_by_index::<String>(0).unwrap();
        connection.close().await.unwrap();
        said
    }

    /// Runs statements on it, one transaction each.
    pub(crate) async fn tell(self, statements: &[&str]) {
        let connection = Database::connect(self.url()).await.unwrap();
        for sql in statements {
            connection.execute_unprepared(sql).await.unwrap();
        }
        connection.close().await.unwrap();
    }
}

/// The pair. Both are gone when this is dropped, or when the process ends.
pub(crate) struct Replicated {
    runner: Runner,
    pub(crate) primary: Node,
    pub(crate) standby: Node,
    address: Address,
    _watcher: Child,
}

impl Replicated {
    /// Starts both; the standby streams from the primary.
    pub(crate) async fn start() -> Self {
        let runner = Runner::new().unwrap_or_else(|reason| panic!("no PostgreSQL to test on: {reason}"));
        let watcher = runner.watch(&["primary", "standby"]).unwrap();
        let [primary, standby] = ["primary", "standby"].map(|data| Node { data, port: free_port() });
        let address = Address::leading_to(primary.port).await;
        let pair = Self { runner, primary, standby, address, _watcher: watcher };
        pair.runner.init(primary.data).unwrap();
        pair.start_again(primary);
        let from = primary.url();
        let copy = ["-R", "-X", "stream", "--checkpoint=fast", "--no-sync", "-D", standby.data, "-d", &from];
        pair.runner.run("pg_basebackup", &copy).unwrap();
        pair.start_again(standby);
        pair
    }

    fn settings(&self, node: Node) -> String {
        format!("{SETTINGS} -p {} -c unix_socket_directories={}", node.port, self.runner.folder.display())
    }

    /// The database as the service is to reach it: by the address.
    pub(crate) fn database(&self) -> TestDatabase {
        TestDatabase::behind(format!("postgres://postgres@127.0.0.1:{}/postgres", self.address.port))
    }

    /// Ends a server as a crash would.
    pub(crate) fn kill(&self, node: Node) {
        self.runner.run("pg_ctl", &["stop", "--mode=immediate", "--silent", "--pgdata", node.data]).unwrap();
    }

    /// Starts a server again that was killed.
    pub(crate) fn start_again(&self, node: Node) {
        self.runner.start(node.data, &self.settings(node)).unwrap();
    }

    /// From now on nothing is committed that the standby does not have.
    pub(crate) async fn replicate_synchronously(&self) {
        self.primary.tell(&["ALTER SYSTEM SET synchronous_standby_names = '*'", "SELECT pg_reload_conf()"]).await;
        while self.primary.ask("SELECT max(sync_state) FROM pg_stat_replication").await != "sync" {}
    }

    /// Makes a primary of the standby.
    pub(crate) fn promote(&self) {
        let wait = ["promote", "--wait", "--timeout=60", "--silent", "--pgdata", self.standby.data];
        self.runner.run("pg_ctl", &wait).unwrap();
    }

    /// From now on new connections to the address lead there; those that are open stay where they are.
    pub(crate) fn move_address_to(&self, node: Node) {
        self.address.leads_to.store(node.port, Ordering::Relaxed);
    }
}

/// A port that hands connections on.
struct Address {
    port: u16,
    leads_to: Arc<AtomicU16>,
    _connections: JoinSet<()>,
}

impl Address {
    async fn leading_to(port: u16) -> Self {
        let listener = Listener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let own = listener.local_addr().unwrap().port();
        let leads_to = Arc::new(AtomicU16::new(port));
        let to = Arc::clone(&leads_to);
        let mut connections = JoinSet::new();
        connections.spawn(async move {
            let mut open = JoinSet::new();
            while let Ok((mut from, _)) = listener.accept().await {
                let to = SocketAddr::from((Ipv4Addr::LOCALHOST, to.load(Ordering::Relaxed)));
                open.spawn(async move {
                    // Where nobody listens the connection ends at once, as one that is refused.
                    let Ok(mut to) = TcpStream::connect(to).await else { return };
                    let _ = tokio::io::copy_bidirectional(&mut from, &mut to).await;
                });
            }
        });
        Self { port: own, leads_to, _connections: connections }
    }
}

fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port()
}
