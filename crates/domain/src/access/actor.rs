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

/// Someone who acts, with the roles that hold now.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Actor {
    /// Who.
    pub id: ActorId,
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
        Self { id, roles, shared: Vec::new(), allowed: PermissionSet::ALL }
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
    fn anonymous_holds_nothing() {
        assert!(Permission::ALL.iter().all(|&permission| !Actor::anonymous().holds(permission)));
    }
}
