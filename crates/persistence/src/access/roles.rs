//! Roles at places, with the time for which they hold.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

pub(crate) use aumsos_domain::role_assignments::HolderKind;
use aumsos_domain::{
    CodeList,
    access::{ActorId, Role, RoleAssignment, Term},
    role_assignments::GivenRole,
};

use super::entity::{person, role_assignment};
use crate::{
    Store, StoreError, Work,
    clock::{self, to_micros},
    role_assignments::{live_at, place_of},
};

impl Work {
    /// Gives roles from now on and without an end: to a holder that was made in this unit of work.
    pub(super) async fn assign_roles(&mut self, holder: ActorId, roles: &[RoleAssignment]) -> Result<(), StoreError> {
        for held in roles {
            let given = GivenRole {
                id: Uuid::now_v7(),
                version: 1,
                holder,
                role: held.role,
                place: held.place,
                term: Term { valid_from: self.at, valid_until: None },
                granted_by: self.author.actor,
                revoked_at: None,
                created_at: self.at,
            };
            self.save_role_assignment("granted", None, &given).await?;
        }
        Ok(())
    }
}

impl Store {
    /// Whether anybody is a system administrator who can come in.
    pub async fn has_administrator(&self) -> Result<bool, StoreError> {
        let holders: Vec<Uuid> = role_assignment::Entity::find()
            .select_only()
            .column(role_assignment::Column::HolderId)
            .filter(role_assignment::Column::HolderKind.eq(HolderKind::Person.code()))
            .filter(role_assignment::Column::Role.eq(Role::SystemAdministrator.code()))
            .filter(valid_now())
            .into_tuple()
            .all(&self.read)
            .await?;
        let active = person::Entity::find()
            .filter(person::Column::Id.is_in(holders))
            .filter(person::Column::IsActive.eq(true))
            .one(&self.read)
            .await?;
        Ok(active.is_some())
    }

    /// The roles that an identity holds now.
    pub async fn roles_of(&self, holder: ActorId) -> Result<Vec<RoleAssignment>, StoreError> {
        let Some(holder_id) = holder.id() else { return Ok(Vec::new()) };
        let rows = role_assignment::Entity::find()
            .filter(role_assignment::Column::HolderKind.eq(holder.kind()))
            .filter(role_assignment::Column::HolderId.eq(holder_id))
            .filter(valid_now())
            .all(&self.read)
            .await?;
        rows.iter().map(read).collect()
    }

    /// The roles that all holders of a kind hold now, by holder.
    pub(super) async fn roles_of_all(
        &self,
        kind: HolderKind,
    ) -> Result<HashMap<Uuid, Vec<RoleAssignment>>, StoreError> {
        let rows = role_assignment::Entity::find()
            .filter(role_assignment::Column::HolderKind.eq(kind.code()))
            .filter(valid_now())
            .all(&self.read)
            .await?;
        let mut roles: HashMap<Uuid, Vec<RoleAssignment>> = HashMap::new();
        for row in &rows {
            roles.entry(row.holder_id).or_default().push(read(row)?);
        }
        Ok(roles)
    }
}

pub(super) fn valid_now() -> Condition {
    let now = clock::now();
    Condition::all().add(role_assignment::Column::ValidFrom.lte(to_micros(now))).add(live_at(now))
}

fn read(row: &role_assignment::Model) -> Result<RoleAssignment, StoreError> {
    let role = Role::from_code(&row.role).ok_or(StoreError::Unreadable("a role"))?;
    Ok(RoleAssignment { role, place: place_of(row)? })
}

/// Somebody as a table names them; nothing when it cannot be read.
pub(crate) fn actor_of(kind: &str, id: Option<Uuid>) -> Option<ActorId> {
    match (kind, id) {
        ("anonymous", None) => Some(ActorId::Anonymous),
        ("system", None) => Some(ActorId::System),
        ("client", Some(id)) => Some(ActorId::Client(id)),
        ("person", Some(id)) => Some(ActorId::Person(id)),
        _ => None,
    }
}
