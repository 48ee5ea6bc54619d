//! `/v1/institutions/{id}/census-reports`: whom an institution cares for, as a time series.

mod correct;
mod list;
pub mod model;
mod report;
mod show;

use crate::operation::Operation;

/// The rows of this area.
pub fn operations() -> Vec<Operation> {
    vec![list::operation(), report::operation(), show::operation(), correct::operation()]
}
