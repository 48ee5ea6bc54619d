//! Agreements to share: a unit lets another see some of what is its own, for a programme, until a day.
//!
//! Councils at three levels are autonomous by law (UU 11/2009 articles 42-43), so that sight across the tree is agreed on
//! and ends. What is shared is read as at home; it is not written, not taken out in whole, and not passed on.

use std::collections::BTreeSet;

use chrono::{DateTime, Months, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    access::{Actor, ActorId, Permission, Term, granting::GRANT_BEYOND_ONES_OWN},
    institutions::rules::Broken,
    reason::{Reason, Refusal},
    text_value::Prose,
};

/// Only what is read is shared.
pub const PERMISSION_NOT_SHAREABLE: Reason = Reason {
    code: "permission_not_shareable",
    id: "Izin ini tidak dapat dibagikan; yang dapat: institutions.read, institutions.read_as_partner, \
         institutions.read_contacts, institutions.history, census.read.",
    en: "This permission cannot be shared; these can: institutions.read, institutions.read_as_partner, \
         institutions.read_contacts, institutions.history, census.read.",
};
/// Longer than a programme runs without looking at it again.
pub const SHARING_TOO_LONG: Reason = Reason {
    code: "sharing_too_long",
    id: "Kesepakatan berlaku paling lama tiga tahun; perbarui sesudahnya.",
    en: "An agreement holds for three years at most; make it anew after that.",
};
/// The other unit sees it already.
pub const SHARING_NEEDLESS: Reason = Reason {
    code: "sharing_needless",
    id: "Unit tujuan sama dengan unit asal atau berada di atasnya dan sudah melihat semuanya.",
    en: "The other unit is the same or lies above it, and sees all of it already.",
};
/// Nothing is left to end.
pub const SHARING_IS_OVER: Reason =
    Reason { code: "sharing_is_over", id: "Kesepakatan ini sudah berakhir.", en: "This agreement is over." };

/// The reasons of this module.
pub const REASONS: &[&Reason] = &[&PERMISSION_NOT_SHAREABLE, &SHARING_TOO_LONG, &SHARING_NEEDLESS, &SHARING_IS_OVER];

/// For how many months an agreement holds at most.
pub const LONGEST_IN_MONTHS: u32 = 36;

/// What is agreed on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SharingAgreementWrite, example = json!({
    "from_unit_id": "0190a0a0-0000-7000-8000-000000000035", "to_unit_id": "0190a0a0-0000-7000-8000-000000000034",
    "permissions": ["institutions.read", "census.read"], "programme": "Senior Care Jawa Timur dan DIY",
    "valid_until": "2027-12-31T17:00:00Z"
}))]
pub struct SharingProfile {
    /// The unit that lets see what is in its care and below it.
    pub from_unit_id: Uuid,
    /// The unit that may see: whoever holds one of the permissions at it, or above it, by a role.
    pub to_unit_id: Uuid,
    /// What may be seen; only permissions that read.
    #[schema(min_items = 1, max_items = 10)]
    pub permissions: Vec<Permission>,
    /// What it is for.
    pub programme: Prose,
    /// From when on; now, when it is left out or has passed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<DateTime<Utc>>,
    /// Until when, at most three years after it begins.
    pub valid_until: DateTime<Utc>,
}

impl SharingProfile {
    /// For how long it is to hold, as asked for now.
    pub fn term(&self, at: DateTime<Utc>) -> Term {
        Term::asked(self.valid_from, Some(self.valid_until), at)
    }

    /// Every rule that it breaks.
    pub fn broken_rules(&self, at: DateTime<Utc>) -> Vec<Broken> {
        let term = self.term(at);
        let mut broken: Vec<Broken> = term.broken_rule("/valid_until", at).into_iter().collect();
        let latest = term.valid_from.checked_add_months(Months::new(LONGEST_IN_MONTHS));
        if latest.is_none_or(|latest| self.valid_until > latest) {
            broken.push(Broken { pointer: "/valid_until".to_owned(), reason: &SHARING_TOO_LONG });
        }
        for (at, permission) in self.permissions.iter().enumerate() {
            if !permission.is_shareable() {
                broken.push(Broken { pointer: format!("/permissions/{at}"), reason: &PERMISSION_NOT_SHAREABLE });
            }
        }
        broken
    }
}

