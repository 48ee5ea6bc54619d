//! Break-glass: somebody opens the record of a person beyond their scope, because it cannot wait.
//!
//! Always there, no setting turns it off; with a reason, for three hours, told to those in charge, reviewed by somebody
//! else afterwards, and never for a record that is closed.

use std::fmt;

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    access::{Actor, ActorId},
    language::Language,
    reason::{Invalid, Reason, Refusal},
    text_value::{Format, Prose},
};

/// How long a record stays open.
pub const OPEN_FOR: Duration = Duration::hours(3);
/// So many records does one caller open within an hour: whoever has more emergencies than this is looking around.
pub const MOST_AN_HOUR: u64 = 10;
/// Characters of a reason at least: fewer say nothing.
const SHORTEST_REASON: usize = 20;

/// The reasons of this module.
pub const REASONS: &[&Reason] = &[
    &EMERGENCY_REASON_TOO_SHORT,
    &EMERGENCY_ACCESS_IS_OPEN,
    &EMERGENCY_ACCESS_IS_OVER,
    &EMERGENCY_ACCESS_IS_REVIEWED,
    &OWN_EMERGENCY_ACCESS,
    &TOO_MANY_EMERGENCIES,
];

/// The formats of this module.
pub const FORMATS: &[Format] = &[(EmergencyReason::FORMAT, |text| EmergencyReason::parse(text).map(drop))];

/// A reason that is none.
pub const EMERGENCY_REASON_TOO_SHORT: Reason = Reason {
    code: "emergency_reason_too_short",
    id: "Jelaskan keadaan daruratnya dengan sedikitnya 20 huruf.",
    en: "Say what the emergency is, in at least 20 characters.",
};
/// One at a time for one person and record.
pub const EMERGENCY_ACCESS_IS_OPEN: Reason = Reason {
    code: "emergency_access_is_open",
    id: "Anda sedang membuka catatan ini; pakai akses yang masih berlaku.",
    en: "You have this record open already; use the access that still holds.",
};
/// It ended, or was ended.
pub const EMERGENCY_ACCESS_IS_OVER: Reason = Reason {
    code: "emergency_access_is_over",
    id: "Akses darurat ini sudah berakhir.",
    en: "This emergency access is over.",
};
/// Somebody judged it already.
pub const EMERGENCY_ACCESS_IS_REVIEWED: Reason = Reason {
    code: "emergency_access_is_reviewed",
    id: "Akses darurat ini sudah ditinjau.",
    en: "This emergency access was reviewed already.",
};
/// Four eyes.
pub const OWN_EMERGENCY_ACCESS: Reason = Reason {
    code: "own_emergency_access",
    id: "Akses darurat ditinjau orang lain, bukan pemakainya, juga tidak melalui klien yang dipegangnya.",
    en: "An emergency access is reviewed by somebody else than who used it, and not with a client that they hold.",
};

/// More than [`MOST_AN_HOUR`].
pub const TOO_MANY_EMERGENCIES: Reason = Reason {
    code: "too_many_emergencies",
    id: "Terlalu banyak akses darurat dalam satu jam; hubungi supervisor kasus.",
    en: "Too many emergency accesses within an hour; call the case supervisor.",
};

crate::text_value! {
    /// What the emergency is, in 20 to 500 characters.
    EmergencyReason, "emergency-reason", 500, "Anak dibawa ke IGD dengan sesak napas; alergi obat perlu diketahui.", |text| {
        let said = Prose::parse(text)?;
        match said.as_str().chars().count() {
            ..SHORTEST_REASON => Err(Invalid(&EMERGENCY_REASON_TOO_SHORT)),
            501.. => Err(Invalid(&crate::text_value::TEXT_TOO_LONG)),
            _ => Ok(said.as_str().to_owned()),
        }
    }
}

crate::code_list! {
    /// What somebody else says of it.
    ReviewOutcome = "emergency_review_outcome" ("Hasil tinjauan akses darurat", "Outcome of a review") {
        Justified = "justified" ("Beralasan", "Justified"),
        NotJustified = "not_justified" ("Tidak beralasan", "Not justified"),
    }
}

/// How somebody else judges it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = EmergencyReviewWrite, example = json!({"outcome": "justified", "note": "Dikonfirmasi rumah sakit."}))]
pub struct ReviewProfile {
    /// Whether it was justified.
    pub outcome: ReviewOutcome,
    /// Why.
    pub note: Prose,
}

impl fmt::Debug for ReviewProfile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReviewProfile").field("outcome", &self.outcome).finish_non_exhaustive()
    }
}

/// A review as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    /// What was said.
    pub profile: ReviewProfile,
    /// By whom.
    pub by: ActorId,
    /// When.
    pub at: DateTime<Utc>,
}

/// An opened record.
#[derive(Clone, PartialEq, Eq)]
pub struct EmergencyAccess {
    /// UUIDv7.
    pub id: Uuid,
    /// Counts its changes, from 1; it is the `ETag`.
    pub version: i64,
    /// Whose record.
    pub beneficiary_id: Uuid,
    /// In whose care the person was.
    pub institution_id: Uuid,
    /// Who opened it.
    pub by: ActorId,
    /// What the emergency was; nothing once the person is erased.
    pub reason: Option<EmergencyReason>,
    /// When it was opened.
    pub opened_at: DateTime<Utc>,
    /// When it ends by itself.
    pub expires_at: DateTime<Utc>,
    /// When it was ended before.
    pub ended_at: Option<DateTime<Utc>>,
    /// How it was judged.
    pub review: Option<Review>,
}

