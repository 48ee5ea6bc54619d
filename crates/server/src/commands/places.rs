//! Roles as they are written on the command line: `ROLE@PLACE`.

use std::{fmt, str::FromStr};

use aumsos_domain::{
    CodeList,
    access::{Actor, Role, RoleAssignment, RolePlace},
    institutions::Operator,
    organization_units::{OrganizationUnit, UnitLevel},
    regions::RegionCode,
};
use aumsos_persistence::{
    Store,
    institutions::{InstitutionFilters, InstitutionSight, Lookup},
    organization_units::UnitFilters,
    page::Page,
};
use uuid::Uuid;

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
        let place = place_of(store, place)
            .await?
            .ok_or_else(|| Failure::Refused(format!("{role}@{place}: there is no such unit or institution")))?;
        found.push(RoleAssignment { role: *role, place });
    }
    Ok(found)
}

async fn place_of(store: &Store, text: &str) -> Result<Option<RolePlace>, Failure> {
    let root = |id| Ok(Some(RolePlace::Unit(id)));
    match text {
        "PP" => return root(OrganizationUnit::MUHAMMADIYAH),
        "PPA" => return root(OrganizationUnit::AISYIYAH),
        _ => {}
    }
    if let Some((ladder, region)) = text.split_once(':') {
        return unit_of_region(store, ladder, region).await;
    }
    let sight = InstitutionSight::of(&Actor::system(&OrganizationUnit::ROOTS));
    if let Ok(id) = text.parse::<Uuid>() {
        if store.unit(id).await?.is_some() {
            return Ok(Some(RolePlace::Unit(id)));
        }
        let found = store.institution(id, &sight).await?;
        return Ok(matches!(found, Lookup::Found(_)).then_some(RolePlace::Institution(id)));
    }
    let filters = InstitutionFilters { code: Some(text.to_owned()), ..InstitutionFilters::default() };
    let found = store.institutions(&filters, &[], &Page { limit: 1, after: None }, &sight).await?;
    Ok(found.first().map(|seen| RolePlace::Institution(seen.institution.id)))
}

async fn unit_of_region(store: &Store, ladder: &str, region: &str) -> Result<Option<RolePlace>, Failure> {
    let (operator, level) = match ladder {
        "PWM" => (Operator::Muhammadiyah, UnitLevel::Provincial),
        "PDM" => (Operator::Muhammadiyah, UnitLevel::Regency),
        "PWA" => (Operator::Aisyiyah, UnitLevel::Provincial),
        "PDA" => (Operator::Aisyiyah, UnitLevel::Regency),
        _ => return Ok(None),
    };
    let Ok(region) = RegionCode::parse(region) else { return Ok(None) };
    let filters =
        UnitFilters { level: vec![level], operator: vec![operator], region: vec![region], ..UnitFilters::default() };
    let units = store.units(&filters, &Page { limit: 2, after: None }).await?;
    match units.as_slice() {
        [] => Ok(None),
        [unit] => Ok(Some(RolePlace::Unit(unit.id))),
        _ => Err(Failure::Refused(format!("{ladder}:{region} are several units: name one by its id"))),
    }
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
