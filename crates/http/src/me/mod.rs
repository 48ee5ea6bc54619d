//! `/v1/me`: who the caller is, and what they may do where, so that an app can show the right buttons.

mod change;
pub mod model;
mod show;

use crate::operation::Operation;

/// The rows of this area.
pub fn operations() -> Vec<Operation> {
    vec![show::operation(), change::operation()]
}
