//! Consents: what they are for and how long they hold in the open, so that others can ask; who gave them sealed.

use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect, sea_query::Expr};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use aumsos_domain::{
    CodeList, RecordKind,
    beneficiaries::{
        Beneficiary, Consent, ConsentProfile,
        consent::{ConsentGiver, ConsentPurpose},
        profile::Relation,
    },
    text_value::Prose,
};

use super::{
    entity::consent::{self, Column, Entity},
    kept::DAMAGED,
};
use crate::{
    Store, StoreError, Work,
    clock::{from_micros, to_micros},
    ledger::{Change, State},
    page::{Direction, Key, KeyValue, Keyed, Keyset, Page},
    subjects::{self, Place},
    vault::DataKey,
};

/// What is sealed of a consent; it never changes.
#[derive(Serialize, Deserialize)]
struct Sealed {
    given_by: ConsentGiver,
    relation: Option<Relation>,
    evidence: Option<Prose>,
}

const fn at(id: Uuid, beneficiary: Uuid) -> Place {
    Place { column: "consent.sealed", row: id, subject: beneficiary, version: 1 }
}

impl Work {
    /// Whether an id is taken by any consent, whoever may see it.
    pub async fn is_consent_id_taken(&mut self, id: Uuid) -> Result<bool, StoreError> {
        Ok(Entity::find_by_id(id).one(&self.transaction).await?.is_some())
    }

    /// A consent of a record that was locked for it.
    pub async fn consent_for_update(&mut self, of: &Beneficiary, id: Uuid) -> Result<Option<Consent>, StoreError> {
        let query = Entity::find_by_id(id).filter(Column::BeneficiaryId.eq(of.id)).lock_exclusive();
        let Some(row) = query.one(&self.transaction).await? else { return Ok(None) };
        let key = self.key_of_subject(of.id).await?;
        opened(&self.store, &key, &row).map(Some)
    }

    /// Writes a consent, new or withdrawn.
    pub async fn save_consent(
        &mut self,
        of: &Beneficiary,
        before: Option<&Consent>,
        after: &Consent,
    ) -> Result<(), StoreError> {
        let key = self.key_of_subject(of.id).await?;
        let row = self.consent_row(&key, after)?;
        let institution = of.profile.institution_id;
        let unit = Some(self.unit_in_charge_of(institution).await?);
        let state = |row: &consent::Model| State { unit, is_public: false, document: document(row) };
        let change = Change {
            kind: RecordKind::Consent,
            id: after.id,
            version: after.version,
            action: if before.is_some() { "withdrawn" } else { "given" },
            institution: Some(institution),
            before: before.map(|before| self.consent_row(&key, before)).transpose()?.as_ref().map(state),
            after: Some(state(&row)),
        };
        let row = consent::ActiveModel::from(row);
        match before {
            None => Entity::insert(row).exec_without_returning(&self.transaction).await.map(drop)?,
            Some(_) => Entity::update(row.reset_all()).exec(&self.transaction).await.map(drop)?,
        }
        self.append(change).await
    }

    fn consent_row(&self, key: &DataKey, consent: &Consent) -> Result<consent::Model, StoreError> {
        let profile = &consent.profile;
        let given =
            Sealed { given_by: profile.given_by, relation: profile.relation, evidence: profile.evidence.clone() };
        Ok(consent::Model {
            id: consent.id,
            version: consent.version,
            beneficiary_id: consent.beneficiary_id,
            purpose: profile.purpose.to_string(),
            given_on: profile.given_on.to_string(),
            expires_on: profile.expires_on.map(|day| day.to_string()),
            withdrawn_at: consent.withdrawn_at.map(to_micros),
            sealed: subjects::seal(&self.store.vault, key, &at(consent.id, consent.beneficiary_id), &given)?,
            created_at: to_micros(consent.created_at),
            updated_at: to_micros(consent.updated_at),
        })
    }
}

impl Store {
    /// A page of the consents of a record. Whether somebody may read it, [`Store::beneficiary`] says.
    pub async fn consents(
        &self,
        beneficiary: Uuid,
        direction: Direction,
        page: &Page,
    ) -> Result<Vec<Consent>, StoreError> {
        let keyset = Keyset::of(vec![
            Key::always(Expr::col((Entity, Column::CreatedAt)), direction),
            Key::always(Expr::col((Entity, Column::Id)), direction),
        ]);
        let query = Entity::find().filter(Column::BeneficiaryId.eq(beneficiary));
        let rows = keyset.apply(query, page).all(&self.read).await?;
        let keys = self.keys_of_subjects(&[beneficiary]).await?;
        let Some(key) = keys.get(&beneficiary) else { return Ok(Vec::new()) };
        rows.iter().map(|row| opened(self, key, row)).collect()
    }

    /// How many consents a record has.
    pub async fn count_consents(&self, beneficiary: Uuid) -> Result<u64, StoreError> {
        Ok(Entity::find().filter(Column::BeneficiaryId.eq(beneficiary)).count(&self.read).await?)
    }
}

impl Keyed for Consent {
    fn key(&self) -> Vec<KeyValue> {
        vec![KeyValue::Whole(to_micros(self.created_at)), KeyValue::Id(self.id)]
    }
}

fn document(row: &consent::Model) -> String {
    serde_json::json!({
        "id": row.id, "version": row.version, "beneficiary_id": row.beneficiary_id, "purpose": row.purpose,
        "given_on": row.given_on, "expires_on": row.expires_on, "withdrawn_at": row.withdrawn_at, "sealed": row.sealed,
    })
    .to_string()
}

fn opened(store: &Store, key: &DataKey, row: &consent::Model) -> Result<Consent, StoreError> {
    let given: Sealed = subjects::open(&store.vault, key, &at(row.id, row.beneficiary_id), &row.sealed)?;
    let day = |text: &str| text.parse().map_err(|_| DAMAGED);
    Ok(Consent {
        id: row.id,
        version: row.version,
        beneficiary_id: row.beneficiary_id,
        profile: ConsentProfile {
            purpose: ConsentPurpose::from_code(&row.purpose).ok_or(DAMAGED)?,
            given_by: given.given_by,
            relation: given.relation,
            given_on: day(&row.given_on)?,
            evidence: given.evidence,
            expires_on: row.expires_on.as_deref().map(day).transpose()?,
        },
        withdrawn_at: row.withdrawn_at.map(from_micros).transpose()?,
        created_at: from_micros(row.created_at)?,
        updated_at: from_micros(row.updated_at)?,
    })
}
