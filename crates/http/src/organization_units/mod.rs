//! `/v1/organization-units`: Muhammadiyah's tree, and 'Aisyiyah's beside it.

mod change;
mod close;
mod create;
mod list;
pub mod model;
mod show;

use crate::operation::Operation;

/// The rows of this area.
pub fn operations() -> Vec<Operation> {
    vec![
        list::operation(),
        create::operation(),
        show::operation(),
        show::ancestors(),
        change::put(),
        change::patch(),
        close::operation(),
    ]
}
