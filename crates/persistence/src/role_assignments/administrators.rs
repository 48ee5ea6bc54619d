//! Whoever could still appoint others: held by row locks, so that two who take each other's role away at once do not
//! both succeed.

use std::collections::HashSet;

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Query};
use uuid::Uuid;

use aumsos_domain::{
    CodeList,
    access::{ActorId, Role},
    organization_units::OrganizationUnit,
    role_assignments::GivenRole,
};

use super::{Column, Entity, Model, live_at};
use crate::{
    StoreError, Work,
    access::entity::{outside_identity, person, person_secret},
    clock::to_micros,
};

/// The roles of system administrators at the central units that hold now and have no end, with the people who could use
/// theirs. While this is at hand no other unit of work changes one of these roles.
#[derive(Debug)]
pub struct Administrators {
    /// Role and holder.
    roles: Vec<(Uuid, Uuid)>,
    /// Who of the holders may sign in, and has before.
    usable: HashSet<Uuid>,
}

impl Administrators {
    /// Whether a role is one of these.
    pub fn hold(&self, given: &GivenRole) -> bool {
        self.roles.iter().any(|(id, _)| *id == given.id)
    }

    /// Whether a person holds one of these.
    pub fn are_held_by(&self, person: Uuid) -> bool {
        self.roles.iter().any(|(_, holder)| *holder == person)
    }

    /// How many people could go on without a person.
    pub fn without(&self, person: Uuid) -> usize {
        self.usable.iter().filter(|usable| **usable != person).count()
    }

    /// How many people could go on without one of these roles.
    pub fn without_role(&self, role: Uuid) -> usize {
        let left: HashSet<Uuid> = self.roles.iter().filter(|(id, _)| *id != role).map(|(_, holder)| *holder).collect();
        left.intersection(&self.usable).count()
    }
}

impl Work {
    /// Locks the roles of administrators. Called before anything else is locked: who waits here holds nothing that
    /// others wait for.
    pub async fn lock_administrators(&mut self) -> Result<Administrators, StoreError> {
        let rows: Vec<Model> = Entity::find()
            .filter(Column::HolderKind.eq(ActorId::Person(Uuid::nil()).kind()))
            .filter(Column::Role.eq(Role::SystemAdministrator.code()))
            .filter(Column::PlaceId.is_in(OrganizationUnit::ROOTS))
            .filter(Column::PlaceKind.eq("unit"))
            .filter(Column::ValidFrom.lte(to_micros(self.at)))
            .filter(Column::ValidUntil.is_null())
            .filter(live_at(self.at))
            .order_by_asc(Column::Id)
            .lock_exclusive()
            .all(&self.transaction)
            .await?;
        let roles: Vec<(Uuid, Uuid)> = rows.iter().map(|row| (row.id, row.holder_id)).collect();
        // Read after the locks were got: whoever was disabled in the meantime is seen to be.
        let usable: Vec<Uuid> = person::Entity::find()
            .select_only()
            .column(person::Column::Id)
            .filter(person::Column::Id.is_in(roles.iter().map(|(_, holder)| *holder)))
            .filter(person::Column::IsActive.eq(true))
            .filter(has_signed_in())
            .into_tuple()
            .all(&self.transaction)
            .await?;
        Ok(Administrators { roles, usable: usable.into_iter().collect() })
    }
}

/// People who have chosen a password, or whom an outside provider vouches for.
pub(crate) fn has_signed_in() -> sea_orm::Condition {
    let with_password = Query::select()
        .column(person_secret::Column::PersonId)
        .from(person_secret::Entity)
        .and_where(person_secret::Column::PasswordHash.is_not_null())
        .to_owned();
    let vouched_for =
        Query::select().column(outside_identity::Column::PersonId).from(outside_identity::Entity).to_owned();
    sea_orm::Condition::any()
        .add(person::Column::Id.in_subquery(with_password))
        .add(person::Column::Id.in_subquery(vouched_for))
}
