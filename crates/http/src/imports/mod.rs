//! `/v1/imports`: spreadsheets into the register, a dry run first.

mod apply;
mod create;
mod discard;
mod list;
pub mod model;
mod rows;
mod show;
mod upload;

use crate::operation::Operation;

/// The rows of this area.
pub fn operations() -> Vec<Operation> {
    vec![
        list::operation(),
        create::operation(),
        show::operation(),
        rows::operation(),
        apply::operation(),
        discard::operation(),
    ]
}
