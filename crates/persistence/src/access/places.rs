//! Places of roles as people write them: `PP`, `PWM:35`, an id, the code of an institution.

use uuid::Uuid;

use aumsos_domain::{
    access::{Actor, RolePlace},
    institutions::Operator,
    organization_units::{OrganizationUnit, UnitLevel},
    regions::RegionCode,
};

use crate::{
    Store, StoreError,
    institutions::{InstitutionFilters, InstitutionSight, Lookup},
    organization_units::UnitFilters,
    page::Page,
};

/// What a written place stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlaceFound {
    /// A unit or an institution.
    One(RolePlace),
    /// Nothing that is there.
    None,
    /// Several units: one of them must be named by its id.
    Several,
}

impl Store {
    /// Looks a place up: `PP` or `PPA` (a central unit), `PWM:35` or `PWA:35` (a provincial unit by its region),
    /// `PDM:35.78` or `PDA:35.78` (a regency's), the id of a unit or institution, or the code of an institution.
    pub async fn place(&self, text: &str) -> Result<PlaceFound, StoreError> {
        match text {
            "PP" => return Ok(PlaceFound::One(RolePlace::Unit(OrganizationUnit::MUHAMMADIYAH))),
            "PPA" => return Ok(PlaceFound::One(RolePlace::Unit(OrganizationUnit::AISYIYAH))),
            _ => {}
        }
        if let Some((ladder, region)) = text.split_once(':') {
            return self.unit_of_region(ladder, region).await;
        }
        let sight = InstitutionSight::of(&Actor::system(&OrganizationUnit::ROOTS));
        if let Ok(id) = text.parse::<Uuid>() {
            if self.unit(id).await?.is_some() {
                return Ok(PlaceFound::One(RolePlace::Unit(id)));
            }
            let is_there = matches!(self.institution(id, &sight).await?, Lookup::Found(_));
            return Ok(if is_there { PlaceFound::One(RolePlace::Institution(id)) } else { PlaceFound::None });
        }
        let filters = InstitutionFilters { code: Some(text.to_owned()), ..InstitutionFilters::default() };
        let found = self.institutions(&filters, &[], &Page { limit: 1, after: None }, &sight).await?;
        Ok(found.first().map_or(PlaceFound::None, |seen| PlaceFound::One(RolePlace::Institution(seen.institution.id))))
    }

    async fn unit_of_region(&self, ladder: &str, region: &str) -> Result<PlaceFound, StoreError> {
        let (operator, level) = match ladder {
            "PWM" => (Operator::Muhammadiyah, UnitLevel::Provincial),
            "PDM" => (Operator::Muhammadiyah, UnitLevel::Regency),
            "PWA" => (Operator::Aisyiyah, UnitLevel::Provincial),
            "PDA" => (Operator::Aisyiyah, UnitLevel::Regency),
            _ => return Ok(PlaceFound::None),
        };
        let Ok(region) = RegionCode::parse(region) else { return Ok(PlaceFound::None) };
        let filters = UnitFilters {
            level: vec![level],
            operator: vec![operator],
            region: vec![region],
            ..UnitFilters::default()
        };
        let units = self.units(&filters, &Page { limit: 2, after: None }).await?;
        Ok(match units.as_slice() {
            [] => PlaceFound::None,
            [unit] => PlaceFound::One(RolePlace::Unit(unit.id)),
            _ => PlaceFound::Several,
        })
    }
}
