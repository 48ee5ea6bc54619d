//! Who may do what: roles, permissions, the one table that joins them, and the scope they give.
//!
//! The check of every request, the OpenAPI document and `docs/permissions.md` all come from
//! [`permission::Permission::roles`].

pub mod account;
pub mod actor;
pub mod appointment;
pub mod audience;
pub mod granting;
pub mod network;
pub mod password;
pub mod permission;
pub mod role;
pub mod scope;

pub use account::{AccountStatus, ClientKind, RedirectUri};
pub use actor::{Actor, ActorId, Hands, RoleAssignment, RolePlace, SharedPermission};
pub use appointment::{Appointment, Term};
pub use audience::Audience;
pub use network::Network;
pub use permission::{Permission, PermissionSet};
pub use role::Role;
pub use scope::Scope;
