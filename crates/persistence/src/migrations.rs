//! Taking the steps of the schema and taking them back, also when several processes start at once; and what the
//! server's own role may do on the tables.

use std::time::{Duration, Instant};

use aumsos_migration::{Migrator, MigratorTrait};
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend,
    sea_query::{Func, Query},
};
use sea_orm_migration::MigrationStatus;

use crate::{Store, StoreError, dialect::begin_to_write, institutions::derive_keys};

/// The last step that leaves keys of institutions to be found anew.
const KEYS_OF_TRAITS: &str = "m20261130_000020_places";
/// How long a process waits for its turn, as on `PostgreSQL` by the time-outs below.
const PATIENCE: Duration = Duration::from_mins(2);

impl Store {
    /// Brings the schema up to date. Safe when several processes start at once: the steps run in one transaction, on
    /// `PostgreSQL` after a lock on a table that only migrations lock. Reads only when there is nothing to do.
    pub async fn migrate_up(&self) -> Result<(), StoreError> {
        if self.migration_status().await?.iter().all(|(_, is_taken)| *is_taken) {
            // Another process may have taken them since this one opened the database.
            return self.adopt_own_secret().await;
        }
        let transaction = alone(&self.write).await?;
        let taken = Migrator::get_applied_migrations(&transaction).await?;
        Migrator::up(&transaction, None).await?;
        if !taken.iter().any(|step| step.name() == KEYS_OF_TRAITS) {
            derive_keys(&transaction).await?;
        }
        // Here and not afterwards: by then another process may be filling the database, and would be waited for in vain.
        let secret = self.make_own_secret(&transaction).await?;
        transaction.commit().await?;
        self.vault().adopt(&secret)
    }

    /// Takes back the last `steps` steps, all of them or none. What their tables held is lost.
    pub async fn migrate_down(&self, steps: u32) -> Result<(), StoreError> {
        let transaction = alone(&self.write).await?;
        Migrator::down(&transaction, Some(steps)).await?;
        Ok(transaction.commit().await?)
    }

    /// The steps with whether they were taken.
    pub async fn migration_status(&self) -> Result<Vec<(String, bool)>, StoreError> {
        let steps = Migrator::get_migration_with_status_read_only(self.read.primary()).await?;
        Ok(steps.iter().map(|step| (step.name().to_owned(), step.status() == MigrationStatus::Applied)).collect())
    }

    /// Grants a `PostgreSQL` role what the server needs and no more: it appends to the ledger and cannot change it, and
    /// it cannot change the schema. Refused for a role that owns the tables or is above that, for which no grant
    /// counts. To be repeated after each migration; it always says the whole.
    pub async fn grant_to_server(&self, role: &str) -> Result<(), StoreError> {
        let transaction = alone(&self.write).await?;
        transaction.execute_unprepared(GRANTING).await?;
        let mut grant = Query::select();
        grant.expr(Func::cust("pg_temp.grant_to_server").arg(role));
        transaction.query_one(&grant).await?;
        transaction.execute_unprepared("DROP FUNCTION pg_temp.grant_to_server(text)").await?;
        Ok(transaction.commit().await?)
    }
}

/// A transaction that no other migration runs beside.
async fn alone(connection: &DatabaseConnection) -> Result<DatabaseTransaction, StoreError> {
    if connection.get_database_backend() == DbBackend::Postgres {
        // Two processes that create the table at once: one of them may be told that it exists already.
        let _ = connection.execute_unprepared("CREATE TABLE IF NOT EXISTS migration_lock (id integer)").await;
    }
    let transaction = begin_patiently(connection).await?;
    if connection.get_database_backend() == DbBackend::Postgres {
        transaction.execute_unprepared("SET LOCAL lock_timeout = '120s'").await?;
        transaction.execute_unprepared("SET LOCAL statement_timeout = '120s'").await?;
        transaction.execute_unprepared("LOCK TABLE migration_lock IN ACCESS EXCLUSIVE MODE").await?;
    }
    Ok(transaction)
}

/// Begins as soon as nobody else writes: on SQLite another process may be filling the database, which it waits for a few
/// seconds only.
async fn begin_patiently(connection: &DatabaseConnection) -> Result<DatabaseTransaction, StoreError> {
    let end = Instant::now() + PATIENCE;
    loop {
        match begin_to_write(connection).await.map_err(StoreError::from) {
            Err(error) if error.is_contended() && Instant::now() < end => {}
            outcome => return outcome,
        }
    }
}

/// The database itself quotes the names of role and tables (`%I`): the role comes in as a value, never as SQL.
const GRANTING: &str = "\
CREATE FUNCTION pg_temp.grant_to_server(server text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    found record;
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = server) THEN
        RAISE EXCEPTION 'there is no role %', server;
    END IF;
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', current_schema(), server);
    FOR found IN SELECT tablename, tableowner FROM pg_tables WHERE schemaname = current_schema() LOOP
        IF pg_has_role(server, found.tableowner, 'MEMBER') THEN
            RAISE EXCEPTION 'the role % is a superuser or owns the tables: the server needs one of its own', server;
        END IF;
        EXECUTE format('REVOKE ALL ON %I.%I FROM %I', current_schema(), found.tablename, server);
        EXECUTE format('GRANT %s ON %I.%I TO %I',
            CASE
                WHEN found.tablename IN ('change', 'change_seal', 'sensitive_read') THEN 'SELECT, INSERT'
                WHEN found.tablename IN ('seaql_migrations', 'migration_lock') THEN 'SELECT'
                ELSE 'SELECT, INSERT, UPDATE, DELETE'
            END, current_schema(), found.tablename, server);
    END LOOP;
    EXECUTE format('GRANT USAGE ON ALL SEQUENCES IN SCHEMA %I TO %I', current_schema(), server);
END $$";
