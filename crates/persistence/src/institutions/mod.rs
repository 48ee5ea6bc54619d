//! The register of institutions: reading within a sight, writing through the unit of work.

mod census;
pub(crate) mod entity;
mod export;
mod filters;
mod kept;
mod proposals;
mod read;
mod registration;
mod sealed_contacts;
mod sight;
mod statistics;
mod write;

pub use export::institution_table;
pub use filters::{BoundingBox, InstitutionFilters, InstitutionSort, Near};
pub use kept::KeptInstitution;
pub use read::{Lookup, Residents, SeenInstitution};
pub(crate) use registration::{KnownRegister, Registration};
pub use sight::InstitutionSight;
pub use statistics::{Group, GroupKey, StatisticsQuery};
