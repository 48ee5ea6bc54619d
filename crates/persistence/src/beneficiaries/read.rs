//! Reading people in care, within a scope.

use chrono::{DateTime, Utc};
use sea_orm::{EntityTrait, PaginatorTrait, QueryFilter};
use uuid::Uuid;

use aumsos_domain::{
    CodeList, RecordKind,
    access::Scope,
    beneficiaries::{Beneficiary, life::ErasureReason},
};

use super::{
    BeneficiaryFilters, BeneficiarySort,
    entity::beneficiary,
    filters::{in_care_within, keyset},
    kept::{DAMAGED, Facts, Kept},
};
use crate::{
    Store, StoreError,
    clock::{from_micros, today},
    ledger::history::HistoryEntry,
    page::{Direction, Page},
    subjects::SubjectKeys,
};

/// That a person was erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Erasure {
    /// When.
    pub at: DateTime<Utc>,
    /// Why.
    pub reason: ErasureReason,
}

/// What is found under an id.
#[derive(Debug)]
pub enum BeneficiaryFound {
    /// The record.
    Record(Box<Beneficiary>),
    /// The person was erased.
    Erased(Erasure),
    /// There is none, or none within the scope.
    Unknown,
}

/// What a list finds.
#[derive(Debug)]
pub enum BeneficiariesFound<T> {
    /// This.
    Found(T),
    /// Words cannot be looked for in so many institutions at once.
    TooWide,
}

/// A record before or after a step.
#[derive(Debug, Clone)]
pub enum PastBeneficiary {
    /// As it was.
    Record(Box<Beneficiary>),
    /// What stays of it when the person is erased.
    Erased(Facts),
}

/// One step in the history of a record.
#[derive(Debug, Clone)]
pub struct BeneficiaryStep {
    /// What the ledger says of the step.
    pub entry: HistoryEntry,
    /// The record before it.
    pub before: Option<PastBeneficiary>,
    /// The record after it.
    pub after: Option<PastBeneficiary>,
}

impl Erasure {
    pub(super) fn of(row: &beneficiary::Model) -> Result<Option<Self>, StoreError> {
        let Some(at) = row.erased_at else { return Ok(None) };
        let reason = row.erasure_reason.as_deref().and_then(ErasureReason::from_code).ok_or(DAMAGED)?;
        Ok(Some(Self { at: from_micros(at)?, reason }))
    }
}

impl Store {
    /// The record of a person.
    pub async fn beneficiary(&self, id: Uuid, scope: &Scope) -> Result<BeneficiaryFound, StoreError> {
        let found = beneficiary::Entity::find_by_id(id).filter(in_care_within(scope)).one(&self.read).await?;
        let Some(row) = found else { return Ok(BeneficiaryFound::Unknown) };
        if let Some(erasure) = Erasure::of(&row)? {
            return Ok(BeneficiaryFound::Erased(erasure));
        }
        let keys = self.keys_of_subjects(&[id]).await?;
        // Of whom there is no key any more, nothing is there.
        if keys.is_empty() {
            return Ok(BeneficiaryFound::Unknown);
        }
        Ok(BeneficiaryFound::Record(Box::new(opened(self, row, &keys)?)))
    }

    /// A page of the people that the filters leave.
    pub async fn beneficiaries(
        &self,
        filters: &BeneficiaryFilters,
        sort: &[(BeneficiarySort, Direction)],
        page: &Page,
        scope: &Scope,
    ) -> Result<BeneficiariesFound<Vec<Beneficiary>>, StoreError> {
        let Some(condition) = filters.condition(self, scope, today()).await? else {
            return Ok(BeneficiariesFound::TooWide);
        };
        let query = beneficiary::Entity::find().filter(condition);
        let rows = keyset(sort).apply(query, page).all(&self.read).await?;
        let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
        let keys = self.keys_of_subjects(&ids).await?;
        let opened = rows.into_iter().map(|row| opened(self, row, &keys));
        Ok(BeneficiariesFound::Found(opened.collect::<Result<_, _>>()?))
    }

    /// How many people the filters leave.
    pub async fn count_beneficiaries(
        &self,
        filters: &BeneficiaryFilters,
        scope: &Scope,
    ) -> Result<BeneficiariesFound<u64>, StoreError> {
        match filters.condition(self, scope, today()).await? {
            Some(condition) => {
                let count = beneficiary::Entity::find().filter(condition).count(&self.read).await?;
                Ok(BeneficiariesFound::Found(count))
            }
            None => Ok(BeneficiariesFound::TooWide),
        }
    }

    /// A page of the steps of a record, by version. Whether somebody may read it, [`Store::beneficiary`] says.
    pub async fn beneficiary_history(
        &self,
        id: Uuid,
        direction: Direction,
        page: &Page,
    ) -> Result<Vec<BeneficiaryStep>, StoreError> {
        let keys = self.keys_of_subjects(&[id]).await?;
        let side = |document: &Option<String>| -> Result<Option<PastBeneficiary>, StoreError> {
            let Some(document) = document else { return Ok(None) };
            let kept = Kept::read(document)?;
            Ok(Some(match keys.get(&id) {
                Some(key) => PastBeneficiary::Record(Box::new(kept.open(&self.vault, key)?)),
                None => PastBeneficiary::Erased(kept.facts),
            }))
        };
        let entries = self.history_page(RecordKind::Beneficiary, id, direction, page).await?;
        let steps = entries
            .into_iter()
            .map(|entry| Ok(BeneficiaryStep { before: side(&entry.before)?, after: side(&entry.after)?, entry }));
        steps.collect()
    }
}

fn opened(store: &Store, row: beneficiary::Model, keys: &SubjectKeys) -> Result<Beneficiary, StoreError> {
    let key = keys.get(&row.id).ok_or(DAMAGED)?;
    Kept::try_from(row)?.open(&store.vault, key)
}
