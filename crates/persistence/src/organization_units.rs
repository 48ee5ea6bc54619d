//! The tree of organisational units: its rows, and every unit's line of ancestors, which scopes are looked up in.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use futures_util::{Stream, future::BoxFuture};
use sea_orm::{
    ActiveValue, ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect,
    sea_query::{Expr, ExprTrait, OnConflict, Query, SelectStatement},
};
use uuid::Uuid;

use aumsos_domain::{
    CodeList, RecordKind,
    access::Scope,
    institutions::Operator,
    organization_units::{OrganizationUnit, UnitLevel, UnitStatus},
    regions::RegionCode,
    search_words,
    text_value::Name,
};

use crate::{
    Store, StoreError, Work,
    clock::{from_micros, to_micros},
    exports::batches,
    institutions::entity::institution,
    ledger::{Change, State},
    page::{Direction, Key, KeyValue, Keyset, Page},
    search,
};

mod export;
mod responsible;

pub use export::unit_table;
pub(crate) use responsible::ResponsibleUnits;

pub(crate) mod entity {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "organization_unit")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub version: i64,
        pub parent_id: Option<Uuid>,
        pub operator: String,
        pub level: String,
        pub name: String,
        pub region: Option<String>,
        pub status: String,
        pub created_at: i64,
        pub updated_at: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// `organization_unit_ancestor`, a table of pairs that is only ever looked up in.
const ANCESTORS: &str = "organization_unit_ancestor";

/// The units above some units, themselves included.
pub(crate) type Lines = HashMap<Uuid, Arc<[Uuid]>>;

/// What units are filtered by.
#[derive(Debug, Clone, Default)]
pub struct UnitFilters {
    /// Any of these parents.
    pub parent: Vec<Uuid>,
    /// At or below this unit.
    pub within: Option<Uuid>,
    /// Any of these levels.
    pub level: Vec<UnitLevel>,
    /// Any of these organisations.
    pub operator: Vec<Operator>,
    /// Working in any of these regions.
    pub region: Vec<RegionCode>,
    /// Words of the name.
    pub q: Option<String>,
}

impl Store {
    /// Makes the two central units, once.
    pub async fn plant_roots(&self) -> Result<(), StoreError> {
        let known = entity::Entity::find().filter(entity::Column::ParentId.is_null()).count(&self.read).await?;
        if known > 0 {
            return Ok(());
        }
        let planted = self.write(&crate::Author::system(), async |work: &mut Work| work.create_roots().await).await;
        match planted {
            // Another process was quicker.
            Err(StoreError::Taken) => Ok(()),
            outcome => outcome.map(drop),
        }
    }

    /// One unit.
    pub async fn unit(&self, id: Uuid) -> Result<Option<OrganizationUnit>, StoreError> {
        entity::Entity::find_by_id(id).one(&self.read).await?.map(read).transpose()
    }

    /// A unit and all above it, the root first.
    pub async fn unit_chain(&self, id: Uuid) -> Result<Vec<OrganizationUnit>, StoreError> {
        let mut above = Query::select();
        above.column("ancestor_id").from(ANCESTORS).and_where(Expr::col("unit_id").eq(id));
        let mut chain: Vec<OrganizationUnit> = entity::Entity::find()
            .filter(entity::Column::Id.in_subquery(above))
            .all(&self.read)
            .await?
            .into_iter()
            .map(read)
            .collect::<Result<_, _>>()?;
        chain.sort_by_key(|unit| unit.level);
        Ok(chain)
    }

    /// A page of units in the order of their names.
    pub async fn units(&self, filters: &UnitFilters, page: &Page) -> Result<Vec<OrganizationUnit>, StoreError> {
        let mut query = entity::Entity::find();
        for condition in self.unit_conditions(filters).await? {
            query = query.filter(condition);
        }
        let keyset = Keyset::of(vec![
            Key::always(Expr::col((entity::Entity, entity::Column::Name)), Direction::Ascending),
            Key::always(Expr::col((entity::Entity, entity::Column::Id)), Direction::Ascending),
        ]);
        let rows = keyset.apply(query, page).all(&self.read).await?;
        rows.into_iter().map(read).collect()
    }

