//! Muhammadiyah's tree, from the central council down to the sub-branches, and 'Aisyiyah's beside it.
//!
//! The tree carries permissions: who is responsible for a unit is responsible for all below it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    institutions::{Operator, rules::Broken},
    reason::{Reason, Refusal},
    regions::RegionCode,
    text_value::Name,
};

crate::code_list! {
    /// The level of a unit. Muhammadiyah's are PP, PWM, PDM, PCM and PRM; 'Aisyiyah's PPA, PWA, PDA, PCA and PRA.
    UnitLevel = "unit_level" ("Tingkat pimpinan", "Level of a unit") {
        Central = "central" ("Pimpinan Pusat (PP/PPA)", "Central"),
        Provincial = "provincial" ("Pimpinan Wilayah (PWM/PWA)", "Provincial"),
        Regency = "regency" ("Pimpinan Daerah (PDM/PDA)", "Regency or city"),
        Branch = "branch" ("Pimpinan Cabang (PCM/PCA)", "Branch (district)"),
        SubBranch = "sub_branch" ("Pimpinan Ranting (PRM/PRA)", "Sub-branch (village)"),
    }
}

crate::code_list! {
    /// Whether a unit is at work.
    UnitStatus = "unit_status" ("Status unit", "Status of a unit") {
        Active = "active" ("Aktif", "Active"),
        Closed = "closed" ("Ditutup", "Closed"),
    }
}

/// A unit cannot stand below itself.
pub const UNIT_LOOP: Reason = Reason {
    code: "unit_loop",
    id: "Unit tidak dapat dipindahkan ke bawah dirinya sendiri.",
    en: "A unit cannot be moved below itself.",
};
/// Levels descend along the tree.
pub const UNIT_LEVEL_NOT_BELOW_PARENT: Reason = Reason {
    code: "unit_level_not_below_parent",
    id: "Tingkat unit harus di bawah tingkat induknya.",
    en: "The level of a unit must be below that of its parent.",
};
/// Muhammadiyah's and 'Aisyiyah's trees stand side by side.
pub const UNIT_OTHER_OPERATOR: Reason = Reason {
    code: "unit_other_operator",
    id: "Unit dan induknya harus dari organisasi yang sama.",
    en: "A unit and its parent must belong to the same organisation.",
};
/// The two roots of the trees are there from the beginning and stay.
pub const UNIT_IS_ROOT: Reason = Reason {
    code: "unit_is_root",
    id: "Pimpinan Pusat tidak dapat dipindahkan, ditutup, atau dihapus.",
    en: "The central unit cannot be moved, closed or deleted.",
};
/// A unit with something below it or in its care stays.
pub const UNIT_NOT_EMPTY: Reason = Reason {
    code: "unit_not_empty",
    id: "Unit masih membawahi unit atau lembaga; pindahkan dahulu.",
    en: "The unit still has units or institutions; move them first.",
};
/// A closed unit takes nothing in.
pub const UNIT_CLOSED: Reason =
    Reason { code: "unit_closed", id: "Unit ini sudah ditutup.", en: "This unit is closed." };

/// A unit works within the region of the one above it.
pub const UNIT_REGION_OUTSIDE_PARENT: Reason = Reason {
    code: "unit_region_outside_parent",
    id: "Wilayah unit harus berada di dalam wilayah induknya.",
    en: "The region of a unit must lie within that of its parent.",
};

/// The reasons of this module.
pub const REASONS: &[&Reason] = &[
    &UNIT_LOOP,
    &UNIT_LEVEL_NOT_BELOW_PARENT,
    &UNIT_OTHER_OPERATOR,
    &UNIT_IS_ROOT,
    &UNIT_NOT_EMPTY,
    &UNIT_CLOSED,
    &UNIT_REGION_OUTSIDE_PARENT,
];

/// What people write of a unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = OrganizationUnitWrite, example = json!({
    "parent_id": "0190a0a0-0000-7000-8000-000000000001", "operator": "muhammadiyah", "level": "provincial",
    "name": "PWM Jawa Timur", "region": "35"
}))]
pub struct UnitProfile {
    /// The unit above.
    pub parent_id: Uuid,
    /// Whose unit it is.
    pub operator: Operator,
    /// Its level.
    pub level: UnitLevel,
    /// Its name.
    pub name: Name,
    /// The region it works in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<RegionCode>,
}

