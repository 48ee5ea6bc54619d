//! What goes in and out.

use aumsos_domain::{
    Language,
    access::{AccountStatus, Appointment, Role},
    people::PersonProfile,
    text_value::{Email, Line, Name},
};
use aumsos_persistence::people::{PeopleFilters, PersonSort, SeenPerson};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::{conditional::Tag, listing::ListFilters};

/// An account.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0190a0a0-0000-7000-8000-0000000000c1", "version": 1, "status": "invited",
    "email": "siti.aminah@contoh.or.id", "name": "Siti Aminah", "language": "id",
    "unit_id": "0190a0a0-0000-7000-8000-000000000035", "has_second_factor": false,
    "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z"
}))]
pub struct PersonOut {
    /// UUIDv7; it stands in the ledger beside what the person did.
    pub id: Uuid,
    /// Counts its changes, from 1; it is the ETag.
    pub version: i64,
    /// Whether the person may sign in.
    pub status: AccountStatus,
    /// What the person signs in with; left out once the person was erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<Email>,
    /// The person's name; left out once the person was erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Name>,
    /// The language of mail and pages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
    /// The unit that keeps the account; the central unit of Muhammadiyah when it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit_id: Option<Uuid>,
    /// Whether a second factor is on.
    pub has_second_factor: bool,
    /// Why the account is disabled, while it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disabled_reason: Option<Line>,
    /// When the person was erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub erased_at: Option<DateTime<Utc>>,
    /// When the account was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

impl From<SeenPerson> for PersonOut {
    fn from(seen: SeenPerson) -> Self {
        let person = seen.person;
        let status = person.status(seen.has_signed_in);
        let (email, name, language) = match person.profile {
            Some(known) => (Some(known.email), Some(known.name), Some(known.language)),
            None => (None, None, None),
        };
        Self {
            id: person.id,
            version: person.version,
            status,
            email,
            name,
            language,
            unit_id: person.unit_id,
            has_second_factor: seen.has_second_factor,
            disabled_reason: person.disabled_reason,
            erased_at: person.erased_at,
            created_at: person.created_at,
            updated_at: person.updated_at,
        }
    }
}

/// Whom to invite.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = InvitationWrite, example = json!({
    "email": "siti.aminah@contoh.or.id", "name": "Siti Aminah", "language": "id",
    "unit_id": "0190a0a0-0000-7000-8000-000000000035",
    "roles": [{"role": "regional_officer", "unit_id": "0190a0a0-0000-7000-8000-000000000035"}]
}))]
pub struct Invitation {
    /// Where the invitation goes and what the person signs in with; compared in lower case.
    pub email: Email,
    /// The person's name.
    pub name: Name,
    /// The language of mail and pages.
    #[serde(default)]
    pub language: Language,
    /// The unit that keeps the account; the central unit of Muhammadiyah when it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit_id: Option<Uuid>,
    /// What the person is to be, where.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub roles: Vec<Appointment>,
}

impl Invitation {
    pub(super) fn profile(&self) -> PersonProfile {
        PersonProfile {
            email: self.email.clone(),
            name: self.name.clone(),
            language: self.language,
            unit_id: self.unit_id,
        }
    }
}

/// Why an account is disabled.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason": "Pindah tugas ke luar majelis."}))]
pub struct Disabling {
    /// Why; those who see the account see it.
    pub reason: Line,
}

/// Which people. What somebody is called is in no URL: neither in a filter, nor in the cursor of a list by name, which says
/// where the page ended.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(default)]
pub struct PersonQuery {
    /// Whether they may sign in.
    #[param(max_items = 5)]
    pub status: Vec<AccountStatus>,
    /// Kept by this unit or by one below it.
    #[param(max_items = 50)]
    pub unit: Vec<Uuid>,
    /// Holding this role, now or from some day on, where the caller may see who holds which.
    #[param(max_items = 20)]
    pub role: Vec<Role>,
}

/// Which people, also by what they are called.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(default)]
pub struct PersonSearchQuery {
    /// Whether they may sign in.
    #[param(max_items = 5)]
    pub status: Vec<AccountStatus>,
    /// Kept by this unit or by one below it.
    #[param(max_items = 50)]
    pub unit: Vec<Uuid>,
    /// Holding this role, now or from some day on, where the caller may see who holds which.
    #[param(max_items = 20)]
    pub role: Vec<Role>,
    /// Words of the name; each may be a beginning, and old spelling is forgiven.
    #[param(min_length = 1, max_length = 200)]
    pub q: Option<String>,
}

const BY_CREATION: (&str, PersonSort) = ("created_at", PersonSort::CreatedAt);

impl ListFilters for PersonQuery {
    type Sort = PersonSort;
    const SORTS: &'static [(&'static str, PersonSort)] = &[BY_CREATION];
    const DEFAULT_SORT: &'static str = "created_at";
}

impl ListFilters for PersonSearchQuery {
    type Sort = PersonSort;
    const SORTS: &'static [(&'static str, PersonSort)] = &[("name", PersonSort::Name), BY_CREATION];
    const DEFAULT_SORT: &'static str = "name";
}

impl From<&PersonQuery> for PeopleFilters {
    fn from(query: &PersonQuery) -> Self {
        Self { status: query.status.clone(), unit: query.unit.clone(), role: query.role.clone(), q: None }
    }
}

impl From<&PersonSearchQuery> for PeopleFilters {
    fn from(query: &PersonSearchQuery) -> Self {
        Self { status: query.status.clone(), unit: query.unit.clone(), role: query.role.clone(), q: query.q.clone() }
    }
}

/// The second factor, the sessions and the standing of an account change its view with its version.
pub(super) fn tag(seen: &SeenPerson) -> Tag {
    let view = match (seen.has_signed_in, seen.has_second_factor) {
        (false, _) => "n",
        (true, false) => "s",
        (true, true) => "f",
    };
    Tag::of_view(seen.person.version, view)
}
