//! The change feed: what changed, what is gone, and what left the caller's sight, by position.

use sea_orm::{
    ColumnTrait, Condition, EntityTrait, FromQueryResult, JoinType, QueryFilter, QueryOrder, QuerySelect,
    RelationTrait,
    sea_query::{Expr, ExprTrait},
};
use uuid::Uuid;

use aumsos_domain::{CodeList, RecordKind, access::Scope};
use chrono::{DateTime, Utc};

use super::entity::{change, change_seal};
use crate::{Store, StoreError, clock::from_micros, sight};

/// What a change means for one reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// The record is new or different.
    Changed,
    /// The record is gone for everyone.
    Deleted,
    /// The record is still there, but the reader may not know of it any more.
    LeftSight,
}

/// One change as a reader may see it.
#[derive(Debug, Clone)]
pub struct FeedEntry {
    /// The gapless position.
    pub position: i64,
    /// What kind of record.
    pub kind: RecordKind,
    /// Which record.
    pub record_id: Uuid,
    /// Its version after the change.
    pub version: i64,
    /// What was done.
    pub action: String,
    /// When.
    pub at: DateTime<Utc>,
    /// What it means for the reader.
    pub effect: Effect,
    /// The record after the change, as it is kept; nothing when it is gone or out of sight.
    pub document: Option<String>,
    /// Whether the reader sees it as an insider of the council, rather than as the public does.
    pub is_insider: bool,
}

#[derive(FromQueryResult)]
struct Row {
    position: i64,
    record_kind: String,
    record_id: Uuid,
    version: i64,
    action: String,
    at: i64,
    public_after: bool,
    is_gone: bool,
    insider_after: bool,
    after: Option<String>,
}

impl Store {
    /// The changes after a position, at most `limit`, that a reader with this scope may know of.
    pub async fn changes_after(
        &self,
        after: i64,
        kinds: &[RecordKind],
        scope: &Scope,
        limit: u64,
    ) -> Result<Vec<FeedEntry>, StoreError> {
        let insider_before = || sight::within(scope, change::Column::UnitBefore, change::Column::InstitutionId);
        let insider_after = || sight::within(scope, change::Column::UnitAfter, change::Column::InstitutionId);
        let rows = change_seal::Entity::find()
            .select_only()
            .column(change_seal::Column::Position)
            .columns([
                change::Column::RecordKind,
                change::Column::RecordId,
                change::Column::Version,
                change::Column::Action,
                change::Column::At,
                change::Column::PublicAfter,
                change::Column::After,
            ])
            .column_as(change::Column::After.is_null(), "is_gone")
            .column_as(sight::as_flag(insider_after()), "insider_after")
            .join(JoinType::InnerJoin, change_seal::Relation::Change.def())
            .filter(change_seal::Column::Position.gt(after))
            .filter(change::Column::RecordKind.is_in(kinds.iter().map(ToString::to_string)))
            .filter(
                Condition::any()
                    .add(change::Column::PublicBefore.eq(true))
                    .add(change::Column::PublicAfter.eq(true))
                    .add(insider_before())
                    .add(insider_after()),
            )
            .order_by_asc(change_seal::Column::Position)
            .limit(limit)
            .into_model::<Row>()
            .all(&self.read)
            .await?;
        rows.into_iter().map(Row::into_entry).collect()
    }

    /// The last sealed position; 0 while the ledger is empty.
    pub async fn last_position(&self) -> Result<i64, StoreError> {
        let last: Option<Option<i64>> = change_seal::Entity::find()
            .select_only()
            .column_as(Expr::col((change_seal::Entity, change_seal::Column::Position)).max(), "last")
            .into_tuple()
            .one(&self.read)
            .await?;
        Ok(last.flatten().unwrap_or(0))
    }
}

impl Row {
    fn into_entry(self) -> Result<FeedEntry, StoreError> {
        let sees_after = self.public_after || self.insider_after;
        let effect = match (self.is_gone, sees_after) {
            (true, _) => Effect::Deleted,
            (false, true) => Effect::Changed,
            (false, false) => Effect::LeftSight,
        };
        Ok(FeedEntry {
            position: self.position,
            kind: RecordKind::from_code(&self.record_kind).ok_or(StoreError::Unreadable("a kind of record"))?,
            record_id: self.record_id,
            version: self.version,
            action: self.action,
            at: from_micros(self.at)?,
            effect,
            document: if sees_after { self.after } else { None },
            is_insider: self.insider_after,
        })
    }
}
