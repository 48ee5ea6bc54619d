//! What differs between SQLite and `PostgreSQL`, behind one name each.

use sea_orm::{
    DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, SqliteTransactionMode, TransactionOptions,
    TransactionTrait,
    sea_query::{Expr, ExprTrait, Func, Query},
};

use crate::StoreError;

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

/// Whether a text is one of some. They are one value of the statement, whose text is the same however many they are: both
/// databases keep statements that were prepared, of which those with thousands of values take hundreds of kilobytes each.
pub(crate) fn is_one_of<'a>(
    backend: DbBackend,
    text: Expr,
    texts: impl IntoIterator<Item = &'a str>,
) -> Result<Expr, StoreError> {
    let texts: Vec<&str> = texts.into_iter().collect();
    let texts = serde_json::to_string(&texts).map_err(|_| StoreError::Unreadable("a list of texts"))?;
    let each = match backend {
        DbBackend::Postgres => Func::cust("jsonb_array_elements_text").arg(Expr::value(texts).cast_as("jsonb")),
        _ => Func::cust("json_each").arg(texts),
    };
    Ok(text.in_subquery(Query::select().column("value").from_function(each, "each").take()))
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
