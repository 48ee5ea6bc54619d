//! Following a replica: a hot standby that may answer reads as long as it was seen to have what the primary had, at a
//! moment that is not longer ago than the stated bound.
//!
//! Time and again it is noted what this process has committed, then where the primary's log ends, then how far the standby
//! has replayed it. Clocks of two machines are never compared, nor is it asked when a transaction was committed: on a
//! primary where nothing happens that would be long ago.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, QueryResult, Statement};
use tokio::time::{sleep, timeout};

use crate::{Store, StoreError};

/// How often the two are asked.
const PACE: Duration = Duration::from_millis(50);
/// How long either may take to answer.
const ANSWER: Duration = Duration::from_secs(1);

/// Where the primary's log ends. Only what is flushed is sent to a standby; a commit has returned before it is flushed
/// only where that is switched off.
const PRIMARY: &str = "SELECT s.system_identifier, ('x' || substr(pg_walfile_name(w.at), 1, 8))::bit(32)::int AS timeline, \
    d.oid::bigint AS database, (w.at - '0/0'::pg_lsn)::bigint AS position \
    FROM pg_control_system() s, pg_database d, \
    (SELECT CASE current_setting('synchronous_commit') WHEN 'off' THEN pg_current_wal_insert_lsn() \
     ELSE pg_current_wal_flush_lsn() END AS at) w WHERE d.datname = current_database()";

/// How far the standby is; no row when it is none. Its timeline is written down some time after it has changed: until then
/// it is taken for one that follows another primary.
const STANDBY: &str = "SELECT s.system_identifier, greatest(c.timeline_id, r.min_recovery_end_timeline) AS timeline, \
    d.oid::bigint AS database, (pg_last_wal_replay_lsn() - '0/0'::pg_lsn)::bigint AS position \
    FROM pg_control_system() s, pg_control_checkpoint() c, pg_control_recovery() r, pg_database d \
    WHERE d.datname = current_database() AND pg_is_in_recovery()";

/// A replica, and how to follow it.
#[derive(Debug, Clone)]
pub struct ReplicaSettings {
    /// `postgres://…`.
    pub url: String,
    /// How old what is read from it may be.
    pub lag: Duration,
}

/// How it stands with the replica.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReplicaState {
    /// Whether reads that allow it go there, this process' own writes aside.
    pub is_followed: bool,
    /// How long ago the primary had no more than the replica is known to have, where that is known.
    pub behind: Option<Duration>,
}

/// A standby that reads may follow.
#[derive(Clone)]
pub(crate) struct Replica {
    /// For requests.
    connection: DatabaseConnection,
    /// For looking how far it is: not in line behind requests.
    aside: DatabaseConnection,
    lag: Duration,
    proven: Arc<Mutex<Option<Proven>>>,
}

/// What the replica is known to have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Proven {
    /// All that the primary had at this time.
    at: Instant,
    /// All that this process had committed by this count.
    commits: u64,
    /// All changes up to this sealed position.
    pub(crate) position: i64,
}

#[cfg(test)]
impl Proven {
    /// All that the primary has now, after this many commits.
    pub(crate) fn now(commits: u64) -> Self {
        Self { at: Instant::now(), commits, position: 0 }
    }
}

/// A place in a log, and which log it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place {
    /// The cluster, its timeline (another after each promotion), the database.
    log: (i64, i32, i64),
    position: i64,
}

/// What the primary had, at the moments at which it was asked, the newest last.
#[derive(Debug, Default)]
struct Track(VecDeque<(Proven, Place)>);

impl Track {
    /// Notes a moment, and forgets those that are too old to be of use.
    fn note(&mut self, had: Proven, end: Place, lag: Duration) {
        self.0.retain(|(earlier, _)| had.at.duration_since(earlier.at) <= lag);
        self.0.push_back((had, end));
    }

    /// The newest moment whose all the standby has.
    fn passed_by(&self, standby: Place) -> Option<Proven> {
        let passed = |end: &Place| end.log == standby.log && end.position <= standby.position;
        self.0.iter().rev().find(|(_, end)| passed(end)).map(|(had, _)| *had)
    }
}

impl std::fmt::Debug for Replica {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Replica").field("lag", &self.lag).finish_non_exhaustive()
    }
}

impl Replica {
    pub(crate) fn new(connection: DatabaseConnection, aside: DatabaseConnection, lag: Duration) -> Self {
        Self { connection, aside, lag, proven: Arc::default() }
    }

    /// The same standby, with what is known of it, for whoever has connections of their own to it.
    pub(crate) fn reached_by(&self, connection: DatabaseConnection) -> Self {
        Self { connection, ..self.clone() }
    }

    pub(crate) const fn connection(&self) -> &DatabaseConnection {
        &self.connection
    }

    /// Whether it was seen to have what the primary had, not longer ago than the bound.
    pub(crate) fn is_fresh(&self) -> bool {
        self.proven().is_some_and(|proven| proven.at.elapsed() <= self.lag)
    }

    /// What it has, if it may answer after this many commits of this process.
    pub(crate) fn proven_after(&self, commits: u64) -> Option<Proven> {
        self.proven().filter(|proven| proven.commits >= commits && proven.at.elapsed() <= self.lag)
    }

