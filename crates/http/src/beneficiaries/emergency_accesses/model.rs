//! What goes in and out.

use aumsos_domain::{
    RecordKind,
    access::Permission,
    beneficiaries::{
        EmergencyAccess, EmergencyReason,
        emergency_access::{Review, ReviewOutcome},
    },
    text_value::Prose,
};
use aumsos_persistence::{beneficiaries::EmergencyFilters, sensitive_reads::SensitiveRead};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::{
    access::Caller,
    beneficiaries::model::{ActorOut, BeneficiaryOut, HealthNoteOut},
    conditional::Tag,
    listing::ListFilters,
};

/// How an access was judged.
#[derive(Clone, Serialize, ToSchema)]
pub struct EmergencyReviewOut {
    /// Whether it was justified.
    pub outcome: ReviewOutcome,
    /// Why.
    pub note: Prose,
    /// Who says so.
    pub by: ActorOut,
    /// When.
    pub at: DateTime<Utc>,
}

impl From<Review> for EmergencyReviewOut {
    fn from(review: Review) -> Self {
        Self { outcome: review.profile.outcome, note: review.profile.note, by: review.by.into(), at: review.at }
    }
}

/// An emergency access.
#[derive(Clone, Serialize, ToSchema)]
#[schema(as = EmergencyAccess, example = json!({
    "id": "0190a0a0-0000-7000-8000-0000000000e1", "version": 1,
    "beneficiary_id": "0190a0a0-0000-7000-8000-0000000000b1",
    "institution_id": "0190a0a0-0000-7000-8000-000000000042",
    "by": {"kind": "person", "id": "0190a0a0-0000-7000-8000-000000000007"},
    "reason": "Anak dibawa ke IGD dengan sesak napas; alergi obat perlu diketahui.",
    "opened_at": "2026-01-02T20:00:00Z", "expires_at": "2026-01-02T23:00:00Z", "ended_at": null, "review": null
}))]
pub struct EmergencyAccessOut {
    /// UUIDv7.
    pub id: Uuid,
    /// Counts its changes, from 1; it is the ETag.
    pub version: i64,
    /// Whose record.
    pub beneficiary_id: Uuid,
    /// In whose care the person was.
    pub institution_id: Uuid,
    /// Who opened it.
    pub by: ActorOut,
    /// What the emergency was; nothing once the person is erased.
    pub reason: Option<EmergencyReason>,
    /// When it was opened.
    pub opened_at: DateTime<Utc>,
    /// When it ends by itself.
    pub expires_at: DateTime<Utc>,
    /// When it was ended before.
    pub ended_at: Option<DateTime<Utc>>,
    /// How it was judged.
    pub review: Option<EmergencyReviewOut>,
}

impl From<EmergencyAccess> for EmergencyAccessOut {
    fn from(access: EmergencyAccess) -> Self {
        Self {
            id: access.id,
            version: access.version,
            beneficiary_id: access.beneficiary_id,
            institution_id: access.institution_id,
            by: access.by.into(),
            reason: access.reason,
            opened_at: access.opened_at,
            expires_at: access.expires_at,
            ended_at: access.ended_at,
            review: access.review.map(Into::into),
        }
    }
}

/// What the trail says of an access that is shown: its reason speaks of the person.
pub(super) fn read(access: &EmergencyAccess) -> Option<SensitiveRead> {
    access.reason.as_ref().map(|_| SensitiveRead {
        kind: RecordKind::Beneficiary,
        record: access.beneficiary_id,
        institution: access.institution_id,
        fields: vec!["emergency_reason".into()],
        people: 1,
    })
}

/// Which record is opened, and why.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = EmergencyAccessWrite, example = json!({
    "beneficiary_id": "0190a0a0-0000-7000-8000-0000000000b1",
    "reason": "Anak dibawa ke IGD dengan sesak napas; alergi obat perlu diketahui."
}))]
pub struct EmergencyWrite {
    /// Whose record, as a look-up found it.
    pub beneficiary_id: Uuid,
    /// What the emergency is.
    pub reason: EmergencyReason,
}

/// A record that was opened in an emergency.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "record": {
        "id": "0190a0a0-0000-7000-8000-0000000000b1", "version": 1, "number": "PM-35-000123", "status": "in_care",
        "institution_id": "0190a0a0-0000-7000-8000-000000000042", "name": "Siti Aminah", "other_names": [],
        "sex": "female", "birth_date": "2012-05-05", "birth_place": null, "nik": null, "family_card_number": null,
        "care_place": "inside", "orphan_status": "yatim", "ppks_category": null, "address": null,
        "guardian": {"name": "Aminah", "phone": "+6281234567890", "relation": "mother"}, "retention": null,
        "departure": null, "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z"
    },
    "health_notes": []
}))]
pub struct EmergencyRecordOut {
    /// The record.
    pub record: BeneficiaryOut,
    /// The latest health notes, at most 200, for those whose roles read health notes at home.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub health_notes: Option<Vec<HealthNoteOut>>,
}

/// Which accesses.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(default)]
pub struct EmergencyAccessQuery {
    /// To the records of these people.
    #[param(max_items = 50)]
    pub beneficiary_id: Vec<Uuid>,
    /// Only those that were reviewed, or were not.
    pub is_reviewed: Option<bool>,
}

impl ListFilters for EmergencyAccessQuery {
    type Sort = ();
    const SORTS: &'static [(&'static str, ())] = &[("opened_at", ())];
    const DEFAULT_SORT: &'static str = "-opened_at";
}

/// Those that are a caller's own, and those that they review.
pub(super) fn known_to(caller: &Caller) -> EmergencyFilters {
    EmergencyFilters {
        own: caller.id(),
        reviewed_in: caller.actor().scope(Permission::EmergencyAccessReview),
        beneficiary: Vec::new(),
        is_reviewed: None,
    }
}

pub(super) fn tag(access: &EmergencyAccess) -> Tag {
    Tag::of_version(access.version)
}
