//! People in care: reading within a scope, writing through the unit of work, sealing under a key of each person's own.
//!
//! What refers to a person in another area copies this: an id, facts that count in the open, and everything else sealed
//! with `crate::subjects` under the key of the person, so that erasing the person erases it too.

mod consents;
mod emergency_access;
mod entity;
mod filters;
mod health_notes;
mod kept;
mod lookup;
mod read;
mod tokens;
mod write;

pub(crate) use self::emergency_access::reasons_of;
pub use self::{
    emergency_access::{EmergencyFilters, EmergencyRecord},
    filters::{BeneficiaryFilters, BeneficiarySort, MOST_INSTITUTIONS, beneficiary_key},
    kept::Facts,
    lookup::{LookupCount, LookupHit},
    read::{BeneficiariesFound, BeneficiaryFound, BeneficiaryStep, Erasure, PastBeneficiary},
    write::CaringInstitution,
};

/// What the ledger says of a record that goes to another institution, to those whom it leaves.
pub(crate) const HANDED_OVER: &str = "handed_over";
/// What it says to those who take it over.
pub(crate) const TAKEN_OVER: &str = "taken_over";
