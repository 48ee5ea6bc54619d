//! Connections to the primary alone: one that leads to a standby, or to a primary that was demoted and stays, is closed, and
//! the next one goes to wherever the address leads by then.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use sea_orm::{
    ConnectOptions, SqlxError,
    sqlx::{self, PgConnection, Row as _, pool::PoolConnectionMetadata},
};

/// A connection that was used not longer ago than this is not asked anything before it is used again.
pub(crate) const A_MOMENT: Duration = Duration::from_millis(500);
/// For how long after a write was refused all older connections are asked.
const SUSPICION: Duration = Duration::from_secs(10);

/// When a server last said that it takes no writes. Of the process and not of one store: it is heard where errors are
/// sorted, and to ask once too often costs nothing else.
static REFUSED: Mutex<Option<Instant>> = Mutex::new(None);

/// A server said that it takes no writes.
pub(crate) fn note_refusal() {
    *REFUSED.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
}

/// Connections that are asked whether they may write: when they are new, when they have lain idle, and when another one
/// might not. That takes the place of a ping and costs as much.
pub(crate) fn alone(mut options: ConnectOptions) -> ConnectOptions {
    options.map_sqlx_postgres_pool_opts(|pool| {
        pool.after_connect(|connection, _| Box::pin(require_writes(connection))).before_acquire(|connection, used| {
            Box::pin(async move { Ok(!is_in_doubt(&used) || takes_writes(connection).await?) })
        })
    });
    options
}

fn is_in_doubt(used: &PoolConnectionMetadata) -> bool {
    let refused = *REFUSED.lock().unwrap_or_else(PoisonError::into_inner);
    let since = refused.map(|at| at.elapsed()).filter(|since| *since < SUSPICION);
    used.idle_for >= A_MOMENT || since.is_some_and(|since| used.age > since)
}

/// No standby takes writes, and no primary that was set to read-only.
async fn takes_writes(connection: &mut PgConnection) -> Result<bool, SqlxError> {
    let row = sqlx::raw_sql("SHOW transaction_read_only").fetch_one(connection).await?;
    Ok(row.try_get::<&str, _>(0)? == "off")
}

async fn require_writes(connection: &mut PgConnection) -> Result<(), SqlxError> {
    if takes_writes(connection).await? {
        return Ok(());
    }
    tracing::warn!("the database takes no writes: database_url leads to a standby");
    Err(SqlxError::Configuration("it takes no writes".into()))
}
