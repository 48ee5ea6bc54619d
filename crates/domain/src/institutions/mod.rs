//! Institutions (AUMSOS): the homes, services and centres of the council.
//!
//! [`Profile`] is what people write of one, [`Institution`] the record with its life ([`life`]).

pub mod duplicates;
pub mod kind;
pub mod life;
pub mod ppks;
pub mod profile;
pub mod proposal;
pub mod rules;
pub mod service;
pub mod view;

pub use kind::{Grade, InstitutionKind, Operator};
pub use life::{Institution, InstitutionStatus};
pub use ppks::PpksCategory;
pub use profile::{
    AccreditationStanding, AccreditationStatus, Address, Capacity, Contact, Paper, PaperKind, Place, Profile,
};
pub use proposal::{Proposal, ProposalStatus};
pub use service::{Service, ServiceKind};
pub use view::View;
