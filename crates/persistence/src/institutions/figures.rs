//! Figures that are kept with every write: summands by cell, each told by all that figures are grouped and filtered by.
//!
//! Triggers of the database add summands in the transaction of the write (step 18 of the schema), so that figures are
//! never stale; the sealer adds those of one cell together, so that they stay few.

use std::collections::BTreeMap;

use sea_orm::{
    ActiveValue, ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, FromQueryResult, QueryFilter,
    sea_query::{Asterisk, Expr, ExprTrait, OnConflict, Query, SelectStatement},
};

use super::{InstitutionFilters, InstitutionSight, entity::figure};
use crate::StoreError;

/// So many summands are added up at once: as many as a batch of the sealer brings, and more.
const MOST_SUMMANDS: u64 = 2_000;

/// Whether cells tell all that a question depends on, for somebody with this sight: a cell knows units, and no single
/// institution.
pub(super) fn tell(filters: &InstitutionFilters, sight: &InstitutionSight) -> bool {
    let by_units_alone = [sight.read(), sight.census()].iter().all(|scope| scope.institutions().is_empty());
    by_units_alone && filters.are_of_cells()
}

/// The cells, called as the table of institutions is: the conditions of one hold for the other.
pub(super) fn cells() -> SelectStatement {
    let mut cells = Query::select();
    cells.column(Asterisk).expr_as(Expr::value(Option::<i64>::None), "deleted_at").from(figure::Entity);
    cells
}

/// Adds up summands of one cell that wait for it, within the transaction of the sealer.
pub(crate) async fn add_up(transaction: &DatabaseTransaction) -> Result<(), StoreError> {
    use figure::{Column, Entity};
    let waiting = Query::select()
        .column(Column::Id)
        .from(Entity)
        .and_where(Column::Cell.is_null())
        .limit(MOST_SUMMANDS)
        .to_owned();
    // Only what this statement takes away is added: others may have come meanwhile.
    let mut take = Query::delete();
    take.from_table(Entity).and_where(Column::Id.in_subquery(waiting)).returning_all();
    let mut cells: BTreeMap<String, figure::Model> = BTreeMap::new();
    for row in transaction.query_all(&take).await? {
        let row = figure::Model::from_query_result(&row, "")?;
        let sum = cells.entry(row.name()).and_modify(|sum| {
            sum.institutions += row.institutions;
            sum.capacity += row.capacity;
            sum.residents_in += row.residents_in;
            sum.residents_out += row.residents_out;
        });
        sum.or_insert(row);
    }
    if cells.is_empty() {
        return Ok(());
    }
    let names: Vec<String> = cells.keys().cloned().collect();
    let rows = cells.into_iter().map(|(name, sum)| figure::ActiveModel {
        id: ActiveValue::NotSet,
        cell: ActiveValue::Set(Some(name)),
        ..sum.into()
    });
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
    /// The name of its cell.
    fn name(&self) -> String {
        format!(
            "{} {} {} {} {} {} {} {} {}",
            self.province,
            self.regency,
            self.kind,
            self.operator,
            self.grade.as_deref().unwrap_or("-"),
            self.accreditation_status,
            self.status,
            self.is_public,
            self.unit_id
        )
    }
}
