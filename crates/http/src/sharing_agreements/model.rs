//! What goes out, and which agreements.

use aumsos_domain::{access::Permission, sharing_agreements::SharingAgreement, text_value::Prose};
use aumsos_persistence::sharing_agreements::SharingFilters;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::{conditional::Tag, listing::ListFilters};

/// An agreement.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0190a0a0-0000-7000-8000-0000000000a9", "version": 1,
    "from_unit_id": "0190a0a0-0000-7000-8000-000000000035", "to_unit_id": "0190a0a0-0000-7000-8000-000000000034",
    "permissions": ["institutions.read", "census.read"], "programme": "Senior Care Jawa Timur dan DIY",
    "is_active": true, "valid_from": "2026-01-01T00:00:00Z", "valid_until": "2027-12-31T17:00:00Z",
    "made_by_kind": "person", "made_by_id": "0190a0a0-0000-7000-8000-0000000000c2",
    "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z"
}))]
pub struct SharingAgreementOut {
    /// UUIDv7.
    pub id: Uuid,
    /// Counts its changes, from 1; it is the ETag.
    pub version: i64,
    /// The unit that lets see what is in its care and below it.
    pub from_unit_id: Uuid,
    /// The unit that may see.
    pub to_unit_id: Uuid,
    /// What may be seen.
    pub permissions: Vec<Permission>,
    /// What it is for.
    pub programme: Prose,
    /// Whether it holds now.
    pub is_active: bool,
    /// From when on it holds.
    pub valid_from: DateTime<Utc>,
    /// Until when.
    pub valid_until: Option<DateTime<Utc>>,
    /// When it was ended before its time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<DateTime<Utc>>,
    /// `person` or `client`.
    pub made_by_kind: &'static str,
    /// Who made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub made_by_id: Option<Uuid>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

impl SharingAgreementOut {
    pub(super) fn of(agreement: SharingAgreement, at: DateTime<Utc>) -> Self {
        Self {
            id: agreement.id,
            version: agreement.version,
            from_unit_id: agreement.from_unit_id,
            to_unit_id: agreement.to_unit_id,
            is_active: agreement.is_active(at),
            permissions: agreement.permissions,
            programme: agreement.programme,
            valid_from: agreement.term.valid_from,
            valid_until: agreement.term.valid_until,
            ended_at: agreement.ended_at,
            made_by_kind: agreement.made_by.kind(),
            made_by_id: agreement.made_by.id(),
            created_at: agreement.created_at,
            updated_at: agreement.updated_at,
        }
    }
}

/// Which agreements.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(default)]
pub struct SharingAgreementQuery {
    /// Shared by this unit or one below it.
    #[param(max_items = 50)]
    pub from_unit: Vec<Uuid>,
    /// Shared with this unit or one below it.
    #[param(max_items = 50)]
    pub to_unit: Vec<Uuid>,
    /// Whether they hold now.
    pub active: Option<bool>,
}

impl ListFilters for SharingAgreementQuery {
    type Sort = ();
    const SORTS: &'static [(&'static str, ())] = &[("created_at", ())];
    const DEFAULT_SORT: &'static str = "-created_at";
}

impl SharingAgreementQuery {
    pub(super) fn filters(&self) -> SharingFilters {
        SharingFilters { from_unit: self.from_unit.clone(), to_unit: self.to_unit.clone(), active: self.active }
    }
}

/// An agreement begins and ends without a change of the record.
pub(super) fn tag(agreement: &SharingAgreement, at: DateTime<Utc>) -> Tag {
    Tag::of_view(agreement.version, if agreement.is_active(at) { "a" } else { "i" })
}
