//! The register of institutions: reading within a sight, writing through the unit of work.

mod census;
mod duplicates;
pub(crate) mod entity;
mod export;
mod filters;
mod kept;
mod proposals;
mod read;
mod sealed_contacts;
mod sight;
mod statistics;
mod write;

pub use aumsos_domain::map::BoundingBox;
pub use census::CensusSpan;
pub use export::institution_table;
pub use filters::{InstitutionFilters, InstitutionSort, Near};
pub use kept::KeptInstitution;
pub use proposals::SeenProposal;
pub use read::{Lookup, Reach, Residents, SeenInstitution};
pub use sight::InstitutionSight;
pub use statistics::{Group, GroupKey, StatisticsQuery};
