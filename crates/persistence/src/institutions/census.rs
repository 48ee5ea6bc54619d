//! Census reports: a time series beside each institution.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{
    ActiveValue, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Select,
    sea_query::Expr,
};
use uuid::Uuid;

use aumsos_domain::{
    RecordKind,
    census::{CarePlace, CensusReport},
    institutions::Institution,
};

use super::{InstitutionSight, entity::institution, write::census_columns};
use crate::{
    Store, StoreError, Work,
    clock::to_micros,
    ledger::{Change, State},
    page::{Direction, Key, Keyset, Page},
    sight::of_institutions_that,
};

pub(crate) mod entity {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "census_report")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub version: i64,
        pub institution_id: Uuid,
        pub counted_on: String,
        pub residents_in: i64,
        pub residents_out: i64,
        #[sea_orm(column_type = "Text")]
        pub document: String,
        pub created_at: i64,
        pub updated_at: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

const DAMAGED: StoreError = StoreError::Unreadable("a census report");

fn whole(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn read(row: &entity::Model) -> Result<CensusReport, StoreError> {
    serde_json::from_str(&row.document).map_err(|_| DAMAGED)
}

/// Reports of institutions whose census the actor may read.
fn readable(sight: &InstitutionSight) -> Expr {
    of_institutions_that(entity::Column::InstitutionId, sight.census_visible())
}

/// The days of counting between two, both included.
#[derive(Debug, Clone, Copy, Default)]
pub struct CensusSpan {
    /// On this day or later.
    pub from: Option<NaiveDate>,
    /// On this day or before.
    pub until: Option<NaiveDate>,
}

fn reports_of(institution: Uuid, span: CensusSpan, sight: &InstitutionSight) -> Select<entity::Entity> {
    let mut query =
        entity::Entity::find().filter(entity::Column::InstitutionId.eq(institution)).filter(readable(sight));
    if let Some(from) = span.from {
        query = query.filter(entity::Column::CountedOn.gte(from.to_string()));
    }
    if let Some(until) = span.until {
        query = query.filter(entity::Column::CountedOn.lte(until.to_string()));
    }
    query
}

impl Store {
    /// The reports of an institution by their day of counting.
    pub async fn census_reports(
        &self,
        institution: Uuid,
        span: CensusSpan,
        direction: Direction,
        page: &Page,
        sight: &InstitutionSight,
    ) -> Result<Vec<CensusReport>, StoreError> {
        let keyset = Keyset::of(vec![
            Key::always(Expr::col((entity::Entity, entity::Column::CountedOn)), direction),
            Key::always(Expr::col((entity::Entity, entity::Column::Id)), Direction::Ascending),
        ]);
        keyset.apply(reports_of(institution, span, sight), page).all(&self.read).await?.iter().map(read).collect()
    }

    /// How many there are.
    pub async fn count_census_reports(
        &self,
        institution: Uuid,
        span: CensusSpan,
        sight: &InstitutionSight,
    ) -> Result<u64, StoreError> {
        Ok(reports_of(institution, span, sight).count(&self.read).await?)
    }

    /// One report.
    pub async fn census_report(
        &self,
        institution: Uuid,
        id: Uuid,
        sight: &InstitutionSight,
    ) -> Result<Option<CensusReport>, StoreError> {
        let found = entity::Entity::find_by_id(id)
            .filter(entity::Column::InstitutionId.eq(institution))
            .filter(readable(sight))
            .one(&self.read)
            .await?;
        found.as_ref().map(read).transpose()
    }
}

impl Store {
    /// The latest day of counting among the reports that were there at a time.
    pub(super) async fn last_census_made_by(
        &self,
        institution: Uuid,
        at: DateTime<Utc>,
    ) -> Result<Option<NaiveDate>, StoreError> {
        let latest: Option<String> = entity::Entity::find()
            .select_only()
            .column(entity::Column::CountedOn)
            .filter(entity::Column::InstitutionId.eq(institution))
            .filter(entity::Column::CreatedAt.lte(to_micros(at)))
            .order_by_desc(entity::Column::CountedOn)
            .limit(1)
            .into_tuple()
            .one(&self.read)
            .await?;
        latest.map(|day| day.parse().map_err(|_| DAMAGED)).transpose()
    }
}

impl Work {
    /// One report of an institution that was loaded for update, locked like it.
    pub async fn census_report_for_update(
        &mut self,
        institution: Uuid,
        id: Uuid,
    ) -> Result<Option<CensusReport>, StoreError> {
        let found = entity::Entity::find_by_id(id)
            .filter(entity::Column::InstitutionId.eq(institution))
            .lock_exclusive()
            .one(&self.transaction)
            .await?;
        found.as_ref().map(read).transpose()
    }

    /// The latest report of an institution, and that of a day.
    pub(crate) async fn census_latest_and_of(
        &mut self,
        institution: Uuid,
        day: NaiveDate,
    ) -> Result<(Option<CensusReport>, Option<CensusReport>), StoreError> {
        let of_institution = || entity::Entity::find().filter(entity::Column::InstitutionId.eq(institution));
        let latest = of_institution().order_by_desc(entity::Column::CountedOn).one(&self.transaction).await?;
        let of_day =
            of_institution().filter(entity::Column::CountedOn.eq(day.to_string())).one(&self.transaction).await?;
        Ok((latest.as_ref().map(read).transpose()?, of_day.as_ref().map(read).transpose()?))
    }

    /// Whether there is a report of a day already.
    pub async fn has_census_of(&mut self, report: &CensusReport) -> Result<bool, StoreError> {
        let found = entity::Entity::find()
            .filter(entity::Column::InstitutionId.eq(report.institution_id))
            .filter(entity::Column::CountedOn.eq(report.census.counted_on.to_string()))
            .filter(entity::Column::Id.ne(report.id))
            .one(&self.transaction)
            .await?;
        Ok(found.is_some())
    }

    /// Writes a report, new or corrected, and keeps the figures of the latest one beside the institution.
    pub async fn save_census_report(
        &mut self,
        institution: &Institution,
        before: Option<&CensusReport>,
        after: &CensusReport,
    ) -> Result<(), StoreError> {
        let document = |report: &CensusReport| serde_json::to_string(report).map_err(|_| DAMAGED);
        let row = entity::ActiveModel {
            id: ActiveValue::Set(after.id),
            version: ActiveValue::Set(after.version),
            institution_id: ActiveValue::Set(after.institution_id),
            counted_on: ActiveValue::Set(after.census.counted_on.to_string()),
            residents_in: ActiveValue::Set(whole(after.census.residents_at(CarePlace::Inside))),
            residents_out: ActiveValue::Set(whole(after.census.residents_at(CarePlace::Outside))),
            document: ActiveValue::Set(document(after)?),
            created_at: ActiveValue::Set(to_micros(after.created_at)),
            updated_at: ActiveValue::Set(to_micros(after.updated_at)),
        };
        match before {
            None => entity::Entity::insert(row).exec_without_returning(&self.transaction).await.map(drop)?,
            Some(_) => entity::Entity::update(row).exec(&self.transaction).await.map(drop)?,
        }
        self.refresh_census_figures(institution.id).await?;
        let state = |report: &CensusReport| -> Result<State, StoreError> {
            Ok(State { unit: Some(institution.profile.unit_id), is_public: false, document: document(report)? })
        };
        self.append(Change {
            kind: RecordKind::CensusReport,
            id: after.id,
            version: after.version,
            action: if before.is_none() { "reported" } else { "corrected" },
            institution: Some(institution.id),
            before: before.map(state).transpose()?,
            after: Some(state(after)?),
        })
        .await
    }

    async fn refresh_census_figures(&mut self, institution: Uuid) -> Result<(), StoreError> {
        let latest = entity::Entity::find()
            .filter(entity::Column::InstitutionId.eq(institution))
            .order_by_desc(entity::Column::CountedOn)
            .one(&self.transaction)
            .await?;
        let columns = match latest {
            Some(row) => {
                census_columns(institution, Some(row.counted_on), Some(row.residents_in), Some(row.residents_out))
            }
            None => census_columns(institution, None, None, None),
        };
        institution::Entity::update(columns).exec(&self.transaction).await?;
        Ok(())
    }
}
