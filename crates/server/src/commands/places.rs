//! Roles as they are written on the command line: `ROLE@PLACE`.

use std::{fmt, str::FromStr};

use aumsos_domain::{
    CodeList,
    access::{Role, RoleAssignment, RolePlace},
    organization_units::OrganizationUnit,
};
use aumsos_persistence::{Store, access::PlaceFound};

use crate::failure::Failure;

/// How places are written; for the help of the commands that take them.
pub(super) const PLACES: &str = "\
A place is PP or PPA (a central unit), PWM:35 or PWA:35 (a provincial unit by its region), PDM:35.78 or PDA:35.78 (a \
regency's), the id of any unit or institution, or the code of an institution such as AUM-35-00042. A role at a unit \
covers all below it.";

/// A role with a place that was not looked up yet.
#[derive(Debug, Clone)]
pub(super) struct RoleAt {
    role: Role,
    place: String,
}

impl FromStr for RoleAt {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (role, place) = text.split_once('@').ok_or("write ROLE@PLACE, such as regional_officer@PWM:35")?;
        let role = Role::from_code(role).ok_or_else(|| {
            let known: Vec<_> = Role::ALL.iter().map(|role| role.code()).collect();
            format!("there is no role `{role}`; the roles are {}", known.join(", "))
        })?;
        Ok(Self { role, place: place.to_owned() })
    }
}

impl fmt::Display for RoleAt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.role, self.place)
    }
}

/// Looks the places up: a role is never given at a place that is not there.
pub(super) async fn find(store: &Store, roles: &[RoleAt]) -> Result<Vec<RoleAssignment>, Failure> {
    let mut found = Vec::with_capacity(roles.len());
    for RoleAt { role, place } in roles {
        let place = match store.place(place).await? {
            PlaceFound::One(place) => place,
            PlaceFound::None => {
                return Err(Failure::Refused(format!("{role}@{place}: there is no such unit or institution")));
            }
            PlaceFound::Several => {
                return Err(Failure::Refused(format!("{place} are several units: name one by its id")));
            }
        };
        found.push(RoleAssignment { role: *role, place });
    }
    Ok(found)
}

/// Roles as they are listed.
pub(super) fn listed(roles: &[RoleAssignment]) -> String {
    let each = roles.iter().map(|held| {
        let (kind, id) = match held.place {
            RolePlace::Unit(OrganizationUnit::MUHAMMADIYAH) => return format!("{}@PP", held.role),
            RolePlace::Unit(OrganizationUnit::AISYIYAH) => return format!("{}@PPA", held.role),
            RolePlace::Unit(id) => ("unit", id),
            RolePlace::Institution(id) => ("institution", id),
        };
        format!("{}@{id} ({kind})", held.role)
    });
    let each: Vec<_> = each.collect();
    if each.is_empty() { "no role".to_owned() } else { each.join(", ") }
}
