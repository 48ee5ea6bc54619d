//! What goes out, and which roles.

use aumsos_domain::{
    access::{ActorId, Role, RolePlace},
    role_assignments::{GivenRole, HolderKind},
};
use aumsos_persistence::role_assignments::RoleFilters;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::{conditional::Tag, listing::ListFilters};

/// A role that was given.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0190a0a0-0000-7000-8000-0000000000b1", "version": 1, "holder_kind": "person",
    "holder_id": "0190a0a0-0000-7000-8000-0000000000c1", "role": "institution_operator",
    "institution_id": "0190a0a0-0000-7000-8000-000000000042", "is_active": true,
    "valid_from": "2026-01-01T00:00:00Z", "granted_by_kind": "person",
    "granted_by_id": "0190a0a0-0000-7000-8000-0000000000c2", "created_at": "2026-01-01T00:00:00Z"
}))]
pub struct RoleAssignmentOut {
    /// UUIDv7.
    pub id: Uuid,
    /// Counts its changes, from 1; it is the ETag.
    pub version: i64,
    /// Whether a person or a client holds it.
    pub holder_kind: HolderKind,
    /// Who holds it.
    pub holder_id: Option<Uuid>,
    /// Which role.
    pub role: Role,
    /// The unit at which it is held, and so at all below it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit_id: Option<Uuid>,
    /// The institution at which it is held.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub institution_id: Option<Uuid>,
    /// Whether it holds now.
    pub is_active: bool,
    /// From when on it holds.
    pub valid_from: DateTime<Utc>,
    /// Until when, where there is an end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<DateTime<Utc>>,
    /// When it was taken away.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<DateTime<Utc>>,
    /// `person`, `client`, or `system` for the service itself.
    pub granted_by_kind: &'static str,
    /// Who gave it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub granted_by_id: Option<Uuid>,
    /// When it was given.
    pub created_at: DateTime<Utc>,
}

impl RoleAssignmentOut {
    pub(super) fn of(given: &GivenRole, at: DateTime<Utc>) -> Self {
        let (unit_id, institution_id) = match given.place {
            RolePlace::Unit(id) => (Some(id), None),
            RolePlace::Institution(id) => (None, Some(id)),
        };
        Self {
            id: given.id,
            version: given.version,
            holder_kind: if matches!(given.holder, ActorId::Person(_)) {
                HolderKind::Person
            } else {
                HolderKind::Client
            },
            holder_id: given.holder.id(),
            role: given.role,
            unit_id,
            institution_id,
            is_active: given.is_active(at),
            valid_from: given.term.valid_from,
            valid_until: given.term.valid_until,
            revoked_at: given.revoked_at,
            granted_by_kind: given.granted_by.kind(),
            granted_by_id: given.granted_by.id(),
            created_at: given.created_at,
        }
    }
}

/// Which roles.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(default)]
pub struct RoleAssignmentQuery {
    /// Held by people, or by clients.
    pub holder_kind: Option<HolderKind>,
    /// Held by this person or client.
    #[param(max_items = 50)]
    pub holder_id: Vec<Uuid>,
    /// Role.
    #[param(max_items = 20)]
    pub role: Vec<Role>,
    /// At this unit or one below it, or at an institution in their care.
    #[param(max_items = 50)]
    pub unit: Vec<Uuid>,
    /// At this institution.
    #[param(max_items = 50)]
    pub institution_id: Vec<Uuid>,
    /// Whether they hold now.
    pub active: Option<bool>,
}

impl ListFilters for RoleAssignmentQuery {
    type Sort = ();
    const SORTS: &'static [(&'static str, ())] = &[("created_at", ())];
    const DEFAULT_SORT: &'static str = "-created_at";
}

impl RoleAssignmentQuery {
    pub(super) fn filters(&self) -> RoleFilters {
        RoleFilters {
            holder_kind: self.holder_kind,
            holder: self.holder_id.clone(),
            role: self.role.clone(),
            unit: self.unit.clone(),
            institution: self.institution_id.clone(),
            active: self.active,
        }
    }
}

/// A role begins and ends without a change of the record.
pub(super) fn tag(given: &GivenRole, at: DateTime<Utc>) -> Tag {
    Tag::of_view(given.version, if given.is_active(at) { "a" } else { "i" })
}
