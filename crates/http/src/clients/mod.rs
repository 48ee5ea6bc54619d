//! `/v1/clients`: the credentials of programs. A secret is shown once, in the answer that makes it, and nowhere else.

mod change;
mod life;
mod list;
pub mod model;
mod register;
pub mod write;

use crate::operation::Operation;

/// The rows of this area.
pub fn operations() -> Vec<Operation> {
    vec![
        list::operation(),
        register::operation(),
        list::one(),
        change::operation(),
        life::rotate_secret(),
        life::revoke(),
    ]
}
