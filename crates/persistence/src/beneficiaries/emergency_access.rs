//! Emergency access: who opened which record, by the database's clock; the words about it sealed under the key of the
//! person.

use std::collections::HashMap;

use chrono::{DateTime, Duration, Utc};
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect,
    sea_query::{Expr, ExprTrait, Query},
};
use uuid::Uuid;

use aumsos_domain::{
    RecordKind,
    access::{ActorId, Role, Scope},
    beneficiaries::{
        Beneficiary, EmergencyAccess, EmergencyReason,
        emergency_access::{OPEN_FOR, Review},
    },
};

use super::{
    entity::{
        beneficiary,
        emergency_access::{ActiveModel, Column, Entity, Model},
    },
    kept::{DAMAGED, Kept, actor},
    read::Erasure,
};
use crate::{
    Store, StoreError, Work,
    access::Recipient,
    clock::{from_micros, to_micros},
    dialect::database_now,
    ledger::{Change, State},
    page::{Direction, Key, KeyValue, Keyed, Keyset, Page},
    sight::of_institutions_within,
    subjects::{self, Place, SubjectKeys, has_key, keys_of},
    vault::Vault,
};

/// Which accesses.
#[derive(Debug, Clone)]
pub struct EmergencyFilters {
    /// Those of this person or client.
    pub own: ActorId,
    /// And those on records within this scope.
    pub reviewed_in: Scope,
    /// Of any of these records.
    pub beneficiary: Vec<Uuid>,
    /// Only those that were reviewed, or were not.
    pub is_reviewed: Option<bool>,
}

/// A record that was opened in an emergency.
#[derive(Debug)]
pub enum EmergencyRecord {
    /// The record.
    Open(Box<Beneficiary>),
    /// The access is over.
    Over,
    /// The record was closed meanwhile.
    Closed,
    /// The person was erased meanwhile.
    Erased(Erasure),
    /// There is no such access, or it is another's.
    Unknown,
}

const fn at(column: &'static str, id: Uuid, beneficiary: Uuid) -> Place {
    Place { column, row: id, subject: beneficiary, version: 1 }
}

const REASON: &str = "emergency_access.sealed_reason";
const REVIEW: &str = "emergency_access.sealed_review";

impl Work {
    /// A record that somebody wants to open in an emergency, wherever it is, locked until the end of this unit of work:
    /// nobody closes it, and the same person opens it no second time, meanwhile.
    pub async fn beneficiary_for_emergency(&mut self, id: Uuid) -> Result<Option<Beneficiary>, StoreError> {
        let found = beneficiary::Entity::find_by_id(id)
            .filter(beneficiary::Column::ErasedAt.is_null())
            .filter(has_key(beneficiary::Column::Id))
            .lock_exclusive()
            .one(&self.transaction)
            .await?;
        let Some(row) = found else { return Ok(None) };
        let key = self.key_of_subject(id).await?;
        Kept::try_from(row)?.open(&self.store.vault, &key).map(Some)
    }

    /// The access by which somebody has a record open now.
    pub async fn open_emergency_access(&mut self, by: ActorId, beneficiary: Uuid) -> Result<Option<Uuid>, StoreError> {
        let found = Entity::find()
            .select_only()
            .column(Column::Id)
            .filter(of(by))
            .filter(Column::BeneficiaryId.eq(beneficiary))
            .filter(Column::EndedAt.is_null())
            .filter(Expr::col((Entity, Column::ExpiresAt)).gt(database_now(self.store.backend())))
            .into_tuple()
            .one(&self.transaction)
            .await?;
        Ok(found)
    }

    /// How many records somebody opened within the last hour, by the database's clock.
    pub async fn emergency_accesses_within_an_hour(&mut self, by: ActorId) -> Result<u64, StoreError> {
        let begun = self.database_time().await? - Duration::hours(1);
        let recent = Entity::find().filter(of(by)).filter(Column::OpenedAt.gt(to_micros(begun)));
        Ok(recent.count(&self.transaction).await?)
    }

