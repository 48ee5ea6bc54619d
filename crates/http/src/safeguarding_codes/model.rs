//! What goes in and out.

use aumsos_domain::safeguarding_codes::{Acceptance, CodeText, SafeguardingCode};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::conditional::Tag;

/// A version of the safeguarding code.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = SafeguardingCode, example = json!({
    "id": "0190a0a0-0000-7000-8000-0000000000a1", "version": 2,
    "text_id": "Saya menghormati martabat setiap orang yang diasuh.",
    "text_en": "I respect the dignity of everyone in care.", "published_at": "2026-01-02T00:00:00Z",
    "is_in_force": true, "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-02T00:00:00Z"
}))]
pub struct SafeguardingCodeOut {
    /// UUIDv7.
    pub id: Uuid,
    /// Counts its changes, from 1; it is the ETag.
    pub version: i64,
    /// In Indonesian.
    pub text_id: CodeText,
    /// In English.
    pub text_en: CodeText,
    /// Since when it is published; nothing for a draft.
    pub published_at: Option<DateTime<Utc>>,
    /// Whether it is the one that has to be accepted: the newest that was published.
    pub is_in_force: bool,
    /// When it was drafted.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

impl SafeguardingCodeOut {
    /// A version, beside the one in force.
    pub(super) fn of(code: SafeguardingCode, in_force: Option<Uuid>) -> Self {
        Self {
            id: code.id,
            version: code.version,
            text_id: code.profile.text_id,
            text_en: code.profile.text_en,
            published_at: code.published_at,
            is_in_force: in_force == Some(code.id),
            created_at: code.created_at,
            updated_at: code.updated_at,
        }
    }

    /// The tag of this view: being in force changes without the record.
    pub(super) fn tag(&self) -> Tag {
        Tag::of_view(self.version, if self.is_in_force { "in-force" } else { "not" })
    }
}

/// That somebody accepted a version.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[schema(as = SafeguardingAcceptance, example = json!({
    "id": "0190a0a0-0000-7000-8000-0000000000a2", "safeguarding_code_id": "0190a0a0-0000-7000-8000-0000000000a1",
    "at": "2026-01-03T00:00:00Z"
}))]
pub struct AcceptanceOut {
    /// UUIDv7.
    pub id: Uuid,
    /// Which version.
    pub safeguarding_code_id: Uuid,
    /// When.
    pub at: DateTime<Utc>,
}

impl From<Acceptance> for AcceptanceOut {
    fn from(acceptance: Acceptance) -> Self {
        Self { id: acceptance.id, safeguarding_code_id: acceptance.code_id, at: acceptance.at }
    }
}
