//! Hearing of what was committed and sealed, also by other processes.
//!
//! On `PostgreSQL` a notification wakes; it carries nothing that is relied on. A process that hears nothing, because the
//! engine has no notifications or the connection broke, looks by itself each second and misses nothing.

use std::time::{Duration, Instant};

use sea_orm::{
    ConnectionTrait,
    sea_query::{Func, Query},
    sqlx::postgres::{PgListener, PgPoolOptions},
};
use tokio::time::{sleep, timeout};

use super::feed::end_of_feed;
use crate::{Store, StoreError};

/// How often a process looks that hears nothing.
const LOOK: Duration = Duration::from_secs(1);
/// How long after a failure listening is tried again.
const LISTEN_AGAIN: Duration = Duration::from_secs(10);

/// What processes on one database tell each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum News {
    /// Something waits to be sealed, and whoever tells it does not hold the lease.
    Committed,
    /// Something was sealed.
    Sealed,
}

impl News {
    const fn channel(self) -> &'static str {
        match self {
            Self::Committed => "aumsos_committed",
            Self::Sealed => "aumsos_sealed",
        }
    }
}

impl Store {
    /// Wakes other processes. It may be lost: they look by themselves.
    pub(super) async fn tell(&self, news: News) {
        if self.is_sqlite() {
            return;
        }
        let mut select = Query::select();
        select.expr(Func::cust("pg_notify").arg(news.channel()).arg(""));
        // Apart from any transaction: an engine without notifications must not lose more than them.
        if let Err(error) = self.aside.execute(&select).await {
            tracing::debug!(%error, "nobody was told");
        }
    }

    /// Keeps [`Store::sealed_positions`] in step with what other processes seal, and wakes this process' sealer when
    /// others have committed. Runs until it is dropped.
    pub async fn follow_sealed(&self) {
        let mut listener = None;
        let mut try_at = Instant::now();
        loop {
            if listener.is_none() && !self.is_sqlite() && Instant::now() >= try_at {
                try_at = Instant::now() + LISTEN_AGAIN;
                listener = self.listen().await.inspect_err(|error| tracing::debug!(%error, "not listening")).ok();
            }
            if let Err(error) = self.learn_sealed().await {
                tracing::debug!(%error, "the end of the feed was not read");
            }
            match &mut listener {
                None => sleep(LOOK).await,
                Some(open) => match timeout(LOOK, open.recv()).await {
                    // Silence: look.
                    Err(_) => {}
                    Ok(Ok(first)) => {
                        let mut heard = Some(first);
                        while let Some(news) = heard {
                            if news.channel() == News::Committed.channel() {
                                self.committed.notify_one();
                            }
                            heard = open.next_buffered();
                        }
                    }
                    Ok(Err(error)) => {
                        tracing::debug!(%error, "listening broke off");
                        listener = None;
                    }
                },
            }
        }
    }

    /// Reads the end of the feed; gives the last sealed position.
    pub async fn learn_sealed(&self) -> Result<i64, StoreError> {
        let last = end_of_feed(&self.aside).await?;
        self.sealed_to(last);
        Ok(last)
    }

    /// Listens on a connection of its own: those of the pool are for requests.
    async fn listen(&self) -> Result<PgListener, sea_orm::SqlxError> {
        let options = self.write.get_postgres_connection_pool().connect_options();
        let pool = PgPoolOptions::new()
            .max_connections(1)
            .max_lifetime(None)
            .idle_timeout(None)
            .acquire_timeout(Duration::from_secs(3))
            .connect_lazy_with((*options).clone());
        let mut listener = PgListener::connect_with(&pool).await?;
        listener.ignore_pool_close_event(true);
        listener.listen_all([News::Committed, News::Sealed].map(News::channel)).await?;
        Ok(listener)
    }
}
