//! Agreements to share: lists of them, the steps of their life, and what is shared with whom at this moment.
//!
//! An agreement is about the tree as it stood when it was made. When a unit moves, those end that would let somebody see
//! what they did not see before: the ones with a unit in the part that moved, whose superiors are others now, and those
//! of its new superiors, which would reach further than what was agreed on.

use std::collections::HashSet;

use sea_orm::{
    ActiveValue, ColumnTrait, Condition, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, Select,
    sea_query::{Expr, ExprTrait, Query},
};
use uuid::Uuid;

use aumsos_domain::{
    RecordKind,
    access::{Permission, PermissionSet, RoleAssignment, RolePlace, Scope, SharedPermission, Term},
    sharing_agreements::SharingAgreement,
    text_value::Prose,
};

use crate::{
    Store, StoreError, Work,
    access::actor_of,
    clock::{self, from_micros, to_micros},
    ledger::{Change, State},
    organization_units::below,
    page::{Direction, Key, KeyValue, Keyset, Page},
};

mod entity {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "sharing_agreement")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub version: i64,
        pub from_unit_id: Uuid,
        pub to_unit_id: Uuid,
        #[sea_orm(column_type = "Text")]
        pub permissions: String,
        #[sea_orm(column_type = "Text")]
        pub programme: String,
        pub valid_from: i64,
        pub valid_until: i64,
        pub ended_at: Option<i64>,
        pub made_by_kind: String,
        pub made_by_id: Option<Uuid>,
        pub created_at: i64,
        pub updated_at: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

use entity::{Column, Entity};

const DAMAGED: StoreError = StoreError::Unreadable("a sharing agreement");

/// What agreements are filtered by.
#[derive(Debug, Clone, Default)]
pub struct SharingFilters {
    /// Shared by any of these units, or one below them.
    pub from_unit: Vec<Uuid>,
    /// Shared with any of these units, or one below them.
    pub to_unit: Vec<Uuid>,
    /// Only those that hold now, or only those that do not.
    pub active: Option<bool>,
}

/// The values by which agreements are sorted, for the cursor.
pub fn sharing_key(agreement: &SharingAgreement) -> Vec<KeyValue> {
    vec![KeyValue::Whole(to_micros(agreement.created_at)), KeyValue::Id(agreement.id)]
}

impl Store {
    /// A page of agreements with a unit of a scope on either side, in the order in which they were made.
    pub async fn sharing_agreements(
        &self,
        filters: &SharingFilters,
        direction: Direction,
        page: &Page,
        scope: &Scope,
    ) -> Result<Vec<SharingAgreement>, StoreError> {
        let keyset = Keyset::of(vec![
            Key::always(Expr::col((Entity, Column::CreatedAt)), direction),
            Key::always(Expr::col((Entity, Column::Id)), direction),
        ]);
        keyset.apply(filtered(filters, scope), page).all(&self.read).await?.iter().map(read).collect()
    }

    /// How many there are.
    pub async fn count_sharing_agreements(&self, filters: &SharingFilters, scope: &Scope) -> Result<u64, StoreError> {
        Ok(filtered(filters, scope).count(&self.read).await?)
    }

    /// One agreement with a unit of a scope on either side.
    pub async fn sharing_agreement(&self, id: Uuid, scope: &Scope) -> Result<Option<SharingAgreement>, StoreError> {
        Entity::find_by_id(id).filter(between(scope)).one(&self.read).await?.as_ref().map(read).transpose()
    }

