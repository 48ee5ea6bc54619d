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

use crate::{
    reason::{Invalid, Reason},
    text_value::Format,
};

/// A code of another level than is asked for.
pub const REGION_OF_OTHER_LEVEL: Reason = Reason {
    code: "region_of_other_level",
    id: "Kode ini dari tingkat lain: provinsi ditulis 35, kabupaten/kota 35.78, kecamatan 35.78.01, desa/kelurahan \
         35.78.01.1001.",
    en: "This code is of another level: a province is written 35, a regency or city 35.78, a district 35.78.01, a village \
         35.78.01.1001.",
};

/// The formats of this module.
pub const FORMATS: &[Format] = &[
    (RegionCode::FORMAT, |text| RegionCode::parse(text).map(drop)),
    ("province-code", |text| of_level(text, RegionLevel::Province)),
    ("regency-code", |text| of_level(text, RegionLevel::Regency)),
    ("district-code", |text| of_level(text, RegionLevel::District)),
    ("village-code", |text| of_level(text, RegionLevel::Village)),
];

/// The reasons of this module.
pub const REASONS: &[&Reason] = &[&REGION_CODE_MALFORMED, &REGION_OF_OTHER_LEVEL];

/// Whether a text is the code of a region of one level.
fn of_level(text: &str, level: RegionLevel) -> Result<(), Invalid> {
    if RegionCode::parse(text)?.level() == level { Ok(()) } else { Err(Invalid(&REGION_OF_OTHER_LEVEL)) }
}
