//! Lists of roles within a scope, and the roles of one holder with the names of their places.

use sea_orm::{
    ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, Select,
    sea_query::{Expr, Query},
};
use uuid::Uuid;

use aumsos_domain::{
    CodeList,
    access::{ActorId, Role, RolePlace, Scope},
    role_assignments::{GivenRole, HolderKind},
};
use chrono::{DateTime, Utc};

use super::{Column, Entity, held_within, live_at, read};
use crate::{
    Store, StoreError,
    clock::{self, to_micros},
    institutions::entity::institution,
    organization_units::{below, entity as unit},
    page::{Direction, Key, KeyValue, Keyset, Page},
};

/// What roles are filtered by.
#[derive(Debug, Clone, Default)]
pub struct RoleFilters {
    /// Held by people, or by clients.
    pub holder_kind: Option<HolderKind>,
    /// Held by any of these.
    pub holder: Vec<Uuid>,
    /// Any of these roles.
    pub role: Vec<Role>,
    /// At any of these units or below them, or at an institution in their care.
    pub unit: Vec<Uuid>,
    /// At any of these institutions.
    pub institution: Vec<Uuid>,
    /// Only those that hold now, or only those that do not.
    pub active: Option<bool>,
}

/// The values by which roles are sorted, for the cursor.
pub fn role_key(given: &GivenRole) -> Vec<KeyValue> {
    vec![KeyValue::Whole(to_micros(given.created_at)), KeyValue::Id(given.id)]
}

/// A role that somebody holds now, with the name of its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldRole {
    /// Which role.
    pub role: Role,
    /// Where.
    pub place: RolePlace,
    /// What the unit or institution is called.
    pub place_name: String,
    /// Until when, where there is an end.
    pub valid_until: Option<DateTime<Utc>>,
}

impl Store {
    /// A page of roles within a scope, in the order in which they were given.
    pub async fn role_assignments(
        &self,
        filters: &RoleFilters,
        direction: Direction,
        page: &Page,
        scope: &Scope,
    ) -> Result<Vec<GivenRole>, StoreError> {
        let keyset = Keyset::of(vec![
            Key::always(Expr::col((Entity, Column::CreatedAt)), direction),
            Key::always(Expr::col((Entity, Column::Id)), direction),
        ]);
        let rows = keyset.apply(filtered(filters, scope), page).all(&self.read).await?;
        rows.iter().map(read).collect()
    }

    /// How many there are.
    pub async fn count_role_assignments(&self, filters: &RoleFilters, scope: &Scope) -> Result<u64, StoreError> {
        Ok(filtered(filters, scope).count(&self.read).await?)
    }

    /// One role within a scope.
    pub async fn role_assignment(&self, id: Uuid, scope: &Scope) -> Result<Option<GivenRole>, StoreError> {
        let row = Entity::find_by_id(id).filter(held_within(scope)).one(&self.read).await?;
        row.as_ref().map(read).transpose()
    }

    /// The roles that somebody holds now, with the names of their places.
    pub async fn held_roles(&self, holder: ActorId) -> Result<Vec<HeldRole>, StoreError> {
        let Some(id) = holder.id() else { return Ok(Vec::new()) };
        let rows = Entity::find()
            .filter(Column::HolderKind.eq(holder.kind()))
            .filter(Column::HolderId.eq(id))
            .filter(holds_now())
            .order_by_asc(Column::Id)
            .all(&self.read)
            .await?;
        let given: Vec<GivenRole> = rows.iter().map(read).collect::<Result<_, _>>()?;
        let names = self.names_of(&given).await?;
        let name = |place| names.iter().find(|(known, _)| *known == place).map(|(_, name)| name.clone());
        Ok(given
            .into_iter()
            .map(|given| HeldRole {
                role: given.role,
                place: given.place,
                place_name: name(given.place).unwrap_or_default(),
                valid_until: given.term.valid_until,
            })
            .collect())
    }

    async fn names_of(&self, given: &[GivenRole]) -> Result<Vec<(RolePlace, String)>, StoreError> {
        use sea_orm::QuerySelect;
        let units =
            given.iter().filter_map(|given| if let RolePlace::Unit(id) = given.place { Some(id) } else { None });
        let units: Vec<(Uuid, String)> = unit::Entity::find()
            .select_only()
            .columns([unit::Column::Id, unit::Column::Name])
            .filter(unit::Column::Id.is_in(units))
            .into_tuple()
            .all(&self.read)
            .await?;
        let homes =
            given.iter().filter_map(|given| if let RolePlace::Institution(id) = given.place { Some(id) } else { None });
        let homes: Vec<(Uuid, String)> = institution::Entity::find()
            .select_only()
            .columns([institution::Column::Id, institution::Column::Name])
            .filter(institution::Column::Id.is_in(homes))
            .into_tuple()
            .all(&self.read)
            .await?;
        let units = units.into_iter().map(|(id, name)| (RolePlace::Unit(id), name));
        Ok(units.chain(homes.into_iter().map(|(id, name)| (RolePlace::Institution(id), name))).collect())
    }
}

/// The places at which people hold a role that holds or will, as `holder_id`s within a scope.
pub(crate) fn places_of(kind: HolderKind, roles: &[Role], within: Condition) -> sea_orm::sea_query::SelectStatement {
    let mut select = Query::select();
    select
        .column((Entity, Column::HolderId))
        .from(Entity)
        .and_where(Column::HolderKind.eq(kind.code()))
        .cond_where(live_at(clock::now()))
        .cond_where(within);
    if !roles.is_empty() {
        select.and_where(Column::Role.is_in(roles.iter().map(|role| role.code())));
    }
    select
}

fn holds_now() -> Condition {
    let now = clock::now();
    Condition::all().add(Column::ValidFrom.lte(to_micros(now))).add(live_at(now))
}

fn filtered(filters: &RoleFilters, scope: &Scope) -> Select<Entity> {
    let mut query = Entity::find().filter(held_within(scope));
    if let Some(kind) = filters.holder_kind {
        query = query.filter(Column::HolderKind.eq(kind.code()));
    }
    if !filters.holder.is_empty() {
        query = query.filter(Column::HolderId.is_in(filters.holder.iter().copied()));
    }
    if !filters.role.is_empty() {
        query = query.filter(Column::Role.is_in(filters.role.iter().map(|role| role.code())));
    }
    if !filters.unit.is_empty() {
        let mut homes = Query::select();
        homes
            .column(institution::Column::Id)
            .from(institution::Entity)
            .and_where(institution::Column::UnitId.in_subquery(below(&filters.unit)));
        let places = Condition::any()
            .add(Column::PlaceId.in_subquery(below(&filters.unit)))
            .add(Column::PlaceId.in_subquery(homes));
        query = query.filter(places);
    }
    if !filters.institution.is_empty() {
        query = query.filter(Column::PlaceId.is_in(filters.institution.iter().copied()));
        query = query.filter(Column::PlaceKind.eq("institution"));
    }
    match filters.active {
        Some(true) => query.filter(holds_now()),
        Some(false) => query.filter(holds_now().not()),
        None => query,
    }
}