    /// All units that the filters leave, in batches, in the order of their names.
    pub fn stream_units(
        &self,
        filters: UnitFilters,
    ) -> impl Stream<Item = Result<Vec<OrganizationUnit>, StoreError>> + Send + 'static {
        let store = self.clone();
        let filters = Arc::new(filters);
        let fetch = move |page: Page| {
            let (store, filters) = (store.clone(), filters.clone());
            Box::pin(async move { store.units(&filters, &page).await }) as BoxFuture<'static, _>
        };
        batches(fetch, |unit: &OrganizationUnit| Ok(vec![KeyValue::Text(unit.name.to_string()), KeyValue::Id(unit.id)]))
    }

    /// How many units the filters leave.
    pub async fn count_units(&self, filters: &UnitFilters) -> Result<u64, StoreError> {
        let mut query = entity::Entity::find();
        for condition in self.unit_conditions(filters).await? {
            query = query.filter(condition);
        }
        Ok(query.count(&self.read).await?)
    }

    /// The unit at work that is nearest above a region: the PDM or PDA of its regency, else the PWM or PWA of its
    /// province, else the central unit.
    pub async fn unit_responsible_for(&self, operator: Operator, region: RegionCode) -> Result<Uuid, StoreError> {
        let codes = region.lineage().map(|code| code.to_string());
        let found: Vec<(Uuid, String)> = entity::Entity::find()
            .select_only()
            .columns([entity::Column::Id, entity::Column::Region])
            .filter(entity::Column::Operator.eq(operator.code()))
            .filter(entity::Column::Status.eq(UnitStatus::Active.code()))
            .filter(entity::Column::Level.is_in([UnitLevel::Provincial.code(), UnitLevel::Regency.code()]))
            .filter(entity::Column::Region.is_in(codes))
            .into_tuple()
            .all(&self.read)
            .await?;
        let nearest = found.into_iter().max_by_key(|(id, region)| (region.len(), std::cmp::Reverse(*id)));
        Ok(nearest.map_or(OrganizationUnit::root_of(operator), |(id, _)| id))
    }

    async fn unit_conditions(&self, filters: &UnitFilters) -> Result<Vec<Expr>, StoreError> {
        use entity::Column;
        let mut conditions = Vec::new();
        if !filters.parent.is_empty() {
            conditions.push(Column::ParentId.is_in(filters.parent.iter().copied()));
        }
        if let Some(top) = filters.within {
            conditions.push(Column::Id.in_subquery(below(&[top])));
        }
        if !filters.level.is_empty() {
            conditions.push(Column::Level.is_in(filters.level.iter().map(|level| level.code())));
        }
        if !filters.operator.is_empty() {
            conditions.push(Column::Operator.is_in(filters.operator.iter().map(|operator| operator.code())));
        }
        if !filters.region.is_empty() {
            conditions.push(Column::Region.is_in(filters.region.iter().map(ToString::to_string)));
        }
        if let Some(q) = &filters.q {
            conditions.extend(search::matching(self, RecordKind::OrganizationUnit, q, Column::Id).await?);
        }
        Ok(conditions)
    }
}

impl Work {
    /// Makes the two central units in a database that has none.
    pub async fn create_roots(&mut self) -> Result<[OrganizationUnit; 2], StoreError> {
        let root = |id, operator, name| {
            let name = Name::parse(name).map_err(|_| StoreError::Unreadable("the name of a root"))?;
            Ok::<_, StoreError>(OrganizationUnit {
                id,
                version: 1,
                parent_id: None,
                operator,
                level: UnitLevel::Central,
                name,
                region: None,
                status: UnitStatus::Active,
                created_at: self.at,
                updated_at: self.at,
            })
        };
        let roots = [
            root(OrganizationUnit::MUHAMMADIYAH, Operator::Muhammadiyah, "Pimpinan Pusat Muhammadiyah")?,
            root(OrganizationUnit::AISYIYAH, Operator::Aisyiyah, "Pimpinan Pusat 'Aisyiyah")?,
        ];
        for root in &roots {
            self.create_unit(root).await?;
        }
        Ok(roots)
    }

    /// One unit, locked until the end of this unit of work.
    pub async fn unit_for_update(&mut self, id: Uuid) -> Result<Option<OrganizationUnit>, StoreError> {
        let row = entity::Entity::find_by_id(id).lock_exclusive().one(&self.transaction).await?;
        row.map(read).transpose()
    }

    /// One unit, which cannot be closed or moved until the end of this unit of work: for what is put in its care.
    pub async fn unit_to_rely_on(&mut self, id: Uuid) -> Result<Option<OrganizationUnit>, StoreError> {
        let row = entity::Entity::find_by_id(id).lock_shared().one(&self.transaction).await?;
        row.map(read).transpose()
    }

    /// The units above a unit, itself included.
    pub async fn line_above(&mut self, id: Uuid) -> Result<Vec<Uuid>, StoreError> {
        let mut select = Query::select();
        select.column("ancestor_id").from(ANCESTORS).and_where(Expr::col("unit_id").eq(id));
        let rows = self.transaction.query_all(&select).await?;
        rows.iter().map(|row| Ok(row.try_get_by_index(0)?)).collect()
    }