/// Refuses an agreement that the actor may not make: sight of a unit is given by whoever may share it and holds each
/// permission there by a role. What was shared with them is not theirs to pass on.
pub fn check_may_share(by: &Actor, from_line: &[Uuid], permissions: &[Permission]) -> Result<(), Refusal> {
    let covers = |permission: Permission| by.own_scope(permission).covers(from_line, None);
    let lacking: Vec<&str> =
        permissions.iter().filter(|permission| !covers(**permission)).map(|permission| permission.code()).collect();
    if covers(Permission::SharingManage) && lacking.is_empty() {
        Ok(())
    } else {
        Err(Refusal::with(&GRANT_BEYOND_ONES_OWN, serde_json::json!({ "lacking": lacking })))
    }
}

/// An agreement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SharingAgreement {
    /// UUIDv7.
    pub id: Uuid,
    /// Counts the changes of the record, from 1; it is the `ETag`.
    pub version: i64,
    /// The unit that lets see.
    pub from_unit_id: Uuid,
    /// The unit that may see.
    pub to_unit_id: Uuid,
    /// What may be seen, each once, in the order of the permission table.
    pub permissions: Vec<Permission>,
    /// What it is for.
    pub programme: Prose,
    /// For how long; there is always an end.
    pub term: Term,
    /// When it was ended before its time.
    pub ended_at: Option<DateTime<Utc>>,
    /// Who made it.
    pub made_by: ActorId,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

impl SharingAgreement {
    /// A new agreement. `above_from` are the units above the one that shares, itself included.
    pub fn new(
        id: Uuid,
        profile: SharingProfile,
        above_from: &[Uuid],
        made_by: ActorId,
        at: DateTime<Utc>,
    ) -> Result<Self, Refusal> {
        if above_from.contains(&profile.to_unit_id) {
            return Err(Refusal::from(&SHARING_NEEDLESS));
        }
        let term = profile.term(at);
        let permissions: BTreeSet<Permission> = profile.permissions.into_iter().collect();
        Ok(Self {
            id,
            version: 1,
            from_unit_id: profile.from_unit_id,
            to_unit_id: profile.to_unit_id,
            permissions: permissions.into_iter().collect(),
            programme: profile.programme,
            term,
            ended_at: None,
            made_by,
            created_at: at,
            updated_at: at,
        })
    }

    /// Whether it holds at a time.
    pub fn is_active(&self, at: DateTime<Utc>) -> bool {
        self.ended_at.is_none() && self.term.holds(at)
    }

