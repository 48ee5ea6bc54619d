//! Institutions (AUMSOS): the homes, services and centres of the council.
//!
//! [`Profile`] is what people write of one, [`Institution`] the record with its life ([`life`]).

pub mod attachment;
pub mod duplicates;
pub mod error_report;
pub mod kind;
pub mod life;
pub mod ppks;
pub mod profile;
pub mod proposal;
pub mod rules;
pub mod service;
pub mod statistics;
pub mod view;

pub use attachment::{Attachment, AttachmentProfile, AttachmentPurpose, FileFacts, MediaType};
pub use error_report::{ErrorReport, ErrorReportProfile, ErrorReportStatus};
pub use kind::{Grade, InstitutionKind, Operator};
pub use life::{Institution, InstitutionStatus};
pub use ppks::PpksCategory;
pub use profile::{
    AccreditationStanding, AccreditationStatus, Address, Capacity, Contact, Paper, PaperKind, Place, Profile,
};
pub use proposal::{Proposal, ProposalStatus};
pub use service::{Service, ServiceKind};
pub use view::View;
