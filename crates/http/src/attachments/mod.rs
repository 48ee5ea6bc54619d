//! Photos and documents of institutions.

mod change;
mod content;
mod create;
mod list;
pub mod model;
mod show;
mod upload;

use crate::operation::Operation;

/// The rows of this area.
pub fn operations() -> Vec<Operation> {
    vec![
        list::operation(),
        create::operation(),
        show::operation(),
        content::operation(),
        change::put(),
        change::delete(),
    ]
}
