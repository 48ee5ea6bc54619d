//! Who may come in: clients and the roles they hold, and the keys that tokens are signed with.

pub mod clients;
mod entity;
pub mod roles;
pub mod signing_keys;

pub use clients::{ClientRecord, NewClient};
pub use signing_keys::SigningKey;
