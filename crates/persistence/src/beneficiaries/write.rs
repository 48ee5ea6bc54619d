//! Writing the records of people: the row, what it is found by, and its row in the ledger, in one unit of work.

use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect,
    sea_query::{Expr, ExprTrait, Query},
};
use uuid::Uuid;

use aumsos_domain::{
    CodeList, RecordKind,
    access::Scope,
    beneficiaries::{Beneficiary, BeneficiaryNumber, Nik, Profile, life::ErasureReason},
    institutions::InstitutionStatus,
};

use super::{
    BeneficiaryFound, Erasure, HANDED_OVER, TAKEN_OVER,
    entity::{beneficiary, consent, emergency_access, health_note},
    filters::in_care_within,
    kept::{DAMAGED, Kept},
    tokens,
};
use crate::{
    StoreError, Work,
    clock::to_micros,
    institutions::entity::institution,
    ledger::{Change, State},
    sight::within,
    subjects::keys_of,
};

/// An institution that people are in the care of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaringInstitution {
    /// The province it is in (two digits).
    pub province: String,
    /// Whether it takes people: it was not closed or merged.
    pub takes_people: bool,
}

impl Work {
    /// An institution within a scope, which stays as it is until the end of this unit of work.
    pub async fn caring_institution(
        &mut self,
        id: Uuid,
        scope: &Scope,
    ) -> Result<Option<CaringInstitution>, StoreError> {
        let found = institution::Entity::find_by_id(id)
            .filter(institution::Column::DeletedAt.is_null())
            .filter(within(scope, institution::Column::UnitId, institution::Column::Id))
            .lock_shared()
            .one(&self.transaction)
            .await?;
        Ok(found.map(|row| CaringInstitution {
            takes_people: ![InstitutionStatus::Closed.code(), InstitutionStatus::Merged.code()]
                .contains(&row.status.as_str()),
            province: row.province,
        }))
    }

    /// Draws the next number of a province.
    pub async fn draw_beneficiary_number(&mut self, province: &str) -> Result<BeneficiaryNumber, StoreError> {
        let serial = self.draw_numbers(&format!("beneficiary.{province}"), 1).await?;
        BeneficiaryNumber::new(province, serial).map_err(|_| DAMAGED)
    }

    /// Whether an id is taken by any record, whoever may see it.
    pub async fn is_beneficiary_id_taken(&mut self, id: Uuid) -> Result<bool, StoreError> {
        Ok(beneficiary::Entity::find_by_id(id).one(&self.transaction).await?.is_some())
    }

    /// Who is recorded with a NIK.
    pub async fn beneficiary_with_nik(&mut self, nik: &Nik) -> Result<Option<Uuid>, StoreError> {
        let found = beneficiary::Entity::find()
            .select_only()
            .column(beneficiary::Column::Id)
            .filter(beneficiary::Column::NikBlind.eq(tokens::of_nik(&self.store.vault, nik)))
            .into_tuple()
            .one(&self.transaction)
            .await?;
        Ok(found)
    }

    /// The record of a person within a scope, locked until the end of this unit of work.
    pub async fn beneficiary_for_update(&mut self, id: Uuid, scope: &Scope) -> Result<BeneficiaryFound, StoreError> {
        let found = beneficiary::Entity::find_by_id(id)
            .filter(in_care_within(scope))
            .lock_exclusive()
            .one(&self.transaction)
            .await?;
        let Some(row) = found else { return Ok(BeneficiaryFound::Unknown) };
        if let Some(erasure) = Erasure::of(&row)? {
            return Ok(BeneficiaryFound::Erased(erasure));
        }
        let keys = keys_of(&self.store.vault, &self.transaction, &[id]).await?;
        // Of whom there is no key any more, nothing is there.
        let Some(key) = keys.get(&id) else { return Ok(BeneficiaryFound::Unknown) };
        Ok(BeneficiaryFound::Record(Box::new(Kept::try_from(row)?.open(&self.store.vault, key)?)))
    }

    /// Writes a new record. [`StoreError::Taken`] when its id or its NIK is another's.
    pub async fn create_beneficiary(&mut self, new: &Beneficiary) -> Result<(), StoreError> {
        let key = self.key_of_subject(new.id).await?;
        let kept = Kept::of(&self.store.vault, &key, new)?;
        let row = kept.row(&self.store.vault, &new.profile);
        beneficiary::Entity::insert(row).exec_without_returning(&self.transaction).await?;
        self.write_tokens(new.id, &new.profile).await?;
        let after = self.state_of(&kept).await?;
        self.append_beneficiary(&kept, "registered", None, Some(after)).await
    }

    /// Writes a changed record; one that did not change leaves no trace. [`StoreError::Taken`] when its NIK is another's.
    pub async fn save_beneficiary(
        &mut self,
        action: &'static str,
        before: &Beneficiary,
        after: &Beneficiary,
    ) -> Result<(), StoreError> {
        if before == after {
            return Ok(());
        }
        let old = self.kept_beneficiary(before.id).await?;
        let key = self.key_of_subject(after.id).await?;
        let kept = Kept::of(&self.store.vault, &key, after)?;
        let row = kept.row(&self.store.vault, &after.profile);
        beneficiary::Entity::update(row).exec(&self.transaction).await?;
        if before.profile != after.profile {
            self.forget_tokens(after.id).await?;
            self.write_tokens(after.id, &after.profile).await?;
        }
        let (before, after) = (self.state_of(&old).await?, self.state_of(&kept).await?);
        if old.facts.institution_id == kept.facts.institution_id {
            return self.append_beneficiary(&kept, action, Some(before), Some(after)).await;
        }
        // Two rows, for a row of the ledger belongs to one institution: whom it leaves hears that it left, and whom it
        // comes to that it is there.
        let mut left = old;
        left.facts.version += 1;
        self.append_beneficiary(&left, HANDED_OVER, Some(before), None).await?;
        self.append_beneficiary(&kept, TAKEN_OVER, None, Some(after)).await
    }

