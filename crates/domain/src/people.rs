//! The accounts of people: invited, at work, disabled, and in the end erased, but never deleted: who did what stays
//! counted.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    access::{AccountStatus, Actor, ActorId, granting::GRANT_TO_ONESELF},
    language::Language,
    organization_units::OrganizationUnit,
    reason::{Reason, Refusal},
    text_value::{Email, Line, Name},
};

/// Nobody carries mail, so that an invitation would reach nobody.
pub const MAIL_NOT_CONFIGURED: Reason = Reason {
    code: "mail_not_configured",
    id: "Layanan ini belum dapat mengirim surel; minta pengelolanya mengisi mail.smtp_url.",
    en: "This service cannot send mail; ask whoever runs it to set mail.smtp_url.",
};
/// The address is another account's. Whose, is not said.
pub const EMAIL_TAKEN: Reason = Reason {
    code: "email_taken",
    id: "Alamat surel ini tidak dapat dipakai untuk akun baru atau diganti menjadi ini; hubungi majelis pusat.",
    en: "This email address cannot be used for a new account or put in the place of another; ask the central council.",
};
/// A step for accounts that are at work.
pub const PERSON_IS_DISABLED: Reason = Reason {
    code: "person_is_disabled",
    id: "Akun ini dinonaktifkan; aktifkan lebih dahulu.",
    en: "This account is disabled; enable it first.",
};
/// A step for accounts that are disabled.
pub const PERSON_IS_NOT_DISABLED: Reason = Reason {
    code: "person_is_not_disabled",
    id: "Akun ini tidak sedang dinonaktifkan.",
    en: "This account is not disabled.",
};
/// Nothing is left to change.
pub const PERSON_IS_ERASED: Reason = Reason {
    code: "person_is_erased",
    id: "Data orang ini sudah dihapus untuk selamanya.",
    en: "The data of this person was erased for good.",
};
/// An invitation is for whoever has not come yet.
pub const PERSON_HAS_SIGNED_IN: Reason = Reason {
    code: "person_has_signed_in",
    id: "Orang ini sudah pernah masuk; bila lupa kata sandi, ia dapat menyetelnya ulang sendiri.",
    en: "This person has signed in already; who forgot the password can reset it alone.",
};
/// There is nothing to reset.
pub const NO_SECOND_FACTOR: Reason = Reason {
    code: "no_second_factor",
    id: "Orang ini tidak memakai faktor kedua.",
    en: "This person has no second factor.",
};
/// Programs have no profile of their own.
pub const NOT_A_PERSON: Reason = Reason {
    code: "not_a_person",
    id: "Hanya orang yang mengubah profilnya sendiri; klien diubah di /v1/clients.",
    en: "Only people change a profile of their own; clients are changed at /v1/clients.",
};

/// The reasons of this module.
pub const REASONS: &[&Reason] = &[
    &MAIL_NOT_CONFIGURED,
    &EMAIL_TAKEN,
    &PERSON_IS_DISABLED,
    &PERSON_IS_NOT_DISABLED,
    &PERSON_IS_ERASED,
    &PERSON_HAS_SIGNED_IN,
    &NO_SECOND_FACTOR,
    &NOT_A_PERSON,
];

/// What an officer writes of a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PersonWrite, example = json!({
    "email": "siti.aminah@contoh.or.id", "name": "Siti Aminah", "language": "id",
    "unit_id": "0190a0a0-0000-7000-8000-000000000035"
}))]
pub struct PersonProfile {
    /// What the person signs in with and where mail goes; compared in lower case.
    pub email: Email,
    /// The person's name.
    pub name: Name,
    /// The language of mail and pages.
    #[serde(default)]
    pub language: Language,
    /// The unit that keeps the account; the central unit of Muhammadiyah when it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit_id: Option<Uuid>,
}

/// What a person writes of themselves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MeWrite, example = json!({ "name": "Siti Aminah", "language": "en" }))]
pub struct OwnProfile {
    /// The person's name.
    pub name: Name,
    /// The language of mail and pages.
    pub language: Language,
}

