//! The change ledger as others read it: the feed, live events, histories; and what of it survives a crash.

mod crash;
mod events;
mod feed;
mod followers;
mod histories;
mod world;

pub(crate) use world::sealed;
