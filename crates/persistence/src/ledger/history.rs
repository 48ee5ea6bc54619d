//! The history of one record, and the record as it was.

use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Select, sea_query::Expr,
};
use uuid::Uuid;

use aumsos_domain::RecordKind;

use super::entity::change;
use crate::{
    Store, StoreError,
    clock::{from_micros, to_micros},
    page::{Direction, Key, Keyset, Page},
};

/// One step in the history of a record.
#[derive(Debug, Clone)]
pub struct HistoryEntry {
    /// The version it led to.
    pub version: i64,
    /// What was done.
    pub action: String,
    /// The kind of actor.
    pub actor_kind: String,
    /// Which one.
    pub actor_id: Option<Uuid>,
    /// When.
    pub at: DateTime<Utc>,
    /// In which request.
    pub request_id: Option<String>,
    /// The record before, as it is kept.
    pub before: Option<String>,
    /// The record after.
    pub after: Option<String>,
}

impl Store {
    /// The steps of a record after a version, oldest first, at most `limit`.
    pub async fn history(
        &self,
        kind: RecordKind,
        id: Uuid,
        after_version: i64,
        limit: u64,
    ) -> Result<Vec<HistoryEntry>, StoreError> {
        let after = Some(vec![crate::page::KeyValue::Whole(after_version)]);
        self.history_page(kind, id, Direction::Ascending, &Page { limit, after }).await
    }

    /// A page of the steps of a record, by version.
    pub async fn history_page(
        &self,
        kind: RecordKind,
        id: Uuid,
        direction: Direction,
        page: &Page,
    ) -> Result<Vec<HistoryEntry>, StoreError> {
        let by_version = Keyset::of(vec![Key::always(Expr::col((change::Entity, change::Column::Version)), direction)]);
        let rows = by_version.apply(steps_of(kind, id), page).all(&self.read).await?;
        rows.into_iter().map(HistoryEntry::try_from).collect()
    }

    /// How many steps there are.
    pub async fn count_history(&self, kind: RecordKind, id: Uuid) -> Result<u64, StoreError> {
        Ok(steps_of(kind, id).count(&self.read).await?)
    }

    /// The step that made the record what it was at a time; nothing when it was not there yet.
    pub async fn as_of(
        &self,
        kind: RecordKind,
        id: Uuid,
        at: DateTime<Utc>,
    ) -> Result<Option<HistoryEntry>, StoreError> {
        let step = steps_of(kind, id)
            .filter(change::Column::At.lte(to_micros(at)))
            .order_by_desc(change::Column::Version)
            .limit(1)
            .one(&self.read)
            .await?;
        step.map(HistoryEntry::try_from).transpose()
    }
}

fn steps_of(kind: RecordKind, id: Uuid) -> Select<change::Entity> {
    change::Entity::find()
        .filter(change::Column::RecordKind.eq(kind.to_string()))
        .filter(change::Column::RecordId.eq(id))
}

impl TryFrom<change::Model> for HistoryEntry {
    type Error = StoreError;

    fn try_from(row: change::Model) -> Result<Self, StoreError> {
        Ok(Self {
            version: row.version,
            action: row.action,
            actor_kind: row.actor_kind,
            actor_id: row.actor_id,
            at: from_micros(row.at)?,
            request_id: row.request_id,
            before: row.before,
            after: row.after,
        })
    }
}
