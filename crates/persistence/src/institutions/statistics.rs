//! Figures on institutions: any mix of groups and measures, in one query, within the sight of the actor.

use aumsos_domain::{
    CodeList,
    census::{Freshness, Rounds},
    institutions::{
        AccreditationStatus,
        statistics::{GroupKey, Measure},
    },
};
use chrono::NaiveDate;
use sea_orm::{
    Condition, ConnectionTrait,
    sea_query::{Expr, ExprTrait, Func, Order, Query, SelectStatement, UnionType},
};

use super::{
    InstitutionFilters, InstitutionSight,
    entity::{
        figure,
        institution::{Column, Entity},
    },
    figures,
};
use crate::{Store, StoreError, clock::today, dialect::json_text};

/// What a group is told by, as SQL.
fn expression(key: GroupKey, rounds: Rounds) -> Expr {
    let column = match key {
        GroupKey::Province => Column::Province,
        GroupKey::Regency => Column::Regency,
        GroupKey::Kind => Column::Kind,
        GroupKey::Operator => Column::Operator,
        GroupKey::Grade => Column::Grade,
        GroupKey::AccreditationStatus => Column::AccreditationStatus,
        GroupKey::Status => Column::Status,
        GroupKey::Freshness => return freshness(rounds),
    };
    Expr::col((Entity, column))
}

/// [`Rounds::freshness`] as SQL. The days stand in the statement as they are: a bound value in a group is a different
/// expression each time to PostgreSQL.
fn freshness(rounds: Rounds) -> Expr {
    let counted = || Expr::col((Entity, Column::CensusOn));
    let since = |day: NaiveDate| Condition::all().add(counted().gte(Expr::value(day.to_string())));
    Expr::case(since(rounds.current_from), Freshness::Current.code())
        .case(since(rounds.overdue_before), Freshness::Due.code())
        .finally(Freshness::Overdue.code())
        .into()
}

/// A figure of the census where the actor may read it, and 0 elsewhere. For whoever may read all, the column as it is, so
/// that an index alone answers.
fn readable(column: Column, sight: &InstitutionSight) -> Expr {
    let figure = Expr::col((Entity, column));
    if sight.census().is_everywhere() {
        return figure;
    }
    Expr::case(sight.census_visible(), figure).finally(0_i64).into()
}

/// What the groups are called inside the statement; no column of the table is called so.
const NAMES: &[&str] = &["group_1", "group_2", "group_3", "group_4", "group_5", "group_6", "group_7", "group_8"];

/// A question to the figures.
#[derive(Debug, Clone, Default)]
pub struct StatisticsQuery {
    /// Groups, in the order of the answer.
    pub group_by: Vec<GroupKey>,
    /// Which institutions.
    pub filters: InstitutionFilters,
    /// What is summed beside the institutions, which are always counted. Residents are summed over the institutions whose census
    /// the actor may read.
    pub measures: Vec<Measure>,
    /// Only institutions whose certificate of accreditation has its last day before this one.
    pub lapsed_before: Option<NaiveDate>,
}

impl StatisticsQuery {
    /// What its groups are called inside the statement.
    fn names(&self) -> &'static [&'static str] {
        &NAMES[..self.group_by.len().min(NAMES.len())]
    }

    /// Its groups, each with its figures, of whatever has the columns of institutions.
    fn figures(&self, institutions: Expr, sight: &InstitutionSight) -> SelectStatement {
        let mut figures = Query::select();
        let rounds = Rounds::on(today());
        for (key, name) in self.group_by.iter().zip(NAMES) {
            figures.expr_as(expression(*key, rounds), *name).group_by_col(*name);
        }
        let asked = |measure, value: Expr| {
            if self.measures.contains(&measure) { sum(value) } else { Expr::value(0_i64).cast_as("bigint") }
        };
        figures
            .expr_as(institutions, COUNT)
            .expr_as(asked(Measure::Capacity, Expr::col((Entity, Column::Capacity))), CAPACITY)
            .expr_as(asked(Measure::Residents, readable(Column::ResidentsIn, sight)), RESIDENTS_IN)
            .expr_as(asked(Measure::Residents, readable(Column::ResidentsOut, sight)), RESIDENTS_OUT);
        figures
    }
}

/// What the figures are called inside the statement.
const COUNT: &str = "count";
const CAPACITY: &str = "capacity";
const RESIDENTS_IN: &str = "residents_in";
const RESIDENTS_OUT: &str = "residents_out";

fn sum(value: Expr) -> Expr {
    Expr::from(Func::coalesce([value.sum(), Expr::value(0_i64)])).cast_as("bigint")
}

/// The figures of groups of which each may stand in several parts.
fn added_up(parts: SelectStatement, groups: &[&'static str]) -> SelectStatement {
    let part = |name: &'static str| Expr::col(("parts", name));
    let mut all = Query::select();
    for name in groups {
        all.expr_as(part(name), *name).add_group_by([part(name)]);
    }
    for name in [COUNT, CAPACITY, RESIDENTS_IN, RESIDENTS_OUT] {
        all.expr_as(sum(part(name)), name);
    }
    all.from_subquery(parts, "parts");
    if !groups.is_empty() {
        // Of a cell that everybody has left, a summand may be there that takes away.
        all.and_having(sum(part(COUNT)).gt(0));
    }
    all
}

/// One group with its figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The values of the groups, in the order asked for.
    pub keys: Vec<Option<String>>,
    /// Institutions.
    pub count: i64,
    /// Places in all, where asked for.
    pub capacity: i64,
    /// People inside homes at the last census, where asked for and where the actor may read it.
    pub residents_in: i64,
    /// People cared for in families at the last census, where asked for and where the actor may read it.
    pub residents_out: i64,
}

impl Store {
    /// Accredited once, with a certificate whose last day is over. Days sort as their texts do.
    fn lapsed(&self, day: NaiveDate) -> Condition {
        let document = Expr::col((Entity, Column::Document));
        let valid_until = json_text(self.backend(), document, ["profile", "accreditation", "valid_until"]);
        Condition::all()
            .add(Expr::col((Entity, Column::AccreditationStatus)).eq(AccreditationStatus::Accredited.code()))
            .add(valid_until.lt(day.to_string()))
    }

    /// The figures, in the order of their groups.
    pub async fn institution_statistics(
        &self,
        query: &StatisticsQuery,
        sight: &InstitutionSight,
    ) -> Result<Vec<Group>, StoreError> {
        let mut condition = query.filters.condition(self, sight, today()).await?;
        if let Some(day) = query.lapsed_before {
            condition = condition.add(self.lapsed(day));
        }
        let from_cells = query.lapsed_before.is_none()
            && !query.group_by.contains(&GroupKey::Freshness)
            && figures::tell(&query.filters, sight);
        let mut statement = if from_cells {
            let [mut all, waiting] = figures::cells_and_summands().map(|cells| {
                let institutions = sum(Expr::col((Entity, figure::Column::Institutions)));
                query.figures(institutions, sight).cond_where(condition.clone()).from_subquery(cells, Entity).take()
            });
            added_up(all.union(UnionType::All, waiting).take(), query.names())
        } else {
            query.figures(Expr::cust("COUNT(*)"), sight).cond_where(condition).from(Entity).take()
        };
        for name in query.names() {
            statement.order_by(*name, Order::Asc);
        }
        let groups = query.names().len();
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