    /// Opens a record from now on, by the database's clock.
    pub async fn create_emergency_access(
        &mut self,
        id: Uuid,
        of: &Beneficiary,
        reason: &EmergencyReason,
    ) -> Result<EmergencyAccess, StoreError> {
        let key = self.key_of_subject(of.id).await?;
        let sealed = subjects::seal(&self.store.vault, &key, &at(REASON, id, of.id), reason)?;
        let by = self.author.actor;
        let now = self.database_time().await?;
        let row = ActiveModel {
            id: Set(id),
            version: Set(1),
            beneficiary_id: Set(of.id),
            institution_id: Set(of.profile.institution_id),
            actor_kind: Set(by.kind().to_owned()),
            actor_id: Set(by.id()),
            opened_at: Set(to_micros(now)),
            expires_at: Set(to_micros(now + OPEN_FOR)),
            ended_at: Set(None),
            sealed_reason: Set(sealed),
            sealed_review: Set(None),
            review_outcome: Set(None),
        };
        Entity::insert(row).exec_without_returning(&self.transaction).await?;
        let row = Entity::find_by_id(id).one(&self.transaction).await?.ok_or(DAMAGED)?;
        self.append_emergency_access("opened", None, &row).await?;
        self.read_emergency_access(row).await
    }

    /// An access that is one's own or on a record within a scope, locked until the end of this unit of work.
    pub async fn emergency_access_for_update(
        &mut self,
        id: Uuid,
        filters: &EmergencyFilters,
    ) -> Result<Option<EmergencyAccess>, StoreError> {
        let row = Entity::find_by_id(id).filter(filters.condition()).lock_exclusive().one(&self.transaction).await?;
        match row {
            Some(row) => self.read_emergency_access(row).await.map(Some),
            None => Ok(None),
        }
    }

    /// Writes an access that was ended or reviewed.
    pub async fn save_emergency_access(
        &mut self,
        action: &'static str,
        after: &EmergencyAccess,
    ) -> Result<(), StoreError> {
        let before = Entity::find_by_id(after.id).one(&self.transaction).await?.ok_or(DAMAGED)?;
        let sealed_review = match &after.review {
            Some(review) => {
                let key = self.key_of_subject(after.beneficiary_id).await?;
                let place = at(REVIEW, after.id, after.beneficiary_id);
                Set(Some(subjects::seal(&self.store.vault, &key, &place, review)?))
            }
            None => NotSet,
        };
        let row = ActiveModel {
            id: Set(after.id),
            version: Set(after.version),
            ended_at: Set(after.ended_at.map(to_micros)),
            sealed_review,
            review_outcome: Set(after.review.as_ref().map(|review| review.profile.outcome.to_string())),
            ..Default::default()
        };
        let row = Entity::update(row).exec(&self.transaction).await?;
        self.append_emergency_access(action, Some(&before), &row).await
    }

    /// Who is told of an access: the holders of these roles over the institution, but for the one who opened it.
    pub async fn people_told_of_emergency(
        &mut self,
        access: &EmergencyAccess,
        roles: &[Role],
    ) -> Result<Vec<Recipient>, StoreError> {
        let unit = self.unit_in_charge_of(access.institution_id).await?;
        let line = self.line_above(unit).await?;
        self.people_in_charge(roles, access.institution_id, &line, access.by).await
    }

    /// The time of the database.
    pub async fn database_time(&mut self) -> Result<DateTime<Utc>, StoreError> {
        let mut select = Query::select();
        select.expr(database_now(self.store.backend()));
        let row = self.transaction.query_one(&select).await?.ok_or(StoreError::Unreadable("the time"))?;
        from_micros(row.try_get_by_index(0)?)
    }

