//! Leases: work that one process must do is taken by a row in a table, with a fencing number, never by a session's
//! lock. The database's clock decides when a lease ends.

use std::time::Duration;

use sea_orm::{
    ConnectionTrait, DatabaseTransaction,
    sea_query::{Alias, Expr, ExprTrait, OnConflict, Query},
};
use uuid::Uuid;

use crate::{Store, StoreError, clock::micros, dialect::database_now};

/// A lease that is held. The fencing number grows with each holder, so that a late one can be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lease {
    holder: Uuid,
    fencing: i64,
}

impl Store {
    /// Takes or renews the lease `name` for `holder`, if nobody else holds it.
    pub async fn take_lease(&self, name: &str, holder: Uuid, term: Duration) -> Result<Option<Lease>, StoreError> {
        let table = Alias::new("lease");
        let now = || database_now(self.backend());
        let ends = now().add(micros(term));
        let mut insert = Query::insert();
        insert
            .into_table(table.clone())
            .columns(["name", "holder", "fencing", "expires_at"])
            .values_panic([name.into(), holder.into(), 1_i64.into(), ends.clone()])
            .on_conflict(
                OnConflict::column("name")
                    .value(
                        "fencing",
                        Expr::col((table.clone(), "fencing"))
                            .add(Expr::case(Expr::col((table.clone(), "holder")).eq(holder), 0).finally(1)),
                    )
                    .value("holder", Expr::value(holder))
                    .value("expires_at", ends)
                    .action_and_where(
                        Expr::col((table.clone(), "holder"))
                            .eq(holder)
                            .or(Expr::col((table.clone(), "expires_at")).lt(now())),
                    )
                    .to_owned(),
            );
        let connection = self.own_write();
        if connection.execute(&insert).await?.rows_affected() == 0 {
            return Ok(None);
        }
        let mut select = Query::select();
        select.column("fencing").from(table).and_where(Expr::col("name").eq(name));
        select.and_where(Expr::col("holder").eq(holder));
        let row = connection.query_one(&select).await?;
        row.map(|row| Ok(Lease { holder, fencing: row.try_get_by_index(0)? })).transpose()
    }

    /// Whether somebody else holds the lease `name` at this moment: then it need not be tried for, which would lock it.
    pub async fn is_lease_of_another(&self, name: &str, holder: Uuid) -> Result<bool, StoreError> {
        let mut select = Query::select();
        select
            .expr(Expr::value(1))
            .from(Alias::new("lease"))
            .and_where(Expr::col("name").eq(name))
            .and_where(Expr::col("holder").ne(holder))
            .and_where(Expr::col("expires_at").gte(database_now(self.backend())));
        Ok(self.aside.query_one(&select).await?.is_some())
    }

    /// Gives a lease back, so that another process need not wait for its end.
    pub async fn release_lease(&self, name: &str, lease: Lease) -> Result<(), StoreError> {
        let mut update = Query::update();
        update
            .table(Alias::new("lease"))
            .value("expires_at", 0_i64)
            .and_where(Expr::col("name").eq(name))
            .and_where(Expr::col("holder").eq(lease.holder))
            .and_where(Expr::col("fencing").eq(lease.fencing));
        self.own_write().execute(&update).await?;
        Ok(())
    }
}

/// Whether the lease is still held, inside a transaction that writes what only the holder may write. Locks the row, so
/// that nobody can take the lease over before the commit.
pub(crate) async fn holds(transaction: &DatabaseTransaction, name: &str, lease: Lease) -> Result<bool, StoreError> {
    let mut update = Query::update();
    update
        .table(Alias::new("lease"))
        .value("fencing", lease.fencing)
        .and_where(Expr::col("name").eq(name))
        .and_where(Expr::col("holder").eq(lease.holder))
        .and_where(Expr::col("fencing").eq(lease.fencing));
    Ok(transaction.execute(&update).await?.rows_affected() == 1)
}
