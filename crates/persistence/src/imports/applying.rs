//! Applying an import: batch after batch, each one unit of work in which its rows are marked, so that whatever breaks
//! off in between goes on where it was and makes nothing twice.

use std::time::Duration;

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr};
use uuid::Uuid;

use aumsos_domain::{
    access::{Actor, ActorId, Permission, Scope},
    census::CensusReport,
    imports::{Decision, Import, ImportStatus, RowOutcome, Twin, Verdict},
    institutions::{Institution, InstitutionStatus},
    organization_units::OrganizationUnit,
};

use super::{
    JudgedRow,
    entity::{import, row},
    keeping::waits_to_be_applied,
    kept::read_import,
};
use crate::{
    Author, Store, StoreError, Work, institutions::Registration, jobs::LeasedJob, organization_units::ResponsibleUnits,
};

/// Rows of one unit of work.
const BATCH: u64 = 200;
/// How often a batch is tried when other transactions are in the way, before the job is given back.
const ATTEMPTS: u64 = 5;

const DAMAGED: StoreError = StoreError::Unreadable("an import");

/// How far applying has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Applied {
    /// So many rows were written; more may wait.
    Rows(u64),
    /// All of them are.
    All,
    /// Another process has taken the job over, or the import is not being applied.
    NotOurs,
}

impl Store {
    /// Applies an import to its end.
    pub(crate) async fn apply_import(&self, job: &LeasedJob) -> Result<(), StoreError> {
        while let Applied::Rows(_) = self.apply_import_batch(job).await? {}
        Ok(())
    }

    /// Applies the next rows of an import, as whoever began to apply it. After the last of them SQLite's planner looks at
    /// tables that have grown.
    pub async fn apply_import_batch(&self, job: &LeasedJob) -> Result<Applied, StoreError> {
        let found = import::Entity::find_by_id(job.subject).one(&self.write).await?;
        let import = read_import(&found.ok_or(DAMAGED)?)?;
        let author = Author { actor: import.applied_by.unwrap_or(ActorId::System), request_id: None };
        let units = self.responsible_units().await?;
        let mut attempt = 1;
        let applied = loop {
            match self.apply_once(job, &author, &units).await {
                Err(error) if error.is_contended() && attempt < ATTEMPTS => {
                    tokio::time::sleep(Duration::from_millis(20 * attempt)).await;
                    attempt += 1;
                }
                outcome => break outcome?,
            }
        };
        if applied == Applied::All {
            self.refresh_planner().await?;
        }
        Ok(applied)
    }

    async fn apply_once(
        &self,
        job: &LeasedJob,
        author: &Author,
        units: &ResponsibleUnits,
    ) -> Result<Applied, StoreError> {
        let mut work = self.begin(author).await?;
        let applied = work.apply_rows(job, units).await?;
        work.commit().await?;
        Ok(applied)
    }
}

impl Work {
    async fn apply_rows(&mut self, job: &LeasedJob, units: &ResponsibleUnits) -> Result<Applied, StoreError> {
        if !self.holds_job(job).await? {
            return Ok(Applied::NotOurs);
        }
        let found = import::Entity::find_by_id(job.subject).lock_exclusive().one(&self.transaction).await?;
        let import = read_import(&found.ok_or(DAMAGED)?)?;
        if import.status != ImportStatus::Applying {
            self.finish_job(job).await?;
            return Ok(Applied::NotOurs);
        }
        let waiting = row::Entity::find()
            .filter(row::Column::ImportId.eq(import.id))
            .filter(waits_to_be_applied())
            .order_by_asc(row::Column::RowNumber)
            .limit(BATCH)
            .all(&self.transaction)
            .await?;
        if waiting.is_empty() {
            let after = import.clone().finish(self.at).map_err(|_| DAMAGED)?;
            self.save_import("applied", &import, &after).await?;
            self.finish_job(job).await?;
            return Ok(Applied::All);
        }
        let vault = self.store.clone();
        let rows: Vec<JudgedRow> =
            waiting.into_iter().map(|row| JudgedRow::open(row, vault.vault())).collect::<Result<_, _>>()?;
        let count = rows.len() as u64;
        self.write_rows(&import, rows, units).await?;
        Ok(Applied::Rows(count))
    }

