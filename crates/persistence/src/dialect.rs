//! What differs between SQLite and `PostgreSQL`, behind one name each.

use sea_orm::{
    DbBackend,
    sea_query::{Expr, ExprTrait, Func},
};

/// The database's own clock in microseconds. It decides leases and expiry, so that several servers need not agree.
pub(crate) fn database_now(backend: DbBackend) -> Expr {
    match backend {
        DbBackend::Postgres => {
            let clock = Expr::from(Func::cust("clock_timestamp"));
            Expr::from(Func::cust("date_part").arg("epoch").arg(clock)).mul(1_000_000).cast_as("bigint")
        }
        _ => Expr::from(Func::cust("unixepoch").arg("subsec")).mul(1_000_000).cast_as("integer"),
    }
}
