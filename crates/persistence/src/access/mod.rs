//! Who may come in: clients, people, the roles they hold, and the keys that tokens are signed with.

pub mod clients;
mod entity;
pub mod grants;
pub mod links;
pub mod people;
pub mod roles;
pub mod sessions;
pub mod signing_keys;

pub use clients::{ClientRecord, ListedClient, NewClient};
pub use grants::{Granted, ListedGrant, LiveGrant, NewCode, ShownCode};
pub use links::{LinkPurpose, UsableLink};
pub use people::ListedPerson;
pub(crate) use roles::HolderKind;
pub use sessions::{EndReason, ListedSession, Session};
pub use signing_keys::SigningKey;
