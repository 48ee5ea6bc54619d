//! `/v1/institutions`: the living register.
//!
//! [`commands`] holds what can be done to a record, apart from how it is asked for; [`model`], [`write`](mod@write) and
//! [`query`] what goes in and out; every other module one operation, or one step of several alike.

pub mod bulk;
pub mod census;
mod change;
pub mod commands;
mod create;
mod delete;
mod erase_contact;
pub mod life;
mod list;
pub mod merge;
pub mod model;
pub mod possible_duplicates;
pub mod proposals;
pub mod query;
mod reading;
mod show;
pub mod write;

use crate::operation::Operation;

/// The rows of this area.
pub fn operations() -> Vec<Operation> {
    let own = vec![
        list::operation(),
        list::search(),
        create::operation(),
        possible_duplicates::search(),
        bulk::operation(),
        show::operation(),
        change::put(),
        change::patch(),
        delete::operation(),
    ];
    let steps = life::operations();
    let further = vec![merge::operation(), possible_duplicates::operation(), erase_contact::operation()];
    [own, steps, further, proposals::operations(), census::operations()].into_iter().flatten().collect()
}
