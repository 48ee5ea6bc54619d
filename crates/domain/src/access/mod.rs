//! Who may do what: roles, permissions, the one table that joins them, and the scope they give.
//!
//! The check of every request, the OpenAPI document and `docs/permissions.md` all come from
//! [`permission::Permission::roles`].

pub mod actor;
pub mod audience;
pub mod network;
pub mod permission;
pub mod role;
pub mod scope;

pub use actor::{Actor, ActorId, RoleAssignment, RolePlace};
pub use audience::Audience;
pub use network::Network;
pub use permission::Permission;
pub use role::Role;
pub use scope::Scope;
