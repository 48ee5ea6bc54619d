//! The accounts of people: lists within a sight, and the steps of an account's life. What a person signs in with lies in
//! tables that no list reads.
//!
//! In the ledger the name and the address of a person stand sealed under a key of their own; whoever is erased loses
//! that key, and every copy is unreadable from then on.

mod filters;
mod read;
mod write;

use aumsos_domain::{
    access::{Actor, Permission, Scope},
    role_assignments::HolderKind,
};
use sea_orm::{ColumnTrait, Condition, sea_query::Expr};
use uuid::Uuid;

pub use self::{
    filters::{PeopleFilters, PersonSort},
    read::{OwnAccount, SeenPerson, person_key},
};
use crate::{
    StoreError,
    access::entity::person::Column,
    organization_units::below,
    role_assignments::{held_within, places_of},
};
use aumsos_domain::organization_units::OrganizationUnit;

const DAMAGED: StoreError = StoreError::Unreadable("a person");

/// The scopes that decide which people an actor sees.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PeopleSight {
    read: Vec<Scope>,
    roles: Scope,
}

impl PeopleSight {
    /// What an actor sees when reading.
    pub fn of(actor: &Actor) -> Self {
        Self { read: vec![actor.scope(Permission::PeopleRead)], roles: actor.scope(Permission::RolesRead) }
    }

    /// What an actor sees when taking a step: whom they may read, and whom they keep.
    pub fn for_steps(actor: &Actor) -> Self {
        let read = [Permission::PeopleRead, Permission::PeopleManage].map(|permission| actor.scope(permission));
        Self { read: read.to_vec(), roles: Scope::nowhere() }
    }

    /// People who are kept by a unit of a scope or one below it, or who hold a role, now or from some day on, at a
    /// place in the scope.
    pub(crate) fn visible(&self) -> Condition {
        let mut any = Condition::any().add(Expr::value(false));
        for scope in self.read.iter().filter(|scope| !scope.is_nowhere()) {
            let holding = places_of(HolderKind::Person, &[], held_within(scope));
            any = any.add(kept_within(scope)).add(Column::Id.in_subquery(holding));
        }
        any
    }

    /// Where the actor sees who holds which role.
    pub(crate) const fn roles(&self) -> &Scope {
        &self.roles
    }
}

/// People who are kept by a unit of the scope or one below it.
fn kept_within(scope: &Scope) -> Condition {
    kept_by(scope.units())
}

/// People who are kept by one of these units or one below it; an account that names no unit is the central unit's.
fn kept_by(units: &[Uuid]) -> Condition {
    let mut any = Condition::any().add(Expr::value(false));
    if !units.is_empty() {
        any = any.add(Column::UnitId.in_subquery(below(units)));
    }
    if units.contains(&OrganizationUnit::MUHAMMADIYAH) {
        any = any.add(Column::UnitId.is_null());
    }
    any
}
