//! The record of a person and the steps in its life.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{BeneficiaryNumber, Profile};
use crate::{
    census::CarePlace,
    institutions::rules::{Broken, DATE_IN_FUTURE},
    reason::{Reason, Refusal},
    text_value::Prose,
};

crate::code_list! {
    /// Where a person stands.
    BeneficiaryStatus = "beneficiary_status" ("Status penerima manfaat", "Status of a person in care") {
        InCare = "in_care" ("Diasuh di dalam lembaga", "In care, inside the home"),
        FamilyOutside = "family_outside" ("Didampingi dalam keluarga", "In care, in a family"),
        Left = "left" ("Sudah keluar", "Left"),
        /// Nobody opens it from outside, not in an emergency either, and nobody changes it.
        Closed = "closed" ("Dikunci", "Closed"),
    }
}

crate::code_list! {
    /// Why a person left (steps of care after placement: reunification or other permanence; national standard of care for
    /// LKSA, Permensos 30/HUK/2011).
    DepartureReason = "departure_reason" ("Alasan keluar", "Why a person left") {
        Reunified = "reunified" ("Kembali kepada orang tua", "Back with the parents"),
        WithRelatives = "with_relatives" ("Diasuh kerabat", "In the care of relatives"),
        FosterCare = "foster_care" ("Diasuh keluarga asuh", "In a foster family"),
        Adopted = "adopted" ("Diangkat anak", "Adopted"),
        Independent = "independent" ("Mandiri", "Lives independently"),
        Education = "education" ("Melanjutkan pendidikan di tempat lain", "Studies elsewhere"),
        OtherInstitution = "other_institution" ("Pindah ke lembaga lain", "In another institution"),
        OwnWish = "own_wish" ("Atas keinginan sendiri atau keluarga", "By own or the family's wish"),
        WithoutNotice = "without_notice" ("Pergi tanpa pamit", "Left without notice"),
        Deceased = "deceased" ("Meninggal", "Deceased"),
        Other = "other" ("Lainnya", "Other"),
    }
}

crate::code_list! {
    /// Why a person's data is erased.
    ErasureReason = "erasure_reason" ("Alasan penghapusan data", "Why data is erased") {
        Requested = "requested" ("Diminta yang bersangkutan atau walinya", "Requested by the person or the guardian"),
        ConsentWithdrawn = "consent_withdrawn" ("Persetujuan ditarik", "Consent was withdrawn"),
        RetentionOver = "retention_over" ("Masa penyimpanan berakhir", "The time of keeping is over"),
        RecordedInError = "recorded_in_error" ("Tercatat karena keliru", "Recorded in error"),
    }
}

/// The reasons of this module.
pub const REASONS: &[&Reason] = &[
    &BENEFICIARY_CLOSED,
    &BENEFICIARY_NOT_CLOSED,
    &BENEFICIARY_LEFT,
    &BENEFICIARY_HAS_NOT_LEFT,
    &INSTITUTION_TAKES_NOBODY,
    &INSTITUTION_OUT_OF_REACH,
    &POSSIBLE_DUPLICATE,
];

/// Nothing of a closed record is changed, and no emergency opens it.
pub const BENEFICIARY_CLOSED: Reason = Reason {
    code: "beneficiary_closed",
    id: "Catatan ini dikunci; hanya pengasuhnya yang dapat membukanya kembali.",
    en: "This record is closed; only those in charge of it can reopen it.",
};
/// Only what is closed is reopened.
pub const BENEFICIARY_NOT_CLOSED: Reason =
    Reason { code: "beneficiary_not_closed", id: "Catatan ini tidak dikunci.", en: "This record is not closed." };
/// A person leaves once.
pub const BENEFICIARY_LEFT: Reason =
    Reason { code: "beneficiary_left", id: "Orang ini sudah keluar.", en: "This person has left already." };
/// Only who left comes back.
pub const BENEFICIARY_HAS_NOT_LEFT: Reason =
    Reason { code: "beneficiary_has_not_left", id: "Orang ini belum keluar.", en: "This person has not left." };
