//! The queue of work that is done in the background. A job is queued in the unit of work that makes it necessary, and
//! taken by one process at a time, for a while: the database's clock decides when a job that nobody finished is free
//! again. What fails is tried again after a growing pause, and put aside after the last attempt until somebody
//! replays it.

use std::time::Duration;

use sea_orm::{
    ConnectionTrait,
    sea_query::{Alias, Expr, ExprTrait, LockBehavior, LockType, Order, Query, SelectStatement},
};
use uuid::Uuid;

use crate::{
    Author, Store, StoreError, Work,
    clock::{self, micros, to_micros},
    dialect::database_now,
    mail::MailCarrier,
};

/// What is to be done. A new kind is one line here and one in [`Store::run_jobs`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum JobKind {
    /// Write what an import's rows say; the subject is the import.
    ImportApply,
    /// Carry a mail; the subject is the mail.
    MailSend,
}

impl JobKind {
    /// All kinds.
    pub const ALL: &'static [Self] = &[Self::ImportApply, Self::MailSend];

    /// The code in the table.
    pub const fn code(self) -> &'static str {
        match self {
            Self::ImportApply => "import.apply",
            Self::MailSend => "mail.send",
        }
    }

    fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.code() == code)
    }
}

/// A job that this holder may do until its lease ends. `attempt` is its fencing number: whoever takes the job after
/// the lease has a higher one, and the late holder can write no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LeasedJob {
    /// The job.
    pub id: Uuid,
    /// What is to be done.
    pub kind: JobKind,
    /// To what.
    pub subject: Uuid,
    /// Which attempt this is, from 1.
    pub attempt: i32,
    holder: Uuid,
}

/// A job that was put aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadJob {
    /// The job.
    pub id: Uuid,
    /// What was to be done.
    pub kind: JobKind,
    /// To what.
    pub subject: Uuid,
    /// What the last attempt failed with.
    pub last_error: Option<String>,
}

/// For how long a job is taken at a time; whoever works longer renews it with each unit of work.
const TERM: Duration = Duration::from_mins(1);
/// After so many attempts a job is put aside.
const ATTEMPTS: i32 = 8;
/// The pause after the first failure; it doubles with each further one.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_mins(10);

const QUEUED: &str = "queued";
const RUNNING: &str = "running";
const DONE: &str = "done";
const DEAD: &str = "dead";

const DAMAGED: StoreError = StoreError::Unreadable("a job");

fn table() -> Alias {
    Alias::new("job")
}

/// The pause before the next attempt: doubled each time, and longer or shorter by up to a half by chance, so that jobs
/// that failed together do not come back together.
fn pause_after(attempt: i32, chance: u8) -> Duration {
    let doublings = attempt.saturating_sub(1).clamp(0, 16).unsigned_abs();
    let pause = FIRST_PAUSE.saturating_mul(1 << doublings).min(LONGEST_PAUSE);
    pause / 2 + pause.mul_f64(f64::from(chance) / 255.0)
}

impl Work {
    /// Leaves a job in the queue; it can be taken as soon as this unit of work is committed.
    pub async fn enqueue(&mut self, kind: JobKind, subject: Uuid) -> Result<Uuid, StoreError> {
        let id = Uuid::now_v7();
        let due = database_now(self.store.backend());
        let mut insert = Query::insert();
        insert
            .into_table(table())
            .columns(["id", "kind", "subject_id", "status", "attempts", "due_at", "created_at"])
            .values_panic([
                id.into(),
                kind.code().into(),
                subject.into(),
                QUEUED.into(),
                0.into(),
                due,
                to_micros(self.at).into(),
            ]);
        self.transaction.execute(&insert).await?;
        self.has_queued = true;
        Ok(id)
    }

    /// Renews a job inside a unit of work that writes what only its holder may write. False when the job was taken
    /// over; until the commit nobody can take it.
    pub async fn holds_job(&mut self, job: &LeasedJob) -> Result<bool, StoreError> {
        let until = database_now(self.store.backend()).add(micros(TERM));
        let mut update = Query::update();
        update.table(table()).value("lease_until", until);
        for condition in held_by(job) {
            update.and_where(condition);
        }
        Ok(self.transaction.execute(&update).await?.rows_affected() == 1)
    }

