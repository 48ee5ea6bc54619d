//! Figures on institutions: any mix of groups and measures, in one query, within the sight of the actor.

use sea_orm::{
    ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait,
    sea_query::{Expr, ExprTrait, Func},
};

use super::{
    InstitutionFilters, InstitutionSight,
    entity::institution::{Column, Entity},
};
use crate::{Store, StoreError, clock::today};

/// What institutions are grouped by. Nothing that an audience could hide is among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum GroupKey {
    /// Province.
    Province,
    /// Regency or city.
    Regency,
    /// Kind.
    Kind,
    /// Who runs them.
    Operator,
    /// Grade; none where there is none.
    Grade,
    /// Standing in accreditation.
    AccreditationStatus,
    /// Status.
    Status,
}

impl GroupKey {
    const fn column(self) -> Column {
        match self {
            Self::Province => Column::Province,
            Self::Regency => Column::Regency,
            Self::Kind => Column::Kind,
            Self::Operator => Column::Operator,
            Self::Grade => Column::Grade,
            Self::AccreditationStatus => Column::AccreditationStatus,
            Self::Status => Column::Status,
        }
    }
}

/// A question to the figures.
#[derive(Debug, Clone, Default)]
pub struct StatisticsQuery {
    /// Groups, in the order of the answer.
    pub group_by: Vec<GroupKey>,
    /// Which institutions.
    pub filters: InstitutionFilters,
    /// Whether residents are asked for: then only institutions whose census the actor may read are counted.
    pub with_residents: bool,
}

/// One group with its figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The values of the groups, in the order asked for.
    pub keys: Vec<Option<String>>,
    /// Institutions.
    pub count: i64,
    /// Places in all.
    pub capacity: i64,
    /// People inside homes at the last census, where asked for.
    pub residents_in: i64,
    /// People cared for in families at the last census, where asked for.
    pub residents_out: i64,
}

impl Store {
    /// The figures, in the order of their groups.
    pub async fn institution_statistics(
        &self,
        query: &StatisticsQuery,
        sight: &InstitutionSight,
    ) -> Result<Vec<Group>, StoreError> {
        let mut condition = query.filters.condition(self, sight, today()).await?;
        if query.with_residents {
            condition = condition.add(sight.census_visible());
        }
        let mut select = Entity::find().select_only().filter(condition);
        for key in &query.group_by {
            select = select.column(key.column()).group_by(key.column());
        }
        let sum = |column: Column| {
            Expr::from(Func::coalesce([Expr::col((Entity, column)).sum(), Expr::value(0_i64)])).cast_as("bigint")
        };
        let mut statement = select
            .expr_as(Expr::col((Entity, Column::Id)).count(), "count")
            .expr_as(sum(Column::Capacity), "capacity")
            .expr_as(sum(Column::ResidentsIn), "residents_in")
            .expr_as(sum(Column::ResidentsOut), "residents_out")
            .into_query();
        for key in &query.group_by {
            statement.order_by((Entity, key.column()), sea_orm::sea_query::Order::Asc);
        }
        let groups = query.group_by.len();
        let rows = self.read.query_all(&statement).await?;
        rows.iter()
            .map(|row| {
                let keys = (0..groups).map(|at| row.try_get_by_index(at)).collect::<Result<_, _>>()?;
                Ok(Group {
                    keys,
                    count: row.try_get_by_index(groups)?,
                    capacity: row.try_get_by_index(groups + 1)?,
                    residents_in: row.try_get_by_index(groups + 2)?,
                    residents_out: row.try_get_by_index(groups + 3)?,
                })
            })
            .collect()
    }
}
