//! `/v1/beneficiaries`: people in the care of institutions.
//!
//! Every handler takes a [`Pledged`](crate::safeguarding_codes::Pledged) caller: one who has accepted the safeguarding code.
//! Nothing that tells of a person is ever in a URL. [`commands`] holds what can be done to a record, apart from how it is
//! asked for; every other module one operation, or several alike.

mod change;
pub mod commands;
mod consents;
mod create;
pub mod emergency_accesses;
mod erase;
mod export;
mod health_notes;
mod life;
mod list;
mod lookup;
pub mod model;
pub mod query;
mod reads;
mod show;

use crate::operation::Operation;

/// The rows of this area.
pub fn operations() -> Vec<Operation> {
    let own = vec![
        list::operation(),
        list::search(),
        lookup::operation(),
        create::operation(),
        show::operation(),
        change::put(),
        change::patch(),
        erase::operation(),
        export::operation(),
        reads::operation(),
        health_notes::add(),
        health_notes::list(),
        consents::record(),
        consents::list(),
        consents::withdraw(),
    ];
    [own, life::operations(), emergency_accesses::operations()].into_iter().flatten().collect()
}
