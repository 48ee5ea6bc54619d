//! Roles as they are given: to whom, where, for how long, by whom, and when they were taken away.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    access::{ActorId, Appointment, Role, RolePlace, Term},
    reason::{Reason, Refusal},
};

crate::code_list! {
    /// Who can hold a role.
    HolderKind = "role_holder_kind" ("Pemegang peran", "Holder of a role") {
        Person = "person" ("Orang", "Person"),
        Client = "client" ("Klien", "Client"),
    }
}

/// The same role at the same place for the same time.
pub const ROLE_HELD_ALREADY: Reason = Reason {
    code: "role_held_already",
    id: "Peran ini sudah dipegang di tempat itu pada masa yang sama; ubah masa berlakunya.",
    en: "This role is held at that place for some of the same time already; change until when it holds.",
};
/// Nothing is left to change.
pub const ROLE_IS_OVER: Reason = Reason {
    code: "role_is_over",
    id: "Penugasan ini sudah dicabut atau berakhir; beri peran itu lagi.",
    en: "This assignment was revoked or is over; give the role anew.",
};
/// What an app may do is what the person may who uses it.
pub const CLIENT_ACTS_FOR_PEOPLE: Reason = Reason {
    code: "client_acts_for_people",
    id: "Aplikasi bertindak atas nama orang yang memakainya dan tidak memegang peran sendiri.",
    en: "An app acts for the people who use it and holds no role of its own.",
};

/// The reasons of this module.
pub const REASONS: &[&Reason] = &[&ROLE_HELD_ALREADY, &ROLE_IS_OVER, &CLIENT_ACTS_FOR_PEOPLE];

/// What is asked for when a role is given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RoleAssignmentWrite, example = json!({
    "holder_kind": "person", "holder_id": "0190a0a0-0000-7000-8000-0000000000c1", "role": "institution_operator",
    "institution_id": "0190a0a0-0000-7000-8000-000000000042", "valid_until": "2099-12-31T17:00:00Z"
}))]
pub struct RoleRequest {
    /// Whether a person or a client is to hold it.
    pub holder_kind: HolderKind,
    /// Who is to hold it.
    pub holder_id: Uuid,
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

impl RoleRequest {
    /// Who is to hold it.
    pub const fn holder(&self) -> ActorId {
        match self.holder_kind {
            HolderKind::Person => ActorId::Person(self.holder_id),
            HolderKind::Client => ActorId::Client(self.holder_id),
        }
    }

    /// What they are to be.
    pub const fn appointment(&self) -> Appointment {
        Appointment {
            role: self.role,
            unit_id: self.unit_id,
            institution_id: self.institution_id,
            valid_from: self.valid_from,
            valid_until: self.valid_until,
        }
    }
}

/// What can be changed of a role that is held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RoleEndWrite, example = json!({ "valid_until": "2099-12-31T17:00:00Z" }))]
pub struct RoleEnd {
    /// Until when; null for no end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<DateTime<Utc>>,
}

/// A role that was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenRole {
    /// UUIDv7.
    pub id: Uuid,
    /// Counts the changes of the record, from 1; it is the `ETag`.
    pub version: i64,
    /// Who holds it.
    pub holder: ActorId,
    /// Which role.
    pub role: Role,
    /// Where.
    pub place: RolePlace,
    /// For how long.
    pub term: Term,
    /// Who gave it.
    pub granted_by: ActorId,
    /// When it was taken away.
    pub revoked_at: Option<DateTime<Utc>>,
    /// When it was given.
    pub created_at: DateTime<Utc>,
}

impl GivenRole {
    /// Gives a role; `others` are those of the same holder.
    pub fn give(given: Self, others: &[Self]) -> Result<Self, Refusal> {
        given.check_alone(others, given.created_at)?;
        Ok(given)
    }

    /// Whether it holds at a time.
    pub fn is_active(&self, at: DateTime<Utc>) -> bool {
        self.revoked_at.is_none() && self.term.holds(at)
    }