    /// Ends a job in the unit of work of its last step. False when it was taken over.
    pub async fn finish_job(&mut self, job: &LeasedJob) -> Result<bool, StoreError> {
        let mut update = Query::update();
        update.table(table()).value("status", DONE).value("lease_until", Option::<i64>::None);
        for condition in held_by(job) {
            update.and_where(condition);
        }
        Ok(self.transaction.execute(&update).await?.rows_affected() == 1)
    }
}

/// The row of a job, as long as its holder still has it.
fn held_by(job: &LeasedJob) -> [Expr; 4] {
    [
        Expr::col("id").eq(job.id),
        Expr::col("holder").eq(job.holder),
        Expr::col("attempts").eq(job.attempt),
        Expr::col("status").eq(RUNNING),
    ]
}

impl Store {
    /// Takes the job that is due for longest, if there is one. One statement; on `PostgreSQL` rows that another
    /// process is taking at this moment are passed over.
    pub async fn claim_job(&self, holder: Uuid) -> Result<Option<LeasedJob>, StoreError> {
        self.claim(holder, |_| {}).await
    }

    /// Takes the job on one subject, if it is there and free.
    pub async fn claim_job_on(&self, subject: Uuid, holder: Uuid) -> Result<Option<LeasedJob>, StoreError> {
        self.claim(holder, |select| {
            select.and_where(Expr::col("subject_id").eq(subject));
        })
        .await
    }

    async fn claim(
        &self,
        holder: Uuid,
        narrow: impl Fn(&mut SelectStatement),
    ) -> Result<Option<LeasedJob>, StoreError> {
        let now = || database_now(self.backend());
        let is_due = Expr::col("status").eq(QUEUED).and(Expr::col("due_at").lte(now()));
        let is_abandoned = Expr::col("status").eq(RUNNING).and(Expr::col("lease_until").lt(now()));
        let mut next = Query::select();
        next.column("id").from(table()).and_where(is_due.or(is_abandoned));
        narrow(&mut next);
        next.order_by("due_at", Order::Asc).order_by("id", Order::Asc).limit(1);
        next.lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
        let mut update = Query::update();
        update
            .table(table())
            .value("status", RUNNING)
            .value("holder", holder)
            .value("lease_until", now().add(micros(TERM)))
            .value("attempts", Expr::col("attempts").add(1))
            .and_where(Expr::col("id").eq(Expr::SubQuery(None, Box::new(next.into()))))
            .returning(Query::returning().columns(["id", "kind", "subject_id", "attempts"]));
        let Some(row) = self.write.query_one(&update).await? else { return Ok(None) };
        let kind: String = row.try_get_by_index(1)?;
        Ok(Some(LeasedJob {
            id: row.try_get_by_index(0)?,
            kind: JobKind::from_code(&kind).ok_or(DAMAGED)?,
            subject: row.try_get_by_index(2)?,
            attempt: row.try_get_by_index(3)?,
            holder,
        }))
    }

    /// Gives a job that failed back to the queue, to be tried again after a pause.
    async fn fail_job(&self, job: &LeasedJob, error: &str) -> Result<(), StoreError> {
        let chance = Uuid::now_v7().as_bytes().last().copied().unwrap_or(0);
        let due = database_now(self.backend()).add(micros(pause_after(job.attempt, chance)));
        let mut update = Query::update();
        update
            .table(table())
            .value("status", QUEUED)
            .value("due_at", due)
            .value("lease_until", Option::<i64>::None)
            .value("last_error", cut(error));
        for condition in held_by(job) {
            update.and_where(condition);
        }
        self.housekeep(&update).await.map(drop)
    }

    /// Puts a job aside after its last attempt, and tells its subject so.
    async fn put_job_aside(&self, job: &LeasedJob, error: &str) -> Result<(), StoreError> {
        let mut work = self.begin(&Author::system()).await?;
        let mut update = Query::update();
        update
            .table(table())
            .value("status", DEAD)
            .value("lease_until", Option::<i64>::None)
            .value("last_error", cut(error));
        for condition in held_by(job) {
            update.and_where(condition);
        }
        if work.transaction.execute(&update).await?.rows_affected() == 1 {
            match job.kind {
                JobKind::ImportApply => work.give_import_up(job.subject).await?,
                JobKind::MailSend => work.give_mail_up(job.subject).await?,
            }
        }
        work.commit().await
    }

    /// Gives back all that a holder has taken, at a graceful stop, so that another process need not wait for the end of
    /// its leases.
    pub async fn release_jobs(&self, holder: Uuid) -> Result<u64, StoreError> {
        let mut update = Query::update();
        update
            .table(table())
            .value("status", QUEUED)
            .value("attempts", Expr::col("attempts").sub(1))
            .value("due_at", database_now(self.backend()))
            .value("lease_until", Option::<i64>::None)
            .and_where(Expr::col("holder").eq(holder))
            .and_where(Expr::col("status").eq(RUNNING));
        self.housekeep(&update).await
    }