    /// Whether a unit lies at or below one of these.
    pub(crate) async fn is_below(&mut self, id: Uuid, tops: &[Uuid]) -> Result<bool, StoreError> {
        Ok(self.line_above(id).await?.iter().any(|above| tops.contains(above)))
    }

    /// Whether a unit that there is lies within a scope.
    pub async fn is_unit_within(&mut self, id: Uuid, scope: &Scope) -> Result<bool, StoreError> {
        // Every unit hangs below one of the two tops.
        Ok(scope.is_everywhere() || self.is_below(id, scope.units()).await?)
    }

    /// Writes a new unit with its line of ancestors.
    pub async fn create_unit(&mut self, unit: &OrganizationUnit) -> Result<(), StoreError> {
        entity::Entity::insert(row_of(unit)).exec_without_returning(&self.transaction).await?;
        let mut line = match unit.parent_id {
            Some(parent) => self.depths_above(parent).await?,
            None => Vec::new(),
        };
        for (_, depth) in &mut line {
            *depth += 1;
        }
        line.push((unit.id, 0));
        self.insert_lines(unit.id, &line).await?;
        self.index_unit(unit).await?;
        self.append_unit("created", None, unit).await
    }

    /// Writes a changed unit; when its parent changed, the lines of all below it are made anew, and every institution
    /// in the subtree is told in the ledger that it moved, so that it leaves the sight of the old officers. One that did
    /// not change leaves no trace.
    pub async fn save_unit(
        &mut self,
        action: &'static str,
        before: &OrganizationUnit,
        after: &OrganizationUnit,
    ) -> Result<(), StoreError> {
        if before == after {
            return Ok(());
        }
        entity::Entity::update(row_of(after)).exec(&self.transaction).await?;
        self.index_unit(after).await?;
        self.append_unit(action, Some(before), after).await?;
        if before.status != after.status && after.status == UnitStatus::Closed {
            self.end_sharing_of_closed(after.id).await?;
        }
        if let (Some(old), Some(new)) = (before.parent_id, after.parent_id)
            && old != new
        {
            let above_before = self.line_above(after.id).await?;
            self.move_subtree(after.id, new).await?;
            self.tell_institutions_moved(after.id, old).await?;
            let above = self.line_above(after.id).await?;
            let gone_under: Vec<Uuid> = above.into_iter().filter(|unit| !above_before.contains(unit)).collect();
            self.end_sharing_across_a_move(after.id, &gone_under).await?;
        }
        Ok(())
    }

    /// Whether nothing at work lies below a unit or is in its care.
    pub async fn is_unit_empty(&mut self, id: Uuid) -> Result<bool, StoreError> {
        let units = entity::Entity::find()
            .filter(entity::Column::ParentId.eq(id))
            .filter(entity::Column::Status.eq(UnitStatus::Active.code()))
            .count(&self.transaction)
            .await?;
        let institutions = institution::Entity::find()
            .filter(institution::Column::UnitId.eq(id))
            .filter(institution::Column::DeletedAt.is_null())
            .count(&self.transaction)
            .await?;
        Ok(units == 0 && institutions == 0)
    }

