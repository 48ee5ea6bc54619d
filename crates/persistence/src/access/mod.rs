//! Who may come in: clients, people, the roles they hold, and the keys that tokens are signed with.

pub mod clients;
pub mod credentials;
pub(crate) mod entity;
mod erasing;
pub mod grants;
pub mod hands;
pub mod links;
pub mod outside_identities;
pub mod passwords;
pub mod people;
pub mod places;
pub mod recipients;
pub mod roles;
pub mod sessions;
pub mod signing_keys;
pub mod spent;

pub use clients::{ClientRecord, ListedClient, NewClient};
pub(crate) use clients::{client_change, networks_of, networks_text};
pub use credentials::SignInRecord;
pub use grants::{Granted, ListedGrant, LiveGrant, NewCode, ShownCode};
pub use links::{LinkPurpose, UsableLink};
pub use passwords::Passwords;
pub use people::ListedPerson;
pub use places::PlaceFound;
pub use recipients::Recipient;
pub(crate) use roles::{HolderKind, actor_of};
pub use sessions::{EndReason, ListedSession, Session};
pub use signing_keys::{SigningAlgorithm, SigningKey};