    async fn write_rows(
        &mut self,
        import: &Import,
        rows: Vec<JudgedRow>,
        units: &ResponsibleUnits,
    ) -> Result<(), StoreError> {
        let mut registrations = Vec::new();
        let mut written: Vec<i64> = Vec::new();
        let mut decided: Vec<(i64, Option<Uuid>)> = Vec::new();
        for row in rows {
            let number = i64::try_from(row.number).map_err(|_| DAMAGED)?;
            match (row.outcome, row.decision) {
                (RowOutcome::Created, _) => {
                    registrations.push(registration(&row, import, units)?);
                    written.push(number);
                }
                (_, Some(Decision::Create)) => {
                    registrations.push(registration(&row, import, units)?);
                    decided.push((number, Some(row.kept.ids.institution)));
                }
                (_, Some(Decision::Skip)) => decided.push((number, self.stands_for(import.id, &row).await?)),
                (_, Some(Decision::SameAs(id))) => {
                    if self.bring_up_to_date(import, &row, id).await? {
                        decided.push((number, Some(id)));
                    }
                }
                (_, None) => {
                    let id = row.institution.ok_or(DAMAGED)?;
                    if self.bring_up_to_date(import, &row, id).await? {
                        written.push(number);
                    }
                }
            }
        }
        self.register_institutions(registrations, self.author.actor).await?;
        let of_import = || row::Entity::update_many().filter(row::Column::ImportId.eq(import.id));
        if !written.is_empty() {
            of_import()
                .col_expr(row::Column::IsApplied, Expr::value(true))
                .filter(row::Column::RowNumber.is_in(written))
                .exec(&self.transaction)
                .await?;
        }
        for (number, institution) in decided {
            of_import()
                .col_expr(row::Column::IsApplied, Expr::value(true))
                .col_expr(row::Column::InstitutionId, Expr::value(institution))
                .filter(row::Column::RowNumber.eq(number))
                .exec(&self.transaction)
                .await?;
        }
        Ok(())
    }

    /// Lays a row over a record. False when the record is not live any more: then the row is a question again.
    async fn bring_up_to_date(&mut self, import: &Import, row: &JudgedRow, id: Uuid) -> Result<bool, StoreError> {
        let entry = row.entry().ok_or(DAMAGED)?;
        let record = self.institution_for_update(id, &everywhere()).await?;
        let is_live =
            |record: &Institution| matches!(record.status, InstitutionStatus::Active | InstitutionStatus::Suspended);
        let Some(before) = record.filter(is_live) else {
            let mut row = row.clone();
            row.decision = None;
            row.take_verdict(&Verdict::PossibleDuplicate(vec![Twin::Institution(id)]));
            let row = row.seal(import.id, self.store.vault())?;
            row::Entity::update(row).exec(&self.transaction).await?;
            return Ok(false);
        };
        let profile = entry.laid_over(&before.profile);
        let contacts = entry.contacts_laid_over(&before.contacts, row.kept.ids.head);
        let mut record = before.clone();
        if profile != before.profile || contacts != before.contacts {
            let by = self.author.actor;
            record = before.clone().brought_up_to_date(profile, contacts, by, self.at).map_err(|_| DAMAGED)?;
            self.save_institution("imported", &before, &record).await?;
        }
        self.report_figures(import, row, &record).await?;
        Ok(true)
    }

    /// Reports the figures of a row, unless the latest census says the same: as a new report, or as a correction of
    /// that of the day.
    async fn report_figures(
        &mut self,
        import: &Import,
        row: &JudgedRow,
        institution: &Institution,
    ) -> Result<(), StoreError> {
        let figures = &row.entry().ok_or(DAMAGED)?.figures;
        let Some(census) = figures.census(import.as_of) else { return Ok(()) };
        let (latest, of_day) = self.census_latest_and_of(institution.id, import.as_of).await?;
        if latest.is_some_and(|latest| figures.agree_with(&latest.census)) {
            return Ok(());
        }
        let report = match &of_day {
            Some(report) if figures.agree_with(&report.census) => return Ok(()),
            Some(report) => CensusReport { version: report.version + 1, census, updated_at: self.at, ..report.clone() },
            None => CensusReport {
                id: row.kept.ids.census,
                version: 1,
                institution_id: institution.id,
                census,
                created_at: self.at,
                updated_at: self.at,
            },
        };
        self.save_census_report(institution, of_day.as_ref(), &report).await
    }

    /// The institution that a row which is left out was taken for.
    async fn stands_for(&mut self, import: Uuid, row: &JudgedRow) -> Result<Option<Uuid>, StoreError> {
        match row.twins().first() {
            Some(Twin::Institution(id)) => Ok(Some(*id)),
            Some(Twin::Row(number)) => {
                let number = i64::try_from(*number).map_err(|_| DAMAGED)?;
                let twin = row::Entity::find_by_id((import, number)).one(&self.transaction).await?;
                Ok(twin.and_then(|twin| twin.institution_id))
            }
            None => Ok(None),
        }
    }

    /// Marks an import that is given up; what was applied stays.
    pub(crate) async fn give_import_up(&mut self, id: Uuid) -> Result<(), StoreError> {
        let found = import::Entity::find_by_id(id).lock_exclusive().one(&self.transaction).await?;
        let Some(found) = found else { return Ok(()) };
        let before = read_import(&found)?;
        match before.clone().fail(self.at) {
            Ok(after) => self.save_import("failed", &before, &after).await,
            Err(_) => Ok(()),
        }
    }
}

/// Where whoever began to apply may import was asked when they did.
fn everywhere() -> Scope {
    Actor::system(&OrganizationUnit::ROOTS).scope(Permission::ImportsRun)
}

fn registration(row: &JudgedRow, import: &Import, units: &ResponsibleUnits) -> Result<Registration, StoreError> {
    let entry = row.entry().ok_or(DAMAGED)?;
    let ids = row.kept.ids;
    Ok(Registration {
        id: ids.institution,
        profile: entry.profile(units.unit_for(entry.operator, entry.region)),
        contacts: entry.contacts(ids.head),
        census: entry.figures.census(import.as_of).map(|census| (ids.census, census)),
    })
}
