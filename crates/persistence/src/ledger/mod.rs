//! The ledger: one append-only row for every change of every record, and what is read from it.
//!
//! `append` writes in the transaction of the data; [`sealer`] gives committed rows their gapless position and their
//! place in the hash chain; [`feed`] reads by position; `follow` hears of new positions; [`history`] reads one record; [`verify`] walks the chain.

pub(crate) mod append;
pub mod checkpoint;
pub(crate) mod entity;
pub mod feed;
mod feed_sight;
mod follow;
pub mod history;
pub mod sealer;
pub mod verify;

pub(crate) use append::{Change, State};
pub use feed_sight::FeedSight;