/// A unit of the tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "id": "0190a0a0-0000-7000-8000-000000000035", "version": 1, "parent_id": "01900000-0000-7000-8000-000000000001",
    "operator": "muhammadiyah", "level": "provincial", "name": "PWM Jawa Timur", "region": "35", "status": "active",
    "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z"
}))]
pub struct OrganizationUnit {
    /// UUIDv7.
    pub id: Uuid,
    /// Counts the changes of the record, from 1; it is the ETag.
    pub version: i64,
    /// The unit above; none for the two roots.
    pub parent_id: Option<Uuid>,
    /// Whose unit it is.
    pub operator: Operator,
    /// Its level.
    pub level: UnitLevel,
    /// Its name.
    pub name: Name,
    /// The region it works in.
    pub region: Option<RegionCode>,
    /// Whether it is at work.
    pub status: UnitStatus,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

impl UnitProfile {
    /// Every rule it breaks below a unit.
    pub fn broken_rules(&self, parent: &OrganizationUnit) -> Vec<Broken> {
        let is_outside = self.region.zip(parent.region).is_some_and(|(own, above)| !own.is_within(above));
        let broken = Broken { pointer: "/region".to_owned(), reason: &UNIT_REGION_OUTSIDE_PARENT };
        is_outside.then_some(broken).into_iter().collect()
    }
}

impl OrganizationUnit {
    /// The central unit of Muhammadiyah (PP), there from the beginning.
    pub const MUHAMMADIYAH: Uuid = Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0001);
    /// The central unit of 'Aisyiyah (PPA), there from the beginning.
    pub const AISYIYAH: Uuid = Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0002);
    /// Both.
    pub const ROOTS: [Uuid; 2] = [Self::MUHAMMADIYAH, Self::AISYIYAH];

    /// The central unit of an organisation.
    pub const fn root_of(operator: Operator) -> Uuid {
        match operator {
            Operator::Muhammadiyah => Self::MUHAMMADIYAH,
            Operator::Aisyiyah => Self::AISYIYAH,
        }
    }

    /// A new unit below `parent`.
    pub fn new(id: Uuid, profile: UnitProfile, parent: &Self, at: DateTime<Utc>) -> Result<Self, Refusal> {
        let unit = Self {
            id,
            version: 1,
            parent_id: Some(parent.id),
            operator: profile.operator,
            level: profile.level,
            name: profile.name,
            region: profile.region,
            status: UnitStatus::Active,
            created_at: at,
            updated_at: at,
        };
        unit.fits_below(parent)?;
        Ok(unit)
    }

    /// Changes a unit; moving it to another parent moves all below it. `above_parent` are the units above the new
    /// parent, itself included. What says the same as before is no change.
    pub fn change(
        self,
        profile: UnitProfile,
        parent: &Self,
        above_parent: &[Uuid],
        at: DateTime<Utc>,
    ) -> Result<Self, Refusal> {
        if self.parent_id.is_none() {
            return Err(Refusal::from(&UNIT_IS_ROOT));
        }
        if above_parent.contains(&self.id) {
            return Err(Refusal::from(&UNIT_LOOP));
        }
        if self.profile().as_ref() == Some(&profile) {
            return Ok(self);
        }
        let changed = Self {
            version: self.version + 1,
            parent_id: Some(parent.id),
            operator: profile.operator,
            level: profile.level,
            name: profile.name,
            region: profile.region,
            updated_at: at,
            ..self
        };
        changed.fits_below(parent)?;
        Ok(changed)
    }

    /// Closes a unit that has nothing left below it.
    pub fn close(self, is_empty: bool, at: DateTime<Utc>) -> Result<Self, Refusal> {
        if self.parent_id.is_none() {
            return Err(Refusal::from(&UNIT_IS_ROOT));
        }
        if !is_empty {
            return Err(Refusal::from(&UNIT_NOT_EMPTY));
        }
        Ok(Self { version: self.version + 1, status: UnitStatus::Closed, updated_at: at, ..self })
    }

    /// What people wrote, as they may change it.
    pub fn profile(&self) -> Option<UnitProfile> {
        Some(UnitProfile {
            parent_id: self.parent_id?,
            operator: self.operator,
            level: self.level,
            name: self.name.clone(),
            region: self.region,
        })
    }

    fn fits_below(&self, parent: &Self) -> Result<(), Refusal> {
        if parent.status == UnitStatus::Closed {
            return Err(Refusal::from(&UNIT_CLOSED));
        }
        if self.operator != parent.operator {
            return Err(Refusal::from(&UNIT_OTHER_OPERATOR));
        }
        if self.level <= parent.level {
            return Err(Refusal::from(&UNIT_LEVEL_NOT_BELOW_PARENT));
        }
        Ok(())
    }
}
