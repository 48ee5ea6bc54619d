//! Who acts: a person, a client, or the service itself.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Permission, PermissionSet, Role, Scope};

/// The identity that stands in the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "kind", content = "id", rename_all = "snake_case")]
pub enum ActorId {
    /// Nobody in particular: a caller without a token.
    Anonymous,
    /// The service itself (migrations, background work, the command line).
    System,
    /// A machine's credential.
    Client(Uuid),
    /// A person.
    Person(Uuid),
}

impl ActorId {
    /// The kind as the ledger stores it.
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Anonymous => "anonymous",
            Self::System => "system",
            Self::Client(_) => "client",
            Self::Person(_) => "person",
        }
    }

    /// The id, for those that have one.
    pub const fn id(self) -> Option<Uuid> {
        match self {
            Self::Anonymous | Self::System => None,
            Self::Client(id) | Self::Person(id) => Some(id),
        }
    }
}

/// Where a role is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RolePlace {
    /// At an organisational unit, and so at all below it.
    Unit(Uuid),
    /// At one institution.
    Institution(Uuid),
}

/// A role at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RoleAssignment {
    /// Which role.
    pub role: Role,
    /// Where.
    pub place: RolePlace,
}

/// A permission that another unit shares by agreement: what is read there may be read as at home.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SharedPermission {
    /// What may be done.
    pub permission: Permission,
    /// At which unit, and all below it.
    pub unit: Uuid,
}

/// In whose hands a credential is, and what else they hold: a client does what those make it do who know its secret.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Hands {
    /// Of a client: whoever registered it or last gave it its secret or its keys, and, where that was a client, those in
    /// whose hands that one was. Of a person: nobody.
    pub holders: Vec<ActorId>,
    /// The other clients that the actor or one of these holds.
    pub clients: Vec<ActorId>,
}

impl Hands {
    /// Of somebody who is held by nobody and holds nothing.
    pub const fn new() -> Self {
        Self { holders: Vec::new(), clients: Vec::new() }
    }
}

/// Someone who acts, with the roles that hold now.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Actor {
    /// Who.
    pub id: ActorId,
    /// In whose hands.
    pub hands: Hands,
    /// The roles held at this moment.
    pub roles: Vec<RoleAssignment>,
    /// What other units share with those at which the roles are held.
    pub shared: Vec<SharedPermission>,
    /// What the credential lets through of all that.
    pub allowed: PermissionSet,
}

impl Actor {
    /// Someone with these roles, nothing shared and nothing held back.
    pub const fn new(id: ActorId, roles: Vec<RoleAssignment>) -> Self {
        Self { id, hands: Hands::new(), roles, shared: Vec::new(), allowed: PermissionSet::ALL }
    }

    /// A caller without a token: sees what is public and nothing else.
    pub const fn anonymous() -> Self {
        Self::new(ActorId::Anonymous, Vec::new())
    }

    /// The service itself, acting at these units (the roots, for the command line).
    pub fn system(units: &[Uuid]) -> Self {
        let roles = units
            .iter()
            .map(|&unit| RoleAssignment { role: Role::CouncilOfficer, place: RolePlace::Unit(unit) })
            .collect();
        Self::new(ActorId::System, roles)
    }

    /// Whether this actor and another count as one where two are asked for: they are the same, or in the same hands. The
    /// service itself is nobody's hand.
    pub fn is_hand_of(&self, other: ActorId) -> bool {
        self.is_held_by(other) || self.hands.clients.contains(&other)
    }

    /// Whether the actor is somebody, or a client in their hands. What somebody holds they may decide over, and it may not
    /// decide over them.
    pub fn is_held_by(&self, other: ActorId) -> bool {
        (self.id == other && other != ActorId::System) || self.hands.holders.contains(&other)
    }

    /// Whether the actor holds the permission anywhere.
    pub fn holds(&self, permission: Permission) -> bool {
        self.allowed.contains(permission)
            && (self.roles.iter().any(|held| permission.roles().contains(&held.role))
                || self.shared.iter().any(|shared| shared.permission == permission))
    }

    /// Where the actor may use the permission: by roles, or because another unit shares it.
    pub fn scope(&self, permission: Permission) -> Scope {
        let (mut units, institutions) = self.places_of(permission);
        if self.allowed.contains(permission) {
            let shared = self.shared.iter().filter(|shared| shared.permission == permission);
            units.extend(shared.map(|shared| shared.unit));
        }
        Scope::new(units, institutions)
    }

