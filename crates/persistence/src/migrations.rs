//! Taking the steps of the schema, also when several processes start at once.

use aumsos_migration::{Migrator, MigratorTrait};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, TransactionTrait};

use crate::StoreError;

/// Takes the steps that are missing. On `PostgreSQL` a lock on a table of its own makes a second process wait and
/// then find nothing to do; SQLite has one writer anyway.
pub(crate) async fn up(connection: &DatabaseConnection, steps: Option<u32>) -> Result<(), StoreError> {
    if connection.get_database_backend() == DbBackend::Postgres {
        // Two processes that create the table at once: one of them may be told that it exists already.
        let _ = connection.execute_unprepared("CREATE TABLE IF NOT EXISTS migration_lock (id integer)").await;
    }
    let transaction = connection.begin().await?;
    if connection.get_database_backend() == DbBackend::Postgres {
        transaction.execute_unprepared("SET LOCAL lock_timeout = '120s'").await?;
        transaction.execute_unprepared("SET LOCAL statement_timeout = '120s'").await?;
        transaction.execute_unprepared("LOCK TABLE migration_lock IN ACCESS EXCLUSIVE MODE").await?;
    }
    Migrator::up(&transaction, steps).await?;
    Ok(transaction.commit().await?)
}
