//! The safeguarding code: what everyone who sees people in care has promised, version by version.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    access::ActorId,
    reason::{Invalid, Reason, Refusal},
    text_value::{Format, TEXT_CONTROL_CHARACTERS, TEXT_EMPTY, TEXT_TOO_LONG},
};

/// Characters of a code at most.
const LONGEST: usize = 20_000;

/// The reasons of this module.
pub const REASONS: &[&Reason] =
    &[&SAFEGUARDING_CODE_NOT_ACCEPTED, &SAFEGUARDING_CODE_PUBLISHED, &SAFEGUARDING_CODE_NOT_IN_FORCE];

/// The formats of this module.
pub const FORMATS: &[Format] = &[(CodeText::FORMAT, |text| CodeText::parse(text).map(drop))];

/// Nobody sees a person in care before that.
pub const SAFEGUARDING_CODE_NOT_ACCEPTED: Reason = Reason {
    code: "safeguarding_code_not_accepted",
    id: "Setujui dahulu kode perlindungan yang berlaku: POST /v1/safeguarding-codes/{id}/acceptances.",
    en: "Accept the safeguarding code that is in force first: POST /v1/safeguarding-codes/{id}/acceptances.",
};
/// What people accepted stays as it is.
pub const SAFEGUARDING_CODE_PUBLISHED: Reason = Reason {
    code: "safeguarding_code_published",
    id: "Kode yang sudah terbit tidak diubah; buat versi baru.",
    en: "A published code is not changed; make a new version.",
};
/// Only the newest published version is accepted.
pub const SAFEGUARDING_CODE_NOT_IN_FORCE: Reason = Reason {
    code: "safeguarding_code_not_in_force",
    id: "Versi ini tidak berlaku; setujui versi terbaru yang sudah terbit.",
    en: "This version is not in force; accept the newest one that is published.",
};

crate::text_value! {
    /// The text of a code: at most 20,000 characters, line breaks kept.
    CodeText, "safeguarding-code-text", 20_000, "Saya menghormati martabat setiap orang yang diasuh.", |text| {
        let kept = text.replace("\r\n", "\n");
        if kept.chars().any(|c| c.is_control() && c != '\n' && c != '\t') {
            return Err(Invalid(&TEXT_CONTROL_CHARACTERS));
        }
        match kept.trim() {
            "" => Err(Invalid(&TEXT_EMPTY)),
            trimmed if trimmed.chars().count() > LONGEST => Err(Invalid(&TEXT_TOO_LONG)),
            trimmed => Ok(trimmed.to_owned()),
        }
    }
}

/// The same code in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SafeguardingCodeWrite, example = json!({
    "text_id": "Saya menghormati martabat setiap orang yang diasuh.",
    "text_en": "I respect the dignity of everyone in care."
}))]
pub struct CodeProfile {
    /// In Indonesian.
    pub text_id: CodeText,
    /// In English.
    pub text_en: CodeText,
}

/// A version of the code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SafeguardingCode {
    /// UUIDv7; may come from the client.
    pub id: Uuid,
    /// Counts the changes of the record, from 1; it is the `ETag`.
    pub version: i64,
    /// What it says.
    pub profile: CodeProfile,
    /// Since when it is published; nothing for a draft.
    pub published_at: Option<DateTime<Utc>>,
    /// When it was drafted.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

impl SafeguardingCode {
    /// A draft.
    pub const fn draft(id: Uuid, profile: CodeProfile, at: DateTime<Utc>) -> Self {
        Self { id, version: 1, profile, published_at: None, created_at: at, updated_at: at }
    }

    /// Changes a draft. What says the same as before is no change.
    pub fn change(self, profile: CodeProfile, at: DateTime<Utc>) -> Result<Self, Refusal> {
        if self.published_at.is_none() && self.profile == profile {
            return Ok(self);
        }
        Ok(Self { profile, ..self.draft_step(at)? })
    }

    /// Publishes a draft: from now on it is the one in force.
    pub fn publish(self, at: DateTime<Utc>) -> Result<Self, Refusal> {
        Ok(Self { published_at: Some(at), ..self.draft_step(at)? })
    }

    fn draft_step(self, at: DateTime<Utc>) -> Result<Self, Refusal> {
        if self.published_at.is_some() {
            return Err(Refusal::from(&SAFEGUARDING_CODE_PUBLISHED));
        }
        Ok(Self { version: self.version + 1, updated_at: at, ..self })
    }
}

/// That somebody accepted a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Acceptance {
    /// UUIDv7.
    pub id: Uuid,
    /// Which version.
    pub code_id: Uuid,
    /// Who.
    pub by: ActorId,
    /// When.
    pub at: DateTime<Utc>,
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn what_was_published_stays_as_it_is() {
        let at = DateTime::UNIX_EPOCH;
        let text = |text| CodeText::parse(text).unwrap();
        let profile = || CodeProfile { text_id: text("Saya menghormati."), text_en: text("I respect.") };
        let other = CodeProfile { text_en: text("I honour."), ..profile() };
        let draft = SafeguardingCode::draft(Uuid::nil(), other, at).change(profile(), at).unwrap();
        assert_eq!(draft.clone().change(profile(), at).unwrap(), draft);
        let published = draft.publish(at).unwrap();
        assert_eq!((published.version, published.published_at), (3, Some(at)));
        assert_eq!(published.clone().publish(at).unwrap_err().reason.code, "safeguarding_code_published");
        assert_eq!(published.change(profile(), at).unwrap_err().reason.code, "safeguarding_code_published");
    }

    #[test]
    fn a_code_may_be_long_and_not_empty() {
        assert!(CodeText::parse(&"x".repeat(20_000)).is_ok());
        assert!(CodeText::parse(&"x".repeat(20_001)).is_err() && CodeText::parse(" \n ").is_err());
    }
}