    /// Where the actor holds the permission by roles alone: what may be passed on.
    pub fn own_scope(&self, permission: Permission) -> Scope {
        let (units, institutions) = self.places_of(permission);
        Scope::new(units, institutions)
    }

    fn places_of(&self, permission: Permission) -> (Vec<Uuid>, Vec<Uuid>) {
        let mut units = Vec::new();
        let mut institutions = Vec::new();
        if self.allowed.contains(permission) {
            for held in self.roles.iter().filter(|held| permission.roles().contains(&held.role)) {
                match held.place {
                    RolePlace::Unit(id) => units.push(id),
                    RolePlace::Institution(id) => institutions.push(id),
                }
            }
        }
        (units, institutions)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_holds_only_the_places_whose_role_has_the_permission() {
        let (unit, home) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let roles = vec![
            RoleAssignment { role: Role::RegionalOfficer, place: RolePlace::Unit(unit) },
            RoleAssignment { role: Role::InstitutionOperator, place: RolePlace::Institution(home) },
        ];
        let actor = Actor::new(ActorId::Person(Uuid::from_u128(9)), roles);
        let submit = actor.scope(Permission::InstitutionsSubmit);
        assert_eq!((submit.units(), submit.institutions()), (&[unit][..], &[home][..]));
        let verify = actor.scope(Permission::InstitutionsVerify);
        assert_eq!((verify.units(), verify.institutions()), (&[unit][..], &[][..]));
        assert!(actor.scope(Permission::ImportsRun).is_nowhere());
        assert!(!actor.holds(Permission::ImportsRun));
    }

    #[test]
    fn a_narrow_credential_lets_through_what_it_names_and_what_is_shared_is_not_owned() {
        let (unit, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let roles = vec![RoleAssignment { role: Role::RegionalOfficer, place: RolePlace::Unit(unit) }];
        let shared = vec![SharedPermission { permission: Permission::CensusRead, unit: other }];
        let whole = Actor { shared, ..Actor::new(ActorId::Person(Uuid::from_u128(9)), roles) };
        assert_eq!(whole.scope(Permission::CensusRead).units(), [unit, other]);
        assert_eq!(whole.own_scope(Permission::CensusRead).units(), [unit]);
        assert_eq!(whole.scope(Permission::InstitutionsRead).units(), [unit]);
        let allowed = [Permission::InstitutionsRead].into_iter().collect();
        let narrow = Actor { allowed, ..whole };
        assert_eq!(narrow.scope(Permission::InstitutionsRead).units(), [unit]);
        assert!(!narrow.holds(Permission::CensusRead) && !narrow.holds(Permission::InstitutionsVerify));
    }

    #[test]
    fn who_holds_the_same_client_is_one_hand_and_two_people_never_are() {
        let [siti, budi] = [1, 2].map(|id| ActorId::Person(Uuid::from_u128(id)));
        let [own, other] = [3, 4].map(|id| ActorId::Client(Uuid::from_u128(id)));
        let with = |id, holders: &[ActorId], clients: &[ActorId]| Actor {
            hands: Hands { holders: holders.to_vec(), clients: clients.to_vec() },
            ..Actor::new(id, Vec::new())
        };
        // Siti registered both; Budi last gave the second its secret.
        let [person, client] = [with(siti, &[], &[own, other]), with(own, &[siti], &[other])];
        assert!([siti, own, other].into_iter().all(|one| person.is_hand_of(one) && client.is_hand_of(one)));
        assert!(!person.is_hand_of(budi) && !client.is_hand_of(budi));
        let shared = with(other, &[siti, budi], &[own]);
        assert!([siti, budi, own].into_iter().all(|one| shared.is_hand_of(one)));
        // Downwards it decides, upwards it does not.
        assert!(!person.is_held_by(own) && client.is_held_by(siti) && !client.is_held_by(other));
        assert!(!Actor::system(&[]).is_hand_of(ActorId::System));
    }

    #[test]
    fn anonymous_holds_nothing() {
        assert!(Permission::ALL.iter().all(|&permission| !Actor::anonymous().holds(permission)));
    }
}
