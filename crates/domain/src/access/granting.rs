//! Who may give which role: nobody grants what they do not hold, beyond where they hold it, or to themselves.
//!
//! A system administrator holds every role in trust: may appoint others to it and use none of it. That is how the
//! first officers of an empty service are appointed (administrative roles, ANSI INCITS 359 §6.1; ARBAC97), and why
//! nobody may appoint themselves.

use uuid::Uuid;

use super::{Actor, ActorId, Permission, PermissionSet, Role, RolePlace};
use crate::reason::{Reason, Refusal};

/// The reasons of this module.
pub const REASONS: &[&Reason] = &[&GRANT_TO_ONESELF, &GRANT_BEYOND_ONES_OWN, &LAST_ADMINISTRATOR];

/// Four eyes: somebody else has to do it, and not with a client of the one it concerns.
pub const GRANT_TO_ONESELF: Reason = Reason {
    code: "grant_to_oneself",
    id: "Tidak seorang pun mengubah wewenangnya sendiri; minta orang lain yang berwenang.",
    en: "Nobody changes what they themselves may do; ask somebody else who may.",
};
/// The role allows more than the one who gives it may do there.
pub const GRANT_BEYOND_ONES_OWN: Reason = Reason {
    code: "grant_beyond_ones_own",
    id: "Peran ini mencakup wewenang yang tidak Anda pegang di tempat itu.",
    en: "This role allows what you may not do at that place yourself.",
};
/// After this step nobody could give roles any more.
pub const LAST_ADMINISTRATOR: Reason = Reason {
    code: "last_administrator",
    id: "Ini administrator sistem terakhir di salah satu unit pusat; tunjuk administrator lain di sana lebih dahulu.",
    en: "This is the last system administrator at one of the central units; appoint another one there first.",
};

/// A place as the tree has it: the unit (of an institution, the one responsible for it) with all above it, and the
/// institution where the place is one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlaceInTree {
    /// Where a role is held.
    pub place: RolePlace,
    /// The unit and all above it.
    pub line: Vec<Uuid>,
}

impl PlaceInTree {
    const fn institution(&self) -> Option<Uuid> {
        match self.place {
            RolePlace::Institution(id) => Some(id),
            RolePlace::Unit(_) => None,
        }
    }
}

/// Refuses to let `granter` give, change or take away a role of `holder` at a place. Taking away is held to the same
/// rule as giving: who could not give a role does not decide over it. A client gives nothing to those in whose hands it is:
/// they would be giving to themselves. They may give to it, as they could when they registered it.
pub fn check_grant(granter: &Actor, holder: ActorId, role: Role, at: &PlaceInTree) -> Result<(), Refusal> {
    if granter.is_held_by(holder) {
        return Err(Refusal::from(&GRANT_TO_ONESELF));
    }
    let covers = |permission: Permission| granter.own_scope(permission).covers(&at.line, at.institution());
    let is_trusted = is_trusted_at(granter, at);
    let holds = |permission: &Permission| granter.allowed.contains(*permission) && (is_trusted || covers(*permission));
    let given = Permission::ALL.iter().filter(|permission| permission.roles().contains(&role));
    let lacking: Vec<&str> =
        given.filter(|permission| !holds(permission)).map(|permission| permission.code()).collect();
    if covers(Permission::RolesGrant) && lacking.is_empty() {
        Ok(())
    } else {
        Err(Refusal::with(&GRANT_BEYOND_ONES_OWN, serde_json::json!({ "lacking": lacking })))
    }
}

/// Refuses to let somebody decide over the account of another (its address, its secrets, whether it lets anyone in)
/// unless they could grant every role that it holds: whoever holds the account holds those.
pub fn check_power_over(granter: &Actor, holder: ActorId, held: &[(Role, PlaceInTree)]) -> Result<(), Refusal> {
    if granter.is_held_by(holder) {
        return Err(Refusal::from(&GRANT_TO_ONESELF));
    }
    held.iter().try_for_each(|(role, place)| check_grant(granter, holder, *role, place))
}

/// Refuses a step after which nobody could appoint anybody any more in the tree of a central unit. `left` has a number for
/// each of these at which the step takes a system administrator away: how many would be left there, people who have signed
/// in, may still, and hold the role without an end. Who is left at one of them appoints nobody in the tree of the other.
pub fn check_administrators_remain(left: &[usize]) -> Result<(), Refusal> {
    if left.contains(&0) { Err(Refusal::from(&LAST_ADMINISTRATOR)) } else { Ok(()) }
}

/// Whether the actor is a system administrator at the place or above it.
fn is_trusted_at(granter: &Actor, at: &PlaceInTree) -> bool {
    granter.roles.iter().any(|held| {
        held.role == Role::SystemAdministrator
            && match held.place {
                RolePlace::Unit(unit) => at.line.contains(&unit),
                RolePlace::Institution(id) => at.institution() == Some(id),
            }
    })
}

