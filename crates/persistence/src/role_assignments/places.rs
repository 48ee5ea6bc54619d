//! Where roles are held: as SQL within a scope, and as places in the tree for the rules of granting.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect,
    sea_query::{Expr, ExprTrait, Query},
};
use uuid::Uuid;

use aumsos_domain::{
    access::{Role, RolePlace, Scope, granting::PlaceInTree},
    role_assignments::GivenRole,
};

use crate::{
    StoreError, Work,
    access::entity::role_assignment::Column,
    clock::to_micros,
    institutions::{InstitutionSight, entity::institution},
    organization_units::below,
    sight::{of_institutions_that, within},
};

/// Assignments at a unit of the scope or below, or at an institution in the care of such a unit, or at one of the
/// scope's own.
pub(crate) fn held_within(scope: &Scope) -> Condition {
    let mut any = Condition::any().add(Expr::value(false));
    if !scope.units().is_empty() {
        let at_unit =
            Condition::all().add(Column::PlaceKind.eq("unit")).add(Column::PlaceId.in_subquery(below(scope.units())));
        any = any.add(at_unit);
    }
    if !scope.is_nowhere() {
        let reached = within(scope, institution::Column::UnitId, institution::Column::Id);
        let at_institution = Condition::all()
            .add(Column::PlaceKind.eq("institution"))
            .add(of_institutions_that(Column::PlaceId, reached));
        any = any.add(at_institution);
    }
    any
}

/// Assignments that hold at a time, or will.
pub(crate) fn live_at(at: DateTime<Utc>) -> Condition {
    let not_over = Condition::any().add(Column::ValidUntil.is_null()).add(Column::ValidUntil.gt(to_micros(at)));
    Condition::all().add(Column::RevokedAt.is_null()).add(not_over)
}

impl Work {
    /// A place as the tree has it, if there is one that somebody with this sight may know of. A unit that was closed is
    /// still one.
    pub async fn place_in_tree(
        &mut self,
        place: RolePlace,
        sight: &InstitutionSight,
    ) -> Result<Option<PlaceInTree>, StoreError> {
        let unit = match place {
            RolePlace::Unit(unit) => Some(unit),
            RolePlace::Institution(id) => self.unit_responsible_for_visible(id, sight).await?,
        };
        let Some(unit) = unit else { return Ok(None) };
        let line = self.line_above(unit).await?;
        Ok((!line.is_empty()).then_some(PlaceInTree { place, line }))
    }

    /// Roles with their places as the tree has them now. A place that is not there any more lies below nothing: nobody's
    /// scope covers it.
    pub async fn in_tree(&mut self, given: &[GivenRole]) -> Result<Vec<(Role, PlaceInTree)>, StoreError> {
        let institutions: HashSet<Uuid> = given
            .iter()
            .filter_map(|given| if let RolePlace::Institution(id) = given.place { Some(id) } else { None })
            .collect();
        let units: HashMap<Uuid, Uuid> = if institutions.is_empty() {
            HashMap::new()
        } else {
            let found: Vec<(Uuid, Uuid)> = institution::Entity::find()
                .select_only()
                .columns([institution::Column::Id, institution::Column::UnitId])
                .filter(institution::Column::Id.is_in(institutions))
                .into_tuple()
                .all(&self.transaction)
                .await?;
            found.into_iter().collect()
        };
        let unit_of = |place: RolePlace| match place {
            RolePlace::Unit(unit) => Some(unit),
            RolePlace::Institution(id) => units.get(&id).copied(),
        };
        let lines = self.lines_of(given.iter().filter_map(|given| unit_of(given.place)).collect()).await?;
        let line = |place| unit_of(place).and_then(|unit| lines.get(&unit).cloned()).unwrap_or_default();
        Ok(given
            .iter()
            .map(|given| (given.role, PlaceInTree { place: given.place, line: line(given.place) }))
            .collect())
    }

    async fn lines_of(&mut self, units: HashSet<Uuid>) -> Result<HashMap<Uuid, Vec<Uuid>>, StoreError> {
        let mut lines: HashMap<Uuid, Vec<Uuid>> = HashMap::new();
        if units.is_empty() {
            return Ok(lines);
        }
        let mut select = Query::select();
        select
            .columns(["unit_id", "ancestor_id"])
            .from("organization_unit_ancestor")
            .and_where(Expr::col("unit_id").is_in(units));
        for row in self.transaction.query_all(&select).await? {
            lines.entry(row.try_get_by_index(0)?).or_default().push(row.try_get_by_index(1)?);
        }
        Ok(lines)
    }
}