    /// Ends it before its time.
    pub fn end(self, at: DateTime<Utc>) -> Result<Self, Refusal> {
        if self.ended_at.is_some() || self.term.is_over(at) {
            return Err(Refusal::from(&SHARING_IS_OVER));
        }
        Ok(Self { ended_at: Some(at), version: self.version + 1, updated_at: at, ..self })
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    #![expect(clippy::needless_pass_by_value, reason = "`json!` in place; a `&` before each would be noise")]
    use super::*;
    use crate::access::{Role, RoleAssignment, RolePlace, SharedPermission};

    const ROOT: Uuid = Uuid::from_u128(1);
    const JAVA: Uuid = Uuid::from_u128(2);
    const BALI: Uuid = Uuid::from_u128(3);

    fn time(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn profile(more: serde_json::Value) -> SharingProfile {
        let mut profile = serde_json::json!({
            "from_unit_id": JAVA, "to_unit_id": BALI, "permissions": ["census.read", "institutions.read", "census.read"],
            "programme": "Senior Care", "valid_until": "2027-01-01T00:00:00Z"
        });
        for (name, value) in more.as_object().unwrap() {
            profile[name] = value.clone();
        }
        serde_json::from_value(profile).unwrap()
    }

    fn codes(profile: &SharingProfile) -> Vec<(String, &'static str)> {
        let broken = profile.broken_rules(time("2026-01-01T00:00:00Z"));
        broken.into_iter().map(|broken| (broken.pointer, broken.reason.code)).collect()
    }

    #[test]
    fn an_agreement_reads_and_ends_within_three_years() {
        assert!(codes(&profile(serde_json::json!({}))).is_empty());
        let until = |day: &str| codes(&profile(serde_json::json!({ "valid_until": day })));
        assert!(until("2029-01-01T00:00:00Z").is_empty());
        assert_eq!(until("2029-01-01T00:00:01Z"), [("/valid_until".to_owned(), "sharing_too_long")]);
        assert_eq!(until("2025-12-31T00:00:00Z"), [("/valid_until".to_owned(), "term_over")]);
        let writing = serde_json::json!({ "permissions": ["census.read", "census.submit", "people.read"] });
        let found = codes(&profile(writing));
        assert_eq!(
            found,
            [
                ("/permissions/1".to_owned(), "permission_not_shareable"),
                ("/permissions/2".to_owned(), "permission_not_shareable")
            ]
        );
    }

    #[test]
    fn it_holds_from_its_beginning_until_it_is_ended_or_over() {
        let made = time("2026-01-01T00:00:00Z");
        let asked = profile(serde_json::json!({ "valid_from": "2026-02-01T00:00:00Z" }));
        let agreement =
            SharingAgreement::new(Uuid::nil(), asked.clone(), &[JAVA, ROOT], ActorId::System, made).unwrap();
        assert_eq!(agreement.permissions, [Permission::InstitutionsRead, Permission::CensusRead]);
        assert!(!agreement.is_active(made));
        assert!(agreement.is_active(time("2026-02-01T00:00:00Z")));
        assert!(!agreement.is_active(time("2027-01-01T00:00:00Z")));
        let ended = agreement.clone().end(time("2026-03-01T00:00:00Z")).unwrap();
        assert!(!ended.is_active(time("2026-03-01T00:00:00Z")));
        assert!(ended.end(time("2026-03-02T00:00:00Z")).is_err());
        assert!(agreement.end(time("2027-01-01T00:00:00Z")).is_err());
        for needless in [JAVA, ROOT] {
            let asked = SharingProfile { to_unit_id: needless, ..asked.clone() };
            assert!(SharingAgreement::new(Uuid::nil(), asked, &[JAVA, ROOT], ActorId::System, made).is_err());
        }
    }

    #[test]
    fn only_ones_own_sight_is_shared() {
        let officer = |unit| {
            let roles = vec![RoleAssignment { role: Role::RegionalOfficer, place: RolePlace::Unit(unit) }];
            Actor::new(ActorId::Person(Uuid::from_u128(9)), roles)
        };
        let may = |by: &Actor, permission| check_may_share(by, &[JAVA, ROOT], &[permission]).is_ok();
        assert!(may(&officer(JAVA), Permission::CensusRead));
        assert!(may(&officer(ROOT), Permission::CensusRead));
        // Partners' sight is not among what the role allows.
        assert!(!may(&officer(JAVA), Permission::InstitutionsReadAsPartner));
        let mut guest = officer(BALI);
        guest.shared = Permission::ALL.iter().map(|&permission| SharedPermission { permission, unit: JAVA }).collect();
        assert!(guest.holds(Permission::CensusRead) && !may(&guest, Permission::CensusRead));
        let mut narrow = officer(JAVA);
        narrow.allowed = [Permission::SharingManage].into_iter().collect();
        assert!(!may(&narrow, Permission::CensusRead));
    }
}