/// A person's account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// UUIDv7.
    pub id: Uuid,
    /// Counts the changes of the record, from 1; it is the `ETag`.
    pub version: i64,
    /// What is known of the person; nothing once it was erased.
    pub profile: Option<PersonProfile>,
    /// The unit that keeps the account; it stays when the person is erased.
    pub unit_id: Option<Uuid>,
    /// Why the account is disabled, while it is.
    pub disabled_reason: Option<Line>,
    /// Whether the account may be used.
    pub is_active: bool,
    /// When the person was erased.
    pub erased_at: Option<DateTime<Utc>>,
    /// When the account was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

impl Person {
    /// A new account. Nobody signs in to it before the invitation is taken up.
    pub fn invite(id: Uuid, profile: PersonProfile, at: DateTime<Utc>) -> Self {
        Self {
            id,
            version: 1,
            unit_id: profile.unit_id,
            profile: Some(profile),
            disabled_reason: None,
            is_active: true,
            erased_at: None,
            created_at: at,
            updated_at: at,
        }
    }

    /// The unit that keeps the account.
    pub fn keeper(&self) -> Uuid {
        self.unit_id.unwrap_or(OrganizationUnit::MUHAMMADIYAH)
    }

    /// Whether the person may sign in. `has_signed_in` is whether a password was chosen, or an outside identity joined.
    pub const fn status(&self, has_signed_in: bool) -> AccountStatus {
        match (self.is_active, has_signed_in) {
            (false, _) => AccountStatus::Disabled,
            (true, false) => AccountStatus::Invited,
            (true, true) => AccountStatus::Active,
        }
    }

    /// What is known of the person, as long as something is.
    pub fn known(&self) -> Result<&PersonProfile, Refusal> {
        self.profile.as_ref().ok_or(Refusal::from(&PERSON_IS_ERASED))
    }

    /// Writes the profile anew.
    pub fn change(self, profile: PersonProfile, at: DateTime<Utc>) -> Result<Self, Refusal> {
        if *self.known()? == profile {
            return Ok(self);
        }
        Ok(Self { unit_id: profile.unit_id, profile: Some(profile), ..self.moved_on(at) })
    }

    /// Switches the account off. Nobody does that to themselves, nor with a client that they hold.
    pub fn disable(self, by: &Actor, reason: Line, at: DateTime<Utc>) -> Result<Self, Refusal> {
        self.check_not_oneself(by)?;
        self.check_at_work()?;
        Ok(Self { is_active: false, disabled_reason: Some(reason), ..self.moved_on(at) })
    }

    /// Switches it on again.
    pub fn enable(self, by: &Actor, at: DateTime<Utc>) -> Result<Self, Refusal> {
        self.check_not_oneself(by)?;
        self.known()?;
        if self.is_active {
            return Err(Refusal::from(&PERSON_IS_NOT_DISABLED));
        }
        Ok(Self { is_active: true, disabled_reason: None, ..self.moved_on(at) })
    }

    /// Erases what is known of the person, for good; the account stays, so that what was done with it stays somebody's.
    /// Only a disabled one is erased: two steps, for there is no way back.
    pub fn erase(self, by: &Actor, at: DateTime<Utc>) -> Result<Self, Refusal> {
        self.check_not_oneself(by)?;
        self.known()?;
        if self.is_active {
            return Err(Refusal::from(&PERSON_IS_NOT_DISABLED));
        }
        Ok(Self { profile: None, disabled_reason: None, erased_at: Some(at), ..self.moved_on(at) })
    }

    /// The account moved on without a change of what is known: an invitation went out again, a second factor was reset.
    pub fn moved_on(self, at: DateTime<Utc>) -> Self {
        Self { version: self.version + 1, updated_at: at, ..self }
    }

    /// Refuses a step for accounts that may be used.
    pub fn check_at_work(&self) -> Result<(), Refusal> {
        self.known()?;
        if self.is_active { Ok(()) } else { Err(Refusal::from(&PERSON_IS_DISABLED)) }
    }

