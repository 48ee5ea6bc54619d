//! Appointments: a role that is to be held at a place for a time.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Role, RolePlace};
use crate::{institutions::rules::Broken, reason::Reason};

/// The reasons of this module.
pub const REASONS: &[&Reason] = &[&ROLE_PLACE_UNCLEAR, &TERM_REVERSED, &TERM_OVER];

/// No place, or two.
pub const ROLE_PLACE_UNCLEAR: Reason = Reason {
    code: "role_place_unclear",
    id: "Sebutkan satu tempat: unit_id atau institution_id.",
    en: "Name one place: unit_id or institution_id.",
};
/// An end before the beginning.
pub const TERM_REVERSED: Reason = Reason {
    code: "term_reversed",
    id: "Akhir masa berlaku harus sesudah awalnya.",
    en: "The end must come after the beginning.",
};
/// An end that has passed.
pub const TERM_OVER: Reason = Reason {
    code: "term_over",
    id: "Akhir masa berlaku sudah lewat; untuk mengakhiri sekarang pakai langkah pencabutan.",
    en: "The end has passed; to end it now, revoke it.",
};

/// From when until when something holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Term {
    /// From this moment.
    pub valid_from: DateTime<Utc>,
    /// Until just before this one; none for no end.
    pub valid_until: Option<DateTime<Utc>>,
}

impl Term {
    /// What was asked for, at a time: a beginning that is left out or has passed is now, for nothing held before it was
    /// given.
    pub fn asked(from: Option<DateTime<Utc>>, until: Option<DateTime<Utc>>, at: DateTime<Utc>) -> Self {
        Self { valid_from: from.map_or(at, |from| from.max(at)), valid_until: until }
    }

    /// What is wrong with it, at the pointer of its end.
    pub fn broken_rule(&self, pointer: &str, at: DateTime<Utc>) -> Option<Broken> {
        let until = self.valid_until?;
        let reason = match () {
            () if until <= at => &TERM_OVER,
            () if until <= self.valid_from => &TERM_REVERSED,
            () => return None,
        };
        Some(Broken { pointer: pointer.to_owned(), reason })
    }

    /// Whether it has begun and is not over.
    pub fn holds(&self, at: DateTime<Utc>) -> bool {
        self.valid_from <= at && !self.is_over(at)
    }

    /// Whether it is over.
    pub fn is_over(&self, at: DateTime<Utc>) -> bool {
        self.valid_until.is_some_and(|until| until <= at)
    }

    /// Whether there is a moment in both.
    pub fn overlaps(&self, other: &Self) -> bool {
        let begins_before_end_of = |one: &Self, two: &Self| two.valid_until.is_none_or(|end| one.valid_from < end);
        begins_before_end_of(self, other) && begins_before_end_of(other, self)
    }
}

/// A role at a place for a time, as people write it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"role": "regional_officer", "unit_id": "0190a0a0-0000-7000-8000-000000000035"}))]
pub struct Appointment {
    /// Which role.
    pub role: Role,
    /// The unit at which it is held, and so at all below it; or none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit_id: Option<Uuid>,
    /// The one institution at which it is held; or none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub institution_id: Option<Uuid>,
    /// From when on; now, when it is left out or has passed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<DateTime<Utc>>,
    /// Until when; without an end when it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<DateTime<Utc>>,
}

impl Appointment {
    /// The place, where there is one and only one.
    pub const fn place(&self) -> Option<RolePlace> {
        match (self.unit_id, self.institution_id) {
            (Some(unit), None) => Some(RolePlace::Unit(unit)),
            (None, Some(institution)) => Some(RolePlace::Institution(institution)),
            _ => None,
        }
    }

    /// The time, as asked for now.
    pub fn term(&self, at: DateTime<Utc>) -> Term {
        Term::asked(self.valid_from, self.valid_until, at)
    }

    /// Every rule that it breaks; it stands at `pointer`.
    pub fn broken_rules(&self, pointer: &str, at: DateTime<Utc>) -> Vec<Broken> {
        let unclear = self.place().is_none();
        let place = unclear.then(|| Broken { pointer: format!("{pointer}/unit_id"), reason: &ROLE_PLACE_UNCLEAR });
        place.into_iter().chain(self.term(at).broken_rule(&format!("{pointer}/valid_until"), at)).collect()
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use proptest::prelude::*;

    use super::*;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(second, 0).unwrap()
    }

    fn term(from: i64, until: Option<i64>) -> Term {
        Term { valid_from: at(from), valid_until: until.map(at) }
    }

    #[test]
    fn nothing_held_before_it_was_given() {
        assert_eq!(Term::asked(None, None, at(100)), term(100, None));
        assert_eq!(Term::asked(Some(at(50)), None, at(100)), term(100, None));
        assert_eq!(Term::asked(Some(at(150)), Some(at(200)), at(100)), term(150, Some(200)));
    }

    #[test]
    fn an_end_comes_after_now_and_after_the_beginning() {
        let broken = |from, until| {
            let asked = Term::asked(Some(at(from)), Some(at(until)), at(100));
            asked.broken_rule("/valid_until", at(100)).map(|broken| broken.reason.code)
        };
        assert_eq!(broken(50, 100), Some("term_over"));
        assert_eq!(broken(300, 200), Some("term_reversed"));
        assert_eq!(broken(300, 300), Some("term_reversed"));
        assert_eq!(broken(50, 101), None);
        assert_eq!(term(300, None).broken_rule("/valid_until", at(100)), None);
    }

    #[test]
    fn a_place_is_a_unit_or_an_institution() {
        let asked = |fields: serde_json::Value| serde_json::from_value::<Appointment>(fields).unwrap();
        let codes = |asked: Appointment| -> Vec<String> {
            asked.broken_rules("/roles/0", at(0)).into_iter().map(|broken| broken.pointer).collect()
        };
        let id = Uuid::from_u128(1);
        let unclear = ["/roles/0/unit_id"];
        assert_eq!(codes(asked(serde_json::json!({ "role": "auditor" }))), unclear);
        let both = serde_json::json!({ "role": "auditor", "unit_id": id, "institution_id": id });
        assert_eq!(codes(asked(both)), unclear);
        assert!(codes(asked(serde_json::json!({ "role": "auditor", "institution_id": id }))).is_empty());
        let more = serde_json::json!({ "role": "auditor", "unit_id": id, "granted_by": id });
        assert!(serde_json::from_value::<Appointment>(more).is_err());
    }

    proptest! {
        /// Against every moment of a small calendar, looked at one by one.
        #[test]
        fn terms_overlap_when_some_moment_is_in_both(
            from in 0_i64..20, length in proptest::option::of(1_i64..20),
            other_from in 0_i64..20, other_length in proptest::option::of(1_i64..20),
        ) {
            let one = term(from, length.map(|length| from + length));
            let two = term(other_from, other_length.map(|length| other_from + length));
            let meets = (0..60).any(|second| one.holds(at(second)) && two.holds(at(second)));
            prop_assert_eq!(one.overlaps(&two), meets);
            prop_assert_eq!(two.overlaps(&one), meets);
        }
    }
}
