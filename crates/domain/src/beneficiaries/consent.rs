//! What a person, or who answers for them, agreed to (UU 27/2022 art. 20–24; for children art. 25: the parent or guardian).

use std::fmt;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::profile::Relation;
use crate::{
    institutions::rules::{Broken, DATE_IN_FUTURE, DATES_REVERSED},
    reason::{Reason, Refusal},
    text_value::Prose,
};

crate::code_list! {
    /// What for.
    ConsentPurpose = "consent_purpose" ("Tujuan persetujuan", "Purpose of a consent") {
        Care = "care" ("Pengasuhan dan layanan lembaga", "Care and services of the institution"),
        Health = "health" ("Pencatatan dan layanan kesehatan", "Health records and services"),
        Education = "education" ("Pendidikan", "Education"),
        Referral = "referral" ("Rujukan kepada pihak lain", "Referral to others"),
        Assistance = "assistance" ("Bantuan dan penyalurannya", "Assistance and how it is paid out"),
        Publication = "publication" ("Publikasi cerita dan foto", "Publishing stories and photos"),
        Research = "research" ("Penelitian", "Research"),
    }
}

crate::code_list! {
    /// Who agreed.
    ConsentGiver = "consent_giver" ("Pemberi persetujuan", "Who agreed") {
        Oneself = "oneself" ("Yang bersangkutan", "The person"),
        Guardian = "guardian" ("Orang tua atau wali", "A parent or guardian"),
    }
}

/// The reasons of this module.
pub const REASONS: &[&Reason] = &[&RELATION_MISSING, &RELATION_OF_ONESELF, &CONSENT_WITHDRAWN];

/// A guardian is somebody to the person.
pub const RELATION_MISSING: Reason = Reason {
    code: "relation_missing",
    id: "Sebutkan hubungan wali yang memberi persetujuan.",
    en: "Say what the guardian who agreed is to the person.",
};
/// Nobody is a relative of themselves.
pub const RELATION_OF_ONESELF: Reason = Reason {
    code: "relation_of_oneself",
    id: "Hubungan hanya diisi bila persetujuan diberikan orang tua atau wali.",
    en: "A relation is given only where a parent or guardian agreed.",
};
/// It is withdrawn once.
pub const CONSENT_WITHDRAWN: Reason = Reason {
    code: "consent_withdrawn",
    id: "Persetujuan ini sudah ditarik.",
    en: "This consent was withdrawn already.",
};

/// What was agreed to.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ConsentWrite, example = json!({
    "purpose": "health", "given_by": "guardian", "relation": "mother", "given_on": "2026-01-02",
    "evidence": "Formulir bertanda tangan, map 12.", "expires_on": "2027-01-01"
}))]
pub struct ConsentProfile {
    /// What for.
    pub purpose: ConsentPurpose,
    /// Who agreed.
    pub given_by: ConsentGiver,
    /// What the guardian is to the person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relation: Option<Relation>,
    /// When.
    pub given_on: NaiveDate,
    /// What shows it: where the signed form lies, who heard it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Prose>,
    /// The last day on which it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_on: Option<NaiveDate>,
}

impl fmt::Debug for ConsentProfile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConsentProfile").field("purpose", &self.purpose).finish_non_exhaustive()
    }
}

impl ConsentProfile {
    /// Every rule it breaks.
    pub fn broken_rules(&self, today: NaiveDate) -> Vec<Broken> {
        let mut found = Vec::new();
        let mut check = |holds: bool, pointer: &str, reason: &'static Reason| {
            if !holds {
                found.push(Broken { pointer: pointer.to_owned(), reason });
            }
        };
        match self.given_by {
            ConsentGiver::Guardian => check(self.relation.is_some(), "/relation", &RELATION_MISSING),
            ConsentGiver::Oneself => check(self.relation.is_none(), "/relation", &RELATION_OF_ONESELF),
        }
        check(self.given_on <= today, "/given_on", &DATE_IN_FUTURE);
        check(self.expires_on.is_none_or(|end| end >= self.given_on), "/expires_on", &DATES_REVERSED);
        found
    }
}

/// A consent as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consent {
    /// UUIDv7; may come from the client.
    pub id: Uuid,
    /// Counts its changes, from 1; it is the `ETag`.
    pub version: i64,
    /// Of whom.
    pub beneficiary_id: Uuid,
    /// What was agreed to.
    pub profile: ConsentProfile,
    /// When it was withdrawn.
    pub withdrawn_at: Option<DateTime<Utc>>,
    /// When it was recorded.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

impl Consent {
    /// A new consent.
    pub const fn new(id: Uuid, beneficiary_id: Uuid, profile: ConsentProfile, at: DateTime<Utc>) -> Self {
        Self { id, version: 1, beneficiary_id, profile, withdrawn_at: None, created_at: at, updated_at: at }
    }

    /// Takes it back (UU 27/2022 art. 9).
    pub fn withdraw(self, at: DateTime<Utc>) -> Result<Self, Refusal> {
        if self.withdrawn_at.is_some() {
            return Err(Refusal::from(&CONSENT_WITHDRAWN));
        }
        Ok(Self { version: self.version + 1, withdrawn_at: Some(at), updated_at: at, ..self })
    }

    /// Whether it holds on a day.
    pub fn holds_on(&self, day: NaiveDate) -> bool {
        self.withdrawn_at.is_none()
            && self.profile.given_on <= day
            && self.profile.expires_on.is_none_or(|last| day <= last)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use serde_json::{Value, json};

    use super::*;

    fn consent(fields: &Value) -> ConsentProfile {
        let mut profile =
            json!({ "purpose": "care", "given_by": "guardian", "relation": "mother", "given_on": "2026-01-02" });
        for (name, value) in fields.as_object().unwrap() {
            profile[name] = value.clone();
        }
        serde_json::from_value(profile).unwrap()
    }

    #[test]
    fn who_agreed_and_until_when_must_make_sense() {
        let broken = |fields: Value| -> Vec<&str> {
            let found = consent(&fields).broken_rules("2026-01-02".parse().unwrap());
            found.into_iter().map(|one| one.reason.code).collect()
        };
        assert!(broken(json!({})).is_empty());
        assert_eq!(broken(json!({ "relation": null })), ["relation_missing"]);
        assert_eq!(broken(json!({ "given_by": "oneself" })), ["relation_of_oneself"]);
        assert_eq!(broken(json!({ "given_on": "2026-01-03" })), ["date_in_future"]);
        assert_eq!(broken(json!({ "expires_on": "2026-01-01" })), ["dates_reversed"]);
    }

    #[test]
    fn a_consent_holds_to_its_last_day_unless_it_is_withdrawn() {
        let at = DateTime::UNIX_EPOCH;
        let given = Consent::new(Uuid::nil(), Uuid::nil(), consent(&json!({ "expires_on": "2026-02-01" })), at);
        let holds = |consent: &Consent, day: &str| consent.holds_on(day.parse().unwrap());
        assert!(!holds(&given, "2026-01-01") && holds(&given, "2026-01-02") && holds(&given, "2026-02-01"));
        assert!(!holds(&given, "2026-02-02"));
        let withdrawn = given.withdraw(at).unwrap();
        assert!(!holds(&withdrawn, "2026-01-02") && withdrawn.version == 2);
        assert_eq!(withdrawn.withdraw(at).unwrap_err().reason.code, "consent_withdrawn");
    }
}
