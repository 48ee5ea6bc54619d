//! The register of institutions: reading within a sight, writing through the unit of work.

mod attachments;
mod census;
mod duplicates;
pub(crate) mod entity;
mod error_reports;
mod export;
mod filters;
mod kept;
mod listed;
mod look_ups;
mod past;
mod proposals;
mod read;
mod registration;
mod sealed_contacts;
mod sight;
mod standing;
mod statistics;
mod write;

pub use attachments::{AttachmentFilters, AttachmentLookup, KeptAttachment};
pub use aumsos_domain::map::BoundingBox;
pub use census::CensusSpan;
pub use error_reports::ErrorReportFilters;
pub use export::institution_table;
pub use filters::{InstitutionFilters, InstitutionSort, Near};
pub use kept::KeptInstitution;
pub use listed::ListedInstitution;
pub use past::{HistoryAccess, HistoryReader, InstitutionStep, InstitutionThen, PastInstitution};
pub use proposals::SeenProposal;
pub use read::{Lookup, Reach, Residents, SeenInstitution};
pub(crate) use registration::{KnownRegister, Registration};
pub use sight::InstitutionSight;
pub(crate) use standing::{Standing, standing_of};
pub use statistics::{Group, StatisticsQuery};
pub(crate) use write::UNIT_MOVED;