    /// Whether it holds or will.
    pub fn is_live(&self, at: DateTime<Utc>) -> bool {
        self.revoked_at.is_none() && !self.term.is_over(at)
    }

    /// Changes until when it holds. A time that has passed is refused by [`Term::broken_rule`].
    pub fn end_at(
        self,
        valid_until: Option<DateTime<Utc>>,
        others: &[Self],
        at: DateTime<Utc>,
    ) -> Result<Self, Refusal> {
        self.check_live(at)?;
        let term = Term { valid_until, ..self.term };
        let changed = Self { term, version: self.version + 1, ..self };
        changed.check_alone(others, at)?;
        Ok(changed)
    }

    /// Takes it away.
    pub fn revoke(self, at: DateTime<Utc>) -> Result<Self, Refusal> {
        self.check_live(at)?;
        Ok(Self { revoked_at: Some(at), version: self.version + 1, ..self })
    }

    fn check_live(&self, at: DateTime<Utc>) -> Result<(), Refusal> {
        if self.is_live(at) { Ok(()) } else { Err(Refusal::from(&ROLE_IS_OVER)) }
    }

    fn check_alone(&self, others: &[Self], at: DateTime<Utc>) -> Result<(), Refusal> {
        let is_same = |other: &&Self| {
            other.id != self.id
                && other.is_live(at)
                && (other.holder, other.role, other.place) == (self.holder, self.role, self.place)
                && other.term.overlaps(&self.term)
        };
        match others.iter().find(is_same) {
            Some(other) => Err(Refusal::with(&ROLE_HELD_ALREADY, json!({ "role_assignment_id": other.id }))),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(second, 0).unwrap()
    }

    fn given(id: u128, from: i64, until: Option<i64>) -> GivenRole {
        GivenRole {
            id: Uuid::from_u128(id),
            version: 1,
            holder: ActorId::Person(Uuid::from_u128(7)),
            role: Role::Auditor,
            place: RolePlace::Unit(Uuid::from_u128(8)),
            term: Term { valid_from: at(from), valid_until: until.map(at) },
            granted_by: ActorId::System,
            revoked_at: None,
            created_at: at(from),
        }
    }

    fn code<T>(refused: Result<T, Refusal>) -> Option<&'static str> {
        refused.err().map(|refusal| refusal.reason.code)
    }

    #[test]
    fn a_role_holds_for_its_time_until_it_is_taken_away() {
        let role = given(1, 10, Some(20));
        assert!(!role.is_active(at(9)) && role.is_active(at(10)) && !role.is_active(at(20)));
        assert!(role.is_live(at(9)) && !role.is_live(at(20)));
        let revoked = role.clone().revoke(at(15)).unwrap();
        assert!(!revoked.is_active(at(15)) && revoked.version == 2);
        assert_eq!(code(revoked.revoke(at(16))), Some("role_is_over"));
        assert_eq!(code(role.end_at(None, &[], at(25))), Some("role_is_over"));
    }

    #[test]
    fn the_same_role_is_not_held_twice_at_once() {
        let kept = given(1, 10, Some(20));
        let others = [kept.clone()];
        assert_eq!(code(GivenRole::give(given(2, 15, None), &others)), Some("role_held_already"));
        assert!(GivenRole::give(given(2, 20, None), &others).is_ok());
        let elsewhere = GivenRole { place: RolePlace::Institution(Uuid::from_u128(8)), ..given(2, 15, None) };
        assert!(GivenRole::give(elsewhere, &others).is_ok());
        let another = GivenRole { role: Role::Donor, ..given(2, 15, None) };
        assert!(GivenRole::give(another, &others).is_ok());
        let revoked = [kept.revoke(at(12)).unwrap()];
        assert!(GivenRole::give(given(2, 15, None), &revoked).is_ok());
        let later = given(3, 30, Some(40));
        let role = given(4, 10, Some(20));
        assert_eq!(
            code(role.clone().end_at(Some(at(31)), std::slice::from_ref(&later), at(11))),
            Some("role_held_already")
        );
        assert!(role.clone().end_at(Some(at(30)), &[later, role], at(11)).is_ok());
    }
}