    /// It failed: nothing is read from it until it has been looked at anew.
    pub(crate) fn distrust(&self) {
        self.learn(None);
    }

    pub(crate) fn state(&self) -> ReplicaState {
        let behind = self.proven().map(|proven| proven.at.elapsed());
        ReplicaState { is_followed: behind.is_some_and(|behind| behind <= self.lag), behind }
    }

    pub(crate) async fn close(&self) -> Result<(), DbErr> {
        self.aside.close_by_ref().await?;
        self.connection.close_by_ref().await
    }

    fn proven(&self) -> Option<Proven> {
        *self.proven.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn learn(&self, proven: Option<Proven>) {
        *self.proven.lock().unwrap_or_else(PoisonError::into_inner) = proven;
    }
}

impl Store {
    /// The same store for reads that may follow the replica: it is read from there if it has, by now, all that this process
    /// has committed, and from the primary otherwise. The choice holds for all that is read by what this gives, so that
    /// no later read is older than an earlier one.
    pub fn following(&self) -> Self {
        let mut store = self.clone();
        if let Some(replica) = &self.replica
            && let Some(proven) = replica.proven_after(self.commits())
        {
            store.read = self.read.following(replica, proven);
        }
        store
    }

    /// Whether this is read from the replica.
    pub fn is_following(&self) -> bool {
        self.read.proven().is_some()
    }

    /// How it stands with the replica, where one is configured.
    pub fn replica_state(&self) -> Option<ReplicaState> {
        self.replica.as_ref().map(|replica| replica.state())
    }

    /// Looks how far the replica is, where one is configured. Runs until it is dropped.
    pub async fn follow_replica(&self) {
        let Some(replica) = &self.replica else { return };
        let mut track = Track::default();
        let mut was_followed = None;
        loop {
            let looked = self.look_at(replica, &mut track).await;
            let is_followed = replica.is_fresh();
            if was_followed != Some(is_followed) {
                match looked {
                    _ if is_followed => tracing::info!("reads follow the replica"),
                    Ok(()) => tracing::warn!("reads go to the primary: the replica is behind, or is none of it"),
                    Err(error) => tracing::warn!(%error, "reads go to the primary: the replica was not looked at"),
                }
                was_followed = Some(is_followed);
            }
            sleep(PACE).await;
        }
    }

    async fn look_at(&self, replica: &Arc<Replica>, track: &mut Track) -> Result<(), StoreError> {
        // In this order: what was there before the primary was asked is in its log by then.
        let had = Proven { at: Instant::now(), commits: self.commits(), position: self.known_position() };
        let end = place_in_log(&self.aside, PRIMARY).await;
        if let Ok(Some(end)) = end {
            track.note(had, end, replica.lag);
        }
        let passed = place_in_log(&replica.aside, STANDBY).await?.and_then(|standby| track.passed_by(standby));
        replica.learn(passed);
        end.map(drop)
    }
}

/// Where a server is, if it is what is asked for.
async fn place_in_log(connection: &DatabaseConnection, sql: &str) -> Result<Option<Place>, StoreError> {
    let statement = Statement::from_string(DbBackend::Postgres, sql);
    let asked = timeout(ANSWER, connection.query_one_raw(statement)).await;
    let row = asked.map_err(|_| StoreError::Unavailable)??;
    Ok(row.as_ref().map(Place::try_from).transpose()?)
}

impl TryFrom<&QueryResult> for Place {
    type Error = DbErr;

    fn try_from(row: &QueryResult) -> Result<Self, DbErr> {
        let log = (row.try_get("", "system_identifier")?, row.try_get("", "timeline")?, row.try_get("", "database")?);
        Ok(Self { log, position: row.try_get("", "position")? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LAG: Duration = Duration::from_millis(500);
    const LOG: (i64, i32, i64) = (7, 1, 5);

    fn place(position: i64) -> Place {
        Place { log: LOG, position }
    }

    /// A primary whose log grew by ten each 100 ms, with a commit of this process at each.
    fn track(begun: Instant) -> Track {
        let mut track = Track::default();
        for moment in 1..=10_u32 {
            let at = begun + Duration::from_millis(100) * moment;
            let had = Proven { at, commits: u64::from(moment), position: 0 };
            track.note(had, place(10 * i64::from(moment)), LAG);
        }
        track
    }

    #[test]
    fn a_standby_has_what_the_primary_had_at_the_last_moment_that_it_has_replayed() {
        let track = track(Instant::now());
        let commits = |position| track.passed_by(place(position)).map(|proven| proven.commits);
        assert_eq!(commits(100), Some(10));
        assert_eq!(commits(1000), Some(10));
        assert_eq!(commits(99), Some(9));
        assert_eq!(commits(80), Some(8));
        // Whatever is behind the bound is as good as nothing, and forgotten.
        assert_eq!(commits(49), None);
        assert_eq!(track.0.len(), 6);
    }

    #[test]
    fn a_standby_of_another_primary_has_nothing() {
        let track = track(Instant::now());
        for log in [(8, 1, 5), (7, 2, 5), (7, 1, 6)] {
            assert_eq!(track.passed_by(Place { log, position: 1000 }), None);
        }
    }
}
