//! Roles as they are given: lists within a scope, and the steps of a role's life.

mod administrators;
mod places;
mod read;

use sea_orm::{ActiveValue, ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use aumsos_domain::{
    CodeList, RecordKind,
    access::{ActorId, Role, RolePlace, Scope, Term},
    role_assignments::{GivenRole, HolderKind},
};

pub use self::{
    administrators::Administrators,
    read::{HeldRole, RoleFilters, role_key},
};
pub(crate) use self::{
    administrators::has_signed_in,
    places::{held_within, live_at},
    read::places_of,
};
use crate::{
    StoreError, Work,
    access::entity::role_assignment::ActiveModel,
    access::entity::{
        client, person,
        role_assignment::{Column, Entity, Model},
    },
    clock::{from_micros, to_micros},
    ledger::{Change, State},
};

const DAMAGED: StoreError = StoreError::Unreadable("a role");

impl Work {
    /// Whether an id is taken by any assignment.
    pub async fn is_role_assignment_id_taken(&mut self, id: Uuid) -> Result<bool, StoreError> {
        Ok(Entity::find_by_id(id).one(&self.transaction).await?.is_some())
    }

    /// One assignment within any of some scopes, locked until the end of this unit of work.
    pub async fn role_assignment_for_update(
        &mut self,
        id: Uuid,
        scopes: &[Scope],
    ) -> Result<Option<GivenRole>, StoreError> {
        let visible = scopes.iter().fold(Condition::any(), |any, scope| any.add(held_within(scope)));
        let row = Entity::find_by_id(id).filter(visible).lock_exclusive().one(&self.transaction).await?;
        row.as_ref().map(read).transpose()
    }

    /// Every role that a holder was given and that was not taken away, over or not. The holder is locked, so that the
    /// same role is not given twice at once.
    pub async fn given_roles_of(&mut self, holder: ActorId) -> Result<Vec<GivenRole>, StoreError> {
        let Some(id) = holder.id() else { return Ok(Vec::new()) };
        match holder {
            ActorId::Person(_) => {
                person::Entity::find_by_id(id).lock_exclusive().one(&self.transaction).await.map(drop)?;
            }
            _ => client::Entity::find_by_id(id).lock_exclusive().one(&self.transaction).await.map(drop)?,
        }
        let rows = Entity::find()
            .filter(Column::HolderKind.eq(holder.kind()))
            .filter(Column::HolderId.eq(id))
            .filter(Column::RevokedAt.is_null())
            .order_by_asc(Column::Id)
            .all(&self.transaction)
            .await?;
        rows.iter().map(read).collect()
    }

    /// Writes an assignment, new or changed.
    pub async fn save_role_assignment(
        &mut self,
        action: &'static str,
        before: Option<&GivenRole>,
        after: &GivenRole,
    ) -> Result<(), StoreError> {
        let row = row_of(after)?;
        match before {
            None => Entity::insert(row).exec_without_returning(&self.transaction).await.map(drop)?,
            Some(_) => Entity::update(row).exec(&self.transaction).await.map(drop)?,
        }
        let state = |given: &GivenRole| State { unit: None, is_public: false, document: document_of(given) };
        self.append(Change {
            kind: RecordKind::RoleAssignment,
            id: after.id,
            version: after.version,
            action,
            institution: None,
            before: before.map(state),
            after: Some(state(after)),
        })
        .await
    }
}

fn document_of(given: &GivenRole) -> String {
    serde_json::json!({
        "id": given.id, "holder_kind": given.holder.kind(), "holder_id": given.holder.id(), "role": given.role,
        "place": given.place, "valid_from": given.term.valid_from, "valid_until": given.term.valid_until,
        "granted_by": given.granted_by, "revoked_at": given.revoked_at, "created_at": given.created_at,
    })
    .to_string()
}

/// Where a role is held, as the table names it.
pub(crate) fn place_of(row: &Model) -> Result<RolePlace, StoreError> {
    match row.place_kind.as_str() {
        "unit" => Ok(RolePlace::Unit(row.place_id)),
        "institution" => Ok(RolePlace::Institution(row.place_id)),
        _ => Err(DAMAGED),
    }
}

const fn place_columns(place: RolePlace) -> (&'static str, Uuid) {
    match place {
        RolePlace::Unit(id) => ("unit", id),
        RolePlace::Institution(id) => ("institution", id),
    }
}

fn row_of(given: &GivenRole) -> Result<ActiveModel, StoreError> {
    let (place_kind, place_id) = place_columns(given.place);
    Ok(ActiveModel {
        id: ActiveValue::Set(given.id),
        holder_kind: ActiveValue::Set(given.holder.kind().to_owned()),
        holder_id: ActiveValue::Set(given.holder.id().ok_or(DAMAGED)?),
        role: ActiveValue::Set(given.role.to_string()),
        place_kind: ActiveValue::Set(place_kind.to_owned()),
        place_id: ActiveValue::Set(place_id),
        valid_from: ActiveValue::Set(to_micros(given.term.valid_from)),
        valid_until: ActiveValue::Set(given.term.valid_until.map(to_micros)),
        created_at: ActiveValue::Set(to_micros(given.created_at)),
        version: ActiveValue::Set(given.version),
        granted_by_kind: ActiveValue::Set(given.granted_by.kind().to_owned()),
        granted_by_id: ActiveValue::Set(given.granted_by.id()),
        revoked_at: ActiveValue::Set(given.revoked_at.map(to_micros)),
    })
}

fn read(row: &Model) -> Result<GivenRole, StoreError> {
    let holder = match HolderKind::from_code(&row.holder_kind).ok_or(DAMAGED)? {
        HolderKind::Person => ActorId::Person(row.holder_id),
        HolderKind::Client => ActorId::Client(row.holder_id),
    };
    Ok(GivenRole {
        id: row.id,
        version: row.version,
        holder,
        role: Role::from_code(&row.role).ok_or(DAMAGED)?,
        place: place_of(row)?,
        term: Term {
            valid_from: from_micros(row.valid_from)?,
            valid_until: row.valid_until.map(from_micros).transpose()?,
        },
        granted_by: crate::access::actor_of(&row.granted_by_kind, row.granted_by_id).ok_or(DAMAGED)?,
        revoked_at: row.revoked_at.map(from_micros).transpose()?,
        created_at: from_micros(row.created_at)?,
    })
}
