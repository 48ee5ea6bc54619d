//! `/v1/regions`: provinces, regencies and cities, districts and villages by Kemendagri code.

mod list;
pub mod model;
mod show;

use crate::operation::Operation;

/// The rows of this area.
pub fn operations() -> Vec<Operation> {
    vec![list::operation(), show::operation()]
}
