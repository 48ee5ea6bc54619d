//! `/v1/saved-filters`: filters to come back to, with dates that move with the calendar, alone or with a team.

mod change;
mod create;
mod list;
pub mod model;

use crate::operation::Operation;

/// The rows of this area.
pub fn operations() -> Vec<Operation> {
    vec![list::operation(), create::operation(), list::one(), change::put(), change::delete()]
}