    async fn read_emergency_access(&mut self, row: Model) -> Result<EmergencyAccess, StoreError> {
        let keys = keys_of(&self.store.vault, &self.transaction, &[row.beneficiary_id]).await?;
        opened(&self.store.vault, &keys, &row)
    }

    async fn append_emergency_access(
        &mut self,
        action: &'static str,
        before: Option<&Model>,
        after: &Model,
    ) -> Result<(), StoreError> {
        let unit = Some(self.unit_in_charge_of(after.institution_id).await?);
        let state = |row: &Model| State { unit, is_public: false, document: document(row) };
        self.append(Change {
            kind: RecordKind::EmergencyAccess,
            id: after.id,
            version: after.version,
            action,
            institution: Some(after.institution_id),
            before: before.map(state),
            after: Some(state(after)),
        })
        .await
    }
}

impl Store {
    /// The record that somebody has open by an access of their own, as far as it still holds.
    pub async fn emergency_record(&self, id: Uuid, by: ActorId) -> Result<EmergencyRecord, StoreError> {
        let Some(access) = Entity::find_by_id(id).filter(of(by)).one(&self.read).await? else {
            return Ok(EmergencyRecord::Unknown);
        };
        let holds = Entity::find_by_id(id)
            .filter(Column::EndedAt.is_null())
            .filter(Expr::col((Entity, Column::ExpiresAt)).gt(database_now(self.backend())))
            .count(&self.read)
            .await?;
        if holds == 0 {
            return Ok(EmergencyRecord::Over);
        }
        let row = beneficiary::Entity::find_by_id(access.beneficiary_id).one(&self.read).await?.ok_or(DAMAGED)?;
        if let Some(erasure) = Erasure::of(&row)? {
            return Ok(EmergencyRecord::Erased(erasure));
        }
        let keys = self.keys_of_subjects(&[row.id]).await?;
        let key = keys.get(&row.id).ok_or(DAMAGED)?;
        let record = Kept::try_from(row)?.open(&self.vault, key)?;
        Ok(if record.is_closed() { EmergencyRecord::Closed } else { EmergencyRecord::Open(Box::new(record)) })
    }

    /// A page of accesses.
    pub async fn emergency_accesses(
        &self,
        filters: &EmergencyFilters,
        direction: Direction,
        page: &Page,
    ) -> Result<Vec<EmergencyAccess>, StoreError> {
        let keyset = Keyset::of(vec![
            Key::always(Expr::col((Entity, Column::OpenedAt)), direction),
            Key::always(Expr::col((Entity, Column::Id)), direction),
        ]);
        let rows = keyset.apply(Entity::find().filter(filters.condition()), page).all(&self.read).await?;
        let people: Vec<Uuid> = rows.iter().map(|row| row.beneficiary_id).collect();
        let keys = self.keys_of_subjects(&people).await?;
        rows.iter().map(|row| opened(&self.vault, &keys, row)).collect()
    }

    /// How many there are.
    pub async fn count_emergency_accesses(&self, filters: &EmergencyFilters) -> Result<u64, StoreError> {
        Ok(Entity::find().filter(filters.condition()).count(&self.read).await?)
    }

    /// One access.
    pub async fn emergency_access(
        &self,
        id: Uuid,
        filters: &EmergencyFilters,
    ) -> Result<Option<EmergencyAccess>, StoreError> {
        let found = Entity::find_by_id(id).filter(filters.condition()).one(&self.read).await?;
        let Some(row) = found else { return Ok(None) };
        let keys = self.keys_of_subjects(&[row.beneficiary_id]).await?;
        opened(&self.vault, &keys, &row).map(Some)
    }

