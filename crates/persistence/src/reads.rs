//! Where reads go: to the primary, or to a replica as long as that may answer.
//!
//! A read that fails on the replica (a conflict with what it replays, a connection that broke off, a machine that is gone)
//! is asked of the primary once, here and nowhere else, so that nobody who reads need know of replicas.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use sea_orm::{
    ConnectionTrait, DatabaseConnection, DbBackend, DbErr, ExecResult, QueryResult, RuntimeErr, Statement,
    sqlx::error::DatabaseError,
};
use tokio::time::timeout;

use crate::replica::{Proven, Replica};

/// How long a read may take on the replica: somewhat longer than the server itself lets it (`statement_timeout`).
const PATIENCE: Duration = Duration::from_secs(6);

/// The connection for reads. Cheap to clone; the copies of one go to the primary together, so that no later read of a
/// request is older than an earlier one.
#[derive(Debug, Clone)]
pub(crate) struct Reads {
    primary: DatabaseConnection,
    followed: Option<Followed>,
}

/// A replica that one request follows.
#[derive(Debug, Clone)]
struct Followed {
    replica: Arc<Replica>,
    /// What it was known to have when the request began.
    proven: Proven,
    /// Whether the request has turned to the primary; it does not come back.
    is_left: Arc<AtomicBool>,
}

/// What every method of a connection gives.
type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, DbErr>> + Send + 'a>>;

impl Reads {
    /// Reads of the primary alone.
    pub(crate) const fn of_primary(primary: DatabaseConnection) -> Self {
        Self { primary, followed: None }
    }

    /// The same, of a replica that is known to have this much.
    pub(crate) fn following(&self, replica: &Arc<Replica>, proven: Proven) -> Self {
        let followed = Followed { replica: Arc::clone(replica), proven, is_left: Arc::default() };
        Self { primary: self.primary.clone(), followed: Some(followed) }
    }

    /// The same, of the primary alone.
    pub(crate) fn exact(&self) -> Self {
        Self::of_primary(self.primary.clone())
    }

    /// The primary itself.
    pub(crate) const fn primary(&self) -> &DatabaseConnection {
        &self.primary
    }

    /// What the replica is known to have, where one is followed.
    pub(crate) fn proven(&self) -> Option<Proven> {
        self.followed.as_ref().map(|followed| followed.proven)
    }

    /// Asks the replica if one is followed, and the primary otherwise or when the replica has no answer.
    fn ask<'a, T: Send + 'a>(
        &'a self,
        statement: Statement,
        ask: impl Fn(&'a DatabaseConnection, Statement) -> Answer<'a, T> + Send + 'a,
    ) -> Answer<'a, T> {
        match &self.followed {
            None => ask(&self.primary, statement),
            Some(followed) => Box::pin(async move {
                if followed.may_answer() {
                    match timeout(PATIENCE, ask(followed.replica.connection(), statement.clone())).await {
                        Ok(Ok(answer)) => return Ok(answer),
                        // What took too long there would here.
                        Ok(Err(error)) if is_too_slow(&error) => return Err(error),
                        Ok(Err(error)) => followed.leave(&error),
                        Err(_) => followed.leave(&"it does not answer"),
                    }
                }
                ask(&self.primary, statement).await
            }),
        }
    }
}

impl Followed {
    fn may_answer(&self) -> bool {
        if !self.is_left.load(Ordering::Relaxed) && !self.replica.is_fresh() {
            self.is_left.store(true, Ordering::Relaxed);
        }
        !self.is_left.load(Ordering::Relaxed)
    }

    /// This request, and all others until the replica has been looked at anew, go to the primary.
    fn leave(&self, why: &dyn std::fmt::Display) {
        tracing::debug!(%why, "a read goes from the replica to the primary");
        self.is_left.store(true, Ordering::Relaxed);
        self.replica.distrust();
    }
}