impl fmt::Debug for EmergencyAccess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EmergencyAccess").field("id", &self.id).finish_non_exhaustive()
    }
}

impl EmergencyAccess {
    /// Whether it holds at a time.
    pub fn holds_at(&self, at: DateTime<Utc>) -> bool {
        self.ended_at.is_none() && at < self.expires_at
    }

    /// Ends it before its time.
    pub fn end(self, at: DateTime<Utc>) -> Result<Self, Refusal> {
        if !self.holds_at(at) {
            return Err(Refusal::from(&EMERGENCY_ACCESS_IS_OVER));
        }
        Ok(Self { version: self.version + 1, ended_at: Some(at), ..self })
    }

    /// Judges it, which ends it neither sooner nor later.
    pub fn review(self, profile: ReviewProfile, by: &Actor, at: DateTime<Utc>) -> Result<Self, Refusal> {
        if by.is_hand_of(self.by) {
            return Err(Refusal::from(&OWN_EMERGENCY_ACCESS));
        }
        if self.review.is_some() {
            return Err(Refusal::from(&EMERGENCY_ACCESS_IS_REVIEWED));
        }
        Ok(Self { version: self.version + 1, review: Some(Review { profile, by: by.id, at }), ..self })
    }

    /// What those in charge are told, as a subject and a text: that it happened and where to look. Nothing of the person,
    /// and not the reason either: mail is read by others too.
    pub fn notice(&self, language: Language, public_url: &str) -> (String, String) {
        let (id, until) = (self.id, self.expires_at.format("%Y-%m-%d %H:%M UTC"));
        match language {
            Language::Indonesian => (
                "AUMSOS: catatan penerima manfaat dibuka dalam keadaan darurat".to_owned(),
                format!(
                    "Sebuah catatan dalam tanggung jawab Anda dibuka melalui akses darurat, sampai {until}.\n\n\
                     Siapa yang membuka, alasannya, dan tinjauannya: {public_url}/v1/emergency-accesses/{id}\n\n\
                     Surat ini dikirim otomatis; data pribadi tidak dikirim melalui surel.\n"
                ),
            ),
            Language::English => (
                "AUMSOS: a record was opened in an emergency".to_owned(),
                format!(
                    "A record that you are responsible for was opened by emergency access, until {until}.\n\n\
                     Who opened it, why, and its review: {public_url}/v1/emergency-accesses/{id}\n\n\
                     This mail was sent by the service; no personal data is sent by mail.\n"
                ),
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    const AT: DateTime<Utc> = DateTime::UNIX_EPOCH;
    const USER: ActorId = ActorId::Person(Uuid::from_u128(1));
    const OTHER: ActorId = ActorId::Person(Uuid::from_u128(2));

    fn acting(id: ActorId) -> Actor {
        Actor::new(id, Vec::new())
    }

    fn access() -> EmergencyAccess {
        EmergencyAccess {
            id: Uuid::from_u128(9),
            version: 1,
            beneficiary_id: Uuid::nil(),
            institution_id: Uuid::nil(),
            by: USER,
            reason: EmergencyReason::parse("Anak dibawa ke IGD malam ini.").ok(),
            opened_at: AT,
            expires_at: AT + OPEN_FOR,
            ended_at: None,
            review: None,
        }
    }

    #[test]
    fn it_ends_by_itself_after_three_hours_or_before() {
        let nearly = AT + Duration::hours(3) - Duration::microseconds(1);
        assert!(access().holds_at(AT) && access().holds_at(nearly) && !access().holds_at(AT + Duration::hours(3)));
        let ended = access().end(nearly).unwrap();
        assert!(!ended.holds_at(nearly) && ended.version == 2);
        assert_eq!(ended.end(nearly).unwrap_err().reason.code, "emergency_access_is_over");
        assert_eq!(access().end(AT + OPEN_FOR).unwrap_err().reason.code, "emergency_access_is_over");
    }

    #[test]
    fn somebody_else_judges_it_once() {
        let profile =
            || ReviewProfile { outcome: ReviewOutcome::NotJustified, note: Prose::parse("Tidak ada IGD.").unwrap() };
        assert_eq!(access().review(profile(), &acting(USER), AT).unwrap_err().reason.code, "own_emergency_access");
        let reviewed = access().review(profile(), &acting(OTHER), AT).unwrap();
        assert_eq!(reviewed.review.as_ref().unwrap().by, OTHER);
        let again = reviewed.review(profile(), &acting(OTHER), AT).unwrap_err();
        assert_eq!(again.reason.code, "emergency_access_is_reviewed");
    }

    #[test]
    fn a_reason_says_something() {
        let why = |text: &str| EmergencyReason::parse(text).err().map(|invalid| invalid.0.code);
        assert_eq!(why("darurat"), Some("emergency_reason_too_short"));
        assert_eq!(why(&format!("{}x", " ".repeat(30))), Some("emergency_reason_too_short"));
        assert_eq!(why(&"x".repeat(19)), Some("emergency_reason_too_short"));
        assert_eq!(why(&"x".repeat(20)), None);
        assert_eq!(why(&"x".repeat(501)), Some("text_too_long"));
    }

    #[test]
    fn those_in_charge_are_told_where_to_look_and_no_more() {
        for language in [Language::Indonesian, Language::English] {
            let (subject, text) = access().notice(language, "https://aumsos.example");
            assert!(text.contains("https://aumsos.example/v1/emergency-accesses/00000000-0000-0000-0000-000000000009"));
            assert!(!text.contains("IGD") && !subject.contains("IGD") && !subject.contains('\n'));
        }
    }
}
