//! What goes in and out.

use aumsos_persistence::{
    ledger::history::HistoryEntry,
    page::{Direction, KeyValue},
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::listing::{Form, ListFilters, ListQuery};

/// A history is not filtered.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(default)]
pub struct HistoryQuery {}

impl ListFilters for HistoryQuery {
    type Sort = ();
    const SORTS: &'static [(&'static str, ())] = &[("version", ())];
    const DEFAULT_SORT: &'static str = "version";
    const FORMS: &'static [Form] = &[];
}

/// Which way a history is read.
pub(super) fn direction(query: &ListQuery<HistoryQuery>) -> Direction {
    query.sort.first().map_or(Direction::Ascending, |(_, direction)| *direction)
}

/// Where a page ends.
pub(super) fn key_of(entry: &HistoryEntry) -> Vec<KeyValue> {
    vec![KeyValue::Whole(entry.version)]
}

/// Who took a step.
#[derive(Debug, Serialize, ToSchema)]
pub struct HistoryActor {
    /// `person`, `client`, `system` (the service itself) or `anonymous`.
    pub kind: String,
    /// Which person or client.
    pub id: Option<Uuid>,
}

/// One field that changed.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct FieldChange {
    /// JSON pointer into the record (RFC 6901).
    pub pointer: String,
    /// What stood there before.
    pub old: Option<Value>,
    /// What stands there after.
    pub new: Option<Value>,
    /// Whether the values are personal data: then only the fact of the change is told.
    pub is_sealed: bool,
}

/// One step in the history of a record.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = HistoryStep, example = json!({
    "version": 2, "action": "changed", "actor": {"kind": "client", "id": "0190a0a0-0000-7000-8000-000000000007"},
    "at": "2026-01-02T00:00:00Z", "request_id": "0190a0a0-0000-7000-8000-000000000009",
    "changes": [{"pointer": "/name", "old": "PWM Jatim", "new": "PWM Jawa Timur", "is_sealed": false}]
}))]
pub struct HistoryStepOut {
    /// The version it led to.
    pub version: i64,
    /// What was done, a verb in the past.
    pub action: String,
    /// Who did it.
    pub actor: HistoryActor,
    /// When.
    pub at: DateTime<Utc>,
    /// In which request.
    pub request_id: Option<String>,
    /// What changed; a step that made or ended the record names all its fields.
    pub changes: Vec<FieldChange>,
}

impl HistoryStepOut {
    /// A step, and what changed by it.
    pub(super) fn of(entry: HistoryEntry, changes: Vec<FieldChange>) -> Self {
        Self {
            version: entry.version,
            action: entry.action,
            actor: HistoryActor { kind: entry.actor_kind, id: entry.actor_id },
            at: entry.at,
            request_id: entry.request_id,
            changes,
        }
    }
}
