//! What is noted of a person's health: dated notes that are added and never changed.

use std::fmt;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    access::ActorId,
    institutions::rules::{Broken, DATE_IN_FUTURE},
    text_value::Prose,
};

/// What somebody notes.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = HealthNoteWrite, example = json!({"noted_on": "2026-06-30", "text": "Alergi penisilin."}))]
pub struct HealthNoteProfile {
    /// The day that it is about.
    pub noted_on: NaiveDate,
    /// The note.
    pub text: Prose,
}

impl fmt::Debug for HealthNoteProfile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HealthNoteProfile").finish_non_exhaustive()
    }
}

impl HealthNoteProfile {
    /// Every rule it breaks.
    pub fn broken_rules(&self, today: NaiveDate) -> Vec<Broken> {
        let is_to_come = self.noted_on > today;
        is_to_come.then(|| Broken { pointer: "/noted_on".to_owned(), reason: &DATE_IN_FUTURE }).into_iter().collect()
    }
}

/// A note as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HealthNote {
    /// UUIDv7; may come from the client.
    pub id: Uuid,
    /// Of whom.
    pub beneficiary_id: Uuid,
    /// What was noted.
    pub profile: HealthNoteProfile,
    /// By whom.
    pub by: ActorId,
    /// When.
    pub created_at: DateTime<Utc>,
}
