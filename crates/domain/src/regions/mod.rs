//! Administrative regions of Indonesia by the codes of the Ministry of Home Affairs (Kemendagri).
//!
//! [`RegionCode`] is the form of a code. [`Regions`] is the register of the regions that there are now, which can be
//! read by code and level. It is part of the program (`data/regions`, its own licence).

mod code;
mod register;

pub use code::{REGION_CODE_MALFORMED, RegionCode, RegionLevel};
pub use register::{Region, Regions, VillageKind};

use crate::{reason::Reason, text_value::Format};

/// The formats of this module.
pub const FORMATS: &[Format] = &[(RegionCode::FORMAT, |text| RegionCode::parse(text).map(drop))];

/// The reasons of this module.
pub const REASONS: &[&Reason] = &[&REGION_CODE_MALFORMED];