    /// What other units share, at this moment, with somebody who holds these roles: a permission at the unit that shares
    /// it, for whoever holds it by a role at the unit that it is shared with, or above.
    pub async fn shared_with(&self, roles: &[RoleAssignment]) -> Result<Vec<SharedPermission>, StoreError> {
        let may_gain = |held: &&RoleAssignment| {
            Permission::SHAREABLE.iter().any(|permission| permission.roles().contains(&held.role))
        };
        let units: HashSet<Uuid> = roles
            .iter()
            .filter(may_gain)
            .filter_map(|held| if let RolePlace::Unit(unit) = held.place { Some(unit) } else { None })
            .collect();
        if units.is_empty() {
            return Ok(Vec::new());
        }
        let mut select = Query::select();
        select
            .column((Entity, Column::FromUnitId))
            .column((Entity, Column::Permissions))
            .column(("organization_unit_ancestor", "ancestor_id"))
            .from(Entity)
            .inner_join(
                "organization_unit_ancestor",
                Expr::col(("organization_unit_ancestor", "unit_id")).equals((Entity, Column::ToUnitId)),
            )
            .and_where(Expr::col(("organization_unit_ancestor", "ancestor_id")).is_in(units))
            .cond_where(holds_now());
        let mut shared = Vec::new();
        for row in self.read.query_all(&select).await? {
            let (unit, permissions, at): (Uuid, String, Uuid) =
                (row.try_get_by_index(0)?, row.try_get_by_index(1)?, row.try_get_by_index(2)?);
            // What is not known here is not shared: a permission that went must not become another.
            let permissions = PermissionSet::from_scope(&permissions).ok_or(DAMAGED)?;
            let held_there = |permission: &Permission| {
                roles.iter().any(|held| held.place == RolePlace::Unit(at) && permission.roles().contains(&held.role))
            };
            let gained = permissions.iter().filter(|permission| permission.is_shareable()).filter(held_there);
            shared.extend(gained.map(|permission| SharedPermission { permission, unit }));
        }
        shared.sort_unstable();
        shared.dedup();
        Ok(shared)
    }
}

impl Work {
    /// Whether an id is taken by any agreement.
    pub async fn is_sharing_agreement_id_taken(&mut self, id: Uuid) -> Result<bool, StoreError> {
        Ok(Entity::find_by_id(id).one(&self.transaction).await?.is_some())
    }

    /// One agreement with a unit of any of some scopes on either side, locked until the end of this unit of work.
    pub async fn sharing_agreement_for_update(
        &mut self,
        id: Uuid,
        scopes: &[Scope],
    ) -> Result<Option<SharingAgreement>, StoreError> {
        let visible = scopes.iter().fold(Condition::any(), |any, scope| any.add(between(scope)));
        let row = Entity::find_by_id(id).filter(visible).lock_exclusive().one(&self.transaction).await?;
        row.as_ref().map(read).transpose()
    }

    /// Writes an agreement, new or changed.
    pub async fn save_sharing_agreement(
        &mut self,
        action: &'static str,
        before: Option<&SharingAgreement>,
        after: &SharingAgreement,
    ) -> Result<(), StoreError> {
        let row = row_of(after);
        match before {
            None => Entity::insert(row).exec_without_returning(&self.transaction).await.map(drop)?,
            Some(_) => Entity::update(row).exec(&self.transaction).await.map(drop)?,
        }
        let state = |agreement: &SharingAgreement| -> Result<State, StoreError> {
            let document = serde_json::to_string(agreement).map_err(|_| DAMAGED)?;
            Ok(State { unit: Some(agreement.from_unit_id), is_public: false, document })
        };
        self.append(Change {
            kind: RecordKind::SharingAgreement,
            id: after.id,
            version: after.version,
            action,
            institution: None,
            before: before.map(state).transpose()?,
            after: Some(state(after)?),
        })
        .await
    }

    /// Ends the agreements that would show somebody more than was agreed on, now that a unit stands below others than
    /// before: `gone_under` are those above it now that were not before.
    pub(crate) async fn end_sharing_across_a_move(
        &mut self,
        moved: Uuid,
        gone_under: &[Uuid],
    ) -> Result<(), StoreError> {
        let subtree = || below(&[moved]);
        let touched = Condition::any()
            .add(Column::ToUnitId.in_subquery(subtree()))
            .add(Column::FromUnitId.in_subquery(subtree()))
            .add(Column::FromUnitId.is_in(gone_under.iter().copied()));
        self.end_sharing("ended_by_move", touched).await
    }

    /// Ends the agreements of a unit that is closed.
    pub(crate) async fn end_sharing_of_closed(&mut self, unit: Uuid) -> Result<(), StoreError> {
        let touched = Condition::any().add(Column::ToUnitId.eq(unit)).add(Column::FromUnitId.eq(unit));
        self.end_sharing("ended_by_closing", touched).await
    }

