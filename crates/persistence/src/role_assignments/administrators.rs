//! Whoever could still appoint others: held by row locks, so that two who take each other's role away at once do not
//! both succeed.

use std::collections::HashSet;

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Query};
use uuid::Uuid;

use aumsos_domain::{
    CodeList,
    access::{ActorId, Role},
    organization_units::OrganizationUnit,
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
    roles: Vec<Held>,
    /// Who of the holders may sign in, and has before.
    usable: HashSet<Uuid>,
}

/// One of these roles.
#[derive(Debug)]
struct Held {
    id: Uuid,
    holder: Uuid,
    root: Uuid,
}

impl Administrators {
    /// How many people could go on without a person, at each central unit where that person holds one of these roles.
    pub fn left_without(&self, person: Uuid) -> Vec<usize> {
        self.left(|held| held.holder == person)
    }

    /// How many people could go on without a role, at the central unit where it is held; nothing when it is none of these.
    pub fn left_without_role(&self, role: Uuid) -> Vec<usize> {
        self.left(|held| held.id == role)
    }

    /// How many would be left, at each central unit where a role is lost.
    fn left(&self, is_lost: impl Fn(&Held) -> bool) -> Vec<usize> {
        let roots: HashSet<Uuid> = self.roles.iter().filter(|held| is_lost(held)).map(|held| held.root).collect();
        let left_at = |root: Uuid| {
            let stay = self.roles.iter().filter(|held| held.root == root && !is_lost(held));
            stay.map(|held| held.holder).collect::<HashSet<_>>().intersection(&self.usable).count()
        };
        roots.into_iter().map(left_at).collect()
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
        let held = |row: &Model| Held { id: row.id, holder: row.holder_id, root: row.place_id };
        let roles: Vec<Held> = rows.iter().map(held).collect();
        // Read after the locks were got: whoever was disabled in the meantime is seen to be.
        let usable: Vec<Uuid> = person::Entity::find()
            .select_only()
            .column(person::Column::Id)
            .filter(person::Column::Id.is_in(roles.iter().map(|held| held.holder)))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_central_unit_is_counted_by_itself() {
        let [one, two, invited] = [1, 2, 3].map(Uuid::from_u128);
        let held = |id, holder, root| Held { id: Uuid::from_u128(id), holder, root };
        let [muhammadiyah, aisyiyah] = OrganizationUnit::ROOTS;
        let administrators = Administrators {
            roles: vec![
                held(11, one, muhammadiyah),
                held(12, one, aisyiyah),
                held(13, two, muhammadiyah),
                held(14, invited, aisyiyah),
            ],
            usable: [one, two].into_iter().collect(),
        };
        let sorted = |mut left: Vec<usize>| {
            left.sort_unstable();
            left
        };
        assert_eq!(sorted(administrators.left_without(one)), [0, 1]);
        assert_eq!(administrators.left_without(two), [1]);
        assert!(administrators.left_without(Uuid::from_u128(9)).is_empty());
        let left = [11, 12, 13, 14, 15].map(|role| administrators.left_without_role(Uuid::from_u128(role)));
        assert_eq!(left, [vec![1], vec![0], vec![1], vec![1], vec![]]);
    }
}
