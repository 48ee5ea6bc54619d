//! How institutions stand now: what the ledger asks before it shows what they were.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QuerySelect};
use uuid::Uuid;

use aumsos_domain::{CodeList, access::Audience};

use super::entity::institution::{Column, Entity};
use crate::StoreError;

/// What of an institution decides who may see what it was.
#[derive(Debug, Clone)]
pub(crate) struct Standing {
    /// The responsible unit.
    pub(crate) unit_id: Uuid,
    /// That unit and all above it; filled in by who asks.
    pub(crate) line: Arc<[Uuid]>,
    pub(crate) is_public: bool,
    pub(crate) is_deleted: bool,
    pub(crate) merged_into: Option<Uuid>,
    pub(crate) location_audience: Audience,
    pub(crate) contact_audience: Audience,
}

#[derive(FromQueryResult)]
struct Row {
    id: Uuid,
    unit_id: Uuid,
    is_public: bool,
    location_audience: String,
    contact_audience: String,
    merged_into: Option<Uuid>,
    deleted_at: Option<i64>,
}

/// How some institutions stand.
pub(crate) async fn standing_of(
    connection: &impl ConnectionTrait,
    ids: &HashSet<Uuid>,
) -> Result<HashMap<Uuid, Standing>, StoreError> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = Entity::find()
        .select_only()
        .columns([
            Column::Id,
            Column::UnitId,
            Column::IsPublic,
            Column::LocationAudience,
            Column::ContactAudience,
            Column::MergedInto,
            Column::DeletedAt,
        ])
        .filter(Column::Id.is_in(ids.iter().copied()))
        .into_model::<Row>()
        .all(connection)
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, Standing::from(row))).collect())
}

impl From<Row> for Standing {
    fn from(row: Row) -> Self {
        // What cannot be read is for the fewest.
        let audience = |code: &str| Audience::from_code(code).unwrap_or(Audience::Council);
        Self {
            unit_id: row.unit_id,
            line: Arc::default(),
            is_public: row.is_public,
            is_deleted: row.deleted_at.is_some(),
            merged_into: row.merged_into,
            location_audience: audience(&row.location_audience),
            contact_audience: audience(&row.contact_audience),
        }
    }
}
