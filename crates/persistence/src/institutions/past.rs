//! What an institution was: its steps and the record as of a time, for those who may read its history.

use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, Condition, EntityTrait, FromQueryResult, QueryFilter, QuerySelect};
use uuid::Uuid;

use aumsos_domain::{
    RecordKind,
    census::Rounds,
    institutions::{Institution, View},
};

use super::{
    InstitutionSight, KeptInstitution, SeenInstitution, Standing,
    entity::institution::{Column, Entity},
    standing_of,
};
use crate::{
    Store, StoreError,
    clock::day_of,
    ledger::{feed::as_strict_as_now, history::HistoryEntry},
    page::{Direction, Page},
    sight::as_flag,
};

/// With what eyes an institution's history is read, and what is hidden of it now.
#[derive(Debug)]
pub struct HistoryReader {
    id: Uuid,
    view: View,
    now: Option<Standing>,
}

/// Whether somebody may read the history of an institution.
#[derive(Debug)]
pub enum HistoryAccess {
    /// They may.
    Open(HistoryReader),
    /// They see the institution and not its history.
    Closed,
    /// There is none, or none that they may know of.
    Unknown,
}

/// An institution before or after a step, redacted and without its contacts.
#[derive(Debug, Clone)]
pub struct PastInstitution {
    /// The record.
    pub institution: Institution,
    /// Its contacts as they are kept, to tell whether they changed; never shown.
    sealed_contacts: String,
}

impl PastInstitution {
    /// Whether the contacts of two states differ.
    pub fn has_other_contacts(&self, other: &Self) -> bool {
        self.sealed_contacts != other.sealed_contacts
    }

    /// Whether it has contacts at all.
    pub fn has_contacts(&self) -> bool {
        self.sealed_contacts != "[]"
    }
}

/// One step in the history of an institution.
#[derive(Debug, Clone)]
pub struct InstitutionStep {
    /// What the ledger says of the step.
    pub entry: HistoryEntry,
    /// The record before it.
    pub before: Option<PastInstitution>,
    /// The record after it.
    pub after: Option<PastInstitution>,
}

/// What an institution was at a time.
#[derive(Debug)]
pub enum InstitutionThen {
    /// This, with its census as fresh as it was; without contacts and residents.
    Record(Box<SeenInstitution>),
    /// It was deleted already.
    Gone,
    /// It was not there yet.
    NotYet,
}

#[derive(FromQueryResult)]
#[expect(clippy::struct_excessive_bools, reason = "the flags that the query gives")]
struct Row {
    may_know: bool,
    may_read: bool,
    is_insider: bool,
    is_partner: bool,
}

impl Store {
    /// Whether the actor may read the history of an institution, whatever became of it.
    pub async fn institution_history_access(
        &self,
        id: Uuid,
        sight: &InstitutionSight,
    ) -> Result<HistoryAccess, StoreError> {
        let row = Entity::find_by_id(id)
            .select_only()
            .column_as(as_flag(Condition::all().add(sight.visible()).add(Column::DeletedAt.is_null())), "may_know")
            .column_as(as_flag(sight.history()), "may_read")
            .column_as(as_flag(sight.insider()), "is_insider")
            .column_as(as_flag(sight.partner()), "is_partner")
            .filter(Column::Id.eq(id))
            .into_model::<Row>()
            .one(&self.read)
            .await?;
        Ok(match row {
            Some(row) if row.may_read => {
                let view = match (row.is_insider, row.is_partner) {
                    (true, _) => View::Council,
                    (false, true) => View::Partner,
                    (false, false) => View::Public,
                };
                let now = standing_of(&self.read, &[id].into()).await?.remove(&id);
                HistoryAccess::Open(HistoryReader { id, view, now })
            }
            Some(row) if row.may_know => HistoryAccess::Closed,
            _ => HistoryAccess::Unknown,
        })
    }

    /// A page of the steps of an institution, by version.
    pub async fn institution_history(
        &self,
        reader: &HistoryReader,
        direction: Direction,
        page: &Page,
    ) -> Result<Vec<InstitutionStep>, StoreError> {
        let entries = self.history_page(RecordKind::Institution, reader.id, direction, page).await?;
        entries.into_iter().map(|entry| reader.step(entry)).collect()
    }

    /// What an institution was at a time.
    pub async fn institution_as_of(
        &self,
        reader: &HistoryReader,
        at: DateTime<Utc>,
    ) -> Result<InstitutionThen, StoreError> {
        let Some(entry) = self.as_of(RecordKind::Institution, reader.id, at).await? else {
            return Ok(InstitutionThen::NotYet);
        };
        let Some(document) = entry.after.as_deref() else { return Ok(InstitutionThen::Gone) };
        let counted_on = self.last_census_made_by(reader.id, at).await?;
        Ok(InstitutionThen::Record(Box::new(SeenInstitution {
            institution: reader.past(document)?.institution,
            view: reader.view,
            with_contacts: false,
            freshness: Rounds::on(day_of(at)).freshness(counted_on),
            residents: None,
            distance_m: None,
            key: Vec::new(),
        })))
    }
}

impl HistoryReader {
    fn past(&self, document: &str) -> Result<PastInstitution, StoreError> {
        let kept = KeptInstitution::read(document)?;
        Ok(PastInstitution {
            institution: as_strict_as_now(kept.institution, self.now.as_ref()).seen_as(self.view),
            sealed_contacts: kept.sealed_contacts,
        })
    }

    fn step(&self, entry: HistoryEntry) -> Result<InstitutionStep, StoreError> {
        let side = |document: &Option<String>| document.as_deref().map(|text| self.past(text)).transpose();
        Ok(InstitutionStep { before: side(&entry.before)?, after: side(&entry.after)?, entry })
    }
}