/// A closed or merged institution.
pub const INSTITUTION_TAKES_NOBODY: Reason = Reason {
    code: "institution_takes_nobody",
    id: "Lembaga ini sudah ditutup atau digabung; pilih lembaga lain.",
    en: "This institution was closed or merged; name another one.",
};
/// There is none, or none where people are recorded by this actor.
pub const INSTITUTION_OUT_OF_REACH: Reason = Reason {
    code: "institution_out_of_reach",
    id: "Anda tidak mencatat orang di lembaga ini.",
    en: "You do not record people in this institution.",
};
/// Somebody with this NIK is known.
pub const POSSIBLE_DUPLICATE: Reason = Reason {
    code: "possible_duplicate",
    id: "Seseorang dengan NIK ini sudah tercatat; cari dengan POST /v1/beneficiaries/lookup sebelum mencatat lagi.",
    en: "Somebody with this NIK is recorded already; look them up with POST /v1/beneficiaries/lookup first.",
};

/// That a person left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"on": "2026-06-30", "reason": "reunified", "note": "Diantar oleh pendamping."}))]
pub struct Departure {
    /// The day.
    pub on: NaiveDate,
    /// Why.
    pub reason: DepartureReason,
    /// More about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Prose>,
}

impl Departure {
    /// Every rule it breaks.
    pub fn broken_rules(&self, today: NaiveDate) -> Vec<Broken> {
        let is_over = self.on > today;
        is_over.then(|| Broken { pointer: "/on".to_owned(), reason: &DATE_IN_FUTURE }).into_iter().collect()
    }
}

/// The record of a person in care.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beneficiary {
    /// UUIDv7; may come from the client.
    pub id: Uuid,
    /// Counts the changes of the record, from 1; it is the `ETag`.
    pub version: i64,
    /// Drawn by the service.
    pub number: BeneficiaryNumber,
    /// Where the person stands.
    pub status: BeneficiaryStatus,
    /// Where the person stood before the record was closed.
    pub status_before_closing: Option<BeneficiaryStatus>,
    /// What people wrote.
    pub profile: Profile,
    /// That the person left, while they are away.
    pub departure: Option<Departure>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

impl Beneficiary {
    /// A new record.
    pub fn register(id: Uuid, number: BeneficiaryNumber, profile: Profile, at: DateTime<Utc>) -> Self {
        Self {
            id,
            version: 1,
            number,
            status: in_care(&profile),
            status_before_closing: None,
            profile,
            departure: None,
            created_at: at,
            updated_at: at,
        }
    }

    /// Puts other words in the place of what the record says. What is known of somebody who left can still be put right.
    /// A record that goes to another institution takes two steps: it is handed over, and taken over. What says the same
    /// as before is no change.
    pub fn change(self, profile: Profile, at: DateTime<Utc>) -> Result<Self, Refusal> {
        let open = self.open()?;
        if open.profile == profile {
            return Ok(open);
        }
        let status = if open.status == BeneficiaryStatus::Left { open.status } else { in_care(&profile) };
        let is_handed_over = open.profile.institution_id != profile.institution_id;
        let stepped = open.step(at);
        Ok(Self { profile, status, version: stepped.version + i64::from(is_handed_over), ..stepped })
    }

    /// The person left.
    pub fn leave(self, departure: Departure, at: DateTime<Utc>) -> Result<Self, Refusal> {
        let open = self.open()?;
        if open.status == BeneficiaryStatus::Left {
            return Err(Refusal::from(&BENEFICIARY_LEFT));
        }
        Ok(Self { status: BeneficiaryStatus::Left, departure: Some(departure), ..open.step(at) })
    }

    /// The person came back.
    pub fn readmit(self, at: DateTime<Utc>) -> Result<Self, Refusal> {
        let open = self.open()?;
        if open.status != BeneficiaryStatus::Left {
            return Err(Refusal::from(&BENEFICIARY_HAS_NOT_LEFT));
        }
        Ok(Self { status: in_care(&open.profile), departure: None, ..open.step(at) })
    }

    /// Locks the record.
    pub fn close(self, at: DateTime<Utc>) -> Result<Self, Refusal> {
        let open = self.open()?;
        let status_before_closing = Some(open.status);
        Ok(Self { status: BeneficiaryStatus::Closed, status_before_closing, ..open.step(at) })
    }