/// Whether the statement itself was given up (`query_canceled`); whatever is in the way of replaying is another code.
fn is_too_slow(error: &DbErr) -> bool {
    matches!(error, DbErr::Query(RuntimeErr::SqlxError(cause))
        if cause.as_database_error().and_then(DatabaseError::code).is_some_and(|code| code == "57014"))
}

/// By hand what `async_trait` would write, so that a store without a replica hands its connection's own future on.
impl ConnectionTrait for Reads {
    fn get_database_backend(&self) -> DbBackend {
        self.primary.get_database_backend()
    }

    fn execute_raw<'a, 'b>(&'a self, statement: Statement) -> Answer<'b, ExecResult>
    where
        'a: 'b,
        Self: 'b,
    {
        self.primary.execute_raw(statement)
    }

    fn execute_unprepared<'a, 's, 'b>(&'a self, sql: &'s str) -> Answer<'b, ExecResult>
    where
        'a: 'b,
        's: 'b,
        Self: 'b,
    {
        self.primary.execute_unprepared(sql)
    }

    fn query_one_raw<'a, 'b>(&'a self, statement: Statement) -> Answer<'b, Option<QueryResult>>
    where
        'a: 'b,
        Self: 'b,
    {
        self.ask(statement, DatabaseConnection::query_one_raw)
    }

    fn query_all_raw<'a, 'b>(&'a self, statement: Statement) -> Answer<'b, Vec<QueryResult>>
    where
        'a: 'b,
        Self: 'b,
    {
        self.ask(statement, DatabaseConnection::query_all_raw)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use sea_orm::Database;

    use super::*;

    /// A database that answers where it stands.
    async fn server(says: &str) -> DatabaseConnection {
        let mut options = sea_orm::ConnectOptions::new("sqlite::memory:");
        let server = Database::connect(options.max_connections(1).to_owned()).await.unwrap();
        server.execute_unprepared(&format!("CREATE VIEW here AS SELECT '{says}' AS name")).await.unwrap();
        server
    }

    async fn told(reads: &Reads) -> String {
        let statement = Statement::from_string(DbBackend::Sqlite, "SELECT name FROM here");
        reads.query_one_raw(statement).await.unwrap().unwrap().try_get("", "name").unwrap()
    }

    async fn pair(lag: Duration) -> (Reads, Arc<Replica>) {
        let replica = Replica::new(server("replica").await, server("aside").await, lag);
        replica.learn(Some(Proven::now(7)));
        (Reads::of_primary(server("primary").await), Arc::new(replica))
    }

    #[tokio::test]
    async fn a_request_follows_the_replica_unless_this_process_has_written_since() {
        let (reads, replica) = pair(Duration::from_mins(1)).await;
        let followed = reads.following(&replica, replica.proven_after(7).unwrap());
        assert_eq!((told(&reads).await, told(&followed).await), ("primary".to_owned(), "replica".to_owned()));
        assert_eq!(told(&followed.exact()).await, "primary");
        assert_eq!(replica.proven_after(8), None);
    }

    #[tokio::test]
    async fn a_request_that_has_turned_to_the_primary_does_not_come_back() {
        let (reads, replica) = pair(Duration::from_millis(20)).await;
        let followed = reads.following(&replica, replica.proven_after(7).unwrap());
        tokio::time::sleep(Duration::from_millis(30)).await;
        assert_eq!(told(&followed.clone()).await, "primary", "the replica is too far behind by now");
        replica.learn(Some(Proven::now(7)));
        assert_eq!(told(&followed).await, "primary");
        assert_eq!(told(&reads.following(&replica, replica.proven_after(7).unwrap())).await, "replica");
    }

    #[tokio::test]
    async fn what_fails_on_the_replica_is_asked_of_the_primary() {
        let (reads, replica) = pair(Duration::from_mins(1)).await;
        let followed = reads.following(&replica, replica.proven_after(7).unwrap());
        replica.connection().execute_unprepared("DROP VIEW here").await.unwrap();
        assert_eq!(told(&followed).await, "primary");
        assert!(!replica.is_fresh(), "nothing is read there until it has been looked at anew");
    }
}
