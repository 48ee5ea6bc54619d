//! Figures that are kept with every write: sums by cell, each told by all that figures are grouped and filtered by.
//!
//! Triggers of the database add summands in the transaction of the write (steps 18 and 19 of the schema), and figures are
//! read with those that wait, so that they are never stale; the sealer adds summands to their cells, so that they stay few.

use std::collections::BTreeMap;

use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, FromQueryResult, IntoActiveModel,
    QueryFilter,
    sea_query::{Asterisk, Expr, ExprTrait, OnConflict, Query, SelectStatement},
};

use super::{
    InstitutionFilters, InstitutionSight,
    entity::{figure, summand},
};
use crate::StoreError;

/// So many summands are added up at once: as many as a batch of the sealer brings, and more.
const MOST_SUMMANDS: u64 = 2_000;

/// Whether cells tell all that a question depends on, for somebody with this sight: a cell knows units, and no single
/// institution.
pub(super) fn tell(filters: &InstitutionFilters, sight: &InstitutionSight) -> bool {
    let by_units_alone = [sight.read(), sight.census()].iter().all(|scope| scope.institutions().is_empty());
    by_units_alone && filters.are_of_cells()
}

/// The cells, and the summands that wait for them, to be called as the table of institutions is: the conditions of one hold
/// for the others.
pub(super) fn cells_and_summands() -> [SelectStatement; 2] {
    let all_of = |table: &'static str| {
        let mut all = Query::select();
        all.column(Asterisk).expr_as(Expr::value(Option::<i64>::None), "deleted_at").from(table);
        all
    };
    [all_of("institution_figure"), all_of("institution_summand")]
}

/// Adds up summands of one cell that wait for it, within the transaction of the sealer.
pub(crate) async fn add_up(transaction: &DatabaseTransaction) -> Result<(), StoreError> {
    use figure::{Column, Entity};
    let waiting = Query::select().column(summand::Column::Id).from(summand::Entity).limit(MOST_SUMMANDS).to_owned();
    // Only what this statement takes away is added: others may have come meanwhile.
    let mut take = Query::delete();
    take.from_table(summand::Entity).and_where(summand::Column::Id.in_subquery(waiting)).returning_all();
    let mut cells: BTreeMap<String, figure::Model> = BTreeMap::new();
    for row in transaction.query_all(&take).await? {
        let summand = figure::Model::from(summand::Model::from_query_result(&row, "")?);
        let sum = cells.entry(summand.cell.clone()).and_modify(|sum| sum.add(&summand));
        sum.or_insert(summand);
    }
    if cells.is_empty() {
        return Ok(());
    }
    let names: Vec<String> = cells.keys().cloned().collect();
    let rows = cells.into_values().map(|sum| sum.into_active_model().reset_all());
    let mut add = OnConflict::column(Column::Cell);
    for column in [Column::Institutions, Column::Capacity, Column::ResidentsIn, Column::ResidentsOut] {
        let added = Expr::col(("excluded", column));
        add.value(column, Expr::col((Entity, column)).add(added));
    }
    Entity::insert_many(rows).on_conflict(add).exec_without_returning(transaction).await?;
    Entity::delete_many()
        .filter(Column::Cell.is_in(names))
        .filter(Column::Institutions.eq(0))
        .exec(transaction)
        .await?;
    Ok(())
}

impl figure::Model {
    fn add(&mut self, summand: &Self) {
        self.institutions += summand.institutions;
        self.capacity += summand.capacity;
        self.residents_in += summand.residents_in;
        self.residents_out += summand.residents_out;
    }
}

impl From<summand::Model> for figure::Model {
    fn from(summand: summand::Model) -> Self {
        let summand::Model {
            id: _,
            province,
            regency,
            kind,
            operator,
            grade,
            accreditation_status,
            status,
            is_public,
            unit_id,
            institutions,
            capacity,
            residents_in,
            residents_out,
        } = summand;
        let no_grade = "-";
        let shown = grade.as_deref().unwrap_or(no_grade);
        let cell = format!(
            "{province} {regency} {kind} {operator} {shown} {accreditation_status} {status} {is_public} {unit_id}"
        );
        Self {
            cell,
            province,
            regency,
            kind,
            operator,
            grade,
            accreditation_status,
            status,
            is_public,
            unit_id,
            institutions,
            capacity,
            residents_in,
            residents_out,
        }
    }
}
