//! `/v1/emergency-accesses`: records that were opened beyond somebody's scope because it could not wait.
//!
//! An access of one's own opens one record, at an address of its own: what the other addresses show is never widened by it.

mod list;
pub mod model;
mod open;
mod record;
mod steps;

use crate::operation::Operation;

/// The rows of these operations.
pub fn operations() -> Vec<Operation> {
    vec![open::operation(), list::operation(), list::one(), record::operation(), steps::end(), steps::review()]
}