    async fn end_sharing(&mut self, action: &'static str, which: Condition) -> Result<(), StoreError> {
        let rows = Entity::find()
            .filter(which)
            .filter(Column::EndedAt.is_null())
            .filter(Column::ValidUntil.gt(to_micros(self.at)))
            .order_by_asc(Column::Id)
            .lock_exclusive()
            .all(&self.transaction)
            .await?;
        for row in rows {
            let before = read(&row)?;
            // One that is over by the clock of the domain has nothing left to end.
            if let Ok(after) = before.clone().end(self.at) {
                self.save_sharing_agreement(action, Some(&before), &after).await?;
            }
        }
        Ok(())
    }
}

/// Agreements with a unit of a scope on either side.
fn between(scope: &Scope) -> Condition {
    let mut any = Condition::any().add(Expr::value(false));
    if !scope.units().is_empty() {
        any = any
            .add(Column::FromUnitId.in_subquery(below(scope.units())))
            .add(Column::ToUnitId.in_subquery(below(scope.units())));
    }
    any
}

fn holds_now() -> Condition {
    let now = to_micros(clock::now());
    Condition::all().add(Column::ValidFrom.lte(now)).add(Column::ValidUntil.gt(now)).add(Column::EndedAt.is_null())
}

fn filtered(filters: &SharingFilters, scope: &Scope) -> Select<Entity> {
    let mut query = Entity::find().filter(between(scope));
    for (column, units) in [(Column::FromUnitId, &filters.from_unit), (Column::ToUnitId, &filters.to_unit)] {
        if !units.is_empty() {
            query = query.filter(column.in_subquery(below(units)));
        }
    }
    match filters.active {
        Some(true) => query.filter(holds_now()),
        Some(false) => query.filter(holds_now().not()),
        None => query,
    }
}

fn row_of(agreement: &SharingAgreement) -> entity::ActiveModel {
    let permissions: PermissionSet = agreement.permissions.iter().copied().collect();
    // There is always an end; without one it would never have held.
    let valid_until = agreement.term.valid_until.unwrap_or(agreement.term.valid_from);
    entity::ActiveModel {
        id: ActiveValue::Set(agreement.id),
        version: ActiveValue::Set(agreement.version),
        from_unit_id: ActiveValue::Set(agreement.from_unit_id),
        to_unit_id: ActiveValue::Set(agreement.to_unit_id),
        permissions: ActiveValue::Set(permissions.to_scope()),
        programme: ActiveValue::Set(agreement.programme.to_string()),
        valid_from: ActiveValue::Set(to_micros(agreement.term.valid_from)),
        valid_until: ActiveValue::Set(to_micros(valid_until)),
        ended_at: ActiveValue::Set(agreement.ended_at.map(to_micros)),
        made_by_kind: ActiveValue::Set(agreement.made_by.kind().to_owned()),
        made_by_id: ActiveValue::Set(agreement.made_by.id()),
        created_at: ActiveValue::Set(to_micros(agreement.created_at)),
        updated_at: ActiveValue::Set(to_micros(agreement.updated_at)),
    }
}

fn read(row: &entity::Model) -> Result<SharingAgreement, StoreError> {
    Ok(SharingAgreement {
        id: row.id,
        version: row.version,
        from_unit_id: row.from_unit_id,
        to_unit_id: row.to_unit_id,
        permissions: PermissionSet::from_scope(&row.permissions).ok_or(DAMAGED)?.iter().collect(),
        programme: Prose::parse(&row.programme).map_err(|_| DAMAGED)?,
        term: Term { valid_from: from_micros(row.valid_from)?, valid_until: Some(from_micros(row.valid_until)?) },
        ended_at: row.ended_at.map(from_micros).transpose()?,
        made_by: actor_of(&row.made_by_kind, row.made_by_id).ok_or(DAMAGED)?,
        created_at: from_micros(row.created_at)?,
        updated_at: from_micros(row.updated_at)?,
    })
}
