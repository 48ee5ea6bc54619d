//! What differs between SQLite and `PostgreSQL`, behind one name each.

use sea_orm::{
    DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, SqliteTransactionMode, TransactionOptions,
    TransactionTrait,
    sea_query::{Expr, ExprTrait, Func},
};

/// Begins a transaction that writes. On SQLite it takes the writer at once: one that began by reading could not.
pub(crate) async fn begin_to_write(connection: &DatabaseConnection) -> Result<DatabaseTransaction, DbErr> {
    let options = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    };
    connection.begin_with_options(options).await
}

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

/// A text inside a JSON document, by the names that lead to it; null where there is none.
pub(crate) fn json_text(backend: DbBackend, document: Expr, names: [&str; 3]) -> Expr {
    match backend {
        DbBackend::Postgres => {
            let extract = Func::cust("jsonb_extract_path_text").arg(document.cast_as("jsonb"));
            names.into_iter().fold(extract, sea_orm::sea_query::FunctionCall::arg).into()
        }
        _ => Func::cust("json_extract").arg(document).arg(format!("$.{}", names.join("."))).into(),
    }
}