    async fn depths_above(&mut self, id: Uuid) -> Result<Vec<(Uuid, i32)>, StoreError> {
        let mut select = Query::select();
        select.columns(["ancestor_id", "depth"]).from(ANCESTORS).and_where(Expr::col("unit_id").eq(id));
        let rows = self.transaction.query_all(&select).await?;
        rows.iter().map(|row| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?))).collect()
    }

    async fn insert_lines(&mut self, unit: Uuid, line: &[(Uuid, i32)]) -> Result<(), StoreError> {
        let mut insert = Query::insert();
        insert.into_table(ANCESTORS).columns(["ancestor_id", "unit_id", "depth"]);
        for &(ancestor, depth) in line {
            insert.values_panic([ancestor.into(), unit.into(), depth.into()]);
        }
        insert.on_conflict(OnConflict::columns(["ancestor_id", "unit_id"]).do_nothing().to_owned());
        self.transaction.execute(&insert).await?;
        Ok(())
    }

    /// The subtree below `top` hangs from `parent` from now on.
    async fn move_subtree(&mut self, top: Uuid, parent: Uuid) -> Result<(), StoreError> {
        let mut select = Query::select();
        select.columns(["unit_id", "depth"]).from(ANCESTORS).and_where(Expr::col("ancestor_id").eq(top));
        let subtree: Vec<(Uuid, i32)> = self
            .transaction
            .query_all(&select)
            .await?
            .iter()
            .map(|row| Ok::<_, StoreError>((row.try_get_by_index(0)?, row.try_get_by_index(1)?)))
            .collect::<Result<_, _>>()?;
        let members: Vec<Uuid> = subtree.iter().map(|(id, _)| *id).collect();
        let mut cut = Query::delete();
        cut.from_table(ANCESTORS)
            .and_where(Expr::col("unit_id").is_in(members.iter().copied()))
            .and_where(Expr::col("ancestor_id").is_not_in(members.iter().copied()));
        self.transaction.execute(&cut).await?;
        let above = self.depths_above(parent).await?;
        for (member, below_top) in subtree {
            let line: Vec<_> = above.iter().map(|&(id, depth)| (id, depth + 1 + below_top)).collect();
            self.insert_lines(member, &line).await?;
        }
        Ok(())
    }

    async fn index_unit(&mut self, unit: &OrganizationUnit) -> Result<(), StoreError> {
        let words = search_words::index_words(&[unit.name.as_str()]);
        search::forget_but(self, unit.id, &words).await?;
        let found_by = words.iter().map(|word| (unit.id, word.as_str()));
        search::index(self, RecordKind::OrganizationUnit, found_by).await
    }

    async fn append_unit(
        &mut self,
        action: &'static str,
        before: Option<&OrganizationUnit>,
        after: &OrganizationUnit,
    ) -> Result<(), StoreError> {
        let state = |unit: &OrganizationUnit| -> Result<State, StoreError> {
            let document = serde_json::to_string(unit).map_err(|_| StoreError::Unreadable("a unit"))?;
            Ok(State { unit: Some(unit.id), is_public: true, document })
        };
        self.append(Change {
            kind: RecordKind::OrganizationUnit,
            id: after.id,
            version: after.version,
            action,
            institution: None,
            before: before.map(state).transpose()?,
            after: Some(state(after)?),
        })
        .await
    }
}

/// Some units, each with itself and all above it.
pub(crate) async fn lines_above(connection: &impl ConnectionTrait, units: &HashSet<Uuid>) -> Result<Lines, StoreError> {
    if units.is_empty() {
        return Ok(Lines::new());
    }
    let mut select = Query::select();
    select
        .columns(["unit_id", "ancestor_id"])
        .from(ANCESTORS)
        .and_where(Expr::col("unit_id").is_in(units.iter().copied()));
    let mut lines: HashMap<Uuid, Vec<Uuid>> = HashMap::new();
    for row in connection.query_all(&select).await? {
        lines.entry(row.try_get_by_index(0)?).or_default().push(row.try_get_by_index(1)?);
    }
    Ok(lines.into_iter().map(|(unit, line)| (unit, line.into())).collect())
}

/// The units at or below some others.
pub(crate) fn below(tops: &[Uuid]) -> SelectStatement {
    Query::select()
        .column("unit_id")
        .from(ANCESTORS)
        .and_where(Expr::col("ancestor_id").is_in(tops.iter().copied()))
        .to_owned()
}

fn row_of(unit: &OrganizationUnit) -> entity::ActiveModel {
    entity::ActiveModel {
        id: ActiveValue::Set(unit.id),
        version: ActiveValue::Set(unit.version),
        parent_id: ActiveValue::Set(unit.parent_id),
        operator: ActiveValue::Set(unit.operator.to_string()),
        level: ActiveValue::Set(unit.level.to_string()),
        name: ActiveValue::Set(unit.name.to_string()),
        region: ActiveValue::Set(unit.region.map(|code| code.to_string())),
        status: ActiveValue::Set(unit.status.to_string()),
        created_at: ActiveValue::Set(to_micros(unit.created_at)),
        updated_at: ActiveValue::Set(to_micros(unit.updated_at)),
    }
}

fn read(row: entity::Model) -> Result<OrganizationUnit, StoreError> {
    const DAMAGED: StoreError = StoreError::Unreadable("a unit");
    Ok(OrganizationUnit {
        id: row.id,
        version: row.version,
        parent_id: row.parent_id,
        operator: Operator::from_code(&row.operator).ok_or(DAMAGED)?,
        level: UnitLevel::from_code(&row.level).ok_or(DAMAGED)?,
        name: Name::parse(&row.name).map_err(|_| DAMAGED)?,
        region: row.region.map(|code| RegionCode::parse(&code)).transpose().map_err(|_| DAMAGED)?,
        status: UnitStatus::from_code(&row.status).ok_or(DAMAGED)?,
        created_at: from_micros(row.created_at)?,
        updated_at: from_micros(row.updated_at)?,
    })
}
