//! `/v1/changes` and `/v1/events`: what changed, what is gone and what left the reader's sight.
//!
//! The feed is read by position (`list`) or followed (`events`). All streams of a process share one reader of the
//! ledger (`live`); each has its own place in the feed (`stream`) and falls back on the store when it is behind.

mod check;
pub mod cursor;
mod events;
mod list;
pub(crate) mod live;
pub mod model;
mod places;
mod stream;

pub use stream::SAID_AT_ONCE;

use crate::operation::Operation;

/// The rows of this area.
pub fn operations() -> Vec<Operation> {
    vec![list::operation(), check::operation(), events::operation()]
}
