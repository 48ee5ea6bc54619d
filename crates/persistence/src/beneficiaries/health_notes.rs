//! Health notes: added to a record, sealed under the key of its person, never changed.

use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, sea_query::Expr};
use uuid::Uuid;

use aumsos_domain::{
    RecordKind,
    beneficiaries::{Beneficiary, HealthNote, HealthNoteProfile},
};

use super::{
    entity::health_note::{self, Column, Entity},
    kept::{DAMAGED, actor},
};
use crate::{
    Store, StoreError, Work,
    clock::{from_micros, to_micros},
    ledger::{Change, State},
    page::{Direction, Key, KeyValue, Keyed, Keyset, Page},
    subjects::{self, Place},
};

/// Notes are written once, so their first version is their only one.
const fn at(id: Uuid, beneficiary: Uuid) -> Place {
    Place { column: "health_note.sealed", row: id, subject: beneficiary, version: 1 }
}

impl Work {
    /// Whether an id is taken by any note, whoever may see it.
    pub async fn is_health_note_id_taken(&mut self, id: Uuid) -> Result<bool, StoreError> {
        Ok(Entity::find_by_id(id).one(&self.transaction).await?.is_some())
    }

    /// Adds a note to a record that was locked for it.
    pub async fn add_health_note(&mut self, of: &Beneficiary, note: &HealthNote) -> Result<(), StoreError> {
        let key = self.key_of_subject(of.id).await?;
        let sealed = subjects::seal(&self.store.vault, &key, &at(note.id, of.id), &note.profile)?;
        let document = serde_json::json!({ "id": note.id, "beneficiary_id": of.id, "sealed": &sealed }).to_string();
        let row = health_note::ActiveModel {
            id: Set(note.id),
            beneficiary_id: Set(of.id),
            sealed: Set(sealed),
            actor_kind: Set(note.by.kind().to_owned()),
            actor_id: Set(note.by.id()),
            created_at: Set(to_micros(note.created_at)),
        };
        Entity::insert(row).exec_without_returning(&self.transaction).await?;
        let institution = of.profile.institution_id;
        let unit = Some(self.unit_in_charge_of(institution).await?);
        self.append(Change {
            kind: RecordKind::HealthNote,
            id: note.id,
            version: 1,
            action: "noted",
            institution: Some(institution),
            before: None,
            after: Some(State { unit, is_public: false, document }),
        })
        .await
    }
}

impl Store {
    /// A page of the notes of a record. Whether somebody may read it, [`Store::beneficiary`] says.
    pub async fn health_notes(
        &self,
        beneficiary: Uuid,
        direction: Direction,
        page: &Page,
    ) -> Result<Vec<HealthNote>, StoreError> {
        let keyset = Keyset::of(vec![
            Key::always(Expr::col((Entity, Column::CreatedAt)), direction),
            Key::always(Expr::col((Entity, Column::Id)), direction),
        ]);
        let query = Entity::find().filter(Column::BeneficiaryId.eq(beneficiary));
        let rows = keyset.apply(query, page).all(&self.read).await?;
        let keys = self.keys_of_subjects(&[beneficiary]).await?;
        let Some(key) = keys.get(&beneficiary) else { return Ok(Vec::new()) };
        let notes = rows.into_iter().map(|row| {
            let profile: HealthNoteProfile = subjects::open(&self.vault, key, &at(row.id, beneficiary), &row.sealed)?;
            Ok(HealthNote {
                id: row.id,
                beneficiary_id: beneficiary,
                profile,
                by: actor(&row.actor_kind, row.actor_id).map_err(|_| DAMAGED)?,
                created_at: from_micros(row.created_at)?,
            })
        });
        notes.collect()
    }

    /// How many notes a record has.
    pub async fn count_health_notes(&self, beneficiary: Uuid) -> Result<u64, StoreError> {
        Ok(Entity::find().filter(Column::BeneficiaryId.eq(beneficiary)).count(&self.read).await?)
    }
}

impl Keyed for HealthNote {
    fn key(&self) -> Vec<KeyValue> {
        vec![KeyValue::Whole(to_micros(self.created_at)), KeyValue::Id(self.id)]
    }
}
