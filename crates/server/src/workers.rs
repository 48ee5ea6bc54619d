//! What runs beside the requests: sealing the ledger, following what others seal and how far a replica is, signing the
//! ledger's end, forgetting what was kept long enough.

use std::{
    fs::OpenOptions,
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    time::Duration,
};

use aumsos_persistence::{Store, StoreError, ledger::checkpoint::Checkpoint, objects::Objects};
use tokio::{task::JoinSet, time};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::{config::Audit, failure::Failure, mail::Carrier, metrics};

/// How often the sealer looks for what other processes have committed.
const LOOK_FOR_COMMITS: Duration = Duration::from_millis(200);
/// How often the queue is looked at for what other processes have left in it.
const LOOK_FOR_JOBS: Duration = Duration::from_secs(1);
/// For how long jobs that are done are remembered.
const DONE_JOBS_KEPT: Duration = Duration::from_hours(24 * 7);
/// How often what was measured is folded together.
const COUNT_UP: Duration = Duration::from_secs(5);
/// How often what was kept long enough is forgotten.
const TIDY_UP: Duration = Duration::from_mins(15);
/// When it is for the first time: a start has more urgent work.
const FIRST_TIDY_UP: Duration = Duration::from_secs(5);

/// The workers of one process.
#[derive(Debug)]
pub struct Workers {
    tasks: JoinSet<()>,
}

impl Workers {
    /// Starts all of them; they end after `stop`.
    pub fn start(store: &Store, objects: &Objects, carrier: Carrier, audit: &Audit, stop: &CancellationToken) -> Self {
        let mut tasks = JoinSet::new();
        tasks.spawn(seal(store.clone(), stop.clone()));
        tasks.spawn(follow(store.clone(), stop.clone()));
        tasks.spawn(follow_replica(store.clone(), stop.clone()));
        tasks.spawn(tidy_up(store.clone(), objects.clone(), stop.clone()));
        tasks.spawn(count_up(store.clone(), stop.clone()));
        tasks.spawn(work_off(store.clone(), carrier, stop.clone()));
        if let Some(file) = audit.checkpoint_file.clone() {
            let interval = Duration::from_secs(audit.checkpoint_interval_seconds);
            tasks.spawn(sign(store.clone(), file, interval, stop.clone()));
        }
        Self { tasks }
    }

    /// Waits for their end.
    pub async fn finish(mut self) {
        while let Some(ended) = self.tasks.join_next().await {
            if let Err(error) = ended {
                tracing::error!(%error, "a worker broke off");
            }
        }
    }
}

/// Seals until the stop; then once more, so that what was committed last has its position, and gives the lease back.
async fn seal(store: Store, stop: CancellationToken) {
    let holder = Uuid::now_v7();
    tokio::select! {
        () = store.run_sealer(holder, LOOK_FOR_COMMITS) => {}
        () = stop.cancelled() => {}
    }
    let retired = async {
        store.seal_all(holder).await?;
        store.retire_sealer(holder).await
    };
    if let Err(error) = retired.await {
        tracing::warn!(%error, "the sealer's lease was not given back: it ends by itself");
    }
}

/// Hears what other processes commit and seal.
async fn follow(store: Store, stop: CancellationToken) {
    stop.run_until_cancelled(store.follow_sealed()).await;
}

/// Looks how far the replica is.
async fn follow_replica(store: Store, stop: CancellationToken) {
    stop.run_until_cancelled(store.follow_replica()).await;
}

async fn tidy_up(store: Store, objects: Objects, stop: CancellationToken) {
    let mut ticks = time::interval_at(time::Instant::now() + FIRST_TIDY_UP, TIDY_UP);
    ticks.set_missed_tick_behavior(time::MissedTickBehavior::Delay);
    while stop.run_until_cancelled(ticks.tick()).await.is_some() {
        if let Err(error) = store.forget_old_answers().await {
            tracing::warn!(%error, "old answers were not forgotten");
        }
        if let Err(error) = store.forget_spent_credentials().await {
            tracing::warn!(%error, "spent credentials were not forgotten");
        }
        if let Err(error) = store.forget_done_jobs(DONE_JOBS_KEPT).await {
            tracing::warn!(%error, "done jobs were not forgotten");
        }
        if let Err(error) = store.forget_old_imports().await {
            tracing::warn!(%error, "what old imports say was not forgotten");
        }
        if let Err(error) = store.refresh_planner().await {
            tracing::warn!(%error, "what the planner knows of the tables was not refreshed");
        }
        if let Err(error) = store.sweep_objects(&objects).await {
            tracing::warn!(%error, "files without a record were not swept");
        }
    }
}

/// Works the queue off until the stop; then gives back what was taken and is not done.
async fn work_off(store: Store, carrier: Carrier, stop: CancellationToken) {
    let holder = Uuid::now_v7();
    tokio::select! {
        () = store.run_jobs(holder, LOOK_FOR_JOBS, &carrier) => {}
        () = stop.cancelled() => {}
    }
    if let Err(error) = store.release_jobs(holder).await {
        tracing::warn!(%error, "jobs were not given back: they come back when their leases end");
    }
}

async fn count_up(store: Store, stop: CancellationToken) {
    while stop.run_until_cancelled(time::sleep(COUNT_UP)).await.is_some() {
        if let Some(replica) = store.replica_state() {
            metrics::tell_of_replica(replica);
        }
        metrics::tidy_up();
    }
}

async fn sign(store: Store, file: PathBuf, interval: Duration, stop: CancellationToken) {
    let mut ticks = time::interval(interval);
    ticks.set_missed_tick_behavior(time::MissedTickBehavior::Delay);
    let mut signed = 0;
    loop {
        let goes_on = stop.run_until_cancelled(ticks.tick()).await.is_some();
        match sign_end(&store, &file, signed).await {
            Ok(position) => signed = position,
            Err(error) => tracing::error!(%error, "no checkpoint was written"),
        }
        if !goes_on {
            return;
        }
    }
}

/// Writes a checkpoint when the chain has grown; gives the position that is signed now.
async fn sign_end(store: &Store, file: &Path, signed: i64) -> Result<i64, Failure> {
    let checkpoint = store.checkpoint().await?.filter(|checkpoint| checkpoint.position > signed);
    let Some(checkpoint) = checkpoint else { return Ok(signed) };
    let line = serde_json::to_string(&checkpoint).map_err(|_| StoreError::Unreadable("a checkpoint"))?;
    append(file, &line).map_err(|error| Failure::io(file.display(), error))?;
    let Checkpoint { position, .. } = checkpoint;
    Ok(position)
}

fn append(file: &Path, line: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().append(true).create(true).mode(0o640).open(file)?;
    // One write: several processes may append to one file.
    file.write_all(format!("{line}\n").as_bytes())?;
    file.sync_data()
}
