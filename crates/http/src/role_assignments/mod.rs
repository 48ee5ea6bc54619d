//! `/v1/role-assignments`: who holds which role where, for how long. Nobody gives what they do not hold, beyond where they
//! hold it, or to themselves.

mod change;
mod create;
mod list;
pub mod model;
mod revoke;

use crate::operation::Operation;

/// The rows of this area.
pub fn operations() -> Vec<Operation> {
    vec![list::operation(), create::operation(), list::one(), change::operation(), revoke::operation()]
}
