//! `/v1/statistics`: figures within what the caller may see.

mod accreditation;
mod institutions;
pub mod model;

use crate::operation::Operation;

/// The rows of this area.
pub fn operations() -> Vec<Operation> {
    vec![institutions::operation(), accreditation::operation()]
}