    /// Erases a person: their key is destroyed, and with it whatever it sealed anywhere; what is sealed here and what they
    /// were found by is blanked. What counts stays.
    pub async fn erase_beneficiary(&mut self, before: &Beneficiary, reason: ErasureReason) -> Result<(), StoreError> {
        let id = before.id;
        let mut kept = self.kept_beneficiary(id).await?;
        let state = self.state_of(&kept).await?;
        self.destroy_key_of(id).await?;
        self.forget_tokens(id).await?;
        kept.facts.version = before.version + 1;
        let row = beneficiary::ActiveModel {
            id: Set(id),
            version: Set(kept.facts.version),
            nik_blind: Set(None),
            card_blind: Set(None),
            sealed: Set(String::new()),
            erased_at: Set(Some(to_micros(self.at))),
            erasure_reason: Set(Some(reason.to_string())),
            updated_at: Set(to_micros(self.at)),
            ..Default::default()
        };
        beneficiary::Entity::update(row).exec(&self.transaction).await?;
        health_note::Entity::update_many()
            .col_expr(health_note::Column::Sealed, Expr::value(""))
            .filter(health_note::Column::BeneficiaryId.eq(id))
            .exec(&self.transaction)
            .await?;
        consent::Entity::update_many()
            .col_expr(consent::Column::Sealed, Expr::value(""))
            .filter(consent::Column::BeneficiaryId.eq(id))
            .exec(&self.transaction)
            .await?;
        emergency_access::Entity::update_many()
            .col_expr(emergency_access::Column::SealedReason, Expr::value(""))
            .col_expr(emergency_access::Column::SealedReview, Expr::value(Option::<String>::None))
            .filter(emergency_access::Column::BeneficiaryId.eq(id))
            .exec(&self.transaction)
            .await?;
        self.append_beneficiary(&kept, "erased", Some(state), None).await
    }

    /// The people of an institution that came under another unit, told in the ledger: they leave the sight of those who
    /// were responsible before.
    pub(crate) async fn tell_beneficiaries_moved(
        &mut self,
        institution: Uuid,
        action: &'static str,
        old_unit: Uuid,
        new_unit: Uuid,
    ) -> Result<(), StoreError> {
        let rows = beneficiary::Entity::find()
            .filter(beneficiary::Column::InstitutionId.eq(institution))
            .filter(beneficiary::Column::ErasedAt.is_null())
            .lock_exclusive()
            .all(&self.transaction)
            .await?;
        beneficiary::Entity::update_many()
            .col_expr(beneficiary::Column::Version, Expr::col(beneficiary::Column::Version).add(1))
            .filter(beneficiary::Column::InstitutionId.eq(institution))
            .filter(beneficiary::Column::ErasedAt.is_null())
            .exec(&self.transaction)
            .await?;
        for row in rows {
            let before = Kept::try_from(row)?;
            // Nothing that is sealed changed, and nobody edited it.
            let mut after = before.clone();
            after.facts.version += 1;
            let state = |unit, kept: &Kept| -> Result<State, StoreError> {
                Ok(State { unit: Some(unit), is_public: false, document: kept.document()? })
            };
            let states = (state(old_unit, &before)?, state(new_unit, &after)?);
            self.append_beneficiary(&after, action, Some(states.0), Some(states.1)).await?;
        }
        Ok(())
    }

    /// The unit that is responsible for an institution.
    pub(super) async fn unit_in_charge_of(&mut self, institution: Uuid) -> Result<Uuid, StoreError> {
        let unit: Option<Uuid> = institution::Entity::find_by_id(institution)
            .select_only()
            .column(institution::Column::UnitId)
            .into_tuple()
            .one(&self.transaction)
            .await?;
        unit.ok_or(DAMAGED)
    }

    async fn kept_beneficiary(&mut self, id: Uuid) -> Result<Kept, StoreError> {
        let row = beneficiary::Entity::find_by_id(id).one(&self.transaction).await?;
        Kept::try_from(row.ok_or(DAMAGED)?)
    }

    async fn state_of(&mut self, kept: &Kept) -> Result<State, StoreError> {
        let unit = Some(self.unit_in_charge_of(kept.facts.institution_id).await?);
        Ok(State { unit, is_public: false, document: kept.document()? })
    }

    async fn append_beneficiary(
        &mut self,
        kept: &Kept,
        action: &'static str,
        before: Option<State>,
        after: Option<State>,
    ) -> Result<(), StoreError> {
        self.append(Change {
            kind: RecordKind::Beneficiary,
            id: kept.facts.id,
            version: kept.facts.version,
            action,
            institution: Some(kept.facts.institution_id),
            before,
            after,
        })
        .await
    }

    async fn write_tokens(&mut self, id: Uuid, profile: &Profile) -> Result<(), StoreError> {
        let mut insert = Query::insert();
        insert.into_table("beneficiary_token").columns(["token", "beneficiary_id"]);
        // Every name has a word, or what it was folded from has no letters.
        let found_by = tokens::of_profile(&self.store.vault, profile);
        if found_by.is_empty() {
            return Ok(());
        }
        for token in found_by {
            insert.values_panic([token.into(), id.into()]);
        }
        self.transaction.execute(&insert).await?;
        Ok(())
    }

    async fn forget_tokens(&mut self, id: Uuid) -> Result<(), StoreError> {
        let mut forget = Query::delete();
        forget.from_table("beneficiary_token").and_where(Expr::col("beneficiary_id").eq(id));
        self.transaction.execute(&forget).await?;
        Ok(())
    }
}
