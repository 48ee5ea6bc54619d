//! Lists of institutions without their records: which records they are, in which version, as whom the actor sees each, and
//! what is shown beside the record. Whoever holds a record as it was written out for that version and view needs no more.

use sea_orm::{
    ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QueryResult, QuerySelect, QueryTrait, Select,
    sea_query::Expr,
};
use uuid::Uuid;

use aumsos_domain::{
    census::{Freshness, Rounds},
    institutions::View,
    map::Point,
};

use super::{
    InstitutionFilters, InstitutionSight, InstitutionSort, Residents,
    entity::institution::{Column, Entity},
    read::{freshness_of, residents_of, view_of},
};
use crate::{
    Store, StoreError,
    clock::today,
    page::{Direction, KeyValue, Page},
    sight::as_flag,
};

/// A row of a list, whose record is not read.
#[derive(Debug, Clone)]
pub struct ListedInstitution {
    /// Which record.
    pub id: Uuid,
    /// In which version.
    pub version: i64,
    /// When that version was made, in microseconds.
    pub updated_at: i64,
    /// As whom it is seen.
    pub view: View,
    /// How fresh its census is.
    pub freshness: Freshness,
    /// Whom it cared for at its last census, where there is one and the actor may read it.
    pub residents: Option<Residents>,
    /// Metres from the point that was asked for.
    pub distance_m: Option<f64>,
    /// The values of the sort keys, for the cursor.
    pub key: Vec<KeyValue>,
}

#[derive(FromQueryResult)]
struct Row {
    id: Uuid,
    version: i64,
    updated_at: i64,
    census_on: Option<String>,
    residents_in: Option<i64>,
    residents_out: Option<i64>,
    latitude: Option<f64>,
    longitude: Option<f64>,
    is_insider: bool,
    is_partner: bool,
    sees_census: bool,
}

impl Store {
    /// A page of the institutions that the filters leave, without their records.
    pub async fn listed_institutions(
        &self,
        filters: &InstitutionFilters,
        sort: &[(InstitutionSort, Direction)],
        page: &Page,
        sight: &InstitutionSight,
    ) -> Result<Vec<ListedInstitution>, StoreError> {
        let condition = filters.condition(self, sight, today()).await?;
        let query = with_keys(listed(sight), filters, sort).filter(condition);
        let rows = self.read.query_all(&filters.keyset(sort).apply(query, page).into_query()).await?;
        let rounds = Rounds::on(today());
        rows.iter()
            .map(|row| {
                let found = Row::from_query_result(row, "")?;
                let place = found.latitude.zip(found.longitude);
                Ok(ListedInstitution {
                    id: found.id,
                    version: found.version,
                    updated_at: found.updated_at,
                    view: view_of(found.is_insider, found.is_partner),
                    freshness: freshness_of(found.census_on.as_deref(), rounds),
                    residents: residents_of(found.sees_census, found.residents_in, found.residents_out),
                    distance_m: place
                        .and_then(|(latitude, longitude)| filters.distance_m(Point { latitude, longitude })),
                    key: key_of(row, sort)?,
                })
            })
            .collect()
    }
}

fn listed(sight: &InstitutionSight) -> Select<Entity> {
    Entity::find()
        .select_only()
        .columns([
            Column::Id,
            Column::Version,
            Column::UpdatedAt,
            Column::CensusOn,
            Column::ResidentsIn,
            Column::ResidentsOut,
            Column::Latitude,
            Column::Longitude,
        ])
        .column_as(as_flag(sight.insider()), "is_insider")
        .column_as(as_flag(sight.partner()), "is_partner")
        .column_as(as_flag(sight.census_visible()), "sees_census")
}

/// What the keys of a list are called in its statement; no column is called so.
const KEYS: &[&str] = &["key_1", "key_2", "key_3", "key_4"];

/// The query with the values that it is sorted by beside its columns, from the columns themselves: what is shown of a
/// record may hide them.
pub(super) fn with_keys(
    query: Select<Entity>,
    filters: &InstitutionFilters,
    sort: &[(InstitutionSort, Direction)],
) -> Select<Entity> {
    let nothing = || Expr::value(Option::<f64>::None);
    sort.iter()
        .zip(KEYS)
        .fold(query, |query, (&(sort, _), name)| query.expr_as(filters.sorted_by(sort).unwrap_or_else(nothing), *name))
}

/// The values of the sort keys of a row, the id last.
pub(super) fn key_of(row: &QueryResult, sort: &[(InstitutionSort, Direction)]) -> Result<Vec<KeyValue>, StoreError> {
    let mut key = Vec::with_capacity(sort.len() + 1);
    for (&(sort, _), name) in sort.iter().zip(KEYS) {
        key.push(match sort {
            InstitutionSort::Name
            | InstitutionSort::Code
            | InstitutionSort::Kind
            | InstitutionSort::Province
            | InstitutionSort::Grade
            | InstitutionSort::Founded => or_nothing(row.try_get("", name)?, KeyValue::Text),
            InstitutionSort::Capacity
            | InstitutionSort::UpdatedAt
            | InstitutionSort::CreatedAt
            | InstitutionSort::VerifiedAt => or_nothing(row.try_get("", name)?, KeyValue::Whole),
            InstitutionSort::Distance => or_nothing(row.try_get("", name)?, KeyValue::Number),
        });
    }
    key.push(KeyValue::Id(row.try_get("", "id")?));
    Ok(key)
}

fn or_nothing<T>(value: Option<T>, key: fn(T) -> KeyValue) -> KeyValue {
    value.map_or(KeyValue::Nothing, key)
}
