//! `/v1/people`: the accounts of people, from the invitation to the end. They are kept by a unit, and seen by whoever is
//! responsible there or where the person holds a role.

mod change;
mod invite;
mod letter;
mod life;
mod list;
pub mod model;

use crate::operation::Operation;

/// The rows of this area.
pub fn operations() -> Vec<Operation> {
    vec![
        list::operation(),
        list::search(),
        invite::operation(),
        list::one(),
        change::operation(),
        invite::again(),
        life::disable(),
        life::enable(),
        life::reset_second_factor(),
        life::erase(),
    ]
}
