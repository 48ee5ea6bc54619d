//! What goes in and out.

use aumsos_domain::{ChangeEffect, CodeList, RecordKind, RecordPresence, access::Audience, institutions::View};
use aumsos_persistence::{
    StoreError,
    ledger::feed::{FeedChange, Seen},
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::{
    past,
    problem::{FieldError, Problem, reasons},
};

/// Which changes.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(default)]
pub struct ChangesQuery {
    /// Where to go on: `next_cursor` of the answer before, the `Feed-Cursor` of a list, or a `position`. From the
    /// beginning when it is left out or 0.
    #[param(min_length = 1, max_length = 64)]
    pub after: Option<String>,
    /// Only records of these kinds. `saved_filter`, `client`, `person` and `role_assignment` are in nobody's feed.
    #[param(max_items = 20)]
    pub kinds: Vec<RecordKind>,
    /// Changes an answer.
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub limit: Option<u64>,
}

/// Which changes to follow.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(default)]
pub struct EventsQuery {
    /// Where to go on, as in `/v1/changes`; from now on when it is left out. `Last-Event-ID` goes before it.
    #[param(min_length = 1, max_length = 64)]
    pub after: Option<String>,
    /// Only records of these kinds.
    #[param(max_items = 20)]
    pub kinds: Vec<RecordKind>,
}

/// The kinds that were asked for, of those that are in a feed; all of them when none is named.
pub(super) fn feed_kinds(asked: &[RecordKind]) -> Result<Vec<RecordKind>, Problem> {
    let is_fed = |kind: &RecordKind| kind.shown_with().is_some();
    if !asked.iter().all(is_fed) {
        let known = RecordKind::ALL.iter().filter(|kind| is_fed(kind)).map(|kind| kind.code());
        let limit = Some(known.collect::<Vec<_>>().join(", "));
        return Err(Problem::invalid_value(FieldError {
            limit,
            ..FieldError::in_query("kinds", &reasons::UNKNOWN_VALUE)
        }));
    }
    let all = if asked.is_empty() { RecordKind::ALL } else { asked };
    Ok(all.iter().copied().filter(is_fed).collect())
}

/// One change, as the reader may know of it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Change, example = json!({
    "position": 42, "kind": "organization_unit", "id": "0190a0a0-0000-7000-8000-000000000035", "version": 1,
    "action": "created", "at": "2026-01-01T00:00:00Z", "effect": "changed", "seen_as": "public",
    "record": {
        "id": "0190a0a0-0000-7000-8000-000000000035", "version": 1,
        "parent_id": "01900000-0000-7000-8000-000000000001", "operator": "muhammadiyah", "level": "provincial",
        "name": "PWM Jawa Timur", "region": "35", "status": "active", "created_at": "2026-01-01T00:00:00Z",
        "updated_at": "2026-01-01T00:00:00Z"
    }
}))]
pub struct ChangeOut {
    /// Its place in the feed. Positions have no gaps, but those that are none of the reader's business are not shown.
    #[schema(minimum = 1)]
    pub position: i64,
    /// What kind of record.
    pub kind: RecordKind,
    /// Which record.
    pub id: Uuid,
    /// Its version after the change.
    pub version: i64,
    /// What was done, a verb in the past: `created`, `verified`, `moved`, …
    pub action: String,
    /// When.
    pub at: DateTime<Utc>,
    /// What it means for the reader. A record that was deleted or left the reader's sight goes from the reader's copy, and
    /// with an institution all that belongs to it.
    pub effect: ChangeEffect,
    /// As whom the reader sees the record from here on; only where it changed. When it falls below `council`, what belongs
    /// to the institution (census reports, proposals) goes from the reader's copy; when it rises, it can be fetched.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub seen_as: Option<Audience>,
    /// The institution that stands in the place of this one, where it was merged.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub merged_into: Option<Uuid>,
    /// The record as the change left it, in the form that its own address shows it in, without contact persons; left out
    /// when it is gone, out of sight, or of a kind that is only fetched.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Object, nullable = false)]
    pub record: Option<Value>,
}

impl ChangeOut {
    /// A change as it is to one reader.
    pub(super) fn of(change: &FeedChange, seen: Seen) -> Result<Self, StoreError> {
        let is_shown = seen.effect == ChangeEffect::Changed;
        let record = if is_shown { change.record(seen.view)?.map(past::record).transpose()? } else { None };
        Ok(Self {
            position: change.position,
            kind: change.kind,
            id: change.record_id,
            version: change.version,
            action: change.action.clone(),
            at: change.at,
            effect: seen.effect,
            seen_as: is_shown.then_some(match seen.view {
                View::Public => Audience::Public,
                View::Partner => Audience::Partner,
                View::Council => Audience::Council,
            }),
            merged_into: seen.merged_into,
            record,
        })
    }
}

/// A part of the feed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ChangePage, example = json!({
    "items": [], "next_cursor": "AZCgoAAAcACAAAAAAAAAAQAAAAAAAAAq", "has_more": false, "sight": "9f86d081884c7d65"
}))]
pub struct ChangesOut {
    /// In the order in which they happened.
    pub items: Vec<ChangeOut>,
    /// Pass it as `after` to go on; it is there also when nothing changed.
    pub next_cursor: String,
    /// Whether more is there already.
    pub has_more: bool,
    /// Another value than before says that the reader's roles changed: what came into sight or left it by that is not in
    /// the feed, and a new snapshot is due.
    pub sight: String,
}

/// Which records to look after.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "kind": "institution", "ids": ["0190a0a0-0000-7000-8000-000000000042", "0190a0a0-0000-7000-8000-000000000043"]
}))]
pub struct PresenceCheck {
    /// Of which kind they are.
    pub kind: RecordKind,
    /// Their ids.
    #[schema(min_items = 1, max_items = 1000)]
    pub ids: Vec<Uuid>,
}

/// Whether a record is there.
#[derive(Debug, Serialize, ToSchema)]
pub struct PresenceOut {
    /// Which record.
    pub id: Uuid,
    /// Whether it is there.
    pub presence: RecordPresence,
}

/// Whether records are there.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"items": [
    {"id": "0190a0a0-0000-7000-8000-000000000042", "presence": "present"},
    {"id": "0190a0a0-0000-7000-8000-000000000043", "presence": "gone"}
]}))]
pub struct PresencesOut {
    /// In the order in which they were asked for.
    pub items: Vec<PresenceOut>,
}
