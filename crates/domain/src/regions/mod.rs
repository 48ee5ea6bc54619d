//! Administrative regions of Indonesia by the codes of the Ministry of Home Affairs (Kemendagri).
//!
//! [`RegionCode`] is the form of a code. [`Regions`] is the register of the regions that there are now, which can be
//! read by code and level, [resolves](Regions::resolve) codes that there were, [searches](Regions::search) as one
//! types, and [finds](Regions::find) the region that people mean when they write one in a spreadsheet. It is part of
//! the program (`data/regions`, with a licence of its own).

mod code;
mod find;
mod history;
mod other_names;
mod register;
mod search;

pub use code::{REGION_CODE_MALFORMED, RegionCode, RegionLevel};
pub use find::{FoundPlace, PlaceFault, PlaceFaultKind, WrittenPlace};
pub use history::{RegionChange, RegionChangeKind, Resolved};
pub use register::{Region, Regions, VillageKind};

use crate::{reason::Reason, text_value::Format};

/// The formats of this module.
pub const FORMATS: &[Format] = &[(RegionCode::FORMAT, |text| RegionCode::parse(text).map(drop))];

/// The reasons of this module.
pub const REASONS: &[&Reason] = &[&REGION_CODE_MALFORMED];
