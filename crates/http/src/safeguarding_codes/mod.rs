//! The safeguarding code: its versions, and who accepted which. Who has not accepted the one in force sees nobody in care.

mod acceptances;
mod list;
pub mod model;
mod pledged;
mod write;

use crate::operation::Operation;

pub use self::pledged::Pledged;

/// The rows of this area.
pub fn operations() -> Vec<Operation> {
    vec![
        list::operation(),
        list::one(),
        write::draft(),
        write::change(),
        write::publish(),
        acceptances::accept(),
        acceptances::list(),
    ]
}
