//! What a scope reaches, as SQL. Every query on scoped rows takes its condition from here, so that a list, a count, an
//! export and a look-up by id can never disagree.

use sea_orm::{
    ColumnTrait, Condition,
    sea_query::{Expr, ExprTrait, Query},
};

use aumsos_domain::access::Scope;

use crate::institutions::entity::institution;

/// Rows whose unit lies at or below a unit of the scope, or whose institution is one of the scope's.
pub(crate) fn within<U: ColumnTrait, I: ColumnTrait>(scope: &Scope, unit: U, institution: I) -> Condition {
    // Every unit hangs below one of the two tops.
    if scope.is_everywhere() {
        return Condition::any().add(unit.is_not_null());
    }
    // An empty `any` would hold for every row; nothing must hold for none.
    let mut condition = Condition::any().add(Expr::value(false));
    if !scope.units().is_empty() {
        let below = Query::select()
            .column("unit_id")
            .from("organization_unit_ancestor")
            .and_where(Expr::col("ancestor_id").is_in(scope.units().iter().copied()))
            .to_owned();
        condition = condition.add(unit.in_subquery(below));
    }
    if !scope.institutions().is_empty() {
        condition = condition.add(institution.is_in(scope.institutions().iter().copied()));
    }
    condition
}

/// Rows of institutions within a scope. These are gathered first where the scope does not reach all: for what there is much of.
pub(crate) fn of_institutions_within<I: ColumnTrait>(scope: &Scope, of: I) -> Condition {
    if scope.is_everywhere() {
        return Condition::all().add(of.is_not_null());
    }
    let mut institutions = Query::select();
    institutions.column(institution::Column::Id).from(institution::Entity).cond_where(within(
        scope,
        institution::Column::UnitId,
        institution::Column::Id,
    ));
    Condition::all().add(of.in_subquery(institutions))
}

/// Rows of institutions for which something holds. Each row's own is looked up, however many there are: for what there is
/// little of, or of one institution at a time.
pub(crate) fn of_institutions_that<I: ColumnTrait>(of: I, hold: Condition) -> Expr {
    let mut own = Query::select();
    own.column(institution::Column::Id)
        .from(institution::Entity)
        .and_where(Expr::col((institution::Entity, institution::Column::Id)).equals(of.as_column_ref()))
        .cond_where(hold);
    Expr::exists(own)
}

/// A condition as a column: true or false, never unknown.
pub(crate) fn as_flag(condition: Condition) -> Expr {
    Expr::case(condition, true).finally(false).into()
}