    /// The jobs that were put aside, the latest first, at most a hundred.
    pub async fn dead_jobs(&self) -> Result<Vec<DeadJob>, StoreError> {
        let mut select = Query::select();
        select.columns(["id", "kind", "subject_id", "last_error"]).from(table());
        select.and_where(Expr::col("status").eq(DEAD)).order_by("id", Order::Desc).limit(100);
        let rows = self.read.query_all(&select).await?;
        rows.iter()
            .map(|row| {
                let kind: String = row.try_get_by_index(1)?;
                Ok(DeadJob {
                    id: row.try_get_by_index(0)?,
                    kind: JobKind::from_code(&kind).ok_or(DAMAGED)?,
                    subject: row.try_get_by_index(2)?,
                    last_error: row.try_get_by_index(3)?,
                })
            })
            .collect()
    }

    /// Puts a job that was put aside back into the queue, with all its attempts before it; false when there is none.
    pub async fn replay_job(&self, id: Uuid) -> Result<bool, StoreError> {
        let mut update = Query::update();
        update
            .table(table())
            .value("status", QUEUED)
            .value("attempts", 0)
            .value("due_at", database_now(self.backend()))
            .and_where(Expr::col("id").eq(id))
            .and_where(Expr::col("status").eq(DEAD));
        let is_back = self.housekeep(&update).await? == 1;
        if is_back {
            self.queued.notify_one();
        }
        Ok(is_back)
    }

    /// Forgets jobs that were done long enough ago.
    pub async fn forget_done_jobs(&self, kept_for: Duration) -> Result<u64, StoreError> {
        let limit = to_micros(clock::now()).saturating_sub(micros(kept_for));
        let mut delete = Query::delete();
        delete.from_table(table()).and_where(Expr::col("status").eq(DONE)).and_where(Expr::col("due_at").lt(limit));
        self.housekeep(&delete).await
    }

    /// Works the queue off until stopped: wakes when this process queues a job, and looks for those of others every
    /// `poll`. Dropped at any point, it leaves whole units of work; then call [`Self::release_jobs`].
    pub async fn run_jobs(&self, holder: Uuid, poll: Duration, carrier: &dyn MailCarrier) {
        loop {
            match self.claim_job(holder).await {
                Ok(Some(job)) => self.do_job(&job, carrier).await,
                Ok(None) => {
                    let _ = tokio::time::timeout(poll, self.queued.notified()).await;
                }
                Err(error) => {
                    tracing::warn!(%error, "the queue waits");
                    tokio::time::sleep(poll).await;
                }
            }
        }
    }

    /// Does a job that was taken, and says in the queue what became of it.
    pub async fn do_job(&self, job: &LeasedJob, carrier: &dyn MailCarrier) {
        let outcome = match job.kind {
            // It was begun and never ended that often: it takes its process down with it.
            _ if job.attempt > ATTEMPTS => Err(StoreError::Unreadable("a job that breaks its process off")),
            JobKind::ImportApply => self.apply_import(job).await,
            JobKind::MailSend => self.carry_mail(job, carrier).await,
        };
        let Err(error) = outcome else { return };
        tracing::warn!(%error, job = %job.id, kind = job.kind.code(), attempt = job.attempt, "a job failed");
        let said = if job.attempt < ATTEMPTS {
            self.fail_job(job, &error.to_string()).await
        } else {
            self.put_job_aside(job, &error.to_string()).await
        };
        if let Err(error) = said {
            tracing::warn!(%error, job = %job.id, "the job comes back when its lease ends");
        }
    }
}

fn cut(error: &str) -> String {
    error.chars().take(500).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_are_bounded() {
        assert_eq!(pause_after(1, 0), Duration::from_millis(500));
        assert_eq!(pause_after(1, 255), Duration::from_millis(1500));
        assert_eq!(pause_after(4, 0), Duration::from_secs(4));
        assert!(pause_after(60, 255) <= LONGEST_PAUSE.mul_f64(1.5));
    }

    #[test]
    fn every_kind_has_its_code() {
        for &kind in JobKind::ALL {
            assert_eq!(JobKind::from_code(kind.code()), Some(kind));
        }
    }
}
