//! An identity as it holds for one request.

use aumsos_domain::access::Actor;

/// Who is calling, with the roles that hold now.
#[derive(Debug, Clone)]
pub struct Identity {
    /// The person or client.
    pub actor: Actor,
    /// Whether the credential may only read.
    pub is_read_only: bool,
}

impl Identity {
    /// A caller without a token.
    pub const fn anonymous() -> Self {
        Self { actor: Actor::anonymous(), is_read_only: true }
    }
}