/// Refuses to let a credential be given more than the one who gives it lets through: a narrow credential never obtains
/// a wider one.
pub fn check_scopes(granter: &Actor, scopes: PermissionSet) -> Result<(), Refusal> {
    if scopes.is_within(granter.allowed) { Ok(()) } else { Err(Refusal::from(&GRANT_BEYOND_ONES_OWN)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        CodeList,
        access::{Hands, RoleAssignment, SharedPermission},
    };

    const ROOT: Uuid = Uuid::from_u128(1);
    const JAVA: Uuid = Uuid::from_u128(2);
    const BALI: Uuid = Uuid::from_u128(3);
    const HOME: Uuid = Uuid::from_u128(4);

    fn someone(role: Role, unit: Uuid) -> Actor {
        Actor::new(ActorId::Person(Uuid::from_u128(9)), vec![RoleAssignment { role, place: RolePlace::Unit(unit) }])
    }

    fn at(unit: Uuid) -> PlaceInTree {
        PlaceInTree { place: RolePlace::Unit(unit), line: if unit == ROOT { vec![ROOT] } else { vec![unit, ROOT] } }
    }

    fn may(granter: &Actor, role: Role, place: &PlaceInTree) -> bool {
        check_grant(granter, ActorId::Person(Uuid::from_u128(10)), role, place).is_ok()
    }

    #[test]
    fn a_regional_officer_appoints_below_and_beside_and_never_above() {
        let officer = someone(Role::RegionalOfficer, JAVA);
        let home = PlaceInTree { place: RolePlace::Institution(HOME), line: vec![JAVA, ROOT] };
        assert!(may(&officer, Role::RegionalOfficer, &at(JAVA)));
        assert!(!may(&officer, Role::RegionalOfficer, &at(ROOT)));
        assert!(!may(&officer, Role::RegionalOfficer, &at(BALI)));
        assert!(!may(&officer, Role::CouncilOfficer, &at(JAVA)));
        assert!(!may(&officer, Role::CaseWorker, &home));
    }

    #[test]
    fn an_administrator_appoints_to_every_role_and_cannot_use_it() {
        let administrator = someone(Role::SystemAdministrator, ROOT);
        for &role in Role::ALL {
            assert!(may(&administrator, role, &at(BALI)), "{role}");
        }
        assert!(!administrator.holds(Permission::BeneficiariesRead));
        assert!(!may(&someone(Role::SystemAdministrator, JAVA), Role::Auditor, &at(BALI)));
    }

    #[test]
    fn nobody_changes_their_own() {
        let administrator = someone(Role::SystemAdministrator, ROOT);
        let refused = check_grant(&administrator, administrator.id, Role::CaseWorker, &at(ROOT));
        assert_eq!(refused.map_err(|refusal| refusal.reason.code), Err("grant_to_oneself"));
    }

    #[test]
    fn a_client_changes_nothing_of_those_who_hold_it_and_they_decide_over_it() {
        let (siti, own) = (ActorId::Person(Uuid::from_u128(10)), ActorId::Client(Uuid::from_u128(11)));
        let roles = vec![RoleAssignment { role: Role::SystemAdministrator, place: RolePlace::Unit(ROOT) }];
        let hands = Hands { holders: vec![siti], clients: Vec::new() };
        let client = Actor { hands, ..Actor::new(own, roles.clone()) };
        let person = Actor { hands: Hands { holders: Vec::new(), clients: vec![own] }, ..Actor::new(siti, roles) };
        let code = |refused: Result<(), Refusal>| refused.err().map(|refusal| refusal.reason.code);
        assert_eq!(code(check_grant(&client, siti, Role::CaseWorker, &at(ROOT))), Some("grant_to_oneself"));
        assert_eq!(code(check_power_over(&client, siti, &[])), Some("grant_to_oneself"));
        assert_eq!(code(check_grant(&person, own, Role::CaseWorker, &at(ROOT))), None);
        assert_eq!(code(check_power_over(&person, own, &[])), None);
    }

    #[test]
    fn a_lesser_officer_has_no_power_over_a_greater_ones_account() {
        let officer = someone(Role::RegionalOfficer, JAVA);
        let other = ActorId::Person(Uuid::from_u128(10));
        let colleague = (Role::RegionalOfficer, at(JAVA));
        let greater = (Role::CouncilOfficer, at(ROOT));
        assert!(check_power_over(&officer, other, std::slice::from_ref(&colleague)).is_ok());
        assert!(check_power_over(&officer, other, &[]).is_ok());
        assert!(check_power_over(&officer, other, &[colleague, greater]).is_err());
        assert!(check_power_over(&officer, officer.id, &[]).is_err());
        assert!(check_administrators_remain(&[1, 2]).is_ok() && check_administrators_remain(&[]).is_ok());
        assert!(check_administrators_remain(&[1, 0]).is_err());
    }

    #[test]
    fn what_is_shared_or_held_back_is_not_passed_on() {
        let mut officer = someone(Role::RegionalOfficer, JAVA);
        officer.shared =
            Permission::ALL.iter().map(|&permission| SharedPermission { permission, unit: BALI }).collect();
        assert!(!may(&officer, Role::RegionalOfficer, &at(BALI)));
        let mut narrow = someone(Role::SystemAdministrator, ROOT);
        narrow.allowed = [Permission::RolesGrant, Permission::InstitutionsRead].into_iter().collect();
        assert!(!may(&narrow, Role::RegionalOfficer, &at(JAVA)));
        assert!(check_scopes(&narrow, PermissionSet::ALL).is_err());
        assert!(check_scopes(&narrow, narrow.allowed).is_ok());
    }

    /// Independent of the code above: whoever may grant a role by holding it holds all that the role allows.
    #[test]
    fn what_is_granted_without_trust_is_held() {
        for &own in Role::ALL.iter().filter(|role| **role != Role::SystemAdministrator) {
            for &given in Role::ALL {
                if may(&someone(own, ROOT), given, &at(JAVA)) {
                    let holds = |permission: &&Permission| permission.roles().contains(&own);
                    let needed = Permission::ALL.iter().filter(|permission| permission.roles().contains(&given));
                    assert!(needed.clone().all(|permission| holds(&permission)), "{own} grants {given}");
                }
            }
        }
    }
}
