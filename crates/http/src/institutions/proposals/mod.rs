//! `/v1/institutions/{id}/proposals`: how a verified record is changed by those who may not verify.

pub mod decide;
mod list;
pub mod model;
mod propose;
mod show;

use crate::operation::Operation;

/// The rows of this area.
pub fn operations() -> Vec<Operation> {
    vec![
        list::operation(),
        propose::operation(),
        show::operation(),
        decide::accept(),
        decide::give_back(),
        decide::withdraw(),
    ]
}