    /// Unlocks it: the person stands where they stood.
    pub fn reopen(self, at: DateTime<Utc>) -> Result<Self, Refusal> {
        match self.status_before_closing {
            Some(status) if self.is_closed() => Ok(Self { status, status_before_closing: None, ..self.step(at) }),
            _ => Err(Refusal::from(&BENEFICIARY_NOT_CLOSED)),
        }
    }

    /// Whether it is locked.
    pub const fn is_closed(&self) -> bool {
        matches!(self.status, BeneficiaryStatus::Closed)
    }

    /// The record, unless it is locked.
    pub fn open(self) -> Result<Self, Refusal> {
        if self.is_closed() { Err(Refusal::from(&BENEFICIARY_CLOSED)) } else { Ok(self) }
    }

    fn step(self, at: DateTime<Utc>) -> Self {
        Self { version: self.version + 1, updated_at: at, ..self }
    }
}

const fn in_care(profile: &Profile) -> BeneficiaryStatus {
    match profile.care_place {
        CarePlace::Inside => BeneficiaryStatus::InCare,
        CarePlace::Outside => BeneficiaryStatus::FamilyOutside,
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use serde_json::json;

    use super::*;

    const AT: DateTime<Utc> = DateTime::UNIX_EPOCH;

    fn profile(care_place: &str) -> Profile {
        serde_json::from_value(json!({
            "institution_id": Uuid::nil(), "name": "Siti", "sex": "female", "care_place": care_place,
            "orphan_status": "unknown"
        }))
        .unwrap()
    }

    fn record() -> Beneficiary {
        Beneficiary::register(Uuid::nil(), BeneficiaryNumber::new("35", 1).unwrap(), profile("inside"), AT)
    }

    fn departure() -> Departure {
        Departure { on: "2026-06-30".parse().unwrap(), reason: DepartureReason::Reunified, note: None }
    }

    #[test]
    fn a_person_is_in_care_leaves_and_comes_back() {
        let changed = record().change(profile("outside"), AT).unwrap();
        assert_eq!((changed.status, changed.version), (BeneficiaryStatus::FamilyOutside, 2));
        let left = changed.leave(departure(), AT).unwrap();
        assert_eq!((left.status, &left.departure), (BeneficiaryStatus::Left, &Some(departure())));
        assert_eq!(left.clone().leave(departure(), AT).unwrap_err().reason.code, "beneficiary_left");
        let put_right = left.change(profile("inside"), AT).unwrap();
        assert_eq!(put_right.status, BeneficiaryStatus::Left);
        let back = put_right.readmit(AT).unwrap();
        assert_eq!((back.status, &back.departure), (BeneficiaryStatus::InCare, &None));
        assert_eq!(back.readmit(AT).unwrap_err().reason.code, "beneficiary_has_not_left");
    }

    #[test]
    fn going_to_another_institution_takes_two_steps() {
        let elsewhere = Profile { institution_id: Uuid::from_u128(7), ..profile("inside") };
        assert_eq!(record().change(elsewhere, AT).unwrap().version, 3);
    }

    #[test]
    fn a_closed_record_stands_still_until_it_is_reopened() {
        let left = record().leave(departure(), AT).unwrap();
        let closed = left.close(AT).unwrap();
        assert!(closed.is_closed() && closed.version == 3);
        let refused = [
            closed.clone().change(profile("inside"), AT),
            closed.clone().leave(departure(), AT),
            closed.clone().readmit(AT),
            closed.clone().close(AT),
        ];
        assert!(refused.into_iter().all(|step| step.unwrap_err().reason.code == "beneficiary_closed"));
        let reopened = closed.reopen(AT).unwrap();
        assert_eq!((reopened.status, reopened.status_before_closing), (BeneficiaryStatus::Left, None));
        assert_eq!(reopened.departure, Some(departure()));
        assert_eq!(reopened.reopen(AT).unwrap_err().reason.code, "beneficiary_not_closed");
    }

    #[test]
    fn nobody_left_tomorrow() {
        let broken = |today: &str| departure().broken_rules(today.parse().unwrap()).len();
        assert_eq!((broken("2026-06-29"), broken("2026-06-30")), (1, 0));
    }
}
