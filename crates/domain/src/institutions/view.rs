//! The one point of redaction: what an audience sees of an institution, in lists, maps, distances, exports, feed,
//! events and history alike.

use super::{Institution, PaperKind, Profile, profile::Address};
use crate::{access::Audience, organization_units::OrganizationUnit, regions::RegionLevel};

/// As whom somebody looks at an institution.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum View {
    /// Anyone.
    Public,
    /// A partner of the council.
    Partner,
    /// The council, for what is in its scope.
    Council,
}

impl View {
    /// Whether something with this audience may be seen.
    pub const fn sees(self, audience: Audience) -> bool {
        match audience {
            Audience::Public => true,
            Audience::Partner => matches!(self, Self::Partner | Self::Council),
            Audience::Council => matches!(self, Self::Council),
        }
    }
}

impl Institution {
    /// The record as a view may see it. Contacts are not its matter: whoever may not see them never loads them.
    #[must_use]
    pub fn seen_as(mut self, view: View) -> Self {
        self.profile = self.profile.seen_as(view);
        if view != View::Council {
            self.submitted_by = None;
            self.returned = None;
            self.verified_by = None;
            self.status_reason = None;
        }
        self
    }
}

impl Profile {
    /// See [`Institution::seen_as`].
    #[must_use]
    pub fn seen_as(mut self, view: View) -> Self {
        if !view.sees(self.location_audience) {
            self.address = coarse(&self.address);
            self.position = None;
            self.places.clear();
            // A branch or sub-branch would tell the district or the village.
            self.unit_id = OrganizationUnit::root_of(self.operator);
            for service in &mut self.services {
                service.place_ids.clear();
                service.catchment.retain(|region| region.level() <= RegionLevel::Regency);
                service.eligibility.regions.retain(|region| region.level() <= RegionLevel::Regency);
            }
        }
        if !view.sees(self.contact_audience) {
            self.phones.clear();
            self.email = None;
        }
        if view != View::Council {
            self.papers.retain(|paper| paper.kind != PaperKind::Npwp);
        }
        self
    }
}

/// The regency and nothing finer.
fn coarse(address: &Address) -> Address {
    Address {
        street: None,
        region: address.region.ancestor(RegionLevel::Regency).unwrap_or(address.region),
        postal_code: None,
        as_written: None,
    }
}
