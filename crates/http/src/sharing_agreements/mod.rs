//! `/v1/sharing-agreements`: a unit lets another see some of what is its own, for a programme, until a day.

mod create;
mod end;
mod list;
pub mod model;

use crate::operation::Operation;

/// The rows of this area.
pub fn operations() -> Vec<Operation> {
    vec![list::operation(), create::operation(), list::one(), end::operation()]
}
