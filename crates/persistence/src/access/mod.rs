//! Who may come in: clients, people, the roles they hold, and the keys that tokens are signed with.

pub mod clients;
mod entity;
pub mod links;
pub mod people;
pub mod roles;
pub mod signing_keys;

pub use clients::{ClientRecord, ListedClient, NewClient};
pub use links::{LinkPurpose, UsableLink};
pub use people::ListedPerson;
pub(crate) use roles::HolderKind;
pub use signing_keys::SigningKey;
