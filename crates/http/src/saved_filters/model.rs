//! What goes in and out.

use aumsos_domain::{
    access::ActorId,
    saved_filters::{FilterQuery, FilterResource, SavedFilter},
    text_value::Name,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::{conditional::Tag, listing::ListFilters};

/// A saved filter.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0190a0a0-0000-7000-8000-000000000088", "version": 1, "is_own": true,
    "name": "LKSA Jawa Timur yang lama tidak diperiksa", "resource": "institutions",
    "query": {"province": "35", "kind": "lksa", "verified_before": "-6m"},
    "resolved": [
        {"name": "kind", "value": "lksa"}, {"name": "province", "value": "35"},
        {"name": "verified_before", "value": "2026-05-23T17:00:00Z"}
    ],
    "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z"
}))]
pub struct SavedFilterOut {
    /// UUIDv7.
    pub id: Uuid,
    /// Counts its changes, from 1; it is the ETag.
    pub version: i64,
    /// Whether it is the caller's own; only its owner changes it.
    pub is_own: bool,
    /// What its owner calls it.
    pub name: Name,
    /// The list it is for.
    pub resource: FilterResource,
    /// The parameters, with days relative to today as they were written.
    pub query: FilterQuery,
    /// The parameters as they are today, ready for the list.
    pub resolved: Vec<ParameterOut>,
    /// The unit it is shared with, and all below it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shared_with: Option<Uuid>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

/// One parameter of a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ParameterOut {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
}

impl SavedFilterOut {
    pub(super) fn of(filter: SavedFilter, caller: ActorId) -> Self {
        // The council's days are told by WIB (UTC+7).
        let today = (Utc::now() + chrono::Duration::hours(7)).date_naive();
        let resolved = filter.profile.query.resolve(filter.profile.resource, today);
        Self {
            id: filter.id,
            version: filter.version,
            is_own: filter.owner == caller,
            name: filter.profile.name,
            resource: filter.profile.resource,
            query: filter.profile.query,
            resolved: resolved.into_iter().map(|(name, value)| ParameterOut { name, value }).collect(),
            shared_with: filter.profile.shared_with,
            created_at: filter.created_at,
            updated_at: filter.updated_at,
        }
    }
}

/// Which filters.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(default)]
pub struct SavedFilterQuery {
    /// For this list.
    pub resource: Option<FilterResource>,
}

impl ListFilters for SavedFilterQuery {
    type Sort = ();
    const SORTS: &'static [(&'static str, ())] = &[("name", ())];
    const DEFAULT_SORT: &'static str = "name";
}

pub(super) fn tag(filter: &SavedFilter) -> Tag {
    Tag::of_version(filter.version)
}
