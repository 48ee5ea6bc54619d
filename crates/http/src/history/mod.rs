//! The history of records: who did what, when, and which values changed.
//!
//! A past state is shown through the same representation and the same redaction as the record itself, and under the
//! stricter of the audiences it had then and has now. Contact persons are never in it.

pub(crate) mod beneficiary;
mod difference;
pub(crate) mod institution;
pub mod model;
mod organization_unit;

use crate::operation::Operation;

/// The rows of this area.
pub fn operations() -> Vec<Operation> {
    vec![beneficiary::operation(), institution::operation(), organization_unit::operation()]
}