    /// Every access to a record, the oldest first.
    pub async fn emergency_accesses_to(
        &self,
        beneficiary: Uuid,
        page: &Page,
    ) -> Result<Vec<EmergencyAccess>, StoreError> {
        let keyset = Keyset::of(vec![
            Key::always(Expr::col((Entity, Column::OpenedAt)), Direction::Ascending),
            Key::always(Expr::col((Entity, Column::Id)), Direction::Ascending),
        ]);
        let query = Entity::find().filter(Column::BeneficiaryId.eq(beneficiary));
        let rows = keyset.apply(query, page).all(&self.read).await?;
        let keys = self.keys_of_subjects(&[beneficiary]).await?;
        rows.iter().map(|row| opened(&self.vault, &keys, row)).collect()
    }
}

impl EmergencyFilters {
    fn condition(&self) -> Condition {
        let reviewed = of_institutions_within(&self.reviewed_in, Column::InstitutionId);
        let known = Condition::any().add(of(self.own)).add(reviewed);
        let mut all = Condition::all().add(known);
        if !self.beneficiary.is_empty() {
            all = all.add(Column::BeneficiaryId.is_in(self.beneficiary.iter().copied()));
        }
        match self.is_reviewed {
            Some(true) => all.add(Column::ReviewOutcome.is_not_null()),
            Some(false) => all.add(Column::ReviewOutcome.is_null()),
            None => all,
        }
    }
}

impl Keyed for EmergencyAccess {
    fn key(&self) -> Vec<KeyValue> {
        vec![KeyValue::Whole(to_micros(self.opened_at)), KeyValue::Id(self.id)]
    }
}

fn of(actor: ActorId) -> Condition {
    // Nobody without an id has an access: an empty id equals nothing.
    Condition::all().add(Column::ActorKind.eq(actor.kind())).add(Column::ActorId.eq(actor.id()))
}

fn document(row: &Model) -> String {
    serde_json::json!({
        "id": row.id, "version": row.version, "beneficiary_id": row.beneficiary_id,
        "actor_kind": row.actor_kind, "actor_id": row.actor_id, "opened_at": row.opened_at,
        "expires_at": row.expires_at, "ended_at": row.ended_at, "sealed_reason": row.sealed_reason,
        "sealed_review": row.sealed_review, "review_outcome": row.review_outcome,
    })
    .to_string()
}

fn opened(vault: &Vault, keys: &SubjectKeys, row: &Model) -> Result<EmergencyAccess, StoreError> {
    let person = row.beneficiary_id;
    // What concerned somebody who was erased is gone with them.
    let key = keys.get(&person);
    let reason = key.map(|key| subjects::open(vault, key, &at(REASON, row.id, person), &row.sealed_reason));
    let review = key.zip(row.sealed_review.as_ref());
    let review: Option<Review> =
        review.map(|(key, text)| subjects::open(vault, key, &at(REVIEW, row.id, person), text)).transpose()?;
    Ok(EmergencyAccess {
        id: row.id,
        version: row.version,
        beneficiary_id: person,
        institution_id: row.institution_id,
        by: actor(&row.actor_kind, row.actor_id)?,
        reason: reason.transpose()?,
        opened_at: from_micros(row.opened_at)?,
        expires_at: from_micros(row.expires_at)?,
        ended_at: row.ended_at.map(from_micros).transpose()?,
        review,
    })
}

/// The reasons of emergency accesses, each by its access and the record that it opened; of people who were erased there are
/// none.
pub(crate) async fn reasons_of(
    vault: &Vault,
    connection: &impl ConnectionTrait,
    accesses: &[Uuid],
) -> Result<HashMap<(Uuid, Uuid), EmergencyReason>, StoreError> {
    if accesses.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = Entity::find().filter(Column::Id.is_in(accesses.iter().copied())).all(connection).await?;
    let people: Vec<Uuid> = rows.iter().map(|row| row.beneficiary_id).collect();
    let keys = keys_of(vault, connection, &people).await?;
    let mut reasons = HashMap::new();
    for row in &rows {
        let access = opened(vault, &keys, row)?;
        reasons.extend(access.reason.map(|reason| ((access.id, access.beneficiary_id), reason)));
    }
    Ok(reasons)
}