    /// Refuses to send an invitation to whoever does not wait for one.
    pub fn check_waits_for_invitation(&self, has_signed_in: bool) -> Result<(), Refusal> {
        self.check_at_work()?;
        if has_signed_in { Err(Refusal::from(&PERSON_HAS_SIGNED_IN)) } else { Ok(()) }
    }

    fn check_not_oneself(&self, by: &Actor) -> Result<(), Refusal> {
        if by.is_hand_of(ActorId::Person(self.id)) { Err(Refusal::from(&GRANT_TO_ONESELF)) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    fn officer() -> Actor {
        Actor::new(ActorId::Person(Uuid::from_u128(9)), Vec::new())
    }

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(second, 0).unwrap()
    }

    fn reason() -> Line {
        Line::parse("Pindah tugas").unwrap()
    }

    fn siti() -> Person {
        let profile = serde_json::json!({ "email": "Siti@Contoh.or.id", "name": "Siti Aminah" });
        Person::invite(Uuid::from_u128(1), serde_json::from_value(profile).unwrap(), at(1))
    }

    fn code<T>(refused: Result<T, Refusal>) -> Option<&'static str> {
        refused.err().map(|refusal| refusal.reason.code)
    }

    #[test]
    fn an_account_is_invited_until_somebody_comes_and_disabled_while_it_is() {
        let siti = siti();
        assert_eq!(siti.known().unwrap().email.as_str(), "siti@contoh.or.id");
        assert_eq!(siti.keeper(), OrganizationUnit::MUHAMMADIYAH);
        assert_eq!(siti.status(false), AccountStatus::Invited);
        assert_eq!(siti.status(true), AccountStatus::Active);
        assert!(siti.check_waits_for_invitation(false).is_ok());
        assert_eq!(code(siti.check_waits_for_invitation(true)), Some("person_has_signed_in"));
        let disabled = siti.disable(&officer(), reason(), at(2)).unwrap();
        assert_eq!((disabled.status(true), disabled.version, disabled.updated_at), (AccountStatus::Disabled, 2, at(2)));
        assert_eq!(code(disabled.check_waits_for_invitation(false)), Some("person_is_disabled"));
        assert_eq!(code(disabled.clone().disable(&officer(), reason(), at(3))), Some("person_is_disabled"));
        let enabled = disabled.enable(&officer(), at(3)).unwrap();
        assert_eq!((enabled.is_active, &enabled.disabled_reason, enabled.version), (true, &None, 3));
        assert_eq!(code(enabled.enable(&officer(), at(4))), Some("person_is_not_disabled"));
    }

    #[test]
    fn nobody_does_it_to_themselves() {
        let own = &Actor::new(ActorId::Person(siti().id), Vec::new());
        assert_eq!(code(siti().disable(own, reason(), at(2))), Some("grant_to_oneself"));
        let disabled = siti().disable(&officer(), reason(), at(2)).unwrap();
        assert_eq!(code(disabled.clone().enable(own, at(3))), Some("grant_to_oneself"));
        assert_eq!(code(disabled.erase(own, at(3))), Some("grant_to_oneself"));
    }

    #[test]
    fn what_was_erased_stays_erased() {
        assert_eq!(code(siti().erase(&officer(), at(2))), Some("person_is_not_disabled"));
        let disabled = siti().disable(&officer(), reason(), at(2)).unwrap();
        let profile = disabled.profile.clone().unwrap();
        let erased = disabled.erase(&officer(), at(3)).unwrap();
        assert_eq!((&erased.profile, &erased.disabled_reason, erased.erased_at), (&None, &None, Some(at(3))));
        assert_eq!(erased.status(true), AccountStatus::Disabled);
        assert_eq!(code(erased.clone().change(profile, at(4))), Some("person_is_erased"));
        assert_eq!(code(erased.clone().enable(&officer(), at(4))), Some("person_is_erased"));
        assert_eq!(code(erased.clone().erase(&officer(), at(4))), Some("person_is_erased"));
        assert_eq!(code(erased.check_at_work()), Some("person_is_erased"));
    }
}
