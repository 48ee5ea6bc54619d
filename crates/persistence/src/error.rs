//! What can go wrong with the store, sorted by what the caller does about it.

use sea_orm::{ConnAcquireErr, DbErr, RuntimeErr, SqlErr, SqlxError};

use crate::primary;

/// An error of the store. None of them leaves half a change behind.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// No connection in time, or the database is away: try again later (503).
    #[error("the database cannot be reached")]
    Unavailable,
    /// No room to write (507).
    #[error("the database has no room to write")]
    Full,
    /// Another transaction was in the way; the unit of work tries again by itself, a few times.
    #[error("another transaction was in the way")]
    Contended,
    /// A row with this key stands already.
    #[error("a row with this key stands already")]
    Taken,
    /// A twin of this request, with the same idempotency key, is still running (409).
    #[error("a twin of this request is still running")]
    TwinRunning,
    /// The idempotency key was used for another request (422).
    #[error("the idempotency key was used for another request")]
    KeyReused,
    /// It spoke of a person who was erased since (410).
    #[error("it spoke of a person who was erased")]
    Erased,
    /// What is stored cannot be read: damaged, or sealed under a master key that is not configured.
    #[error("what is stored cannot be read: {0}")]
    Unreadable(&'static str),
    /// Anything else the database said.
    #[error("the database refused: {0}")]
    Database(DbErr),
}

impl From<DbErr> for StoreError {
    fn from(error: DbErr) -> Self {
        if matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) {
            return Self::Taken;
        }
        match &error {
            DbErr::ConnectionAcquire(ConnAcquireErr::Timeout | ConnAcquireErr::ConnectionClosed) | DbErr::Conn(_) => {
                Self::Unavailable
            }
            DbErr::Exec(RuntimeErr::SqlxError(cause)) | DbErr::Query(RuntimeErr::SqlxError(cause)) => {
                sorted(cause).unwrap_or(Self::Database(error))
            }
            _ => Self::Database(error),
        }
    }
}

/// Sorts what sqlx says by SQLSTATE (PostgreSQL) or result code (SQLite).
fn sorted(cause: &SqlxError) -> Option<StoreError> {
    match cause {
        SqlxError::PoolTimedOut | SqlxError::PoolClosed | SqlxError::Io(_) | SqlxError::Tls(_) => {
            Some(StoreError::Unavailable)
        }
        SqlxError::Database(database) => match database.code()?.as_ref() {
            // serialization_failure, deadlock_detected; SQLITE_BUSY, SQLITE_BUSY_SNAPSHOT, SQLITE_LOCKED
            "40001" | "40P01" | "5" | "517" | "6" => Some(StoreError::Contended),
            // lock_not_available
            "55P03" => Some(StoreError::Contended),
            // disk_full; SQLITE_FULL
            "53100" | "13" => Some(StoreError::Full),
            // too_many_connections, admin_shutdown, crash_shutdown, cannot_connect_now, query_canceled
            "53300" | "57P01" | "57P02" | "57P03" | "57014" => Some(StoreError::Unavailable),
            // read_only_sql_transaction: a primary that was demoted. The connection is closed before its next use.
            "25006" => {
                primary::note_refusal();
                Some(StoreError::Unavailable)
            }
            // connection_exception, connection_does_not_exist, connection_failure, of a proxy in between
            "08000" | "08003" | "08006" => Some(StoreError::Unavailable),
            // SQLITE_IOERR and its extended codes
            "10" | "778" | "1034" => Some(StoreError::Unavailable),
            _ => None,
        },
        _ => None,
    }
}

impl StoreError {
    /// Whether the whole unit of work may be tried again.
    pub const fn is_contended(&self) -> bool {
        matches!(self, Self::Contended)
    }
}
