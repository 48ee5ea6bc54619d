//! Errors in public entries: anyone reports one, the responsible unit settles it.

mod decide;
mod list;
pub mod model;
pub mod report;

use crate::operation::Operation;

/// The rows of this area.
pub fn operations() -> Vec<Operation> {
    vec![report::operation(), list::operation(), list::one(), decide::accept(), decide::reject()]
}
