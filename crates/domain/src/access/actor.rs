//! Who acts: a person, a client, or the service itself.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Permission, Role, Scope};

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

/// Someone who acts, with the roles that hold now.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Actor {
    /// Who.
    pub id: ActorId,
    /// The roles held at this moment.
    pub roles: Vec<RoleAssignment>,
}

impl Actor {
    /// A caller without a token: sees what is public and nothing else.
    pub const fn anonymous() -> Self {
        Self { id: ActorId::Anonymous, roles: Vec::new() }
    }

    /// The service itself, acting at these units (the roots, for the command line).
    pub fn system(units: &[Uuid]) -> Self {
        let roles = units
            .iter()
            .map(|&unit| RoleAssignment { role: Role::CouncilOfficer, place: RolePlace::Unit(unit) })
            .collect();
        Self { id: ActorId::System, roles }
    }

    /// Whether the actor holds the permission anywhere.
    pub fn holds(&self, permission: Permission) -> bool {
        self.roles.iter().any(|held| permission.roles().contains(&held.role))
    }

    /// Where the actor holds the permission.
    pub fn scope(&self, permission: Permission) -> Scope {
        let mut units = Vec::new();
        let mut institutions = Vec::new();
        for held in self.roles.iter().filter(|held| permission.roles().contains(&held.role)) {
            match held.place {
                RolePlace::Unit(id) => units.push(id),
                RolePlace::Institution(id) => institutions.push(id),
            }
        }
        Scope::new(units, institutions)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_holds_only_the_places_whose_role_has_the_permission() {
        let (unit, home) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let actor = Actor {
            id: ActorId::Person(Uuid::from_u128(9)),
            roles: vec![
                RoleAssignment { role: Role::RegionalOfficer, place: RolePlace::Unit(unit) },
                RoleAssignment { role: Role::InstitutionOperator, place: RolePlace::Institution(home) },
            ],
        };
        let submit = actor.scope(Permission::InstitutionsSubmit);
        assert_eq!((submit.units(), submit.institutions()), (&[unit][..], &[home][..]));
        let verify = actor.scope(Permission::InstitutionsVerify);
        assert_eq!((verify.units(), verify.institutions()), (&[unit][..], &[][..]));
        assert!(actor.scope(Permission::ImportsRun).is_nowhere());
        assert!(!actor.holds(Permission::ImportsRun));
    }

    #[test]
    fn anonymous_holds_nothing() {
        assert!(Permission::ALL.iter().all(|&permission| !Actor::anonymous().holds(permission)));
    }
}
